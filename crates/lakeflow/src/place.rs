//! Positions in sqlparser's tree as byte offsets.
//!
//! sqlparser keeps a line and a column for each token, but only compares and prints them. Our lexer stores byte
//! offsets there, on a single endless line, so a position is known without counting lines, however long the text is.
//! Only the lexer and this file rely on this.

use std::ops::Range;

use sqlparser::ast::Spanned;
use sqlparser::tokenizer::{Location, Span};

/// The place of a byte as the tree keeps it.
pub(super) fn location(offset: usize) -> Location {
    Location::new(1, u64::try_from(offset).unwrap_or(u64::MAX).saturating_add(1))
}

/// The places of a token's bytes.
pub(super) fn span(range: &Range<usize>) -> Span {
    Span::new(location(range.start), location(range.end))
}

/// The bytes of a token of the lexer.
pub(super) fn bytes(span: Span) -> Range<usize> {
    let offset = |location: Location| usize::try_from(location.column.saturating_sub(1)).unwrap_or(usize::MAX);
    offset(span.start)..offset(span.end)
}

/// Byte offset of `location` in `text`, clamped to it; the empty location, which sqlparser uses for "nowhere" and for the
/// end, is the end of the text.
pub fn offset_of(text: &str, location: Location) -> usize {
    let offset = location.column.checked_sub(1).filter(|_| location.line > 0);
    let offset = offset.and_then(|offset| usize::try_from(offset).ok()).unwrap_or(text.len());
    text.floor_char_boundary(offset)
}

/// The bytes under `span`; `None` for the empty span, which nodes have that sqlparser gives no place.
pub fn range_of(text: &str, span: Span) -> Option<Range<usize>> {
    if span == Span::empty() {
        return None;
    }
    let start = offset_of(text, span.start);
    Some(start..offset_of(text, span.end).max(start))
}

/// The bytes of a node: an expression, a query. An identifier carries its span itself: see [`range_of`].
pub fn range_of_node(text: &str, node: &impl Spanned) -> Option<Range<usize>> {
    range_of(text, node.span())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::Expr;
    use crate::parse_expr;

    #[test]
    fn a_node_lies_at_its_bytes() {
        let text = "a = 'ä€'\nAND `ö`.b = c";
        let Expr::BinaryOp { left, right, .. } = parse_expr(text).unwrap() else { panic!("a condition") };
        assert_eq!(range_of_node(text, &*left).map(|range| &text[range]), Some("a = 'ä€'"));
        assert_eq!(range_of_node(text, &*right).map(|range| &text[range]), Some("`ö`.b = c"));
    }

    #[test]
    fn clamps_what_lies_outside() {
        assert_eq!(offset_of("ab\nc", location(1)), 1);
        assert_eq!(offset_of("ab\nc", location(9)), 4);
        assert_eq!(offset_of("ä", location(1)), 0);
        assert_eq!(offset_of("ab\nc", Location::empty()), 4);
        assert_eq!(range_of("ab", Span::empty()), None);
    }
}
