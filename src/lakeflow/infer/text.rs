//! From the parser's lines and columns to byte offsets of the analysed text.

use std::ops::Range;

use sqlparser::tokenizer::{Location, Span};

/// A text with the offsets at which its lines start.
///
/// `lakeflow::place` answers the same question for a single place; here there is one for every name of a query, so the
/// lines are found once.
pub(super) struct Text<'a> {
    text: &'a str,
    lines: Vec<usize>,
    /// Columns are bytes.
    ascii: bool,
}

impl<'a> Text<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1);
        Text { text, lines: std::iter::once(0).chain(breaks).collect(), ascii: text.is_ascii() }
    }

    /// The bytes under `span`; `None` for the empty span of nodes whose place the parser does not keep.
    pub(super) fn range(&self, span: Span) -> Option<Range<usize>> {
        match (self.offset(span.start), self.offset(span.end)) {
            (Some(start), Some(end)) if start <= end => Some(start..end),
            _ => None,
        }
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or("")
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Lines and columns count from 1, columns in characters.
    fn offset(&self, location: Location) -> Option<usize> {
        let line = usize::try_from(location.line).ok()?.checked_sub(1)?;
        let column = usize::try_from(location.column).ok()?.checked_sub(1)?;
        let start = *self.lines.get(line)?;
        let end = self.lines.get(line + 1).copied().unwrap_or(self.text.len());
        let text = self.text.get(start..end)?;
        let within = match self.ascii {
            true => column.min(text.len()),
            false => text.char_indices().nth(column).map_or(text.len(), |(i, _)| i),
        };
        Some(start + within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let text = Text::new("a = 'ä€'\nAND ö = b");
        let span = |l1, c1, l2, c2| Span::new(Location::new(l1, c1), Location::new(l2, c2));
        assert_eq!(text.range(span(1, 5, 1, 9)).map(|r| text.slice(r)), Some("'ä€'"));
        assert_eq!(text.range(span(2, 5, 2, 6)).map(|r| text.slice(r)), Some("ö"));
        assert_eq!(text.range(span(2, 9, 2, 99)).map(|r| text.slice(r)), Some("b"));
        assert_eq!(text.range(Span::empty()), None);
    }
}
