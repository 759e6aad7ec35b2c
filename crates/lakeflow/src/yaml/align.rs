//! Finds a stretch of decoded scalar text in the YAML source.
//!
//! Decoding changes only three things: escapes in quoted styles, folded line breaks, and indentation. Everything else
//! is in the file in the same order, so it is enough to walk over both texts in parallel; no second decoder is needed.

use std::ops::Range;

use super::places::ScalarForm;

/// The byte range of `written` that became `range` of `decoded`.
pub(super) fn align(written: &str, decoded: &str, style: ScalarForm, range: Range<usize>) -> Range<usize> {
    let mut cursor =
        AlignCursor { written, at: usize::from(style != ScalarForm::Block && style != ScalarForm::Plain), style };
    // Blank lines at the head of a block are part of its text, but the parser's place starts after them.
    let blank_head = if style == ScalarForm::Block { decoded.len() - decoded.trim_start().len() } else { 0 };
    let mut start = None;
    let mut end = cursor.at;
    for (offset, c) in decoded.char_indices() {
        if offset >= range.end {
            break;
        }
        let place = if offset < blank_head { cursor.at..cursor.at } else { cursor.take(c) };
        if offset >= range.start {
            start.get_or_insert(place.start);
        }
        end = place.end;
    }
    // An empty range, or one at the very end of the text, stands after what was walked over.
    let start = start.unwrap_or(end);
    start..end.max(start)
}

struct AlignCursor<'a> {
    written: &'a str,
    at: usize,
    style: ScalarForm,
}

impl AlignCursor<'_> {
    fn rest(&self) -> &str {
        self.written.get(self.at..).unwrap_or("")
    }

    /// The place of the next decoded character, and a step beyond it.
    fn take(&mut self, decoded: char) -> Range<usize> {
        if decoded == '\n' && self.style != ScalarForm::Double {
            return self.line_break();
        }
        if decoded == ' '
            && !self.rest().starts_with(' ')
            && self.rest().trim_start_matches('\t').starts_with(['\n', '\r'])
        {
            return self.line_break();
        }
        self.skip_layout(decoded);
        let start = self.at;
        self.at += self.written_length(decoded);
        start..self.at
    }

    /// A line break that stayed, or that was folded into a space: up to the next line's text it is all layout.
    fn line_break(&mut self) -> Range<usize> {
        let start = self.at;
        if let Some(offset) = self.rest().find('\n') {
            self.at += offset + 1;
        }
        start..start
    }

    /// Leaves indentation, folded line breaks and escaped line ends behind.
    fn skip_layout(&mut self, decoded: char) {
        loop {
            let rest = self.rest();
            let skip = match rest.chars().next() {
                Some(c) if c == decoded => break,
                Some(c) if c.is_ascii_whitespace() => 1,
                Some('\\') if self.style == ScalarForm::Double && rest[1..].starts_with('\n') => 2,
                Some('\\') if self.style == ScalarForm::Double && rest[1..].starts_with("\r\n") => 3,
                _ => break,
            };
            self.at += skip;
        }
    }

    /// How many bytes the character takes in the file.
    fn written_length(&self, decoded: char) -> usize {
        let rest = self.rest();
        match (self.style, rest.chars().next()) {
            (ScalarForm::Single, Some('\'')) => "''".len().min(rest.len()),
            (ScalarForm::Double, Some('\\')) => escape_length(rest),
            (_, Some(c)) if c == decoded => c.len_utf8(),
            // The texts disagree (an unforeseen way of writing): stay, so that the rest still lies inside the value.
            _ => 0,
        }
    }
}

/// The length of the escape that `text` starts with.
fn escape_length(text: &str) -> usize {
    let digits = match text.as_bytes().get(1) {
        Some(b'x') => 2,
        // A character beyond U+FFFF may be written as a surrogate pair.
        Some(b'u') if is_surrogate(text) => 4 + "\\u".len() + 4,
        Some(b'u') => 4,
        Some(b'U') => 8,
        _ => 0,
    };
    let second = text.chars().nth(1).map_or(0, char::len_utf8);
    (1 + second + digits).min(text.len())
}

fn is_surrogate(escape: &str) -> bool {
    let code = escape.get(2..6).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    code.is_some_and(|c| (0xD800..0xDC00).contains(&c)) && escape.get(6..8) == Some("\\u")
}
