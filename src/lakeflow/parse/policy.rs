//! `CREATE POLICY` and `DROP POLICY` (reference section 4.3).

use sqlparser::tokenizer::Token;

use super::create::Modifiers;
use super::cursor::{Cursor, Parsed};
use super::governance::securable;
use crate::lakeflow::ast::{
    CreatePolicy, DropPolicy, Ident, MatchColumn, PolicyKind, Securable, SecurableKind, StatementKind,
};

/// What a policy can hang on.
const PLACES: &[SecurableKind] = &[SecurableKind::Catalog, SecurableKind::Schema, SecurableKind::Table];

pub(super) fn create_policy(c: &mut Cursor<'_>, modifiers: &Modifiers) -> Parsed<StatementKind> {
    modifiers.only(&["OR REPLACE"], "POLICY")?;
    let name = c.ident()?;
    let on = place(c)?;
    let comment = if c.eat("COMMENT") { Some(c.string()?) } else { None };
    let masks = match c.one_of(&["ROW", "COLUMN"])? {
        "ROW" => c.expect("FILTER").map(|()| false)?,
        _ => c.expect("MASK").map(|()| true)?,
    };
    let function = c.name()?;
    c.expect("TO")?;
    let to = principals(c)?;
    let except = if c.eat("EXCEPT") { principals(c)? } else { vec![] };
    c.expect("FOR TABLES")?;
    let when = if c.eat("WHEN") { Some(c.expr()?) } else { None };
    let match_columns = match_columns(c)?;
    let kind = if masks {
        c.expect("ON COLUMN")?;
        PolicyKind::ColumnMask { on_column: c.ident()? }
    } else {
        PolicyKind::RowFilter
    };
    let using_columns = if c.eat("USING") {
        c.expect("COLUMNS")?;
        c.list(Cursor::argument)?
    } else {
        vec![]
    };
    Ok(StatementKind::CreatePolicy(Box::new(CreatePolicy {
        or_replace: modifiers.or_replace.is_some(),
        name,
        on,
        comment,
        kind,
        function,
        to,
        except,
        when,
        match_columns,
        using_columns,
    })))
}

/// `DROP` has been read; nothing else can be dropped.
pub(super) fn drop_policy(c: &mut Cursor<'_>) -> Parsed<StatementKind> {
    c.expect("POLICY")?;
    let name = c.ident()?;
    Ok(StatementKind::DropPolicy(DropPolicy { name, on: place(c)? }))
}

fn place(c: &mut Cursor<'_>) -> Parsed<Securable> {
    c.expect("ON")?;
    securable(c, PLACES)
}

fn principals(c: &mut Cursor<'_>) -> Parsed<Vec<Ident>> {
    let mut principals = vec![c.ident()?];
    while c.eat_token(&Token::Comma) {
        principals.push(c.ident()?);
    }
    Ok(principals)
}

fn match_columns(c: &mut Cursor<'_>) -> Parsed<Vec<MatchColumn>> {
    let mut columns = vec![];
    if !c.eat("MATCH") {
        return Ok(columns);
    }
    c.expect("COLUMNS")?;
    loop {
        let condition = c.expr()?;
        let named = c.eat("AS");
        let ends = c.at_end() || *c.token() == Token::Comma || c.is("ON COLUMN") || c.is("USING COLUMNS");
        let alias = if named || !ends { Some(c.ident()?) } else { None };
        columns.push(MatchColumn { condition, alias });
        if !c.eat_token(&Token::Comma) {
            return Ok(columns);
        }
    }
}
