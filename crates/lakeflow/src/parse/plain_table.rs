//! `CREATE TABLE` and `REPLACE TABLE`.

use super::clause::{TableClauses, TableKind};
use super::column::table_elements;
use super::cursor::{Cursor, Parsed};
use super::embedded::starts_query;
use super::flow;
use super::modifiers::Modifiers;
use crate::ParseFault;
use crate::ast::{AsOf, CreateTable, FlowBody, StatementKind, TableOrigin};
use crate::lex::is_word;

/// How the statement begins.
pub(super) struct TableHead {
    pub(super) replace: bool,
    pub(super) external: bool,
}

/// Whether the statement has a clause of Hive's, which only the grammar of commands knows.
pub(super) fn is_of_hive(c: &Cursor<'_>) -> bool {
    let words = |n: usize, phrase: [&str; 2]| {
        let [first, second] = phrase;
        is_word(&c.parser.peek_nth_token_ref(n).token, first)
            && is_word(&c.parser.peek_nth_token_ref(n + 1).token, second)
    };
    let ahead = c.end_of_statement() - c.index();
    (0..ahead)
        .any(|n| [["ROW", "FORMAT"], ["STORED", "AS"], ["CLUSTERED", "BY"]].iter().any(|phrase| words(n, *phrase)))
}

/// `TABLE` comes next.
pub(super) fn create_table(c: &mut Cursor<'_>, modifiers: &Modifiers, head: &TableHead) -> Parsed<StatementKind> {
    modifiers.only(&["OR REPLACE", "TEMPORARY"], "TABLE")?;
    c.expect("TABLE")?;
    let place = c.range();
    let if_not_exists = c.if_not_exists()?;
    if if_not_exists && (modifiers.or_replace.is_some() || head.replace) {
        return Err(ParseFault::new(place, "`IF NOT EXISTS` and `OR REPLACE` cannot be combined"));
    }
    let name = c.dotted(3)?;
    let elements = table_elements(c, TableKind::Table)?;
    let declared = !elements.columns.is_empty();
    let like = if c.eat("LIKE") {
        Some(TableOrigin::Like { table: c.name()?, copy_location: c.eat("COPY LOCATION") })
    } else {
        None
    };
    let cloned = match like {
        Some(like) => Some(like),
        None => cloned(c)?,
    };
    let clauses = TableClauses::read(c, TableKind::Table)?;
    let origin = match cloned {
        Some(origin) => Some(origin),
        None => filled(c, declared)?,
    };
    let mut table = clauses.define(name, elements);
    table.if_not_exists = if_not_exists;
    Ok(StatementKind::CreateTable(Box::new(CreateTable {
        or_replace: modifiers.or_replace.is_some(),
        replace: head.replace,
        external: head.external,
        temporary: modifiers.temporary.is_some(),
        table,
        origin,
    })))
}

/// `[SHALLOW | DEEP] CLONE table [.. AS OF ..]`.
fn cloned(c: &mut Cursor<'_>) -> Parsed<Option<TableOrigin>> {
    let shallow = c.eat("SHALLOW");
    if !shallow && !c.eat("DEEP") && !c.is("CLONE") {
        return Ok(None);
    }
    c.expect("CLONE")?;
    Ok(Some(TableOrigin::Clone { shallow, table: c.name()?, as_of: as_of(c)? }))
}

fn as_of(c: &mut Cursor<'_>) -> Parsed<Option<AsOf>> {
    if c.eat("VERSION") {
        c.expect("AS OF")?;
        return Ok(Some(AsOf::Version(c.expr()?)));
    }
    if c.eat("TIMESTAMP") {
        c.expect("AS OF")?;
        return Ok(Some(AsOf::Timestamp(c.expr()?)));
    }
    Ok(None)
}

/// `AS query` or `FLOW ..`; Spark also reads a query without `AS`, where no column is declared.
fn filled(c: &mut Cursor<'_>, declared: bool) -> Parsed<Option<TableOrigin>> {
    if c.eat("AS") || !declared && starts_query(c.token()) {
        return Ok(Some(TableOrigin::Query(c.query()?)));
    }
    let place = c.range();
    if c.eat("FLOW") {
        let body = flow::inline_flow(c)?;
        // lakeflow-sql.md, "Flows": no change data capture and no replacing into a plain table.
        if !matches!(&body, FlowBody::Insert(insert) if insert.replace.is_none()) {
            return Err(ParseFault::new(place, "the flow of a plain table can only insert")
                .hint("write `FLOW INSERT BY NAME ..`"));
        }
        return Ok(Some(TableOrigin::Flow(Box::new(body))));
    }
    if c.at_end() { Ok(None) } else { Err(TableKind::Table.expected_clause(c)) }
}
