//! Calls of functions.
//!
//! sqlparser tries to read each argument as `name => value`, and writes an error about all that are none. Where the tokens
//! tell that a call has nothing special about it, its arguments are read here; all others are sqlparser's.

use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{
    DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, Ident,
    ObjectName, ObjectNamePart, ObjectNamePartFunction, OrderByExpr, Value, WindowSpec, WindowType,
};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use super::next_is;
use crate::ast::bare_call;
use crate::lex::{IDENTIFIER, is_word};

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

/// `TABLE(query)` or `TABLE(t)` as an argument of a table function, and how its rows are shared out; sqlparser takes it for
/// the query `TABLE name`. The latter is kept as the window that it looks like.
pub(super) fn table_argument(parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
    let queries = [Keyword::SELECT, Keyword::WITH, Keyword::FROM, Keyword::VALUES];
    if parser.peek_nth_token_ref(1).token != Token::LParen {
        return None;
    }
    let is_query = queries.iter().any(|keyword| next_is(parser, 2, *keyword));
    Some(parser.parse_identifier().and_then(|name| {
        parser.expect_token(&Token::LParen)?;
        let arguments = if is_query {
            FunctionArguments::Subquery(parser.parse_query()?)
        } else {
            let table = FunctionArg::Unnamed(FunctionArgExpr::Expr(parser.parse_expr()?));
            FunctionArguments::List(FunctionArgumentList {
                duplicate_treatment: None,
                args: vec![table],
                clauses: vec![],
            })
        };
        parser.expect_token(&Token::RParen)?;
        let mut function = bare_call(name, arguments);
        function.over = shares(parser)?;
        Ok(Expr::Function(function))
    }))
}

/// `PARTITION BY a ORDER BY b` or `WITH SINGLE PARTITION` behind a table.
fn shares(parser: &mut Parser) -> Result<Option<WindowType>, ParserError> {
    let all = next_is(parser, 0, Keyword::WITH) && is_word(&parser.peek_nth_token_ref(1).token, "SINGLE");
    if all {
        (0..2).for_each(|_| parser.advance_token());
        parser.expect_keyword_is(Keyword::PARTITION)?;
    }
    let partition_by =
        if !all && parser.parse_keywords(&[Keyword::PARTITION, Keyword::BY]) { keys(parser)? } else { vec![] };
    let order_by = if parser.parse_keywords(&[Keyword::ORDER, Keyword::BY]) {
        let bracketed = parser.consume_token(&Token::LParen);
        let keys = order_keys(parser, bracketed)?;
        if bracketed {
            parser.expect_token(&Token::RParen)?;
        }
        keys
    } else {
        vec![]
    };
    let found = all || !partition_by.is_empty() || !order_by.is_empty();
    let spec = WindowSpec { window_name: None, partition_by, order_by, window_frame: None };
    Ok(found.then_some(WindowType::WindowSpec(spec)))
}

/// `a` or `(a, b)`: without brackets a comma begins the next argument.
fn keys(parser: &mut Parser) -> Result<Vec<Expr>, ParserError> {
    Ok(match parser.parse_expr()? {
        Expr::Tuple(keys) => keys,
        Expr::Nested(key) => vec![*key],
        key => vec![key],
    })
}

fn order_keys(parser: &mut Parser, bracketed: bool) -> Result<Vec<OrderByExpr>, ParserError> {
    let mut keys = vec![parser.parse_order_by_expr()?];
    while bracketed && parser.consume_token(&Token::Comma) {
        keys.push(parser.parse_order_by_expr()?);
    }
    Ok(keys)
}

/// What stands in the brackets of `TRIM`. `trim(a, b)` is `trim(a FROM b)`, and without a text blanks are taken away, as by
/// `trim(BOTH ' ' FROM a)`; sqlparser knows neither.
pub(super) fn trim(parser: &mut Parser) -> Result<Expr, ParserError> {
    parser.expect_token(&Token::LParen)?;
    let is_side = [Keyword::BOTH, Keyword::LEADING, Keyword::TRAILING].iter().any(|word| next_is(parser, 0, *word));
    let is_column = matches!(parser.peek_nth_token_ref(1).token, Token::Comma | Token::RParen | Token::Period);
    let trim_where = if is_side && !is_column { Some(parser.parse_trim_where()?) } else { None };
    let (first, second) = if trim_where.is_some() && parser.parse_keyword(Keyword::FROM) {
        (Expr::Value(Value::SingleQuotedString(" ".to_owned()).into()), Some(parser.parse_expr()?))
    } else {
        let first = parser.parse_expr()?;
        let second = if trim_where.is_some() {
            parser.expect_keyword_is(Keyword::FROM)?;
            Some(parser.parse_expr()?)
        } else if parser.parse_keyword(Keyword::FROM) || parser.consume_token(&Token::Comma) {
            Some(parser.parse_expr()?)
        } else {
            None
        };
        (first, second)
    };
    parser.expect_token(&Token::RParen)?;
    let (expr, trim_what) = match second {
        Some(second) => (Box::new(second), Some(Box::new(first))),
        None => (Box::new(first), None),
    };
    Ok(Expr::Trim { expr, trim_where, trim_what, trim_characters: None })
}

/// `STRUCT(a, b AS c, d e)`: sqlparser knows no name without `AS`.
pub(super) fn structure(parser: &mut Parser) -> Result<Expr, ParserError> {
    let name = parser.parse_identifier()?;
    parser.expect_token(&Token::LParen)?;
    let mut values = vec![];
    if parser.consume_token(&Token::RParen) {
        return Ok(Expr::Struct { values, fields: vec![] });
    }
    let mut stars = false;
    loop {
        let value = match star(parser)? {
            Some(star) => {
                stars = true;
                star
            }
            None => parser.parse_expr()?,
        };
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
    Ok(if stars { structure_of_stars(name, values) } else { Expr::Struct { values, fields: vec![] } })
}

/// `*` or `t.*` among the values of a struct.
fn star(parser: &mut Parser) -> Result<Option<Expr>, ParserError> {
    let token = |ahead| &parser.peek_nth_token_ref(ahead).token;
    let ends = |token: &Token| matches!(token, Token::Comma | Token::RParen);
    if *token(0) == Token::Mul && ends(token(1)) {
        return Ok(Some(Expr::Wildcard(AttachedToken(parser.next_token()))));
    }
    let mut end = 0;
    while matches!(token(end), Token::Word(_)) && *token(end + 1) == Token::Period {
        end += 2;
    }
    if end == 0 || *token(end) != Token::Mul {
        return Ok(None);
    }
    let mut parts = vec![];
    for _ in 0..end / 2 {
        parts.push(parser.parse_identifier()?);
        parser.advance_token();
    }
    Ok(Some(Expr::QualifiedWildcard(ObjectName::from(parts), AttachedToken(parser.next_token()))))
}

/// A struct with the columns of a whole relation is a call: only those have stars.
fn structure_of_stars(name: Ident, values: Vec<Expr>) -> Expr {
    let argument = |value| {
        FunctionArg::Unnamed(match value {
            Expr::Wildcard(_) => FunctionArgExpr::Wildcard,
            Expr::QualifiedWildcard(name, _) => FunctionArgExpr::QualifiedWildcard(name),
            value => FunctionArgExpr::Expr(value),
        })
    };
    let args = values.into_iter().map(argument).collect();
    let list = FunctionArgumentList { duplicate_treatment: None, args, clauses: vec![] };
    Expr::Function(bare_call(name, FunctionArguments::List(list)))
}

/// Whether `STRUCT(` goes on with `* EXCEPT`, which sqlparser knows among the arguments of functions.
pub(super) fn takes_except(parser: &Parser) -> bool {
    parser.peek_nth_token_ref(1).token == Token::LParen
        && parser.peek_nth_token_ref(2).token == Token::Mul
        && next_is(parser, 3, Keyword::EXCEPT)
}
