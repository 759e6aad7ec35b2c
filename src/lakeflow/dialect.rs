//! How sqlparser is told to read expressions and queries.
//!
//! The type id is that of [`DatabricksDialect`], so whatever sqlparser allows for Databricks by name holds here too;
//! flags that it leaves off although Databricks knows the construct are switched on. Characters and literals are not its
//! business: tokens come from our own lexer.

use std::any::TypeId;

use sqlparser::ast::{BinaryOperator, Expr};
use sqlparser::dialect::{DatabricksDialect, Dialect};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};

/// Databricks SQL as Lakeflow pipelines run it.
#[derive(Debug)]
pub struct Lakeflow;

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
    }

    /// Off, so that `INTERVAL '1 day'` is read too; an interval without any unit is refused afterwards.
    fn require_interval_qualifier(&self) -> bool {
        false
    }

    /// `a DIV b`, as tight as `a * b`.
    fn parse_infix(&self, parser: &mut Parser, expr: &Expr, precedence: u8) -> Option<Result<Expr, ParserError>> {
        if !parser.parse_keyword(Keyword::DIV) {
            return None;
        }
        let left = Box::new(expr.clone());
        let right = parser.parse_subexpr(precedence);
        Some(right.map(|right| Expr::BinaryOp { left, op: BinaryOperator::MyIntegerDivide, right: Box::new(right) }))
    }
}
