//! How sqlparser is told to read expressions and queries.
//!
//! The type id is that of [`DatabricksDialect`], so whatever sqlparser allows for Databricks by name holds here too;
//! flags that it leaves off although Databricks knows the construct are switched on. Characters and literals are not its
//! business: tokens come from our own lexer.

use std::any::TypeId;
use std::cell::Cell;

use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{
    BinaryOperator, CastKind, DataType, Expr, Function, FunctionArgumentList, FunctionArguments, Ident, Interval,
    ObjectName, ObjectNamePart, ObjectNamePartFunction, TypedString, UnaryOperator, Value,
};
use sqlparser::dialect::{DatabricksDialect, Dialect, Precedence};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use super::lex::{IDENTIFIER, TRY_CAST};
use super::unit::is_interval_unit;

/// Databricks SQL as Lakeflow pipelines run it, for one parse.
///
/// sqlparser reads some words twice, as a construct and then as a name; nested, that doubles with every level. So each
/// parse has a budget of expressions, far above what any text needs, and fails when it is spent.
#[derive(Debug)]
pub(super) struct Lakeflow {
    budget: Cell<usize>,
}

impl Lakeflow {
    /// A dialect for a text of so many tokens.
    pub(super) fn for_tokens(tokens: usize) -> Self {
        let dialect = Lakeflow { budget: Cell::new(0) };
        dialect.refill(tokens);
        dialect
    }

    /// Grants a whole budget again, so that one statement's excess is not the fault of the next.
    pub(super) fn refill(&self, tokens: usize) {
        self.budget.set(1_000 + 30 * tokens);
    }

    fn spend(&self) -> Result<(), ParserError> {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(1));
        if left == 0 { Err(ParserError::RecursionLimitExceeded) } else { Ok(()) }
    }
}

/// Flags on which both dialects agree are taken from sqlparser's.
macro_rules! as_databricks {
    ($($flag:ident),* $(,)?) => {
        $(fn $flag(&self) -> bool { DatabricksDialect.$flag() })*
    };
}

macro_rules! switched_on {
    ($($flag:ident),* $(,)?) => {
        $(fn $flag(&self) -> bool { true })*
    };
}

impl Dialect for Lakeflow {
    fn dialect(&self) -> TypeId {
        TypeId::of::<DatabricksDialect>()
    }

    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        DatabricksDialect.is_delimited_identifier_start(ch)
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        DatabricksDialect.is_identifier_start(ch)
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        DatabricksDialect.is_identifier_part(ch)
    }

    as_databricks! {
        supports_filter_during_aggregation,
        supports_group_by_expr,
        supports_table_versioning,
        supports_lambda_functions,
        supports_select_wildcard_except,
        supports_struct_literal,
        supports_nested_comments,
        supports_group_by_with_modifier,
        supports_values_as_table_factor,
        supports_bang_not_operator,
        supports_cte_without_as,
        supports_select_item_multi_column_alias,
    }

    switched_on! {
        supports_string_literal_backslash_escape,
        supports_comment_optimizer_hint,
        supports_long_type_as_bigint,
        supports_map_literal_with_angle_brackets,
        supports_pipe_operator,
        supports_from_first_select,
        supports_parens_around_table_factor,
        supports_table_sample_before_alias,
        supports_window_function_null_treatment_arg,
        allow_extract_custom,
        supports_select_wildcard_exclude,
        supports_interval_options,
    }

    fn is_identifier_generating_function_name(&self, ident: &Ident, name_parts: &[ObjectNamePart]) -> bool {
        name_parts.is_empty() && ident.value == IDENTIFIER
    }

    /// Off, so that `INTERVAL '1 day'` is read too; an interval without any unit is refused afterwards.
    fn require_interval_qualifier(&self) -> bool {
        false
    }

    /// Where Spark's grammar binds otherwise than sqlparser's table: `||` is as tight as `+`, `raw:path` tighter than any
    /// operator. Words and signs that are no operators in Databricks end the expression.
    fn get_next_precedence(&self, parser: &Parser) -> Option<Result<u8, ParserError>> {
        let precedence = match &parser.peek_token_ref().token {
            Token::StringConcat => self.prec_value(Precedence::PlusMinus),
            Token::CustomBinaryOperator(op) if op == TRY_CAST => self.prec_value(Precedence::DoubleColon),
            Token::ExclamationMark | Token::Tilde | Token::ShiftLeft | Token::ShiftRight => self.prec_unknown(),
            Token::Word(word) => match word.keyword {
                Keyword::XOR | Keyword::MATCH | Keyword::OVERLAPS | Keyword::MEMBER | Keyword::OPERATOR => {
                    self.prec_unknown()
                }
                // `DEFAULT 5 NOT NULL` is two things.
                Keyword::NOT if next_is(parser, 1, Keyword::NULL) => self.prec_unknown(),
                _ => return None,
            },
            _ => return None,
        };
        Some(Ok(precedence))
    }

    fn prec_value(&self, precedence: Precedence) -> u8 {
        match precedence {
            Precedence::Colon => DatabricksDialect.prec_value(Precedence::DoubleColon),
            other => DatabricksDialect.prec_value(other),
        }
    }

    /// A column called `case` needs backticks; taking an unfinished `CASE` for one would hide the fault.
    fn is_reserved_for_identifier(&self, keyword: Keyword) -> bool {
        keyword == Keyword::CASE || DatabricksDialect.is_reserved_for_identifier(keyword)
    }

    /// `FOR row AS query DO` ends the query.
    fn is_table_alias(&self, kw: &Keyword, parser: &mut Parser) -> bool {
        *kw != Keyword::DO && DatabricksDialect.is_table_alias(kw, parser)
    }

    /// `~a * b` is `(~a) * b`; `NOT exists(array, x -> ..)` calls a function.
    fn parse_prefix(&self, parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        if let Err(error) = self.spend() {
            return Some(Err(error));
        }
        if let Some(interval) = long_interval(parser) {
            return Some(Ok(interval));
        }
        let (op, precedence) = match &parser.peek_token_ref().token {
            Token::Tilde => (UnaryOperator::BitwiseNot, Precedence::MulDivModOp),
            Token::Word(_) if next_is(parser, 0, Keyword::NOT) && exists_is_name(parser) => {
                (UnaryOperator::Not, Precedence::UnaryNot)
            }
            Token::Mul if parser.peek_nth_token_ref(1).token == Token::RBracket => {
                return Some(Ok(any_element(parser)));
            }
            Token::Number(..) | Token::SingleQuotedString(_) => return Some(parser.parse_value().map(Expr::Value)),
            Token::Word(word) if word.keyword == Keyword::NoKeyword => return plain_name(parser),
            Token::Word(word) if word.keyword == Keyword::TABLE => return table_argument(parser),
            Token::Word(word) if word.keyword == Keyword::STRUCT && takes_star(parser) => {
                return Some(parser.parse_identifier().and_then(|name| parser.parse_function(name.into())));
            }
            _ => return None,
        };
        parser.advance_token();
        let operand = parser.parse_subexpr(self.prec_value(precedence));
        Some(operand.map(|operand| Expr::UnaryOp { op, expr: Box::new(operand) }))
    }

    /// `a ?:: t`, `a DIV b`, and `a IS [NOT] DISTINCT FROM b`, whose right side sqlparser lets run on over `AND`.
    fn parse_infix(&self, parser: &mut Parser, expr: &Expr, precedence: u8) -> Option<Result<Expr, ParserError>> {
        if matches!(&parser.peek_token_ref().token, Token::CustomBinaryOperator(op) if op == TRY_CAST) {
            parser.advance_token();
            let (kind, expr) = (CastKind::TryCast, Box::new(expr.clone()));
            let cast = |data_type| Expr::Cast { kind, expr, data_type, array: false, format: None };
            return Some(parser.parse_data_type().map(cast));
        }
        let make: fn(Box<Expr>, Box<Expr>) -> Expr = if parser.parse_keyword(Keyword::DIV) {
            |left, right| Expr::BinaryOp { left, op: BinaryOperator::MyIntegerDivide, right }
        } else if parser.parse_keywords(&[Keyword::IS, Keyword::DISTINCT, Keyword::FROM]) {
            Expr::IsDistinctFrom
        } else if parser.parse_keywords(&[Keyword::IS, Keyword::NOT, Keyword::DISTINCT, Keyword::FROM]) {
            Expr::IsNotDistinctFrom
        } else {
            return None;
        };
        let left = Box::new(expr.clone());
        Some(parser.parse_subexpr(precedence).map(|right| make(left, Box::new(right))))
    }
}

fn next_is(parser: &Parser, ahead: usize, keyword: Keyword) -> bool {
    matches!(&parser.peek_nth_token_ref(ahead).token, Token::Word(word) if word.keyword == keyword)
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

/// A name that is no keyword: a column, or a function with its arguments. sqlparser comes to the same, but only after it
/// has tried to read the name as a type and has written an error about that, which is half of its time.
fn plain_name(parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
    let calls = match (&parser.peek_nth_token_ref(1).token, &parser.peek_nth_token_ref(2).token) {
        // An outer join as Oracle writes it, and lambdas.
        (Token::LParen, Token::Plus) | (Token::Arrow, _) | (Token::Word(_), Token::Arrow) => return None,
        (Token::SingleQuotedString(_), _) if is_named(parser, "TIMESTAMP_LTZ") => return local_timestamp(parser),
        (Token::SingleQuotedString(_) | Token::HexStringLiteral(_), _) => return None,
        (next, _) => *next == Token::LParen,
    };
    let name = match parser.parse_identifier() {
        Ok(name) => name,
        Err(error) => return Some(Err(error)),
    };
    if !calls {
        return Some(Ok(Expr::Identifier(name)));
    }
    let call = parser.parse_function(name.clone().into());
    let gives_name = name.quote_style.is_none() && name.value.eq_ignore_ascii_case(IDENTIFIER.trim_end());
    Some(if gives_name { call.and_then(|call| named_call(parser, name, call)) } else { call })
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

/// `TABLE(query)` as an argument of a table function; sqlparser takes it for the query `TABLE name`.
fn table_argument(parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
    let queries = [Keyword::SELECT, Keyword::WITH, Keyword::FROM, Keyword::VALUES];
    let called = parser.peek_nth_token_ref(1).token == Token::LParen;
    if !called || !queries.iter().any(|keyword| next_is(parser, 2, *keyword)) {
        return None;
    }
    Some(parser.parse_identifier().and_then(|name| {
        parser.expect_token(&Token::LParen)?;
        let query = parser.parse_query()?;
        parser.expect_token(&Token::RParen)?;
        Ok(Expr::Function(Function {
            name: name.into(),
            uses_odbc_syntax: false,
            parameters: FunctionArguments::None,
            args: FunctionArguments::Subquery(query),
            filter: None,
            null_treatment: None,
            over: None,
            within_group: vec![],
        }))
    }))
}

/// Whether `STRUCT(` goes on with `*` or `t.*`, which sqlparser knows among the arguments of functions only.
fn takes_star(parser: &Parser) -> bool {
    let token = |ahead| &parser.peek_nth_token_ref(ahead).token;
    let dotted = matches!(token(2), Token::Word(_)) && *token(3) == Token::Period && *token(4) == Token::Mul;
    *token(1) == Token::LParen && (*token(2) == Token::Mul || dotted)
}

/// Whether the `exists` of `NOT exists` is a column, or a function with arguments, rather than the operator before a query.
fn exists_is_name(parser: &Parser) -> bool {
    let query = next_is(parser, 3, Keyword::SELECT) || next_is(parser, 3, Keyword::WITH);
    next_is(parser, 1, Keyword::EXISTS) && !(parser.peek_nth_token_ref(2).token == Token::LParen && query)
}

#[cfg(test)]
mod tests {
    use crate::lakeflow::{expr_text, parse_expr};
    use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator};

    fn parse(text: &str) -> Expr {
        parse_expr(text).expect(text)
    }

    /// Whether `text` is read as `bracketed` would be, brackets apart.
    fn binds_like(text: &str, bracketed: &str) {
        let without = |e: Expr| expr_text(&e);
        let mut tree = parse(bracketed);
        let _ = sqlparser::ast::visit_expressions_mut(&mut tree, |e| {
            if let Expr::Nested(inner) = e {
                *e = (**inner).clone();
            }
            std::ops::ControlFlow::<()>::Continue(())
        });
        assert_eq!(parse(text), tree, "{text} is read as {}", without(parse(text)));
    }

    #[test]
    fn operators_bind_as_in_spark() {
        binds_like("a + b || c", "(a + b) || c");
        binds_like("a || b * c", "a || (b * c)");
        binds_like("a DIV b + c", "(a DIV b) + c");
        binds_like("1 + raw:a.b", "1 + (raw:a.b)");
        binds_like("raw:a = 'x' AND b", "((raw:a) = 'x') AND b");
        binds_like("a IS DISTINCT FROM b AND c", "(a IS DISTINCT FROM b) AND c");
        binds_like("a IS NOT DISTINCT FROM b OR c", "(a IS NOT DISTINCT FROM b) OR c");
        binds_like("~a * b", "(~a) * b");
        binds_like("-a::INT * b", "(-(a::INT)) * b");
        binds_like("!a = b", "!(a = b)");
        binds_like("NOT a = b AND c", "(NOT (a = b)) AND c");
        binds_like("a OR b AND c = d IS NULL", "a OR (b AND ((c = d) IS NULL))");
        binds_like("a & b ^ c | d", "((a & b) ^ c) | d");
        binds_like("a BETWEEN b AND c AND d", "(a BETWEEN b AND c) AND d");
    }

    #[test]
    fn exists_under_not_may_be_a_function() {
        let Expr::UnaryOp { op: UnaryOperator::Not, expr } = parse("NOT exists(arr, x -> x > 0)") else {
            panic!("`NOT` is the outermost operator")
        };
        assert!(matches!(*expr, Expr::Function(_)));
        assert!(matches!(parse("NOT EXISTS (SELECT 1)"), Expr::Exists { negated: true, .. }));
    }

    #[test]
    fn comparison_keeps_its_operator() {
        assert!(matches!(parse("a == b"), Expr::BinaryOp { op: BinaryOperator::Eq, .. }));
        assert!(matches!(parse("a <=> b"), Expr::BinaryOp { op: BinaryOperator::Spaceship, .. }));
    }
}
