//! Parameters in expressions: each must be an operand of the tree, so that a value can't become anything else.
//!
//! This is proved on the template, once for all rows: the expression is parsed with a column in place of each mark, or with a
//! string if it is none with columns, and each of these must be a node of the tree, at exactly its place.

use std::collections::BTreeSet;
use std::ops::{ControlFlow, Range};

use lakeflow::{PieceKind, parse_expr, range_of_node, tokens, walk};
use sqlparser::ast::Expr;

/// What a mark in an expression is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkRole {
    /// An operand, for which a literal can stand.
    Operand,
    /// Part of a string, or within a comment.
    InText,
    /// Something else: part of a name, a type, a function.
    Other,
}

/// What each mark at these ranges of an expression is, in their order.
pub fn roles(sql: &str, marks: &[Range<usize>]) -> Vec<MarkRole> {
    let column = replaced(sql, marks, ["__", "_"]);
    let literal = replaced(sql, marks, ["'_", "'"]);
    let operands = operands(&column).or_else(|| operands(&literal));
    let found = tokens(&column);
    let holds = |outer: &Range<usize>, range: &Range<usize>| outer.start <= range.start && range.end <= outer.end;
    let role = |range: &Range<usize>| {
        let piece = found.pieces.iter().find(|piece| holds(&piece.range, range));
        let is_comment = found.comments.iter().any(|comment| holds(comment, range));
        match piece {
            Some(piece) if matches!(piece.kind, PieceKind::Text | PieceKind::Hint) => MarkRole::InText,
            None if is_comment => MarkRole::InText,
            Some(piece) if piece.range != *range => MarkRole::Other,
            // What can't be parsed is reported later, at its place; it may be that only the column does not fit.
            _ if operands.as_ref().is_none_or(|operands| operands.contains(&(range.start, range.end))) => {
                MarkRole::Operand
            }
            _ => MarkRole::Other,
        }
    };
    marks.iter().map(role).collect()
}

/// The text with something else as long in place of each mark, so that all places stay.
fn replaced(sql: &str, marks: &[Range<usize>], [start, end]: [&str; 2]) -> String {
    let mut text = sql.to_owned();
    for range in marks {
        text.replace_range(range.start..range.start + start.len(), start);
        text.replace_range(range.end - end.len()..range.end, end);
    }
    text
}

/// The places of all columns without a qualifier and of all literals in an expression; `None` if it is none.
fn operands(sql: &str) -> Option<BTreeSet<(usize, usize)>> {
    let expr = parse_expr(sql).ok()?;
    let mut found = BTreeSet::new();
    let _ = walk::expressions(&expr, |part| {
        if let (Expr::Identifier(_) | Expr::Value(_), Some(range)) = (part, range_of_node(sql, part)) {
            found.insert((range.start, range.end));
        }
        ControlFlow::<()>::Continue(())
    });
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reuse::marks::marks;

    fn shown(sql: &str) -> Vec<MarkRole> {
        roles(sql, &marks(sql).into_iter().map(|(range, _)| range).collect::<Vec<_>>())
    }

    #[test]
    fn a_parameter_is_an_operand_or_refused() {
        use MarkRole::{InText, Operand, Other};
        assert_eq!(shown("total <= $(most) and town in ($(town), 'x')"), [Operand, Operand]);
        assert_eq!(shown("concat($(town), '$(town)') -- $(town)"), [Operand, InText, InText]);
        assert_eq!(shown("sum(case when $(a) then $(b) else -$(c) end)"), [Operand, Operand, Operand]);
        assert_eq!(shown("sales_$(town) > 1 or $(town)_sales > 1"), [Other, Other]);
        assert_eq!(shown("customers_$(town).city = $(town).city"), [Other, Other]);
        assert_eq!(shown("`$(town)` = 1 or $(town)(1) = 2"), [Other, Other]);
        // Neither a column nor a literal is a type: the syntax error is reported at its place.
        assert_eq!(shown("cast(a as $(town)) = 1"), [Operand]);
        assert_eq!(shown("day + interval $(n) day > sold"), [Operand]);
    }
}
