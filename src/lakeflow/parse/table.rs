//! `CREATE STREAMING TABLE` and `CREATE MATERIALIZED VIEW` (reference sections 1.1 and 1.2).

use super::clause::{TableClauses, TableKind};
use super::column::table_elements;
use super::cursor::{Cursor, Parsed};
use super::{Modifiers, flow};
use crate::lakeflow::ast::{CreateMaterializedView, CreateStreamingTable, StatementKind, TableDefinition, TableSource};

pub(super) fn streaming_table(c: &mut Cursor<'_>, modifiers: &Modifiers) -> Parsed<StatementKind> {
    c.expect("TABLE")?;
    let kind = TableKind::StreamingTable;
    let (table, _) = definition(c, modifiers, kind)?;
    let source = if c.eat("AS") {
        Some(TableSource::Query(c.query()?))
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
    let kind = TableKind::MaterializedView;
    let (table, refresh_policy) = definition(c, modifiers, kind)?;
    if !c.eat("AS") {
        return Err(kind.expected_clause(c));
    }
    let query = c.query()?;
    Ok(StatementKind::CreateMaterializedView(Box::new(CreateMaterializedView { table, refresh_policy, query })))
}

type Definition = (TableDefinition, Option<crate::lakeflow::ast::RefreshPolicy>);

fn definition(c: &mut Cursor<'_>, modifiers: &Modifiers, kind: TableKind) -> Parsed<Definition> {
    modifiers.only(&["OR REFRESH", "PRIVATE"], kind.words())?;
    if c.is("IF NOT EXISTS") {
        let fault = c.fault(format!("`IF NOT EXISTS` does not go with `CREATE {}` in a pipeline", kind.words()));
        return Err(fault.hint("`OR REFRESH` creates what is missing and keeps what is there"));
    }
    let name = c.name()?;
    let elements = table_elements(c, kind)?;
    let clauses = TableClauses::read(c, kind)?;
    let table = TableDefinition {
        or_refresh: modifiers.or_refresh.is_some(),
        private: modifiers.private.is_some(),
        name,
        columns: elements.columns,
        expectations: elements.expectations,
        constraints: elements.constraints,
        using: clauses.using,
        layout: clauses.layout,
        location: clauses.location,
        comment: clauses.comment,
        properties: clauses.properties,
        row_filter: clauses.row_filter,
    };
    Ok((table, clauses.refresh_policy))
}
