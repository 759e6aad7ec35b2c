//! `CREATE STREAMING TABLE` and `CREATE MATERIALIZED VIEW` (lakeflow-sql.md, "Streaming tables" and "Materialized
//! views").

use super::clause::{TableClauses, TableKind};
use super::column::table_elements;
use super::cursor::{Cursor, Parsed};
use super::flow;
use super::modifiers::Modifiers;
use crate::ParseFault;
use crate::ast::{CreateMaterializedView, CreateStreamingTable, StatementKind, TableDefinition, TableSource};

pub(super) fn streaming_table(c: &mut Cursor<'_>, modifiers: &Modifiers) -> Parsed<StatementKind> {
    let live = c.eat("LIVE");
    if c.is("VIEW") {
        let hint = "use a `TEMPORARY VIEW` for a view over a stream, or a `MATERIALIZED VIEW` for a stored result";
        return Err(c.expected(&["TABLE"]).hint(hint));
    }
    c.expect("TABLE")?;
    let kind = TableKind::StreamingTable;
    let (table, _) = definition(c, modifiers, kind, live)?;
    let source = if c.eat("AS") {
        Some(TableSource::Query(c.query()?.into()))
    } else if c.eat("FLOW") {
        Some(TableSource::Flow(flow::inline_flow(c)?))
    } else if c.at_end() {
        None
    } else {
        return Err(kind.expected_clause(c));
    };
    Ok(StatementKind::CreateStreamingTable(Box::new(CreateStreamingTable { table, source })))
}

pub(super) fn materialized_view(c: &mut Cursor<'_>, modifiers: &Modifiers) -> Parsed<StatementKind> {
    c.expect("VIEW")?;
    materialized(c, modifiers, false)
}

/// `CREATE LIVE TABLE`, the legacy spelling; `LIVE TABLE` has been read.
pub(super) fn live_table(c: &mut Cursor<'_>, modifiers: &Modifiers) -> Parsed<StatementKind> {
    materialized(c, modifiers, true)
}

fn materialized(c: &mut Cursor<'_>, modifiers: &Modifiers, live: bool) -> Parsed<StatementKind> {
    let kind = TableKind::MaterializedView;
    let (table, refresh_policy) = definition(c, modifiers, kind, live)?;
    if !c.eat("AS") {
        return Err(kind.expected_clause(c));
    }
    let query = c.query()?.into();
    Ok(StatementKind::CreateMaterializedView(Box::new(CreateMaterializedView { table, refresh_policy, query })))
}

type Definition = (TableDefinition, Option<crate::ast::RefreshPolicy>);

fn definition(c: &mut Cursor<'_>, modifiers: &Modifiers, kind: TableKind, live: bool) -> Parsed<Definition> {
    let allowed: &[&str] = &["OR REFRESH", "PRIVATE", "TEMPORARY", "OR REPLACE"];
    modifiers.only(allowed.get(..if live { 3 } else { 4 }).unwrap_or(allowed), kind.words())?;
    let place = c.range();
    let if_not_exists = c.if_not_exists()?;
    if if_not_exists && modifiers.or_refresh.is_some() {
        let fault = ParseFault::new(place, "`IF NOT EXISTS` and `OR REFRESH` cannot be combined");
        return Err(fault.hint("`OR REFRESH` creates the table if it is missing and keeps it otherwise"));
    }
    if if_not_exists && modifiers.or_replace.is_some() {
        return Err(ParseFault::new(place, "`IF NOT EXISTS` and `OR REPLACE` cannot be combined"));
    }
    let name = c.name()?;
    let elements = table_elements(c, kind)?;
    let clauses = TableClauses::read(c, kind)?;
    let refresh_policy = clauses.refresh_policy;
    let mut table = clauses.define(name, elements);
    table.or_refresh = modifiers.or_refresh.is_some();
    table.or_replace = modifiers.or_replace.is_some();
    table.private = modifiers.private.is_some() || modifiers.temporary.is_some();
    table.live = live;
    table.if_not_exists = if_not_exists;
    Ok((table, refresh_policy))
}
