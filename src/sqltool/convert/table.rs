//! Streaming tables and materialized views: their columns, clauses and checks.

use lakeflow::ast::{
    CreateMaterializedView, CreateStreamingTable, CreateTable, DeclaredColumn, FlowBody, Generated, Ident, Layout,
    RefreshPolicy, StatementKind, TableConstraint, TableConstraintKind, TableDefinition, TableOrigin, TableSource,
};
use lakeflow::expr_text;

use super::body::QueryBody;
use super::checks::{Checks, take_expectations, take_not_null};
use super::names::{last, leave_live, parts, shown};
use super::note::Loss;
use super::scope::ConversionScope;
use super::statement::Rewritten;
use super::{cdc, flow, spark};

/// What a definition is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ConvertedKind {
    Streaming,
    Materialized,
}

pub(super) fn streaming_table(create: CreateStreamingTable, scope: &mut ConversionScope<'_>) -> Rewritten {
    let CreateStreamingTable { mut table, source } = create;
    let checks = Checks::of(&table);
    definition(&mut table, ConvertedKind::Streaming, scope);
    let source = match source {
        None => None,
        Some(TableSource::Query(query)) => {
            let body = QueryBody::rewritten(query, scope);
            Some(TableSource::Query(checks.around(body, scope)?))
        }
        // `FLOW INSERT BY NAME query` says the same as `AS query`.
        Some(TableSource::Flow(FlowBody::Insert(insert))) => {
            let query = flow::appended(insert, checks, scope)?;
            Some(TableSource::Query(query))
        }
        Some(TableSource::Flow(FlowBody::AutoCdc(mut flow))) => {
            cdc::clauses(&mut flow, scope);
            Some(TableSource::Flow(FlowBody::AutoCdc(flow)))
        }
    };
    Ok(vec![StatementKind::CreateStreamingTable(Box::new(CreateStreamingTable { table, source }))])
}

pub(super) fn materialized_view(create: CreateMaterializedView, scope: &mut ConversionScope<'_>) -> Rewritten {
    let CreateMaterializedView { mut table, refresh_policy, query } = create;
    let checks = Checks::of(&table);
    definition(&mut table, ConvertedKind::Materialized, scope);
    if let Some(policy) = refresh_policy {
        let word = match policy {
            RefreshPolicy::Auto => "AUTO",
            RefreshPolicy::Incremental => "INCREMENTAL",
            RefreshPolicy::IncrementalStrict => "INCREMENTAL STRICT",
            RefreshPolicy::Full => "FULL",
        };
        let message = format!("refresh policy {word} left out: Spark computes the whole view in every run");
        scope.note("REFRESH POLICY", Loss::Dropped, message);
    }
    let body = QueryBody::rewritten(query, scope);
    let query = checks.around(body, scope)?;
    let view = CreateMaterializedView { table, refresh_policy: None, query };
    Ok(vec![StatementKind::CreateMaterializedView(Box::new(view))])
}

/// A table that a flow fills is a streaming table to Spark; no pipeline makes other tables.
pub(super) fn plain_table(create: CreateTable, scope: &mut ConversionScope<'_>) -> Rewritten {
    let CreateTable { table, origin, .. } = create;
    let Some(TableOrigin::Flow(body)) = origin else {
        let place = scope.places().statement();
        let message = "`CREATE TABLE` left out: it is not part of a pipeline, run it separately";
        scope.note_at(place, Loss::Unconverted, message);
        return Ok(vec![]);
    };
    let place = scope.places().statement();
    let message = format!(
        "`{}` becomes a streaming table: in Spark, flows can only write into streaming tables",
        last(&table.name)
    );
    scope.note_at(place, Loss::Changed, message);
    streaming_table(CreateStreamingTable { table, source: Some(TableSource::Flow(*body)) }, scope)
}

/// What both have in common.
fn definition(table: &mut TableDefinition, kind: ConvertedKind, scope: &mut ConversionScope<'_>) {
    let writers = scope.project.writers(&table.name);
    scope.dataset = parts(&table.name).into_iter().cloned().collect();
    leave_live(&mut table.name);
    (table.or_refresh, table.or_replace, table.live) = (false, false, false);
    if table.private {
        table.private = false;
        let words = if scope.places().has("PRIVATE") { "PRIVATE" } else { "TEMPORARY" };
        let message =
            format!("`{words}` left out: `{}` becomes a table in the catalog that others can see", last(&table.name));
        scope.note(words, Loss::Changed, message);
    }
    let held = match (writers.queries, writers.cdc) {
        (_, 1..) => Err("the rows of AUTO CDC cannot be filtered"),
        (0, _) => Err("no flow of these files writes the table"),
        _ => Ok(()),
    };
    take_expectations(&mut table.expectations, held, scope);
    take_not_null(table, held, scope);
    table.columns.iter_mut().for_each(|c| column(c, scope));
    constraints(table, scope);
    clauses(table, kind, scope);
    if writers.cdc > 0 && !table.columns.is_empty() {
        // Spark compares them with what it stores, which has a column more.
        let place =
            table.columns.first().map_or_else(|| scope.places().statement(), |column| scope.ident(&column.name));
        let message = format!(
            "columns of `{}` left out, with types and comments: Spark takes them from the flow and adds \
             `__spark_autocdc_metadata`",
            last(&table.name)
        );
        scope.note_at(place, Loss::Changed, message);
        table.columns.clear();
    }
    if kind == ConvertedKind::Streaming && writers.queries > 1 {
        let message = format!(
            "{} flows write `{}`: on file formats such as parquet Spark 4.3 keeps the rows of one flow only, so store it \
             in a table format or make it one flow over a `UNION ALL`",
            writers.queries,
            last(&table.name)
        );
        scope.note_at(scope.name(&table.name), Loss::Changed, message);
    }
}

fn column(column: &mut DeclaredColumn, scope: &mut ConversionScope<'_>) {
    let name = column.name.value.clone();
    if let Some(mask) = column.mask.take() {
        let place = scope.behind(&column.name, "MASK");
        let function = shown(&mask.function);
        let message = format!("mask `{function}` on `{name}` left out: values are stored in the clear");
        scope.note_at(place, Loss::Unprotected, message);
    }
    if column.primary_key.take().is_some() {
        let place = scope.behind(&column.name, "PRIMARY KEY");
        scope.note_at(place, Loss::Dropped, format!("primary key `{name}` left out: it is informational"));
    }
    if std::mem::take(&mut column.unique) {
        let place = scope.behind(&column.name, "UNIQUE");
        scope.note_at(place, Loss::Unenforced, format!("`UNIQUE` on `{name}` is not enforced"));
    }
    if let Some((_, references)) = column.foreign_key.take().map(|key| *key) {
        let place = scope.behind(&column.name, "REFERENCES");
        let table = shown(&references.table);
        let message = format!("foreign key `{name}` to `{table}` left out: it is informational");
        scope.note_at(place, Loss::Dropped, message);
    }
    if let Some(generated) = column.generated.take() {
        let place = scope.behind(&column.name, "GENERATED");
        let what = match *generated {
            Generated::Always(expr) => format!("as `{}`", expr_text(&expr)),
            Generated::Identity { .. } => "as an identity".to_owned(),
        };
        let message =
            format!("column `{name}` is no longer generated {what}: it is NULL where the query does not return it");
        scope.note_at(place, Loss::Changed, message);
    }
    if let Some(default) = column.default.take() {
        let place = scope.behind(&column.name, "DEFAULT");
        let message = format!(
            "default `{}` of `{name}` left out: it is NULL where the query does not return it",
            expr_text(&default)
        );
        scope.note_at(place, Loss::Changed, message);
    }
    if let Some(collation) = column.collation.take() {
        // Spark compares declared types with those of the query, collation and all, and casts nothing.
        let place = scope.behind(&column.name, "COLLATE");
        let message =
            format!("collation `{}` of `{name}` left out: its texts compare as those of the query", collation.value);
        scope.note_at(place, Loss::Changed, message);
    }
    if let Some(lacking) = spark::missing_type(&column.data_type) {
        let place = scope.ident(&column.name);
        scope.note_at(place, Loss::Unconverted, format!("Spark 4.3 has no type `{lacking}`"));
    }
}

fn constraints(table: &mut TableDefinition, scope: &mut ConversionScope<'_>) {
    for TableConstraint { name, kind, .. } in std::mem::take(&mut table.constraints) {
        let named = name.as_ref().map(|name| scope.ident(name));
        let first = |columns: &[Ident]| columns.first().map(|column| scope.ident(column));
        let (place, loss, message) = match &kind {
            TableConstraintKind::PrimaryKey { columns, .. } => {
                let message = format!("primary key `{}` left out: it is informational", list(columns));
                (first(columns), Loss::Dropped, message)
            }
            TableConstraintKind::ForeignKey { columns, references } => {
                let (names, to) = (list(columns), shown(&references.table));
                let message = format!("foreign key `{names}` to `{to}` left out: it is informational");
                (first(columns), Loss::Dropped, message)
            }
            TableConstraintKind::Unique(columns) => {
                (first(columns), Loss::Unenforced, format!("`UNIQUE ({})` is not enforced", list(columns)))
            }
            TableConstraintKind::Check(predicate) => {
                (None, Loss::Unenforced, format!("`CHECK ({})` is not enforced", expr_text(predicate)))
            }
        };
        let place = named.or(place).unwrap_or_else(|| scope.places().statement());
        scope.note_at(place, loss, message);
    }
}

fn list(names: &[Ident]) -> String {
    names.iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(", ")
}

fn clauses(table: &mut TableDefinition, kind: ConvertedKind, scope: &mut ConversionScope<'_>) {
    if let Some(format) = table.using.take() {
        let message = format!("`USING {}` left out: the format is the default of the session", format.value);
        scope.note("USING", Loss::Dropped, message);
    }
    table.layout = table.layout.take().and_then(|layout| spark_layout(layout, table, kind, scope));
    if table.location.take().is_some() {
        let message = "`LOCATION` left out: the table is stored where the catalog puts it";
        scope.note("LOCATION", Loss::Changed, message);
    }
    if let Some(filter) = table.row_filter.take() {
        let message = format!(
            "row filter `{}` left out: every reader of `{}` sees all rows",
            shown(&filter.function),
            last(&table.name)
        );
        scope.note("WITH ROW FILTER", Loss::Unprotected, message);
    }
    if table.schedule.take().is_some() {
        let words = if scope.places().has("SCHEDULE") { "SCHEDULE" } else { "TRIGGER" };
        let message = format!("`{words}` left out: Spark refreshes when somebody runs the pipeline");
        scope.note(words, Loss::Dropped, message);
    }
}

/// Partitions and clustering as far as Spark can make them; they never change rows.
fn spark_layout(
    layout: Layout,
    table: &mut TableDefinition,
    kind: ConvertedKind,
    scope: &mut ConversionScope<'_>,
) -> Option<Layout> {
    let mut dropped = |words: &str, what: &str| {
        scope.note(words, Loss::Dropped, format!("{what} left out"));
        None
    };
    match layout {
        Layout::ClusterByAuto => dropped("CLUSTER BY", "liquid clustering AUTO"),
        Layout::ClusterByNone => dropped("CLUSTER BY", "`CLUSTER BY NONE`"),
        Layout::ClusterBy(_) if kind == ConvertedKind::Materialized => {
            dropped("CLUSTER BY", "`CLUSTER BY`, which fails in Spark when a materialized view is written,")
        }
        Layout::ClusterBy(names) if names.iter().any(|name| name.0.len() > 1) => {
            dropped("CLUSTER BY", "`CLUSTER BY` with a path into a struct")
        }
        Layout::PartitionTransforms(_) => dropped("PARTITIONED BY", "`PARTITIONED BY` with a transform"),
        Layout::PartitionColumns(_) | Layout::PartitionedBy(_) if kind == ConvertedKind::Materialized => dropped(
            "PARTITIONED BY",
            "`PARTITIONED BY` of a materialized view, which fails in Spark when it is written,",
        ),
        Layout::PartitionColumns(typed) => {
            let names = typed.iter().map(|(name, _)| name.clone()).collect();
            if !table.columns.is_empty() {
                table.columns.extend(typed.into_iter().map(|(name, data_type)| DeclaredColumn::new(name, data_type)));
            }
            Some(Layout::PartitionedBy(names))
        }
        other @ (Layout::ClusterBy(_) | Layout::PartitionedBy(_)) => Some(other),
    }
}
