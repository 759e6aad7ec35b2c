//! Metrics: what is measured, over which joins, into which tables.

use std::collections::BTreeSet;

use lakeflow::diag::{Diagnostic, did_you_mean};
use lakeflow::infer::ExprPlace;
use lakeflow::is_same_name;
use lakeflow::source::Span;
use lakeflow::types::{Column as TypedColumn, DataType};
use lakeflow::yaml::pointer_segment;

use super::compiled::{ConditionColumns, Reads};
use super::context::Context;
use super::derived;
use super::graph::Graph;
use super::measure;
use super::names::{self, NameOf};
use super::project::{self, list_hint};
use super::reason;
use super::row_access;
use super::rows::EntityRows;
use super::storage;
use super::suspect::Asked;
use super::upkeep;
use super::written::WrittenExpr;
use crate::codes;
use crate::load::Located;
use crate::model::{
    ColumnPath, Dimension, EntityId, Expression, Grain, Join, JoinKey, Measure, Metric, MetricJoinKind, MetricTable,
    Per, RefPath, Reference, ReferenceId, SpecOrigin, Time,
};
use crate::spec::{DimensionEntry, MetricSpec, PerSpec, TableSpec};

/// Resolves a metric.
pub fn resolve(spec: &Located<MetricSpec>, graph: &Graph, context: &mut Context<'_>) -> Metric {
    let faults = context.faults();
    let name = spec.value("/metric");
    context.extend(names::check(&spec.spec.metric, NameOf::Metric, name));
    reason::of_metric(spec, context);
    let (from, per_entity) = entities(spec, graph, context);
    let shown = per_entity.unwrap_or(from);
    let definitions = derived::of_metric(spec, shown, graph, context);
    let rows = EntityRows::new(graph, from).with(if per_entity.is_none() { Some(&definitions) } else { None });
    let rows = rows.measured_by(&spec.spec.measures);
    let shown_rows = EntityRows::new(graph, shown).with(Some(&definitions));

    let mut reads = Reads::default();
    let filter = spec.spec.filter.as_ref().and_then(|sql| condition(sql, "/where", spec, &rows, &mut reads, context));
    let measures = measure::resolve(spec, &rows, &mut reads, context);
    report_measures_twice(spec, context);
    let time = time(spec, &rows, &mut reads, context);
    let mut tables = tables(spec, &rows, time.as_ref(), &mut reads, context);
    let mut per_reads = Reads::default();
    let per = spec.spec.per.as_ref().zip(per_entity);
    let per = per.and_then(|(p, e)| self::per(spec, p, e, from, &shown_rows, &mut per_reads, context));
    if per.is_some() {
        tables = vec![only_table(spec, name)];
    }
    let audiences = project::audience_ids(spec, spec.spec.audience.as_ref(), context);
    let is_open = spec.has_lost("") || context.faults() > faults || shown == graph.nobody;
    let columns = shared_columns(per.as_ref(), &tables, &measures);
    let known = Some(columns.as_slice()).filter(|_| !is_open);
    let mut storage = storage::resolve(spec.spec.storage.as_ref(), known, spec, context);
    let upkeep = upkeep::of_metric(spec, &mut storage, context);
    let shared = || ConditionColumns::of_tables(columns.clone(), is_open);
    let rows = row_access::resolve(spec.spec.rows.as_ref(), &audiences, shared, spec, context);
    let shown_dimensions = per.iter().flat_map(|p| &p.columns).chain(tables.iter().flat_map(|t| &t.dimensions));
    let dimensions: Vec<Dimension> = shown_dimensions.cloned().collect();
    let holds_personal = dimensions.iter().any(|d| d.pii.is_some())
        || measures.iter().any(|m| m.pii.is_some() && m.measure.declassify.is_none());
    Metric {
        name: spec.spec.metric.clone(),
        renamed_from: spec.spec.renamed_from.clone(),
        description: upkeep::described(spec.spec.description.as_ref(), &upkeep),
        origin: SpecOrigin { path: context.sources.path(spec.file).to_owned(), span: name },
        from,
        joins: joins(graph, from, &reads.paths, true),
        filter,
        kinds: reads.kinds,
        per,
        measures: measures.into_iter().map(|m| Measure { pii: m.pii, ..m.measure }).collect(),
        time,
        tables,
        classification: context.classification(spec.spec.classification, holds_personal, spec.value("/classification")),
        audiences,
        rows,
        storage,
        upkeep,
    }
}

/// The table with a row for each row of an entity.
fn only_table(spec: &Located<MetricSpec>, span: Span) -> MetricTable {
    MetricTable {
        name: spec.spec.metric.clone(),
        renamed_from: spec.spec.renamed_from.clone(),
        description: String::new(),
        grain: None,
        dimensions: vec![],
        span,
    }
}

/// The entity that is measured, and the one whose rows are shown (`per`).
fn entities(spec: &Located<MetricSpec>, graph: &Graph, context: &mut Context<'_>) -> (EntityId, Option<EntityId>) {
    let mut find = |name: &str, pointer: &str| {
        if spec.is_lost(pointer) { graph.nobody } else { find_entity(name, pointer, spec, graph, context) }
    };
    let from = find(&spec.spec.from, "/from");
    let per = spec.spec.per.as_ref().map(|per| find(&per.entity, "/per/entity"));
    // What is at fault may be the very thing that says what names mean.
    if spec.is_lost("/dimensions") || spec.is_lost("/per") {
        return (if per.is_none() { graph.nobody } else { from }, per.map(|_| graph.nobody));
    }
    (from, per)
}

/// The columns that all tables of a metric have, with their types.
fn shared_columns(
    per: Option<&Per>,
    tables: &[MetricTable],
    measures: &[measure::ResolvedMeasure],
) -> Vec<TypedColumn> {
    let typed = |d: &Dimension| TypedColumn::nullable(&d.name, d.expression.ty.clone());
    let shown: Vec<TypedColumn> = match (per, tables.split_first()) {
        (Some(per), _) => per.columns.iter().map(typed).collect(),
        (None, Some((first, others))) => {
            let period = first.grain.map(|_| TypedColumn::nullable(Time::COLUMN, DataType::Date));
            let everywhere =
                |d: &&Dimension| others.iter().all(|t| t.dimensions.iter().any(|other| other.name == d.name));
            period.into_iter().chain(first.dimensions.iter().filter(everywhere).map(typed)).collect()
        }
        (None, None) => vec![],
    };
    let measured = measures.iter().map(|m| TypedColumn::nullable(&m.measure.name, m.measure.expression.ty.clone()));
    shown.into_iter().chain(measured).collect()
}

fn find_entity(
    name: &str,
    pointer: &str,
    spec: &Located<MetricSpec>,
    graph: &Graph,
    context: &mut Context<'_>,
) -> EntityId {
    let found = graph.find(name);
    if found.is_none() {
        let known = graph.names();
        let hint = did_you_mean(name, known.iter().copied()).or_else(|| list_hint("entities", &known));
        let fault = Diagnostic::error(codes::UNKNOWN_ENTITY, format!("unknown entity `{name}`"));
        context.push(fault.at(spec.value(pointer)).maybe_hint(hint));
    }
    found.unwrap_or(graph.nobody)
}

/// A boolean expression over rows, without aggregates.
fn condition(
    sql: &str,
    pointer: &str,
    spec: &Located<MetricSpec>,
    rows: &EntityRows<'_>,
    reads: &mut Reads,
    context: &mut Context<'_>,
) -> Option<Expression> {
    let compiled = rows.compile_condition(&WrittenExpr::at(spec, pointer, sql), Asked::Rows, context)?;
    reads.add(&compiled, rows.graph);
    Some(compiled.into_expression())
}

fn time(
    spec: &Located<MetricSpec>,
    rows: &EntityRows<'_>,
    reads: &mut Reads,
    context: &mut Context<'_>,
) -> Option<Time> {
    let time = spec.spec.time.as_ref()?;
    let written = WrittenExpr::at(spec, "/time/column", &time.column);
    let compiled = rows.compile(&written, ExprPlace::row("the time column"), context)?;
    let span = spec.value("/time/column");
    if !matches!(compiled.ty, DataType::Date | DataType::Timestamp | DataType::TimestampNtz | DataType::Unknown) {
        let message = format!("the time column is {}, not a date or timestamp", compiled.ty);
        context.push(Diagnostic::error(codes::TYPE_MISMATCH, message).at(span));
    }
    if time.grains.is_empty() {
        context.push(Diagnostic::error(codes::EMPTY_METRIC, "`grains` is empty").at(spec.value("/time/grains")));
    }
    reads.add(&compiled, rows.graph);
    let mut grains = time.grains.clone();
    grains.dedup();
    Some(Time { expression: compiled.into_expression(), grains })
}

fn tables(
    spec: &Located<MetricSpec>,
    rows: &EntityRows<'_>,
    time: Option<&Time>,
    reads: &mut Reads,
    context: &mut Context<'_>,
) -> Vec<MetricTable> {
    if spec.spec.per.is_some() {
        refuse_beside_per(spec, context);
        return vec![];
    }
    let renamed_from = || spec.spec.renamed_from.clone();
    let total =
        || (spec.spec.metric.clone(), TableSpec { by: vec![], description: None, renamed_from: renamed_from() });
    let declared: Vec<(String, TableSpec)> = match &spec.spec.tables {
        Some(tables) => tables.iter().map(|(n, t)| (n.clone(), t.clone())).collect(),
        None if spec.is_lost("/tables") => vec![],
        None => vec![total()],
    };
    if declared.is_empty() && !spec.has_lost("/tables") {
        let fault = Diagnostic::error(codes::EMPTY_METRIC, "the metric has no table").at(spec.key("/tables"));
        context.push(fault.hint("declare one, such as `total: { by: [] }`, or remove `tables`"));
    }
    let mut tables = vec![];
    for (name, table) in &declared {
        let pointer = format!("/tables/{}", pointer_segment(name));
        let span = if spec.spec.tables.is_some() { spec.key(&pointer) } else { spec.value("/metric") };
        context.extend(names::check(name, NameOf::Table, span));
        let dimensions = dimensions(&table.by, &format!("{pointer}/by"), spec, rows, reads, context);
        report_twice(&dimensions, time.is_some(), spec, context);
        let grains: Vec<Option<Grain>> = time.map_or(vec![None], |t| t.grains.iter().copied().map(Some).collect());
        let full = |name: &String, grain: Option<Grain>| {
            grain.map_or_else(|| name.clone(), |grain| format!("{name}_{}", adverb(grain)))
        };
        tables.extend(grains.into_iter().map(|grain| MetricTable {
            name: full(name, grain),
            renamed_from: table.renamed_from.as_ref().map(|old| full(old, grain)),
            description: table.description.clone().unwrap_or_default(),
            grain,
            dimensions: dimensions.clone(),
            span,
        }));
    }
    tables
}

fn refuse_beside_per(spec: &Located<MetricSpec>, context: &mut Context<'_>) {
    for (pointer, given) in [("/tables", spec.spec.tables.is_some()), ("/time", spec.spec.time.is_some())] {
        if given {
            let message = format!("`{}` is not allowed together with `per`", &pointer[1..]);
            let hint = "`per` builds one table, named after the metric, with one row per row of the entity";
            context.push(Diagnostic::error(codes::OPTION_CONFLICT, message).at(spec.key(pointer)).hint(hint));
        }
    }
}

fn adverb(grain: Grain) -> &'static str {
    match grain {
        Grain::Day => "daily",
        Grain::Week => "weekly",
        Grain::Month => "monthly",
        Grain::Quarter => "quarterly",
        Grain::Year => "annual",
    }
}

/// The columns that `by` or `per.columns` list.
fn dimensions(
    names: &[String],
    pointer: &str,
    spec: &Located<MetricSpec>,
    rows: &EntityRows<'_>,
    reads: &mut Reads,
    context: &mut Context<'_>,
) -> Vec<Dimension> {
    let mut dimensions = vec![];
    for (i, text) in names.iter().enumerate() {
        let pointer = format!("{pointer}/{i}");
        let written = WrittenExpr::at(spec, &pointer, text);
        let Some(compiled) = rows.compile(&written, ExprPlace::row("a dimension"), context) else { continue };
        let Some(name) = compiled.name.clone() else {
            let fault = Diagnostic::error(
                codes::UNKNOWN_DIMENSION,
                format!("`{text}` is not the name of a column or dimension"),
            );
            let hint = "define the expression under `dimensions` and list its name here";
            context.push(fault.at(spec.value(&pointer)).hint(hint));
            continue;
        };
        reads.add(&compiled, rows.graph);
        let declassify = declassified(spec, text);
        dimensions.push(Dimension {
            name,
            description: compiled.description(rows.graph),
            pii: compiled.personal_kind(rows.graph).filter(|_| declassify.is_none()),
            declassify,
            expression: compiled.into_expression(),
        });
    }
    dimensions
}

/// Why the dimension called `name` is declared to hold no personal data.
fn declassified(spec: &Located<MetricSpec>, name: &str) -> Option<String> {
    let mut dimensions = spec.spec.dimensions.iter().flatten();
    match dimensions.find(|(own, _)| is_same_name(own, name)) {
        Some((_, DimensionEntry::Full(full))) => full.declassify.clone(),
        _ => None,
    }
}

/// Names of measures that are one to SQL, or that of the period's column.
fn report_measures_twice(spec: &Located<MetricSpec>, context: &mut Context<'_>) {
    let names: Vec<&str> = spec.spec.measures.keys().map(String::as_str).collect();
    for (index, name) in names.iter().enumerate() {
        let place = spec.key(&format!("/measures/{}", pointer_segment(name)));
        if let Some(twin) = names[..index].iter().find(|known| is_same_name(known, name)) {
            let message =
                format!("measures `{twin}` and `{name}` differ only in case, and column names are case-insensitive");
            let first = spec.key(&format!("/measures/{}", pointer_segment(twin)));
            context.push(Diagnostic::error(codes::DUPLICATE_NAME, message).at(place).related(first, "first here"));
        } else if spec.spec.time.is_some() && is_same_name(name, Time::COLUMN) {
            let message = format!("duplicate column `{name}` in the tables");
            let hint =
                format!("`time` adds a column `{}` with the first day of the period: rename the measure", Time::COLUMN);
            context.push(Diagnostic::error(codes::DUPLICATE_NAME, message).at(place).hint(hint));
        }
    }
}

fn report_twice(dimensions: &[Dimension], has_period: bool, spec: &Located<MetricSpec>, context: &mut Context<'_>) {
    let mut seen: Vec<&str> = if has_period { vec![Time::COLUMN] } else { vec![] };
    seen.extend(spec.spec.measures.keys().map(String::as_str));
    for dimension in dimensions {
        if seen.iter().any(|n| is_same_name(n, &dimension.name)) {
            let message = format!("duplicate column `{}` in the table", dimension.name);
            let hint = "give one of them another name under `dimensions`";
            context.push(Diagnostic::error(codes::DUPLICATE_NAME, message).at(dimension.expression.origin).hint(hint));
        }
        seen.push(&dimension.name);
    }
}

fn per(
    spec: &Located<MetricSpec>,
    per: &PerSpec,
    entity: EntityId,
    from: EntityId,
    rows: &EntityRows<'_>,
    reads: &mut Reads,
    context: &mut Context<'_>,
) -> Option<Per> {
    let graph = rows.graph;
    let (own, other) = (&graph.entities[from.0], &graph.entities[entity.0]);
    let filter = per.filter.as_ref().and_then(|sql| condition(sql, "/per/where", spec, rows, reads, context));
    let columns = dimensions(&per.columns, "/per/columns", spec, rows, reads, context);
    report_twice(&columns, false, spec, context);
    let leading: Vec<_> = own.references.iter().filter(|r| r.entity == entity).collect();
    let [reference] = leading.as_slice() else {
        let same = |a: &Reference, b: &Reference| a.alias == b.alias && a.span != b.span;
        let is_reported = leading.iter().any(|a| leading.iter().any(|b| same(a, b)));
        if graph.open(from).references || entity == graph.nobody || is_reported {
            return None;
        }
        let (message, hint) = if leading.is_empty() {
            let hint = match other.key.len() {
                0 | 1 => format!(
                    "declare it on the column of `{}` that holds the key: `references: {}`",
                    own.name, other.name
                ),
                _ => format!("declare it in `{}`: `references: {{ {}: {{ key: .. }} }}`", own.name, other.name),
            };
            (format!("no reference leads from `{}` to `{}`", own.name, other.name), hint)
        } else {
            let message = format!("{} references lead from `{}` to `{}`", leading.len(), own.name, other.name);
            (message, "`per` is ambiguous if there is more than one".to_owned())
        };
        context.push(Diagnostic::error(codes::REFERENCE_KEY, message).at(spec.value("/per/entity")).hint(hint));
        return None;
    };
    Some(Per {
        entity,
        reference: reference.columns.clone(),
        joins: joins(graph, entity, &reads.paths, false),
        filter,
        columns,
    })
}

/// The joins that expressions need, each after those it builds on. With `resolved`, rows of `base` whose own references
/// do not resolve take no part, whether the reference is used or not.
fn joins(graph: &Graph, base: EntityId, paths: &BTreeSet<RefPath>, resolved: bool) -> Vec<Join> {
    let mut wanted: BTreeSet<RefPath> = paths.iter().flat_map(RefPath::steps).collect();
    if resolved {
        let own = &graph.entities[base.0].references;
        let may_fail = own.iter().enumerate().filter(|(_, reference)| !reference.always_resolves);
        wanted.extend(may_fail.map(|(index, _)| RefPath::default().then(ReferenceId(index))));
    }
    let mut joins: Vec<Join> = wanted.into_iter().filter_map(|path| join(graph, base, path, resolved)).collect();
    joins.sort_by_cached_key(|join| (join.path.len(), join.path.aliases(base, &graph.entities)));
    joins
}

fn join(graph: &Graph, base: EntityId, path: RefPath, resolved: bool) -> Option<Join> {
    let (last, before) = path.split_last()?;
    let from = before.end(base, &graph.entities);
    let reference = graph.entities[from.0].reference(last);
    let target = &graph.entities[reference.entity.0];
    let keys = reference.columns.iter().zip(&target.key).map(|(column, key)| JoinKey {
        referring: ColumnPath { path: before.clone(), entity: from, column: *column },
        nullable: graph.entities[from.0].column(*column).nullable,
        key: ColumnPath { path: path.clone(), entity: reference.entity, column: *key },
    });
    let keys: Vec<JoinKey> = keys.collect();
    let nullable = keys.iter().any(|pair| pair.nullable);
    let kind = match (before.is_empty() && resolved, reference.always_resolves, nullable) {
        (true, _, false) => MetricJoinKind::Inner,
        (true, false, true) => MetricJoinKind::LeftResolved,
        _ => MetricJoinKind::Left,
    };
    (!keys.is_empty()).then_some(Join { from: before, entity: reference.entity, keys, path, kind })
}
