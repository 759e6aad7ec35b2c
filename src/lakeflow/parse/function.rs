//! `CREATE FUNCTION`: scalar SQL functions (reference section 5).

use sqlparser::tokenizer::Token;

use super::Modifiers;
use super::cursor::{Cursor, Once, Parsed};
use crate::lakeflow::Fault;
use crate::lakeflow::ast::{CreateFunction, Parameter, StatementKind};

pub(super) fn create_function(c: &mut Cursor<'_>, modifiers: &Modifiers) -> Parsed<StatementKind> {
    modifiers.only(&["OR REPLACE"], "FUNCTION")?;
    let place = c.range();
    let if_not_exists = c.if_not_exists()?;
    if if_not_exists && modifiers.or_replace.is_some() {
        return Err(Fault::new(place, "`IF NOT EXISTS` and `OR REPLACE` exclude each other"));
    }
    let name = c.name()?;
    let parameters = c.list_or_none(parameter)?;
    c.expect("RETURNS")?;
    if c.is("TABLE") {
        return Err(c.fault("functions that return a table are not supported"));
    }
    let returns = c.type_name()?;
    let traits = Traits::read(c)?;
    if !c.eat("RETURN") {
        return Err(c.expected(&["LANGUAGE", "DETERMINISTIC", "COMMENT", "RETURN"]));
    }
    Ok(StatementKind::CreateFunction(Box::new(CreateFunction {
        or_replace: modifiers.or_replace.is_some(),
        if_not_exists,
        name,
        parameters,
        returns,
        language_sql: traits.language_sql,
        deterministic: traits.deterministic,
        comment: traits.comment,
        body: c.expr()?,
    })))
}

fn parameter(c: &mut Cursor<'_>) -> Parsed<Parameter> {
    let name = c.ident()?;
    let data_type = c.type_name()?;
    let mut parameter = Parameter { name, data_type, default: None, comment: None };
    let mut once = Once::default();
    loop {
        let place = c.range();
        if c.eat("DEFAULT") {
            once.note("DEFAULT", place)?;
            parameter.default = Some(c.expr()?);
        } else if c.eat("COMMENT") {
            once.note("COMMENT", place)?;
            parameter.comment = Some(c.string()?);
        } else if matches!(c.token(), Token::Comma | Token::RParen) {
            return Ok(parameter);
        } else {
            return Err(c.expected(&["DEFAULT", "COMMENT", ",", ")"]));
        }
    }
}

/// What stands between `RETURNS type` and `RETURN`, in any order.
#[derive(Default)]
struct Traits {
    language_sql: bool,
    deterministic: Option<bool>,
    comment: Option<String>,
}

impl Traits {
    fn read(c: &mut Cursor<'_>) -> Parsed<Self> {
        let mut traits = Traits::default();
        let mut once = Once::default();
        loop {
            let place = c.range();
            if c.eat("LANGUAGE") {
                once.note("LANGUAGE", place)?;
                if c.is("PYTHON") {
                    return Err(c
                        .fault("functions in Python are not supported")
                        .hint("masks and filters must be SQL functions"));
                }
                c.expect("SQL")?;
                traits.language_sql = true;
            } else if c.eat("DETERMINISTIC") {
                once.note("DETERMINISTIC", place)?;
                traits.deterministic = Some(true);
            } else if c.eat("NOT") {
                once.note("DETERMINISTIC", place)?;
                c.expect("DETERMINISTIC")?;
                traits.deterministic = Some(false);
            } else if c.eat("COMMENT") {
                once.note("COMMENT", place)?;
                traits.comment = Some(c.string()?);
            } else {
                return Ok(traits);
            }
        }
    }
}
