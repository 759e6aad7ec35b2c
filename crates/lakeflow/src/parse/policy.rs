//! `CREATE POLICY` and `DROP POLICY` (lakeflow-sql.md, "Policies and governed tags").

use std::ops::Range;

use sqlparser::ast::Expr;
use sqlparser::tokenizer::Token;

use super::command;
use super::cursor::{Cursor, Parsed};
use super::governance::securable;
use super::modifiers::Modifiers;
use crate::ParseFault;
use crate::ast::{CreatePolicy, DropPolicy, Ident, MatchColumn, PolicyKind, Securable, SecurableKind, StatementKind};
use crate::diag::did_you_mean;

/// What a policy can hang on.
const PLACES: &[SecurableKind] =
    &[SecurableKind::Catalog, SecurableKind::Schema, SecurableKind::Table, SecurableKind::Metastore];

/// `start` is where `CREATE` stands.
pub(super) fn create_policy(c: &mut Cursor<'_>, start: usize, modifiers: &Modifiers) -> Parsed<StatementKind> {
    modifiers.only(&["OR REPLACE"], "POLICY")?;
    let name = c.ident()?;
    let on = place(c)?;
    let comment = if c.eat("COMMENT") { Some(c.comment()?) } else { None };
    if ["TO", "GRANT", "DENY", "FOR MODELS"].iter().any(|word| c.is(word)) {
        c.move_to(start);
        return command::command(c); // of privileges, not of rows and columns
    }
    let masks = match c.one_of(&["ROW", "COLUMN"])? {
        "ROW" => c.expect("FILTER").map(|()| false)?,
        _ => c.expect("MASK").map(|()| true)?,
    };
    let function = c.name()?;
    c.expect("TO")?;
    let to = principals(c)?;
    let except = if c.eat("EXCEPT") { principals(c)? } else { vec![] };
    c.expect("FOR TABLES")?;
    let when = if c.eat("WHEN") { Some(condition(c)?) } else { None };
    let match_columns = match_columns(c)?;
    let kind = if masks {
        c.expect("ON COLUMN")?;
        let place = c.range();
        let on_column = c.ident()?;
        matched(&match_columns, &on_column, place)?;
        PolicyKind::ColumnMask { on_column }
    } else {
        PolicyKind::RowFilter
    };
    let using_columns = using_columns(c, &match_columns)?;
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

/// `USING COLUMNS (argument, ..)`: aliases of matched columns, literals, values of tags.
fn using_columns(c: &mut Cursor<'_>, columns: &[MatchColumn]) -> Parsed<Vec<Expr>> {
    if !c.eat("USING") {
        return Ok(vec![]);
    }
    c.expect("COLUMNS")?;
    c.list(|c| {
        if c.is("get_tag_value") || c.is("get_column_tag_value") {
            return c.expr();
        }
        let place = c.range();
        let argument = c.argument()?;
        if let Expr::Identifier(name) = &argument {
            matched(columns, name, place)?;
        }
        Ok(argument)
    })
}

/// A column is named by the alias that `MATCH COLUMNS` gives it.
fn matched(columns: &[MatchColumn], name: &Ident, place: Range<usize>) -> Parsed<()> {
    let alias = |c: &MatchColumn| c.alias.as_ref().is_some_and(|alias| alias.value.eq_ignore_ascii_case(&name.value));
    if columns.iter().any(alias) {
        return Ok(());
    }
    let fault = ParseFault::new(place, format!("unknown alias `{}`: no column is matched under that name", name.value));
    Err(fault.hint(format!("add `MATCH COLUMNS has_tag('..') AS {}`", name.value)))
}

/// Functions that ask for tags, with how many arguments they take; the second spelling is an old one.
const TAG_FUNCTIONS: &[(&str, usize)] = &[("has_tag", 1), ("has_tag_value", 2), ("hasTag", 1), ("hasTagValue", 2)];

/// A condition on tags: it sees no columns.
fn condition(c: &mut Cursor<'_>) -> Parsed<Expr> {
    let start = c.index();
    let expr = c.expr()?;
    let mut fault = None;
    // The calls inside stand in the tokens as they stand in the tree.
    for index in start..c.index() {
        let Token::Word(word) = &c.parser.token_at(index).token else { continue };
        if c.parser.token_at(index + 1).token != Token::LParen || fault.is_some() {
            continue;
        }
        let known = TAG_FUNCTIONS.iter().find(|(name, _)| name.eq_ignore_ascii_case(&word.value));
        let guess = did_you_mean(&word.value, TAG_FUNCTIONS.iter().map(|(name, _)| *name));
        fault = match known {
            None => guess.map(|hint| {
                ParseFault::new(c.range_at(index), format!("function `{}` is not supported in policies", word.value))
                    .hint(hint)
            }),
            Some((name, wanted)) => wrong_count(c, index, name, *wanted),
        };
    }
    match (fault, &expr) {
        (Some(fault), _) => Err(fault),
        (None, Expr::Identifier(_) | Expr::CompoundIdentifier(_)) => Err(no_column(c.range_since(start))),
        (None, Expr::BinaryOp { left, right, .. }) if is_column(left) || is_column(right) => {
            Err(no_column(c.range_since(start)))
        }
        _ => Ok(expr),
    }
}

fn is_column(expr: &Expr) -> bool {
    matches!(expr, Expr::Identifier(name) if !name.value.starts_with("${"))
}

fn no_column(range: Range<usize>) -> ParseFault {
    ParseFault::new(range, "a policy can only test tags, not column values").hint("write `has_tag_value('k', 'v')`")
}

/// A call of a tag function, whose arguments are all strings, with too few or too many of them.
fn wrong_count(c: &Cursor<'_>, index: usize, name: &str, wanted: usize) -> Option<ParseFault> {
    let mut found = 0;
    for at in index + 2..c.index() {
        match &c.parser.token_at(at).token {
            Token::RParen => break,
            Token::Comma => {}
            _ => found += 1,
        }
    }
    let form = if wanted == 1 { "'key'" } else { "'key', 'value'" };
    let strings = if wanted == 1 { "one string" } else { "two strings" };
    let fault = || ParseFault::new(c.range_at(index), format!("`{name}` takes {strings}, found {found}"));
    (found != wanted).then(|| fault().hint(format!("write `{name}({form})`")))
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
        let condition = condition(c)?;
        let named = c.eat("AS");
        let ends = c.at_end() || *c.token() == Token::Comma || c.is("ON COLUMN") || c.is("USING COLUMNS");
        let place = c.range();
        let alias = if named || !ends { Some(c.ident()?) } else { None };
        let taken = |name: &Ident| columns.iter().any(|column: &MatchColumn| column.alias.as_ref() == Some(name));
        if let Some(name) = alias.as_ref().filter(|name| taken(name)) {
            return Err(ParseFault::new(place, format!("duplicate alias `{}`", name.value)));
        }
        columns.push(MatchColumn { condition, alias });
        if !c.eat_token(&Token::Comma) {
            return Ok(columns);
        }
    }
}
