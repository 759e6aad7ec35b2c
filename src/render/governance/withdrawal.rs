//! Statements that revoke and drop what earlier builds granted and created and this one does not.
//!
//! The object or the principal may no longer exist; then there is nothing to revoke. Only `DROP VIEW` and
//! `DROP FUNCTION` have an `IF EXISTS` form, so each statement is in a script of its own that ignores errors
//! about a missing object or principal, and fails on every other error. Existence is not looked up beforehand, because
//! the information schema does not show all grants to everybody who may revoke them.

use askama::Template;

use super::super::text::{Ident, Literal, Sql};
use super::FileHead;
use super::place::{dotted, quoted};
use crate::plan::record::{Taken, Withdrawal};

#[derive(Template)]
#[template(path = "governance/withdrawals.sql")]
struct Withdrawals {
    head: Sql,
    statements: Vec<Sql>,
}

/// What is taken before an update.
pub fn before(target: &str, as_whom: &str, taken: Option<&Taken>) -> Result<String, askama::Error> {
    let head = FileHead {
        title: "What earlier builds gave and this one does not is taken away.",
        target,
        runs: "first of all, before the pipeline",
        as_whom,
        notes: &[
            "Readers who would see too much of a table while it changes are kept out of it, until 45_returns.",
            "It is taken away by every build, until `gen retired confirm` says that it is gone.",
        ],
    };
    text(&head, taken.into_iter().flat_map(|taken| &taken.before))
}

/// Tags that go behind an update of all tables.
pub fn tags(target: &str, as_whom: &str, taken: Option<&Taken>) -> Result<String, askama::Error> {
    let head = FileHead {
        title: "Tags of earlier builds that protect nothing any more.",
        target,
        runs: "after an update of all tables: what is removed may protect a table that was left out",
        as_whom,
        notes: &["They go with every build, until `gen retired confirm` says that they are gone."],
    };
    text(&head, taken.into_iter().flat_map(Taken::tags))
}

/// What else is taken behind an update of all tables.
pub fn after(target: &str, as_whom: &str, taken: Option<&Taken>) -> Result<String, askama::Error> {
    let head = FileHead {
        title: "Policies and functions of earlier builds that protect nothing any more.",
        target,
        runs: "last, after an update of all tables: what is removed may protect a table that was left out",
        as_whom,
        notes: &["They go with every build, until `gen retired confirm` says that they are gone."],
    };
    text(&head, taken.into_iter().flat_map(Taken::leftovers))
}

fn text<'a>(head: &FileHead<'_>, taken: impl Iterator<Item = &'a Withdrawal>) -> Result<String, askama::Error> {
    Withdrawals { head: head.text()?, statements: taken.map(statement).collect() }.render()
}

/// The statement that takes something away.
pub fn statement(withdrawal: &Withdrawal) -> Sql {
    let name = |parts: &[String]| dotted(&parts.iter().map(String::as_str).collect::<Vec<_>>());
    Sql(match withdrawal {
        Withdrawal::Revoke { privilege, on, name: object, from } => {
            format!("REVOKE {privilege} ON {on} {} FROM {}", name(object), quoted(from))
        }
        Withdrawal::DropView(view) => format!("DROP VIEW IF EXISTS {}", name(view)),
        Withdrawal::DropPolicy { name: policy, schema } => {
            format!("DROP POLICY {} ON SCHEMA {}", Ident::new(policy), name(schema))
        }
        Withdrawal::UnsetTag { kind, table, column, tag } => {
            let (table, tag) = (name(table), Literal::new(tag));
            let column = column.as_ref().map(|column| format!(" ALTER COLUMN {}", Ident::new(column)));
            format!("ALTER {kind} {table}{} UNSET TAGS ({tag})", column.unwrap_or_default())
        }
        Withdrawal::DropFunction(function) => format!("DROP FUNCTION IF EXISTS {}", name(function)),
    })
}
