//! The checked table: texts become typed values, and every row gets the list of rules that it violates.

use askama::Template;
use lakeflow::build;
use lakeflow::types::DataType;
use sqlparser::ast::{BinaryOperator, Expr};

use super::text::{Ident, Literal, Sql};
use super::{constant, filters, header, names};
use crate::model::{
    Action, Entity, EntityColumn, Expression, FALSE_TEXTS, Load, Normalize, Rule, RuleKind, TRUE_TEXTS, TextForm,
    json_path, shape,
};
use crate::plan::{self, RawColumn};

/// A text beyond this is infinite to a cast, which is no value that was delivered.
const GREATEST_DOUBLE: &str = "1.7976931348623157E308";

#[derive(Template)]
#[template(path = "pipeline/checked.sql")]
struct Checked<'a> {
    header: Sql,
    name: Ident<'a>,
    comment: Literal,
    raw: Ident<'a>,
    /// The step that looks into records, where files hold such, or into what was rescued of files with types.
    records: Option<CheckedRecords>,
    /// Whether what is no record goes along.
    has_corrupt: bool,
    /// What the texts are made like.
    about_texts: &'static str,
    columns: Vec<CheckedColumn<'a>>,
    /// Of the columns.
    names: Vec<Ident<'a>>,
    rules: Vec<CheckedRule<'a>>,
    /// The names of those that quarantine a row.
    quarantine_rules: Vec<Literal>,
}

struct CheckedRecords {
    about: &'static str,
    /// The text of each column, with its name.
    columns: Vec<Sql>,
    /// True, or FALSE for what is no record or has a field that can't be looked into.
    readable: Option<Sql>,
}

struct CheckedColumn<'a> {
    name: Ident<'a>,
    /// The text, normalised.
    text: Sql,
    /// The text of a value that was rescued, by its name.
    rescued: Option<Ident<'a>>,
    /// The typed value, with its name.
    typed: Sql,
    /// The text that goes along for the rule `valid_<column>`, with its name.
    kept_text: Option<Sql>,
}

pub struct CheckedRule<'a> {
    pub name: Ident<'a>,
    pub literal: Literal,
    /// Condition that is true, never NULL, for rows that break the rule.
    pub broken: Sql,
    pub drops: bool,
    pub fails: bool,
}

/// The rows of files, typed, with the names of the rules that each one breaks.
pub fn checked(entity: &Entity) -> Result<String, askama::Error> {
    let name = plan::checked_name(entity);
    let has_valid_rule = |c: &EntityColumn| {
        entity.rules.iter().any(|r| matches!(r.kind, RuleKind::Valid(id) if std::ptr::eq(entity.column(id), c)))
    };
    let quarantined = entity.rules.iter().filter(|r| r.action == Action::Quarantine);
    Checked {
        header: header(
            &format!("{name}: rows of {}, typed, with the rules that each one breaks.", entity.name),
            &entity.origin.path,
        )?,
        name: Ident::new(&name),
        comment: Literal::new(format!("Rows of {}, typed, with the rules that each one breaks", entity.name)),
        raw: Ident::new(plan::raw_name(entity)),
        records: records_step(entity),
        has_corrupt: entity.has_records(),
        about_texts: match entity.has_typed_files() {
            true => "Values are what they are, in the letters that they are stored in.",
            false => "Spaces around a text are removed; an empty text is NULL.",
        },
        columns: entity.columns.iter().map(|c| checked_column(entity, c, has_valid_rule(c))).collect(),
        names: entity.columns.iter().map(|c| Ident::new(&c.name)).collect(),
        rules: entity.rules.iter().map(|r| checked_rule(entity, r)).collect(),
        quarantine_rules: quarantined.map(|rule| Literal::new(&rule.name)).collect(),
    }
    .render()
}

/// What is read from the inside of fields. A variant keeps numbers as they are written, up to 38 digits; by
/// `get_json_object` they would become doubles (Spark 4.3).
fn records(entity: &Entity) -> CheckedRecords {
    let raw = plan::raw_columns(entity);
    let field = |raw: &RawColumn| build::column([raw.name.as_str()]);
    let inner = |raw: &RawColumn, path: &str| {
        let variant = build::call("try_parse_json", [field(raw)]);
        build::call("try_variant_get", [variant, build::string(path), build::string("string")])
    };
    let text = |column: &EntityColumn| {
        let raw = plan::raw_column_of(&raw, column)?;
        let text = if column.path.is_empty() { field(raw) } else { inner(raw, &json_path(&column.path)) };
        Some(Sql::aliased(&text, &column.name))
    };
    let is_entered = |raw: &&RawColumn| entity.columns.iter().any(|c| c.header == raw.field && !c.path.is_empty());
    let is_object = |raw: &RawColumn| {
        let given = build::call("coalesce", [build::call("trim", [field(raw)]), build::string("")]);
        let begins = build::call("startswith", [inner(raw, "$"), build::string("{")]);
        let is_object = build::call("coalesce", [begins, build::truth(false)]);
        build::or([build::equal(given, build::string("")), is_object])
    };
    let is_record = build::is_null(build::column([plan::CORRUPT]));
    let readable = build::and([is_record].into_iter().chain(raw.iter().filter(is_entered).map(is_object)));
    CheckedRecords {
        about: "Values inside of fields are texts too; what is no object is not looked into.",
        columns: entity.columns.iter().filter_map(text).collect(),
        readable: Some(Sql::of(&readable)),
    }
}

/// The step before the texts, if there is one.
fn records_step(entity: &Entity) -> Option<CheckedRecords> {
    if entity.has_records() {
        return Some(records(entity));
    }
    entity.has_typed_files().then(|| rescued(entity))
}

/// The values of columns, and of each column the text of what was rescued because it has another type.
fn rescued(entity: &Entity) -> CheckedRecords {
    let raw = plan::raw_columns(entity);
    let value = |column: &EntityColumn| {
        let raw = plan::raw_column_of(&raw, column)?;
        Some(Sql::aliased(&build::column([raw.name.as_str()]), &column.name))
    };
    let other = |column: &EntityColumn| {
        let variant = build::call("try_parse_json", [build::column([plan::RESCUED])]);
        let path = build::string(json_path(std::slice::from_ref(&column.header)));
        let text = build::call("try_variant_get", [variant, path, build::string("string")]);
        Sql::aliased(&text, &rescued_name(column))
    };
    let values = entity.columns.iter().filter_map(value);
    CheckedRecords {
        about: "What has another type than its column was rescued.",
        columns: values.chain(entity.columns.iter().map(other)).collect(),
        readable: None,
    }
}

/// Name of the column that carries the text of a value that was rescued.
fn rescued_name(column: &EntityColumn) -> String {
    format!("_other_{}", column.name)
}

fn checked_column<'a>(entity: &Entity, column: &'a EntityColumn, has_valid_rule: bool) -> CheckedColumn<'a> {
    let is_typed = entity.has_typed_files();
    let text = normalized(column, if is_typed { read(column) } else { given_text(column) });
    let value = if is_typed { file_value(column) } else { typed_value(column) };
    let given = if is_typed { file_text(column) } else { read(column) };
    let typed = match &column.default {
        Some(default) => build::call("coalesce", [value.clone(), constant::expr(default, &column.ty)]),
        None => value.clone(),
    };
    let kept_text = has_valid_rule.then(|| match column.default {
        // Behind a default nobody sees any more that the text was not valid.
        Some(_) => build::case([(build::is_null(value), given)], None),
        None => given,
    });
    CheckedColumn {
        name: Ident::new(&column.name),
        text: Sql::aliased(&text, &column.name),
        rescued: is_typed.then(|| Ident::new(rescued_name(column))),
        typed: Sql::aliased(&typed, &column.name),
        kept_text: kept_text.map(|text| Sql::aliased(&text, &kept_name(entity, column))),
    }
}

/// A text in the letters that the column is stored in.
pub fn normalized(column: &EntityColumn, text: Expr) -> Expr {
    match column.normalize {
        Some(Normalize::Lower) => build::call("lower", [text]),
        Some(Normalize::Upper) => build::call("upper", [text]),
        None => text,
    }
}

/// The text without spaces around it; NULL where it stands for no value.
fn given_text(column: &EntityColumn) -> Expr {
    let trimmed = build::call("trim", [read(column)]);
    if column.reading.nulls.is_empty() {
        return build::call("nullif", [trimmed, build::string("")]);
    }
    let nulls = [""].into_iter().chain(column.reading.nulls.iter().map(String::as_str)).map(build::string);
    let is_given = build::not_in_list(trimmed.clone(), nulls.collect());
    build::case([(is_given, trimmed)], None)
}

/// The column, by its name.
pub fn read(column: &EntityColumn) -> Expr {
    build::column([column.name.as_str()])
}

/// Name of the column that carries what was delivered beside the value.
pub fn kept_name(entity: &Entity, column: &EntityColumn) -> String {
    let prefix = if entity.is_loaded() { "_text" } else { "_given" };
    format!("{prefix}_{}", column.name)
}

/// Whether a text has the form that the column demands, if it does.
fn matched(column: &EntityColumn, text: Expr) -> Option<Expr> {
    column.validity.matches.as_ref().map(|pattern| build::rlike(text, pattern))
}

/// What makes a value of the type of the column valid.
pub fn valid(column: &EntityColumn, value: &Expr) -> Vec<Expr> {
    matched(column, value.clone()).into_iter().chain(accepted(column, value)).collect()
}

/// Whether a value is one of those that the column accepts, if it does not accept all.
fn accepted(column: &EntityColumn, value: &Expr) -> Option<Expr> {
    let accepted = column.validity.accepted.as_ref()?;
    // Compared in the type of the column: `2.0` is `2`.
    let values = accepted.iter().map(|value| constant::expr(value, &column.ty));
    Some(build::in_list(value.clone(), values.collect()))
}

/// The typed value of a text, NULL when the text is not valid.
fn typed_value(column: &EntityColumn) -> Expr {
    let mut conditions = vec![];
    conditions.extend(matched(column, read(column)));
    let converted = match (&column.ty, shape(&column.ty)) {
        (ty, _) if let Some(form) = &column.reading.form => {
            let (shape, converted) = in_form(read(column), form, ty);
            conditions.push(build::rlike(read(column), &shape));
            conditions.extend(ty.is_floating().then(|| is_finite(&converted)));
            converted
        }
        (DataType::Boolean, _) => {
            let is_one_of = |texts: [&str; 5]| {
                build::in_list(build::call("lower", [read(column)]), texts.map(build::string).into())
            };
            let branches = [(TRUE_TEXTS, true), (FALSE_TEXTS, false)];
            build::case(branches.map(|(texts, value)| (is_one_of(texts), build::truth(value))), None)
        }
        (ty, Some(shape)) => {
            conditions.push(build::rlike(read(column), shape));
            let converted = build::try_cast(read(column), ty);
            conditions.extend(ty.is_floating().then(|| is_finite(&converted)));
            converted
        }
        (_, None) => read(column),
    };
    conditions.extend(accepted(column, &converted));
    if conditions.is_empty() { converted } else { build::case([(build::and(conditions), converted)], None) }
}

/// The value of a column of files with types, NULL when it is not valid. A number that was rescued is taken where the column holds it
/// exactly, so that it does not matter which other numbers a reader converts.
fn file_value(column: &EntityColumn) -> Expr {
    let other = || build::column([rescued_name(column).as_str()]);
    let exactly =
        |shape: &str| build::case([(build::rlike(other(), shape), build::try_cast(other(), &column.ty))], None);
    let value = match &column.ty {
        DataType::Decimal { scale: 0, .. } => build::call("coalesce", [read(column), exactly(r"^-?[0-9]+\z")]),
        DataType::Decimal { scale, .. } => {
            build::call("coalesce", [read(column), exactly(&format!(r"^-?[0-9]+(\.[0-9]{{1,{scale}}})?\z"))])
        }
        ty if ty.is_integral() => {
            let own = if *ty == DataType::BigInt { read(column) } else { build::try_cast(read(column), ty) };
            build::call("coalesce", [own, exactly(r"^-?[0-9]+\z")])
        }
        _ => read(column),
    };
    let conditions = valid(column, &value);
    if conditions.is_empty() { value } else { build::case([(build::and(conditions), value)], None) }
}

/// What files with types have for a column, as text; NULL for nothing.
fn file_text(column: &EntityColumn) -> Expr {
    let own = if column.ty == DataType::String { read(column) } else { build::cast(read(column), &DataType::String) };
    build::call("coalesce", [own, build::column([rescued_name(column).as_str()])])
}

/// What a text of a stated form must look like, and its value.
fn in_form(text: Expr, form: &TextForm, ty: &DataType) -> (String, Expr) {
    match form {
        TextForm::Number(form) => {
            let (from, to) = form.translation();
            let plain = build::call("translate", [text, build::string(from), build::string(to)]);
            (form.shape(ty), build::try_cast(plain, ty))
        }
        TextForm::Moment(form) => {
            let moment = build::call("try_to_timestamp", [text, build::string(form.pattern.as_str())]);
            let value = if *ty == DataType::Timestamp { moment } else { build::cast(moment, ty) };
            (form.shape(), value)
        }
    }
}

fn is_finite(value: &Expr) -> Expr {
    let size = build::call("abs", [value.clone()]);
    build::binary(size, BinaryOperator::LtEq, build::digits(GREATEST_DOUBLE))
}

/// A rule as an expectation and a condition.
pub fn checked_rule<'a>(entity: &Entity, rule: &'a Rule) -> CheckedRule<'a> {
    let broken = match &rule.kind {
        RuleKind::Required(id) => build::is_null(read(entity.column(*id))),
        RuleKind::Valid(id) => {
            let column = entity.column(*id);
            let kept_value = build::column([kept_name(entity, column).as_str()]);
            let lost = match column.default {
                None => Some(build::is_null(read(column))),
                // Texts are kept only if they are not valid.
                Some(_) if entity.is_loaded() => None,
                Some(_) => Some(build::is_not_true(build::and(valid(column, &kept_value)))),
            };
            build::and([build::is_not_null(kept_value)].into_iter().chain(lost))
        }
        RuleKind::Check(check) => build::is_not_true(names::own(entity, &check.condition)),
        RuleKind::Readable => build::not(build::column(["_readable"])),
    };
    let broken = match deletion(entity, rule) {
        Some(condition) => build::and([build::is_not_true(names::own(entity, condition)), broken]),
        None => broken,
    };
    CheckedRule {
        name: Ident::new(&rule.name),
        literal: Literal::new(&rule.name),
        broken: Sql::of(&broken),
        drops: rule.action == Action::Drop,
        fails: rule.action == Action::Fail,
    }
}

/// The condition under which a rule is not asked for: a row that deletes its key brings the key and when, and no more.
fn deletion<'a>(entity: &'a Entity, rule: &Rule) -> Option<&'a Expression> {
    let (Load::Upsert { delete_when, .. } | Load::History { delete_when, .. }) = &entity.load else { return None };
    let column = match rule.kind {
        RuleKind::Required(id) | RuleKind::Valid(id) => Some(id),
        RuleKind::Check(_) => None,
        RuleKind::Readable => return None,
    };
    let sequence = match &entity.load {
        Load::Upsert { sequence, .. } => sequence.as_slice(),
        Load::History { sequence, .. } => std::slice::from_ref(sequence),
        Load::Append | Load::Snapshot => &[],
    };
    let is_needed = column.is_some_and(|id| entity.key.contains(&id) || sequence.contains(&id));
    delete_when.as_ref().filter(|_| !is_needed)
}
