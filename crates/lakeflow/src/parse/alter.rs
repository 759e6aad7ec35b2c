//! `ALTER`: tags, masks, row filters, bodies of metric views (lakeflow-sql.md, "Masks and row filters in pipelines",
//! "Grants, tags and comments" and "Metric views").
//!
//! Columns, types and properties of pipeline datasets belong into their definition; altering them is refused.

use std::ops::Range;

use sqlparser::tokenizer::Token;

use super::clause::{mask, row_filter};
use super::cursor::{Cursor, Parsed};
use super::governance::securable;
use super::view::metric_definition;
use crate::ParseFault;
use crate::ast::{Alter, AlterAction, ColumnAction, SecurableKind, StatementKind, Tag};

/// What can be altered.
const KINDS: &[SecurableKind] = &[
    SecurableKind::Catalog,
    SecurableKind::Schema,
    SecurableKind::Table,
    SecurableKind::StreamingTable,
    SecurableKind::MaterializedView,
    SecurableKind::View,
    SecurableKind::Volume,
];

/// `ALTER` has been read.
pub(super) fn alter(c: &mut Cursor<'_>) -> Parsed<StatementKind> {
    let object = securable(c, KINDS)?;
    let table =
        matches!(object.kind, SecurableKind::Table | SecurableKind::StreamingTable | SecurableKind::MaterializedView);
    let action = object_action(c, object.kind, table)?;
    Ok(StatementKind::Alter(Box::new(Alter { object, action })))
}

fn object_action(c: &mut Cursor<'_>, kind: SecurableKind, table: bool) -> Parsed<AlterAction> {
    let place = c.range();
    if kind == SecurableKind::View && c.eat("AS") {
        return metric_definition(c).map(|view| AlterAction::MetricBody(Box::new(view)));
    }
    match c.one_of(&["SET", "UNSET", "DROP", "ALTER"])? {
        "SET" => match c.one_of(&["TAGS", "ROW"])? {
            "TAGS" => tags(c).map(AlterAction::SetTags),
            _ => {
                only_tables(table, place, "a row filter")?;
                c.expect("FILTER")?;
                row_filter(c).map(AlterAction::SetRowFilter)
            }
        },
        "UNSET" => keys(c).map(AlterAction::UnsetTags),
        "DROP" => {
            only_tables(table, place, "a row filter")?;
            c.expect("ROW FILTER")?;
            Ok(AlterAction::DropRowFilter)
        }
        _ => {
            only_tables(table, place, "columns to alter")?;
            c.expect("COLUMN")?;
            let name = c.ident()?;
            Ok(AlterAction::Column { name, action: column_action(c)? })
        }
    }
}

fn only_tables(table: bool, place: Range<usize>, what: &str) -> Parsed<()> {
    if table {
        return Ok(());
    }
    Err(ParseFault::new(place, format!("only tables, streaming tables and materialized views have {what}")))
}

fn column_action(c: &mut Cursor<'_>) -> Parsed<ColumnAction> {
    match c.one_of(&["SET", "UNSET", "DROP"])? {
        "SET" => match c.one_of(&["TAGS", "MASK"])? {
            "TAGS" => tags(c).map(ColumnAction::SetTags),
            _ => mask(c).map(ColumnAction::SetMask),
        },
        "UNSET" => keys(c).map(ColumnAction::UnsetTags),
        _ => c.expect("MASK").map(|()| ColumnAction::DropMask),
    }
}

/// `('k' = 'v', 'k2', ..)`.
fn tags(c: &mut Cursor<'_>) -> Parsed<Vec<Tag>> {
    let tags = c.list(|c| {
        let place = c.range();
        let key = c.string()?;
        let value = if c.eat_token(&Token::Eq) { Some(c.string()?) } else { None };
        Ok((Tag { key, value }, place))
    })?;
    let twice =
        |(index, (tag, _)): &(usize, &(Tag, Range<usize>))| tags.iter().take(*index).any(|(t, _)| t.key == tag.key);
    match tags.iter().enumerate().find(twice) {
        Some((_, (tag, place))) => Err(ParseFault::new(place.clone(), format!("duplicate tag `{}`", tag.key))),
        None => Ok(tags.into_iter().map(|(tag, _)| tag).collect()),
    }
}

/// `TAGS ('k', ..)`.
fn keys(c: &mut Cursor<'_>) -> Parsed<Vec<String>> {
    c.expect("TAGS")?;
    c.list(Cursor::string)
}
