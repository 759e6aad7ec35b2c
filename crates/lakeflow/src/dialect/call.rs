//! Calls of functions.
//!
//! sqlparser tries to read each argument as `name => value`, and writes an error about all that are none. Where the tokens
//! tell that a call has nothing special about it, its arguments are read here; all others are sqlparser's.

use sqlparser::ast::{
    DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, Ident,
    ObjectName, ObjectNamePart, ObjectNamePartFunction, WindowType,
};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use super::next_is;
use crate::ast::bare_call;
use crate::lex::IDENTIFIER;

/// The function `name` with its arguments, which come next, and what stands behind them.
pub(super) fn call(parser: &mut Parser, name: Ident) -> Result<Expr, ParserError> {
    if name.quote_style.is_none() && name.value.eq_ignore_ascii_case(IDENTIFIER.trim_end()) {
        let call = parser.parse_function(name.clone().into())?;
        return named_call(parser, name, call);
    }
    let start = parser.get_current_index();
    if let Some(function) = plain_call(parser, &name)? {
        return Ok(Expr::Function(function));
    }
    while parser.get_current_index() > start {
        parser.prev_token();
    }
    parser.parse_function(name.into())
}

/// A call with nothing but a filter or a window behind its arguments; `None`, somewhere in it, when it has more.
fn plain_call(parser: &mut Parser, name: &Ident) -> Result<Option<Function>, ParserError> {
    let Some(arguments) = arguments(parser)? else { return Ok(None) };
    let mut function = bare_call(name.clone(), FunctionArguments::List(arguments));
    if next_is(parser, 0, Keyword::FILTER) {
        if parser.peek_nth_token_ref(1).token != Token::LParen || !next_is(parser, 2, Keyword::WHERE) {
            return Ok(None);
        }
        (0..3).for_each(|_| parser.advance_token());
        function.filter = Some(Box::new(parser.parse_expr()?));
        parser.expect_token(&Token::RParen)?;
    }
    if [Keyword::WITHIN, Keyword::RESPECT, Keyword::IGNORE].iter().any(|keyword| next_is(parser, 0, *keyword)) {
        return Ok(None);
    }
    if parser.parse_keyword(Keyword::OVER) {
        function.over = Some(if parser.consume_token(&Token::LParen) {
            WindowType::WindowSpec(parser.parse_window_spec()?)
        } else {
            WindowType::NamedWindow(parser.parse_identifier()?)
        });
    }
    Ok(Some(function))
}

/// The arguments in brackets; `None`, somewhere behind the first bracket, where sqlparser has to read them.
fn arguments(parser: &mut Parser) -> Result<Option<FunctionArgumentList>, ParserError> {
    parser.expect_token(&Token::LParen)?;
    let (mut args, clauses) = (vec![], vec![]);
    let is_distinct = next_is(parser, 0, Keyword::DISTINCT) && !next_is(parser, 1, Keyword::ALL);
    if is_distinct {
        parser.advance_token();
    } else if parser.consume_token(&Token::RParen) {
        return Ok(Some(FunctionArgumentList { duplicate_treatment: None, args, clauses }));
    }
    // Most have one, and an argument takes nearly a kilobyte.
    args.reserve_exact(1);
    loop {
        let is_star = parser.peek_token_ref().token == Token::Mul;
        args.push(FunctionArg::Unnamed(if is_star && parser.peek_nth_token_ref(1).token == Token::RParen {
            parser.advance_token();
            FunctionArgExpr::Wildcard
        } else if is_plain_argument(parser) {
            FunctionArgExpr::Expr(parser.parse_expr()?)
        } else {
            return Ok(None);
        }));
        if !parser.consume_token(&Token::Comma) {
            break;
        }
    }
    let duplicate_treatment = is_distinct.then_some(DuplicateTreatment::Distinct);
    Ok(parser.consume_token(&Token::RParen).then_some(FunctionArgumentList { duplicate_treatment, args, clauses }))
}

/// Whether an expression comes next, rather than `name => value`, a `*`, or a word that only arguments begin with.
fn is_plain_argument(parser: &Parser) -> bool {
    let token = |ahead| &parser.peek_nth_token_ref(ahead).token;
    match token(0) {
        Token::Word(word) => {
            let special = [Keyword::ALL, Keyword::DISTINCT, Keyword::ABSENT, Keyword::RETURNING, Keyword::SELECT];
            let null_on_null = word.keyword == Keyword::NULL && next_is(parser, 1, Keyword::ON);
            let is_named = *token(1) == Token::RArrow;
            let mut end = 1;
            while *token(end) == Token::Period && matches!(token(end + 1), Token::Word(_)) {
                end += 2;
            }
            let is_star = *token(end) == Token::Period && *token(end + 1) == Token::Mul;
            !special.contains(&word.keyword) && !null_on_null && !is_named && !is_star
        }
        Token::Mul => false,
        Token::LParen => *token(1) != Token::Mul,
        Token::SingleQuotedString(_) => *token(1) != Token::Period,
        _ => true,
    }
}

/// `IDENTIFIER('f')(a)`: what was read as a call names the function, if its arguments come next.
fn named_call(parser: &mut Parser, name: Ident, call: Expr) -> Result<Expr, ParserError> {
    match call {
        Expr::Function(Function {
            args: FunctionArguments::List(FunctionArgumentList { duplicate_treatment: None, args, clauses }),
            filter: None,
            null_treatment: None,
            over: None,
            ..
        }) if clauses.is_empty() && parser.peek_token_ref().token == Token::LParen => {
            let part = ObjectNamePart::Function(ObjectNamePartFunction { name, args });
            parser.parse_function(ObjectName(vec![part]))
        }
        call => Ok(call),
    }
}

/// `TABLE(query)` as an argument of a table function; sqlparser takes it for the query `TABLE name`.
pub(super) fn table_argument(parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
    let queries = [Keyword::SELECT, Keyword::WITH, Keyword::FROM, Keyword::VALUES];
    let called = parser.peek_nth_token_ref(1).token == Token::LParen;
    if !called || !queries.iter().any(|keyword| next_is(parser, 2, *keyword)) {
        return None;
    }
    Some(parser.parse_identifier().and_then(|name| {
        parser.expect_token(&Token::LParen)?;
        let query = parser.parse_query()?;
        parser.expect_token(&Token::RParen)?;
        Ok(Expr::Function(bare_call(name, FunctionArguments::Subquery(query))))
    }))
}

/// `STRUCT(a, b AS c, d e)`: sqlparser knows no name without `AS`.
pub(super) fn structure(parser: &mut Parser) -> Result<Expr, ParserError> {
    parser.advance_token();
    parser.expect_token(&Token::LParen)?;
    let mut values = vec![];
    if parser.consume_token(&Token::RParen) {
        return Ok(Expr::Struct { values, fields: vec![] });
    }
    loop {
        let value = parser.parse_expr()?;
        let is_end = |token: &Token| matches!(token, Token::Comma | Token::RParen);
        let is_name =
            matches!(parser.peek_token_ref().token, Token::Word(_)) && is_end(&parser.peek_nth_token_ref(1).token);
        values.push(if parser.parse_keyword(Keyword::AS) || is_name {
            Expr::Named { expr: Box::new(value), name: parser.parse_identifier()? }
        } else {
            value
        });
        if !parser.consume_token(&Token::Comma) {
            break;
        }
    }
    parser.expect_token(&Token::RParen)?;
    Ok(Expr::Struct { values, fields: vec![] })
}

/// Whether `STRUCT(` goes on with `*` or `t.*`, which sqlparser knows among the arguments of functions only.
pub(super) fn takes_star(parser: &Parser) -> bool {
    let token = |ahead| &parser.peek_nth_token_ref(ahead).token;
    let dotted = matches!(token(2), Token::Word(_)) && *token(3) == Token::Period && *token(4) == Token::Mul;
    *token(1) == Token::LParen && (*token(2) == Token::Mul || dotted)
}
