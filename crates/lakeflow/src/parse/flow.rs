//! `CREATE FLOW` and the `FLOW` clause of a streaming table (lakeflow-sql.md, "Streaming tables" and "Flows").

use super::cdc::{self, auto_cdc};
use super::cursor::{Cursor, Parsed};
use super::modifiers::Modifiers;
use crate::ParseFault;
use crate::ast::{ApplyChanges, CreateFlow, FlowBody, InsertFlow, Replace, StatementKind};

pub(super) fn create_flow(c: &mut Cursor<'_>, modifiers: &Modifiers) -> Parsed<StatementKind> {
    modifiers.only(&[], "FLOW")?;
    if c.is("IF NOT EXISTS") {
        return Err(c.fault("`IF NOT EXISTS` is not allowed with `CREATE FLOW`"));
    }
    let name = c.name()?;
    let comment = if c.eat("COMMENT") { Some(c.comment()?) } else { None };
    if comment.is_some() && c.is("COMMENT") {
        return Err(c.fault("duplicate `COMMENT`"));
    }
    if !c.eat("AS") {
        let fault = c.expected(&["COMMENT", "AS"]);
        let lost = c.is("INSERT") || c.is("AUTO");
        return Err(if lost { fault.hint("the action of a flow follows `AS`") } else { fault });
    }
    let (target, body) = match action(c, &["INSERT", "AUTO"])? {
        "INSERT" => {
            let mut once = c.eat("ONCE");
            c.expect("INTO")?;
            once |= !once && c.eat("ONCE"); // both places of `ONCE` are documented
            if c.is("TABLE") && !c.is("TABLE BY") {
                return Err(c.fault("unexpected `TABLE`").hint("write `INTO name`"));
            }
            let target = c.name()?;
            by_name(c)?;
            let replace = if c.eat("REPLACE") { Some(replace(c)?) } else { None };
            (target, FlowBody::Insert(InsertFlow { once, replace, query: c.query()?.into() }))
        }
        _ => {
            c.expect("CDC")?;
            let once = c.eat("ONCE");
            if c.is("FROM SNAPSHOT") {
                c.advance();
                return Err(cdc::no_snapshot(c));
            }
            c.expect("INTO")?;
            (c.name()?, FlowBody::AutoCdc(Box::new(auto_cdc(c, once)?)))
        }
    };
    Ok(StatementKind::CreateFlow(Box::new(CreateFlow { name, comment, target, body })))
}

/// The legacy statement; `APPLY` has been read.
pub(super) fn apply_changes(c: &mut Cursor<'_>) -> Parsed<StatementKind> {
    c.expect("CHANGES INTO")?;
    let target = c.name()?;
    Ok(StatementKind::ApplyChanges(Box::new(ApplyChanges { target, cdc: cdc::apply_changes(c)? })))
}

/// What stands behind `FLOW` in `CREATE STREAMING TABLE`.
pub(super) fn inline_flow(c: &mut Cursor<'_>) -> Parsed<FlowBody> {
    match action(c, &["INSERT", "AUTO", "REPLACE"])? {
        "INSERT" => {
            let once = c.eat("ONCE");
            no_target(c)?;
            by_name(c)?;
            Ok(FlowBody::Insert(InsertFlow { once, replace: None, query: c.query()?.into() }))
        }
        "AUTO" => {
            c.expect("CDC")?;
            let once = c.eat("ONCE");
            no_target(c)?;
            Ok(FlowBody::AutoCdc(Box::new(auto_cdc(c, once)?)))
        }
        _ => {
            let replace = replace(c)?;
            by_name(c)?;
            Ok(FlowBody::Insert(InsertFlow { once: false, replace: Some(replace), query: c.query()?.into() }))
        }
    }
}

/// What the flow does.
fn action<'w>(c: &mut Cursor<'_>, known: &[&'w str]) -> Parsed<&'w str> {
    let misplaced = c.is("ONCE");
    let fault =
        |fault: ParseFault| if misplaced { fault.hint("write `INSERT ONCE` or `AUTO CDC ONCE`") } else { fault };
    c.one_of(known).map_err(fault)
}

fn no_target(c: &Cursor<'_>) -> Parsed<()> {
    if c.is("INTO") {
        return Err(c.fault("the flow of a table writes into that table").hint("remove `INTO ..`"));
    }
    Ok(())
}

/// `WHERE condition` or `USING (k, ..) SEQUENCE BY c` behind `REPLACE`.
fn replace(c: &mut Cursor<'_>) -> Parsed<Replace> {
    match c.one_of(&["WHERE", "USING"])? {
        "WHERE" => Ok(Replace::Where(c.expr()?)),
        _ => replaced_keys(c),
    }
}

/// `(k, ..) SEQUENCE BY c` behind `REPLACE USING`.
fn replaced_keys(c: &mut Cursor<'_>) -> Parsed<Replace> {
    let keys = c.names()?;
    c.expect("SEQUENCE BY")?;
    Ok(Replace::Using { keys, sequence_by: c.expr()? })
}

fn by_name(c: &mut Cursor<'_>) -> Parsed<()> {
    c.expect("BY NAME").map_err(|fault| {
        let hint = fault.hint.clone().unwrap_or_else(|| "flows match columns by name: write `BY NAME`".to_owned());
        ParseFault { hint: Some(hint), ..fault }
    })
}
