//! Entities: columns, keys, loads, references, rules.

use lakeflow::diag::{Diagnostic, did_you_mean};
use lakeflow::pattern::{self, PatternFault};
use lakeflow::types::{Column as TypedColumn, DataType};
use lakeflow::yaml::pointer_segment;
use lakeflow::{NameIndex, is_same_name};

use super::compiled::{ConditionColumns, condition};
use super::context::Context;
use super::format;
use super::graph::Graph;
use super::linked;
use super::loading;
use super::names::{self, NameOf};
use super::nulls;
use super::project::{self, list_hint};
use super::reading;
use super::reason;
use super::reference;
use super::required::{self, RequiredFor};
use super::row_access;
use super::source;
use super::storage;
use super::suspect::Asked;
use super::upkeep;
use super::validity;
use super::written::WrittenExpr;
use crate::codes;
use crate::load::{Located, SpecSet};
use crate::model::{
    Action, COLUMN_TYPES, Check, ColumnId, Entity, EntityColumn, EntityId, Normalize, READABLE, Reading, RowCount,
    Rule, RuleKind, SpecOrigin, UNIQUE_KEY, Validity,
};
use crate::spec::{ActionSpec, ColumnEntry, ColumnSpec, EntitySpec, FormatSpec, NormalizeSpec, RuleEntry, SourceSpec};

/// Resolves all that an entity says about itself. References and rules follow in [`link`], when all entities are known.
pub fn resolve(spec: &Located<EntitySpec>, id: EntityId, set: &SpecSet, context: &mut Context<'_>) -> Entity {
    let path = context.sources.path(spec.file).to_owned();
    let span = spec.value("/entity");
    context.extend(names::check(&spec.spec.entity, NameOf::Entity, span));
    let mut columns = columns(spec, context);
    let key = key(spec, &columns, context);
    required::imply(&mut columns, &key, RequiredFor::Key, spec, context);
    let source = source::resolve(spec, set, &columns, &key, context);
    let load = loading::load(spec, id, &columns, context);
    let versions = required::of_versions(&load, &columns, spec);
    required::imply(&mut columns, &versions, RequiredFor::Sequence, spec, context);
    let audiences = project::audience_ids(spec, spec.spec.audience.as_ref(), context);
    let own = || ConditionColumns::of_entity(id, &columns, spec.is_lost("/columns"));
    let rows = row_access::resolve(spec.spec.rows.as_ref(), &audiences, own, spec, context);
    let typed: Vec<TypedColumn> = columns.iter().map(|c| TypedColumn::nullable(&*c.name, c.ty.clone())).collect();
    let known = Some(typed.as_slice()).filter(|_| !spec.is_lost("/columns"));
    let mut storage = storage::resolve(spec.spec.storage.as_ref(), known, spec, context);
    let upkeep = upkeep::of_entity(spec, &mut storage, context);
    Entity {
        name: spec.spec.entity.clone(),
        renamed_from: spec.spec.renamed_from.clone(),
        description: upkeep::described(spec.spec.description.as_ref(), &upkeep),
        origin: SpecOrigin { path, span },
        source,
        key,
        load,
        rules: vec![],
        references: vec![],
        classification: context.classification(
            spec.spec.classification,
            columns.iter().any(|c| c.pii.is_some()),
            spec.value("/classification"),
        ),
        deletion_reason: reason::of_deletion(spec, context),
        sequence_words: loading::sequence_words(spec),
        audiences,
        rows,
        storage,
        upkeep,
        fresh_within_hours: spec.spec.freshness.as_ref().map(|f| f.within_hours),
        row_count: spec
            .spec
            .row_count
            .as_ref()
            .map(|r| RowCount { min: r.min, fail: r.on_violation.is_none_or(|a| a == ActionSpec::Fail) }),
        columns,
    }
}

fn columns(spec: &Located<EntitySpec>, context: &mut Context<'_>) -> Vec<EntityColumn> {
    let (mut columns, mut places): (Vec<EntityColumn>, _) = (vec![], NameIndex::default());
    for (name, entry) in &spec.spec.columns {
        let pointer = column_pointer(name);
        let span = spec.key(&pointer);
        context.extend(names::check(name, NameOf::Column, span));
        if let Some(twin) = places.add(name, columns.len()).and_then(|place| columns.get(place)) {
            let message = format!(
                "columns `{name}` and `{}` differ only in case, and column names are case-insensitive",
                twin.name
            );
            context
                .push(Diagnostic::error(codes::DUPLICATE_NAME, message).at(span).related(twin.span, "the other one"));
        }
        let column = match entry {
            ColumnEntry::Type(ty) => column(name, &bare(ty), spec, &pointer, &pointer, context),
            ColumnEntry::Full(full) => column(name, full, spec, &pointer, &format!("{pointer}/type"), context),
        };
        columns.push(EntityColumn { span, ..column });
    }
    match &spec.spec.source {
        SourceSpec::Files(files) if format::of_files(files) != FormatSpec::Csv => {
            format::check_fields(&columns, format::of_files(files), context)
        }
        // Columns of a table are reported with the table.
        SourceSpec::Table(_) => {}
        _ => report_equal_headers(&columns, context),
    }
    columns.extend(spec.lost_keys("/columns").map(|name| lost_column(spec, &name)));
    if columns.is_empty() && !spec.is_lost("/columns") {
        context.push(
            Diagnostic::error(codes::MISSING_KEY, "an entity needs at least one column").at(spec.key("/columns")),
        );
    }
    columns
}

/// A column of which only the name is known.
fn lost_column(spec: &Located<EntitySpec>, name: &str) -> EntityColumn {
    EntityColumn {
        name: name.to_owned(),
        header: name.to_owned(),
        path: vec![],
        reading: Reading::default(),
        ty: DataType::Unknown,
        description: String::new(),
        pii: None,
        declassify: None,
        normalize: None,
        validity: Validity::default(),
        default: None,
        nullable: true,
        examples: vec![],
        span: spec.key(&column_pointer(name)),
    }
}

/// Two columns can't be read from one field of a line.
fn report_equal_headers(columns: &[EntityColumn], context: &mut Context<'_>) {
    let mut headers = NameIndex::default();
    for (index, column) in columns.iter().enumerate() {
        if let Some(twin) = headers.add(&column.header, index).and_then(|place| columns.get(place))
            // Of columns that are called alike, their names are reported.
            && !is_same_name(&twin.name, &column.name)
        {
            let own = format!("columns `{}` and `{}` have", twin.name, column.name);
            let message = match twin.header == column.header {
                true => format!("{own} the same header `{}`", column.header),
                false => {
                    format!("{own} headers that differ only in case: `{}` and `{}`", twin.header, column.header)
                }
            };
            context.push(
                Diagnostic::error(codes::DUPLICATE_NAME, message).at(column.span).related(twin.span, "the other one"),
            );
        }
    }
}

pub fn column_pointer(name: &str) -> String {
    format!("/columns/{}", pointer_segment(name))
}

/// A column of which only the type is known.
fn bare(ty: &str) -> ColumnSpec {
    ColumnSpec { ty: ty.to_owned(), ..ColumnSpec::default() }
}

fn column(
    name: &str,
    column: &ColumnSpec,
    spec: &Located<EntitySpec>,
    pointer: &str,
    type_pointer: &str,
    context: &mut Context<'_>,
) -> EntityColumn {
    let ty = context.data_type(&column.ty, type_pointer, spec);
    if !is_readable(&ty) {
        let message = format!("type {ty} is not supported for columns of entities");
        let hint = "supported types: string, tinyint, smallint, int, bigint, decimal(p,s), float, double, boolean, date, timestamp, \
                    timestamp_ntz";
        context.push(Diagnostic::error(codes::BAD_VALUE, message).at(spec.value(type_pointer)).hint(hint));
    }
    if let Some(pattern) = &column.matches {
        context.extend(pattern_fault(pattern).map(|d| d.at(spec.value(&format!("{pointer}/matches")))));
    }
    if let Some(header) = column.header.as_ref().filter(|header| header.trim().is_empty()) {
        let fault = Diagnostic::error(codes::BAD_NAME, format!("`{header}` is not a valid header"));
        let hint = "remove it if the header in the files is the name of the column";
        context.push(fault.at(spec.value(&format!("{pointer}/header"))).hint(hint));
    }
    if let (Some(header), SourceSpec::Files(_)) = (&column.header, &spec.spec.source) {
        context.extend(names::reserved_header(header, spec.value(&format!("{pointer}/header"))));
    }
    let (header, path) = format::place(name, column, spec, pointer, context);
    let reading = reading::resolve(column, &ty, spec, pointer, context);
    // Of values in a form that is not known, nothing can be said.
    let stated_ty = if reading.is_some() { ty.clone() } else { DataType::Unknown };
    let reading = reading.unwrap_or_default();
    let is_required = column.required.unwrap_or(false);
    let keeps_null = matches!(column.on_missing, Some(ActionSpec::Warn));
    let column = EntityColumn {
        name: name.to_owned(),
        header,
        path,
        description: column.description.clone().unwrap_or_default(),
        pii: column.pii,
        declassify: reason::checked(column.declassify.as_deref(), &format!("{pointer}/declassify"), spec, context),
        normalize: column.normalize.map(|n| match n {
            NormalizeSpec::Lower => Normalize::Lower,
            NormalizeSpec::Upper => Normalize::Upper,
        }),
        validity: Validity {
            matches: column.matches.clone(),
            accepted: validity::accepted(column, &stated_ty, &reading, pointer, spec, context),
        },
        default: validity::default(column, &stated_ty, &reading, pointer, spec, context),
        nullable: !(is_required && !keeps_null || column.default.is_some()),
        examples: column.examples.clone().unwrap_or_default(),
        span: spec.key(pointer),
        reading,
        ty,
    };
    validity::check(&column, pointer, spec, context);
    column
}

/// Whether a text can be read as the type.
fn is_readable(ty: &DataType) -> bool {
    ty.is_numeric() || ty.is_temporal() || matches!(ty, DataType::String | DataType::Boolean | DataType::Unknown)
}

/// The fault of a regular expression: it must mean the same to Java (Spark) and to Rust (the local engine).
fn pattern_fault(pattern: &str) -> Option<Diagnostic> {
    let message = match pattern::compiled(pattern).err()? {
        PatternFault::Invalid(why) => format!("`{pattern}` is not a valid regular expression: {why}"),
        PatternFault::Apart(what) => {
            format!("`{pattern}` contains {what}, which Spark and the local engine interpret differently")
        }
    };
    Some(Diagnostic::error(codes::BAD_PATTERN, message).hint(
        "write letters, classes `[..]`, `\\d \\w \\s`, groups `(..)` and `* + ? {n,m}`, which mean the same in both",
    ))
}

fn key(spec: &Located<EntitySpec>, columns: &[EntityColumn], context: &mut Context<'_>) -> Vec<ColumnId> {
    let names = spec.spec.key.as_ref().map(|k| k.with_pointers("/key")).unwrap_or_default();
    find_columns(spec, &names, columns, context)
}

/// The columns with these names, each once; the others are reported at their pointers.
pub(super) fn find_columns(
    spec: &Located<EntitySpec>,
    names: &[(&str, String)],
    columns: &[EntityColumn],
    context: &mut Context<'_>,
) -> Vec<ColumnId> {
    let mut ids = vec![];
    for (name, pointer) in names {
        match columns.iter().position(|c| is_same_name(&c.name, name)) {
            Some(index) if ids.contains(&ColumnId(index)) => {
                let fault = Diagnostic::error(codes::DUPLICATE_NAME, format!("duplicate column `{name}`"));
                context.push(fault.at(spec.value(pointer)));
            }
            Some(index) => ids.push(ColumnId(index)),
            None if spec.is_lost("/columns") => {}
            None => context.push(unknown_column(name, columns).at(spec.value(pointer))),
        }
    }
    ids
}

fn unknown_column(name: &str, columns: &[EntityColumn]) -> Diagnostic {
    let known: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
    Diagnostic::error(codes::UNKNOWN_COLUMN, format!("unknown column `{name}`"))
        .maybe_hint(did_you_mean(name, known.iter().copied()).or_else(|| list_hint("columns", &known)))
}

/// Resolves references, then rules. `specs` stand in the order of `graph.entities`.
pub fn link(specs: &[&Located<EntitySpec>], graph: &mut Graph, context: &mut Context<'_>) {
    for (index, spec) in specs.iter().enumerate() {
        graph.entities[index].references =
            context.judge(spec.file, |context| reference::resolve(spec, index, graph, context));
        context.judge(spec.file, |context| linked::accept_lookup_keys(spec, index, graph, context));
    }
    linked::report_cycles(specs, graph, context);
    for (index, spec) in specs.iter().enumerate() {
        let entity = &graph.entities[index];
        graph.entities[index].rules = context.judge(spec.file, |context| rules(spec, EntityId(index), entity, context));
        context.judge(spec.file, |context| nulls::check(spec, &graph.entities[index], context));
    }
}

/// What adds an expectation of this name to the checked table besides the rules: a pointer into the spec.
fn added_expectation(name: &str, entity: &Entity) -> Option<&'static str> {
    match name {
        UNIQUE_KEY if entity.is_taken_whole() && !entity.key.is_empty() => Some("/key"),
        COLUMN_TYPES if entity.outside().is_some() => Some("/source/table"),
        _ => None,
    }
}

fn rules(spec: &Located<EntitySpec>, entity_id: EntityId, entity: &Entity, context: &mut Context<'_>) -> Vec<Rule> {
    let mut rules: Vec<Rule> = vec![];
    let is_judged = entity.is_judged() && !spec.is_lost("/source");
    for (index, column) in entity.columns.iter().enumerate() {
        let entry = spec.spec.columns.get(&column.name);
        let full = entry.and_then(|e| if let ColumnEntry::Full(full) = e { Some(full.as_ref()) } else { None });
        let id = ColumnId(index);
        let needed = full.is_some_and(|s| s.required == Some(true)) || is_judged && entity.tells_apart(id);
        rules.extend(column_rules(column, id, full, needed, is_judged && can_fail(entity, column)));
    }
    if entity.has_records() && is_judged {
        rules.push(Rule {
            name: READABLE.to_owned(),
            kind: RuleKind::Readable,
            action: Action::Quarantine,
            description: "What was delivered is a record that can be read".to_owned(),
            declassify: None,
            span: entity.origin.span,
        });
    }
    let own = ConditionColumns::of_entity(entity_id, &entity.columns, spec.is_lost("/columns"));
    for (name, entry) in spec.spec.rules.iter().flatten() {
        let pointer = format!("/rules/{}", pointer_segment(name));
        let span = spec.key(&pointer);
        context.extend(names::check(name, NameOf::Rule, span));
        if let Some(twin) = rules.iter().find(|r| r.name == *name) {
            let message = format!("duplicate rule `{name}`");
            context.push(
                Diagnostic::error(codes::DUPLICATE_NAME, message)
                    .at(span)
                    .related(twin.span, "this adds a rule of that name"),
            );
        }
        if let Some(pointer) = added_expectation(name, entity) {
            let fault = Diagnostic::error(codes::DUPLICATE_NAME, format!("duplicate rule `{name}`")).at(span);
            context.push(fault.related(spec.value(pointer), "this adds a rule of that name"));
        }
        let full = if let RuleEntry::Full(full) = entry { Some(full) } else { None };
        let reason = full.and_then(|full| full.declassify.as_deref());
        let declassify = reason::checked(reason, &format!("{pointer}/declassify"), spec, context);
        let (sql, pointer) = match entry {
            RuleEntry::Condition(sql) => (sql, pointer),
            RuleEntry::Full(full) => (&full.check, format!("{pointer}/check")),
        };
        let condition = condition(&WrittenExpr::at(spec, &pointer, sql), Asked::Rule, &own, context).expression;
        rules.push(Rule {
            name: name.clone(),
            kind: RuleKind::Check(Check { condition }),
            action: full.and_then(|full| full.on_violation).map_or(Action::Quarantine, self::action),
            description: full.and_then(|full| full.description.clone()).unwrap_or_default(),
            declassify,
            span,
        });
    }
    rules
}

/// Whether a value can be no valid one. Those of a query have their type already; a column of a file with types can have another
/// one, even where texts are wanted.
fn can_fail(entity: &Entity, column: &EntityColumn) -> bool {
    let demands = column.validity.matches.is_some() || column.validity.accepted.is_some();
    demands || entity.is_loaded() && (column.ty != DataType::String || entity.has_typed_files())
}

/// The rules that a column brings: a value where one is required, and a valid text.
fn column_rules(
    column: &EntityColumn,
    id: ColumnId,
    spec: Option<&ColumnSpec>,
    is_needed: bool,
    can_fail: bool,
) -> Vec<Rule> {
    let rule = |name: String, kind, action: Option<ActionSpec>| Rule {
        name,
        kind,
        action: action.map_or(Action::Quarantine, self::action),
        description: String::new(),
        declassify: None,
        span: column.span,
    };
    let mut rules = vec![];
    if is_needed && column.default.is_none() {
        let action = spec.and_then(|s| s.on_missing);
        rules.push(rule(format!("{}_required", column.name), RuleKind::Required(id), action));
    }
    if can_fail {
        rules.push(rule(format!("valid_{}", column.name), RuleKind::Valid(id), spec.and_then(|s| s.on_invalid)));
    }
    rules
}

fn action(spec: ActionSpec) -> Action {
    match spec {
        ActionSpec::Warn => Action::Warn,
        ActionSpec::Drop => Action::Drop,
        ActionSpec::Fail => Action::Fail,
        ActionSpec::Quarantine => Action::Quarantine,
    }
}
