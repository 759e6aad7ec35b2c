//! `CREATE FUNCTION` (lakeflow-sql.md, "Grants, tags and comments").

use sqlparser::tokenizer::Token;

use super::clause::properties;
use super::command;
use super::cursor::{Cursor, Once, Parsed};
use super::embedded::starts_query;
use super::modifiers::Modifiers;
use super::view::dollar_text;
use crate::ParseFault;
use crate::ast::{
    CreateFunction, FunctionBody, FunctionCredential, Language, Parameter, PythonTraits, Returns, StatementKind, Text,
};

pub(super) fn create_function(c: &mut Cursor<'_>, modifiers: &Modifiers) -> Parsed<StatementKind> {
    modifiers.only(&["OR REPLACE", "TEMPORARY"], "FUNCTION")?;
    let place = c.range();
    let if_not_exists = c.if_not_exists()?;
    if if_not_exists && modifiers.or_replace.is_some() {
        return Err(ParseFault::new(place, "`IF NOT EXISTS` and `OR REPLACE` cannot be combined"));
    }
    let name = c.name()?;
    let parameters = c.list_or_none(parameter)?;
    c.distinct(parameters.iter().map(|parameter| &parameter.name))?;
    let returns = if c.eat("RETURNS") { Some(returns(c)?) } else { None };
    let traits = Traits::read(c)?;
    let place = c.range();
    let body = body(c, traits.language)?;
    if traits.language != Some(Language::Python) && traits.python != PythonTraits::default() {
        let message =
            "`PARAMETER STYLE`, `HANDLER`, `CREDENTIALS` and `ENVIRONMENT` are only allowed with `LANGUAGE PYTHON`";
        return Err(ParseFault::new(place, message));
    }
    Ok(StatementKind::CreateFunction(Box::new(CreateFunction {
        or_replace: modifiers.or_replace.is_some(),
        temporary: modifiers.temporary.is_some(),
        if_not_exists,
        name,
        parameters,
        returns,
        language: traits.language,
        deterministic: traits.deterministic,
        reads_data: traits.reads_data,
        definer: traits.definer,
        comment: traits.comment,
        python: traits.python,
        body,
    })))
}

/// What stands behind `RETURNS`.
fn returns(c: &mut Cursor<'_>) -> Parsed<Returns> {
    if !c.eat("TABLE") {
        return c.type_name().map(Returns::Scalar);
    }
    Ok(Returns::Table(if *c.token() == Token::LParen { c.list(parameter)? } else { vec![] }))
}

fn body(c: &mut Cursor<'_>, language: Option<Language>) -> Parsed<FunctionBody> {
    if language == Some(Language::Python) {
        if !c.eat("AS") {
            return Err(c.expected(&["DETERMINISTIC", "COMMENT", "AS"]));
        }
        if matches!(c.token(), Token::SingleQuotedString(_)) {
            let range = c.range();
            let value = c.string()?;
            return Ok(FunctionBody::Code(Text { value, range }));
        }
        return dollar_text(c).map(FunctionBody::Code);
    }
    if c.is("BEGIN") {
        return command::block(c).map(|block| FunctionBody::Block(Box::new(block)));
    }
    if !c.eat("RETURN") {
        return Err(c.expected(&["RETURNS", "LANGUAGE", "DETERMINISTIC", "COMMENT", "RETURN"]));
    }
    if starts_query(c.token()) && *c.token() != Token::LParen {
        return c.query().map(FunctionBody::Query);
    }
    c.expr().map(|expr| FunctionBody::Expr(Box::new(expr)))
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
            parameter.comment = Some(c.comment()?);
        } else if matches!(c.token(), Token::Comma | Token::RParen) {
            return Ok(parameter);
        } else {
            return Err(c.expected(&["DEFAULT", "COMMENT", ",", ")"]));
        }
    }
}

/// What stands between `RETURNS type` and the body, in any order.
#[derive(Default)]
struct Traits {
    language: Option<Language>,
    deterministic: Option<bool>,
    reads_data: Option<bool>,
    definer: Option<bool>,
    comment: Option<String>,
    python: PythonTraits,
}

impl Traits {
    fn read(c: &mut Cursor<'_>) -> Parsed<Self> {
        let mut traits = Traits::default();
        let mut once = Once::default();
        loop {
            let place = c.range();
            if c.eat("LANGUAGE") {
                once.note("LANGUAGE", place)?;
                let python = c.one_of(&["SQL", "PYTHON"])? == "PYTHON";
                traits.language = Some(if python { Language::Python } else { Language::Sql });
            } else if c.eat("CONTAINS") {
                once.note("CONTAINS SQL or READS SQL DATA", place)?;
                c.expect("SQL")?;
                traits.reads_data = Some(false);
            } else if c.eat("READS") {
                once.note("CONTAINS SQL or READS SQL DATA", place)?;
                c.expect("SQL DATA")?;
                traits.reads_data = Some(true);
            } else if c.eat("SQL") {
                once.note("SQL SECURITY", place)?;
                c.expect("SECURITY")?;
                traits.definer = Some(c.one_of(&["INVOKER", "DEFINER"])? == "DEFINER");
            } else if c.eat("DETERMINISTIC") {
                once.note("DETERMINISTIC", place)?;
                traits.deterministic = Some(true);
            } else if c.eat("NOT") {
                once.note("DETERMINISTIC", place)?;
                c.expect("DETERMINISTIC")?;
                traits.deterministic = Some(false);
            } else if c.eat("COMMENT") {
                once.note("COMMENT", place)?;
                traits.comment = Some(c.comment()?);
            } else if let Some(name) = PYTHON.iter().find(|name| c.is(name)) {
                once.note(name, place)?;
                c.advance();
                python_trait(c, name, &mut traits.python)?;
            } else {
                return Ok(traits);
            }
        }
    }
}

/// First words of what only functions in Python have.
const PYTHON: &[&str] = &["PARAMETER", "HANDLER", "CREDENTIALS", "ENVIRONMENT"];

fn python_trait(c: &mut Cursor<'_>, name: &str, python: &mut PythonTraits) -> Parsed<()> {
    match name {
        "PARAMETER" => {
            c.expect("STYLE PANDAS")?;
            python.pandas = true;
        }
        "HANDLER" => python.handler = Some(c.string()?),
        "CREDENTIALS" => python.credentials = c.list(credential)?,
        _ => python.environment = properties(c)?,
    }
    Ok(())
}

fn credential(c: &mut Cursor<'_>) -> Parsed<FunctionCredential> {
    let name = c.ident()?;
    let alias = if c.eat("AS") { Some(c.ident()?) } else { None };
    Ok(FunctionCredential { name, alias, default: c.eat("DEFAULT") })
}
