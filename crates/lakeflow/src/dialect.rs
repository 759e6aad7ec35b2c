//! How sqlparser is told to read expressions and queries.
//!
//! The type id is that of [`DatabricksDialect`], so whatever sqlparser allows for Databricks by name holds here too;
//! flags that it leaves off although Databricks knows the construct are switched on. Characters and literals are not its
//! business: tokens come from our own lexer.

mod call;
mod prefix;

use std::any::TypeId;
use std::cell::Cell;

use sqlparser::ast::{BinaryOperator, CastKind, Expr, Ident, ObjectNamePart};
use sqlparser::dialect::{DatabricksDialect, Dialect, Precedence};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use super::lex::{IDENTIFIER, TRY_CAST};

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

/// The operator that sqlparser lacks.
pub(super) const UNSIGNED_SHIFT: &str = ">>>";

/// Between `+` and `&`, as Spark has shifts.
const SHIFT: u8 = 25;

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
        supports_cross_join_constraint,
        supports_bitwise_shift_operators,
        supports_window_clause_named_window_reference,
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
            Token::Colon if begins_path(parser) => self.prec_value(Precedence::DoubleColon),
            Token::Colon => self.prec_unknown(),
            Token::ShiftLeft | Token::ShiftRight => SHIFT,
            Token::ExclamationMark | Token::Tilde => self.prec_unknown(),
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
            // What sqlparser reads in `a[..]` up to a colon; there are no slices, so it is a whole expression.
            Precedence::Colon => self.prec_unknown(),
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

    /// See `dialect/prefix.rs`.
    fn parse_prefix(&self, parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        if let Err(error) = self.spend() {
            return Some(Err(error));
        }
        prefix::prefix(parser)
    }

    /// `a ?:: t`, `a DIV b`, and `a IS [NOT] DISTINCT FROM b`, whose right side sqlparser lets run on over `AND`.
    fn parse_infix(&self, parser: &mut Parser, expr: &Expr, precedence: u8) -> Option<Result<Expr, ParserError>> {
        if matches!(&parser.peek_token_ref().token, Token::CustomBinaryOperator(op) if op == TRY_CAST) {
            parser.advance_token();
            let (kind, expr) = (CastKind::TryCast, Box::new(expr.clone()));
            let cast = |data_type| Expr::Cast { kind, expr, data_type, array: false, format: None };
            return Some(parser.parse_data_type().map(cast));
        }
        let make: fn(Box<Expr>, Box<Expr>) -> Expr = if takes_unsigned_shift(parser) {
            |left, right| Expr::BinaryOp { left, op: BinaryOperator::Custom(UNSIGNED_SHIFT.to_owned()), right }
        } else if parser.parse_keyword(Keyword::DIV) {
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

/// Whether a path of a field follows the `:` that comes next, rather than the end of a slice.
fn begins_path(parser: &Parser) -> bool {
    matches!(parser.peek_nth_token_ref(1).token, Token::Word(_) | Token::LBracket)
}

/// Reads `>>>`, of which the lexer makes `>>` and `>`, since it also closes types.
fn takes_unsigned_shift(parser: &mut Parser) -> bool {
    let (first, second) = (parser.peek_token_ref(), parser.peek_nth_token_ref(1));
    let found = first.token == Token::ShiftRight && second.token == Token::Gt && first.span.end == second.span.start;
    if found {
        parser.advance_token();
        parser.advance_token();
    }
    found
}

fn next_is(parser: &Parser, ahead: usize, keyword: Keyword) -> bool {
    matches!(&parser.peek_nth_token_ref(ahead).token, Token::Word(word) if word.keyword == keyword)
}

#[cfg(test)]
mod tests {
    use sqlparser::ast::{Expr, UnaryOperator};

    use super::*;
    use crate::lex::lex;
    use crate::{expr_text, parse_expr, walk};

    fn parse(text: &str) -> Expr {
        parse_expr(text).expect(text)
    }

    /// Whether `text` is read as `bracketed` would be, brackets apart.
    fn binds_like(text: &str, bracketed: &str) {
        let without = |e: Expr| expr_text(&e);
        let mut tree = parse(bracketed);
        let _ = walk::expressions_mut(&mut tree, |e| {
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
        binds_like("a << b + c & d", "(a << (b + c)) & d");
        binds_like("a >> b >>> c", "(a >> b) >>> c");
        binds_like("a & b ^ c | d", "((a & b) ^ c) | d");
        binds_like("a BETWEEN b AND c AND d", "(a BETWEEN b AND c) AND d");
    }

    /// What sqlparser makes of the same tokens by itself, where it knows the construct.
    fn the_long_way(text: &str) -> Expr {
        let mut parser = Parser::new(&DatabricksDialect).with_tokens_with_locations(lex(text).tokens);
        parser.advance_token();
        let expr = parser.parse_expr().expect(text);
        assert_eq!(parser.peek_token_ref().token, Token::EOF, "{text}");
        expr
    }

    #[test]
    fn short_ways_lead_to_the_same_tree() {
        let texts = "a|a.b|a.b.c|`a`.`b c`|day|date|count|t.day|array|a.interval|a[0]|a.b[0].c|f(x).a|a.f(x)|-a * b|1|'s'\
            |NULL IS NULL|TRUE AND FALSE|(a)|(a + b) * c|(a, b)|(1, (2, 3))|((a))|(a IS NULL OR b)|(SELECT 1)|(WITH t AS (SELECT 1) SELECT 1)\
            |CASE WHEN a THEN b ELSE c END|CASE a WHEN 1 THEN 2 END|CAST(a AS DECIMAL(10,2))|TRY_CAST(a AS DATE)|trim(a)|trim(BOTH 'x' FROM a)\
            |NOT a AND b|NOT (a, b) IN ((1, 2))|NOT EXISTS (SELECT 1)|EXISTS (SELECT 1)|DATE '2020-01-01'|TIMESTAMP '2020-01-01'|INTERVAL '1' DAY\
            |x -> x + 1|(x, y) -> x + y|filter(a, x -> x > 0)|f()|f(a)|f(a, 1, 'b')|f(g(h(a)), b)|count(*)|count(t.*)|count(DISTINCT a, b)\
            |sum(ALL a)|f(a => 1, b => c)|f(a, b => c)|f((SELECT 1))|f((a, b))|f(NULL)|f(NULL, day)|array(1, 2)|map('a', 1)|struct(a, b)\
            |sum(a) FILTER (WHERE b > 0)|count(*) FILTER (WHERE b)|sum(a) OVER ()|sum(a) OVER w|sum(a) FILTER (WHERE b) OVER (PARTITION BY c)\
            |rank() OVER (PARTITION BY a ORDER BY b DESC)|lag(a) IGNORE NULLS OVER (ORDER BY b)|sum(a) FILTER (WHERE b) IGNORE NULLS OVER w\
            |percentile_cont(0.5) WITHIN GROUP (ORDER BY a)|f(sum(a) OVER (), count(DISTINCT b))|date(a)|left(a, 1)|current_date|current_date()\
            |substring(a, 1, 2)|extract(DAY FROM a)|position('a' IN b)|a::INT|a BETWEEN 1 AND 2|a IN (1, 2)|day LIKE 'a'|IF(a, b, c)";
        for text in texts.split('|') {
            assert_eq!(parse(text), the_long_way(text), "{text}");
        }
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
