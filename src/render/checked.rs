//! The checked table: texts become typed values, and every row learns which rules it breaks.

use askama::Template;

use super::text::{Ident, Literal, Sql};
use super::{constant, filters, header, names};
use crate::lakeflow::build;
use crate::lakeflow::types::DataType;
use crate::model::{
    Action, Column, Constant, Entity, Expression, FALSE_TEXTS, Load, Normalize, Rule, RuleKind, TRUE_TEXTS, shape,
};
use crate::plan;

/// A text beyond this is infinite to a cast, which is no value that was delivered.
const GREATEST_DOUBLE: &str = "1.7976931348623157E308";

#[derive(Template)]
#[template(path = "pipeline/checked.sql")]
struct Checked<'a> {
    header: Sql,
    name: Ident<'a>,
    comment: Literal,
    raw: Ident<'a>,
    columns: Vec<CheckedColumn<'a>>,
    /// Of the columns.
    names: Vec<Ident<'a>>,
    rules: Vec<CheckedRule<'a>>,
    /// The names of those that keep rows out.
    quarantine_rules: Vec<Literal>,
}

struct CheckedColumn<'a> {
    name: Ident<'a>,
    /// The text, normalised.
    text: String,
    /// The typed value, with its name.
    typed: String,
    /// The text that goes along for the rule `valid_<column>`, with its name.
    kept_text: Option<String>,
}

struct CheckedRule<'a> {
    name: Ident<'a>,
    literal: Literal,
    /// Condition that is true, never NULL, for rows that break the rule.
    broken: String,
    drops: bool,
    fails: bool,
}

pub fn checked(entity: &Entity) -> Result<String, askama::Error> {
    let name = plan::checked_name(entity);
    let has_valid_rule = |c: &Column| {
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
        columns: entity.columns.iter().map(|c| checked_column(c, has_valid_rule(c))).collect(),
        names: entity.columns.iter().map(|c| Ident::new(&c.name)).collect(),
        rules: entity.rules.iter().map(|r| checked_rule(entity, r)).collect(),
        quarantine_rules: quarantined.map(|r| Literal::new(&r.name)).collect(),
    }
    .render()
}

fn checked_column(column: &Column, has_valid_rule: bool) -> CheckedColumn<'_> {
    let name = Ident::new(&column.name);
    let trimmed = format!("nullif(trim({name}), '')");
    let text = match column.normalize {
        Some(Normalize::Lower) => format!("lower({trimmed})"),
        Some(Normalize::Upper) => format!("upper({trimmed})"),
        None => trimmed,
    };
    let value = typed_value(column);
    let shown = value.clone().unwrap_or_else(|| name.to_string());
    let typed = match (&column.default, &value) {
        (Some(default), _) => format!("coalesce({shown}, {}) AS {name}", constant::literal(default, &column.ty)),
        (None, Some(value)) => format!("{value} AS {name}"),
        (None, None) => name.to_string(),
    };
    let kept_text = has_valid_rule.then(|| {
        let kept = kept_text(column);
        // Behind a default nobody sees any more that the text was not valid.
        if column.default.is_some() {
            format!("CASE WHEN {shown} IS NULL THEN {name} END AS {kept}")
        } else {
            format!("{name} AS {kept}")
        }
    });
    CheckedColumn { text, typed, kept_text, name }
}

/// Name of the column that carries the text beside the typed value.
fn kept_text(column: &Column) -> Ident<'static> {
    Ident::new(format!("_text_{}", column.name))
}

/// The typed value of a text, NULL when the text is not valid; `None` when every text is.
fn typed_value(column: &Column) -> Option<String> {
    let name = Ident::new(&column.name);
    let mut conditions = vec![];
    conditions.extend(column.validity.matches.as_ref().map(|p| format!("{name} RLIKE {}", Literal::new(p))));
    let converted = match (&column.ty, shape(&column.ty)) {
        (DataType::Boolean, _) => {
            let texts = |texts: [&str; 5]| texts.map(|text| Literal::new(text).to_string()).join(", ");
            format!(
                "CASE WHEN lower({name}) IN ({}) THEN TRUE WHEN lower({name}) IN ({}) THEN FALSE END",
                texts(TRUE_TEXTS),
                texts(FALSE_TEXTS)
            )
        }
        (ty, Some(shape)) => {
            conditions.push(format!("{name} RLIKE {}", Literal::new(shape)));
            let converted = format!("try_cast({name} AS {ty})");
            if ty.is_floating() {
                conditions.push(format!("abs({converted}) <= {GREATEST_DOUBLE}"));
            }
            converted
        }
        (_, None) => name.to_string(),
    };
    conditions.extend(column.validity.accepted.as_ref().map(|values| accepted(&converted, &column.ty, values)));
    match (conditions.is_empty(), &column.ty) {
        (true, DataType::Boolean) => Some(converted),
        (true, _) => None,
        (false, _) => Some(format!("CASE WHEN {} THEN {converted} END", conditions.join(" AND "))),
    }
}

/// Whether a value is among those accepted, compared in its type: `2.0` is `2`.
fn accepted(value: &str, ty: &DataType, values: &[Constant]) -> String {
    let literals: Vec<String> = values.iter().map(|value| constant::literal(value, ty)).collect();
    format!("{value} IN ({})", literals.join(", "))
}

fn checked_rule<'a>(entity: &Entity, rule: &'a Rule) -> CheckedRule<'a> {
    let broken = match &rule.kind {
        RuleKind::Required(id) => format!("{} IS NULL", Ident::new(&entity.column(*id).name)),
        RuleKind::Valid(id) => {
            let column = entity.column(*id);
            let invalid = format!("{} IS NOT NULL", kept_text(column));
            if column.default.is_some() {
                invalid
            } else {
                format!("{invalid} AND {} IS NULL", Ident::new(&column.name))
            }
        }
        RuleKind::Check(check) => Sql::of(&build::is_not_true(names::own(entity, &check.condition))).0,
    };
    CheckedRule {
        name: Ident::new(&rule.name),
        literal: Literal::new(&rule.name),
        broken: match deletion(entity, rule) {
            Some(condition) => format!("{} AND {broken}", Sql::of(&build::is_not_true(names::own(entity, condition)))),
            None => broken,
        },
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
    };
    let sequence = match &entity.load {
        Load::Upsert { sequence, .. } => sequence.as_slice(),
        Load::History { sequence, .. } => std::slice::from_ref(sequence),
        Load::Append | Load::Snapshot => &[],
    };
    let is_needed = column.is_some_and(|id| entity.key.contains(&id) || sequence.contains(&id));
    delete_when.as_ref().filter(|_| !is_needed)
}
