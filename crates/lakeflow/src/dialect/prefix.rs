//! What an expression begins with: constructs that sqlparser has no grammar for, and a short way into those that it has.
//!
//! sqlparser first tries to read whatever comes as a type, for literals such as `DATE '..'`, and writes an error about all
//! that is none; then it tries a keyword as a construct, and as a name. Where the next tokens tell which of them it is, the
//! grammar is entered there at once, which saves a third of its time. What is read is the same.

use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{
    CastKind, DataType, Expr, Ident, Interval, ObjectName, SetExpr, TypedString, UnaryOperator, Value,
};
use sqlparser::dialect::{Dialect, Precedence};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Span, Token, TokenWithSpan, Word};

use super::{DatabricksDialect, call, next_is};
use crate::unit::is_interval_unit;

/// The expression that begins here, up to its first operator; `None` leaves it to sqlparser.
pub(super) fn prefix(parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
    let TokenWithSpan { token, span } = parser.peek_token_ref();
    match token {
        Token::Word(word) => word_prefix(word.keyword, parser),
        Token::SingleQuotedString(text) => {
            // Spark puts literals together that follow each other.
            let (mut text, mut span) = (text.clone(), *span);
            parser.advance_token();
            while let TokenWithSpan { token: Token::SingleQuotedString(more), span: last } = parser.peek_token_ref() {
                text.push_str(more);
                span = span.union(last);
                parser.advance_token();
            }
            Some(Ok(Expr::Value(Value::SingleQuotedString(text).with_span(span))))
        }
        Token::Number(digits, long) => {
            let value = Value::Number(digits.clone(), *long).with_span(*span);
            parser.advance_token();
            Some(Ok(Expr::Value(value)))
        }
        Token::LParen => brackets(parser),
        Token::Minus => Some(negative(parser)),
        // `~a * b` is `(~a) * b`.
        Token::Tilde => Some(unary(parser, UnaryOperator::BitwiseNot, Precedence::MulDivModOp)),
        Token::Mul if parser.peek_nth_token_ref(1).token == Token::RBracket => Some(Ok(any_element(parser))),
        _ => None,
    }
}

fn word_prefix(keyword: Keyword, parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
    let called = parser.peek_nth_token_ref(1).token == Token::LParen;
    match keyword {
        Keyword::NoKeyword => plain_name(parser),
        Keyword::NULL | Keyword::TRUE | Keyword::FALSE => Some(parser.parse_value().map(Expr::Value)),
        Keyword::CASE => {
            parser.advance_token();
            Some(parser.parse_case_expr())
        }
        Keyword::CAST if called => Some(construct(parser, |parser| parser.parse_cast_expr(CastKind::Cast))),
        Keyword::TRY_CAST if called => Some(construct(parser, |parser| parser.parse_cast_expr(CastKind::TryCast))),
        Keyword::TRIM if called => {
            parser.advance_token();
            Some(call::trim(parser))
        }
        Keyword::NOT if exists_is_name(parser) => Some(unary(parser, UnaryOperator::Not, Precedence::UnaryNot)),
        Keyword::NOT => Some(construct(parser, |parser| parser.parse_not())),
        Keyword::INTERVAL => long_interval(parser).map(Ok),
        Keyword::TABLE => call::table_argument(parser),
        Keyword::STRUCT if call::takes_except(parser) => {
            Some(parser.parse_identifier().and_then(|name| parser.parse_function(name.into())))
        }
        Keyword::STRUCT if called => Some(call::structure(parser)),
        keyword if is_name(keyword) && ends_name(&parser.peek_nth_token_ref(1).token) => plain_name(parser),
        _ => None,
    }
}

/// `-a`. Directly before a number the sign is a part of the literal, as in Spark's grammar (`MINUS? INTEGER_VALUE`): it
/// binds tighter than `::`, and the smallest BIGINT has a form. The tree is that of the operator on a bare number.
fn negative(parser: &mut Parser) -> Result<Expr, ParserError> {
    let minus = |expr: Expr| Expr::UnaryOp { op: UnaryOperator::Minus, expr: Box::new(expr) };
    let operand = parser.peek_nth_token_ref(1);
    match &operand.token {
        Token::Number(digits, long) => {
            let value = Value::Number(digits.clone(), *long).with_span(operand.span);
            parser.advance_token();
            parser.advance_token();
            Ok(minus(Expr::Value(value)))
        }
        // The lexer writes `128Y` as a cast whose bracket takes no room.
        Token::Word(word) if word.keyword == Keyword::CAST && is_empty(parser.peek_nth_token_ref(2).span) => {
            parser.advance_token();
            parser.advance_token();
            match parser.parse_cast_expr(CastKind::Cast)? {
                Expr::Cast { kind, expr, data_type, array, format } => {
                    Ok(Expr::Cast { kind, expr: Box::new(minus(*expr)), data_type, array, format })
                }
                other => Ok(minus(other)),
            }
        }
        _ => unary(parser, UnaryOperator::Minus, Precedence::MulDivModOp),
    }
}

fn is_empty(span: Span) -> bool {
    span.start == span.end
}

/// A sign before its operand.
fn unary(parser: &mut Parser, op: UnaryOperator, precedence: Precedence) -> Result<Expr, ParserError> {
    parser.advance_token();
    let operand = parser.parse_subexpr(DatabricksDialect.prec_value(precedence))?;
    Ok(Expr::UnaryOp { op, expr: Box::new(operand) })
}

/// What a keyword begins, or else a name.
fn construct(
    parser: &mut Parser,
    read: impl Fn(&mut Parser) -> Result<Expr, ParserError>,
) -> Result<Expr, ParserError> {
    let found = parser.try_parse(|parser| {
        parser.advance_token();
        read(parser)
    });
    found.or_else(|error| match parser.maybe_parse(name_or_call)? {
        Some(expr) => Ok(expr),
        None => Err(error),
    })
}

/// `(a)`, `(a, b)` or `(SELECT ..)`; `None` for what may be the parameters of a lambda.
fn brackets(parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
    match (&parser.peek_nth_token_ref(1).token, &parser.peek_nth_token_ref(2).token) {
        (Token::Word(word), _) if matches!(word.keyword, Keyword::SELECT | Keyword::WITH) => {
            parser.advance_token();
            Some(subquery(parser))
        }
        (Token::Word(_), Token::Comma | Token::RParen) => None,
        (Token::Word(_), Token::Word(next)) if !follows_value(next) => None,
        _ => Some(list_in_brackets(parser)),
    }
}

/// The query in brackets that began, and its end.
fn subquery(parser: &mut Parser) -> Result<Expr, ParserError> {
    let mut query = parser.parse_query()?;
    parser.expect_token(&Token::RParen)?;
    if let SetExpr::Select(select) = &mut *query.body {
        // A column takes most of a kilobyte, there is room for four, and most subqueries have one.
        select.projection.shrink_to_fit();
    }
    Ok(Expr::Subquery(query))
}

fn list_in_brackets(parser: &mut Parser) -> Result<Expr, ParserError> {
    parser.advance_token();
    let mut items = vec![parser.parse_expr()?];
    loop {
        if next_is(parser, 0, Keyword::AS)
            && let Some(value) = items.pop()
        {
            items.push(named(parser, value)?);
        }
        if !parser.consume_token(&Token::Comma) {
            break;
        }
        items.push(parser.parse_expr()?);
    }
    parser.expect_token(&Token::RParen)?;
    let is_named = items.iter().any(|item| matches!(item, Expr::Named { .. }));
    match (items.pop(), items.is_empty()) {
        (Some(only), true) if !is_named => Ok(Expr::Nested(Box::new(only))),
        (Some(last), _) => {
            items.push(last);
            // `(1 AS a, 2 AS b)` is `struct(1 AS a, 2 AS b)`.
            Ok(if is_named { Expr::Struct { values: items, fields: vec![] } } else { Expr::Tuple(items) })
        }
        (None, _) => parser.expected_ref("an expression", parser.peek_token_ref()),
    }
}

/// `value` with the name that comes next, behind `AS`.
fn named(parser: &mut Parser, value: Expr) -> Result<Expr, ParserError> {
    parser.advance_token();
    Ok(Expr::Named { expr: Box::new(value), name: parser.parse_identifier()? })
}

/// A name that begins nothing else: a column, or a function with its arguments.
fn plain_name(parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
    match (&parser.peek_nth_token_ref(1).token, &parser.peek_nth_token_ref(2).token) {
        // An outer join as Oracle writes it, and lambdas.
        (Token::LParen, Token::Plus) | (Token::Arrow, _) | (Token::Word(_), Token::Arrow) => None,
        (Token::SingleQuotedString(_), _) if is_named(parser, "TIMESTAMP_LTZ") => local_timestamp(parser),
        (Token::SingleQuotedString(_) | Token::HexStringLiteral(_), _) => None,
        (Token::Period, Token::Word(_)) => Some(dotted_name(parser)),
        _ => Some(name_or_call(parser)),
    }
}

/// A name or a function with its arguments.
fn name_or_call(parser: &mut Parser) -> Result<Expr, ParserError> {
    let name = parser.parse_identifier()?;
    if parser.peek_token_ref().token != Token::LParen {
        return Ok(Expr::Identifier(name));
    }
    call::call(parser, name)
}

/// `a.b` or `a.b.c`, if it ends there; else `a` alone, and sqlparser reads on behind it.
fn dotted_name(parser: &mut Parser) -> Result<Expr, ParserError> {
    let mut count = 1;
    while parser.peek_nth_token_ref(2 * count - 1).token == Token::Period {
        match &parser.peek_nth_token_ref(2 * count).token {
            Token::Word(word) if word.keyword == Keyword::NoKeyword || is_name(word.keyword) => count += 1,
            _ => return name_or_call(parser),
        }
    }
    if matches!(parser.peek_nth_token_ref(2 * count - 1).token, Token::LParen | Token::LBracket) {
        return name_or_call(parser);
    }
    let mut parts = Vec::with_capacity(count);
    for position in 0..count {
        if position > 0 {
            parser.advance_token();
        }
        parts.push(parser.parse_identifier()?);
    }
    Ok(Expr::CompoundIdentifier(parts))
}

/// Whether a keyword begins no construct of an expression.
fn is_name(keyword: Keyword) -> bool {
    !matches!(
        keyword,
        Keyword::NULL
            | Keyword::TRUE
            | Keyword::FALSE
            | Keyword::NOT
            | Keyword::CASE
            | Keyword::CAST
            | Keyword::TRY_CAST
            | Keyword::SAFE_CAST
            | Keyword::CONVERT
            | Keyword::TRY_CONVERT
            | Keyword::EXISTS
            | Keyword::EXTRACT
            | Keyword::CEIL
            | Keyword::FLOOR
            | Keyword::POSITION
            | Keyword::SUBSTR
            | Keyword::SUBSTRING
            | Keyword::OVERLAY
            | Keyword::TRIM
            | Keyword::INTERVAL
            | Keyword::CURRENT_TIMESTAMP
            | Keyword::CURRENT_TIME
            | Keyword::CURRENT_DATE
            | Keyword::LOCALTIME
            | Keyword::LOCALTIMESTAMP
            | Keyword::MATCH
            | Keyword::STRUCT
            | Keyword::PRIOR
            | Keyword::LAMBDA
            | Keyword::TABLE
    )
}

/// Whether the word before `token` is a name, not a type before its literal.
fn ends_name(token: &Token) -> bool {
    match token {
        Token::Word(word) => follows_value(word),
        Token::Comma | Token::RParen | Token::LParen | Token::Period | Token::SemiColon | Token::EOF => true,
        Token::Plus | Token::Minus | Token::Mul | Token::Div | Token::Mod | Token::StringConcat => true,
        Token::Eq | Token::Neq | Token::Gt | Token::GtEq | Token::LtEq | Token::Spaceship | Token::DoubleColon => true,
        _ => false,
    }
}

/// Whether a keyword comes behind values, and is neither a value nor a part of a type.
fn follows_value(word: &Word) -> bool {
    matches!(
        word.keyword,
        Keyword::AS
            | Keyword::FROM
            | Keyword::IS
            | Keyword::AND
            | Keyword::OR
            | Keyword::IN
            | Keyword::BETWEEN
            | Keyword::LIKE
            | Keyword::RLIKE
            | Keyword::WHEN
            | Keyword::THEN
            | Keyword::ELSE
            | Keyword::END
    )
}

/// `INTERVAL 2 HOURS 30 MINUTES` is `INTERVAL '2 HOURS 30 MINUTES'`; sqlparser knows only one unit.
fn long_interval(parser: &mut Parser) -> Option<Expr> {
    if !next_is(parser, 0, Keyword::INTERVAL) {
        return None;
    }
    let (mut text, mut ahead, mut pairs) = (String::new(), 1, 0);
    loop {
        let negative = parser.peek_nth_token_ref(ahead).token == Token::Minus;
        let number = match &parser.peek_nth_token_ref(ahead + usize::from(negative)).token {
            Token::Number(digits, false) | Token::SingleQuotedString(digits) => digits,
            _ => break,
        };
        let Token::Word(unit) = &parser.peek_nth_token_ref(ahead + usize::from(negative) + 1).token else { break };
        if !is_interval_unit(&unit.value) {
            break;
        }
        let unit = unit.value.to_ascii_uppercase();
        text.push_str(&format!(
            "{}{}{number} {unit}",
            if pairs > 0 { " " } else { "" },
            if negative { "-" } else { "" }
        ));
        ahead += usize::from(negative) + 2;
        pairs += 1;
    }
    if pairs < 2 {
        return None;
    }
    (0..ahead).for_each(|_| parser.advance_token());
    let value = Box::new(Expr::Value(Value::SingleQuotedString(text).into()));
    let (leading_field, last_field) = (None, None);
    Some(Expr::Interval(Interval {
        value,
        leading_field,
        leading_precision: None,
        last_field,
        fractional_seconds_precision: None,
    }))
}

/// `*` in the path `raw:items[*]`.
fn any_element(parser: &mut Parser) -> Expr {
    Expr::Wildcard(AttachedToken(parser.next_token()))
}

fn is_named(parser: &Parser, name: &str) -> bool {
    matches!(&parser.peek_token_ref().token, Token::Word(word) if word.value.eq_ignore_ascii_case(name))
}

/// `TIMESTAMP_LTZ '..'`, a type that sqlparser does not know.
fn local_timestamp(parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
    parser.advance_token();
    let data_type = DataType::Custom(ObjectName::from(vec![Ident::new("TIMESTAMP_LTZ")]), vec![]);
    let literal = |value| Expr::TypedString(TypedString { data_type, value, uses_odbc_syntax: false });
    Some(parser.parse_value().map(literal))
}

/// Whether the `exists` of `NOT exists` is a column, or a function with arguments, rather than the operator before a query.
fn exists_is_name(parser: &Parser) -> bool {
    let query = next_is(parser, 3, Keyword::SELECT) || next_is(parser, 3, Keyword::WITH);
    next_is(parser, 1, Keyword::EXISTS) && !(parser.peek_nth_token_ref(2).token == Token::LParen && query)
}
