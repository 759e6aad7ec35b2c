//! A text in pieces as it was written: tokens and comments with their bytes, in order.
//!
//! This is for tools that rearrange text and must lose none of it. Nothing is resolved here: strings keep their quotes
//! and escapes, words their letters. Between two pieces there is white space and nothing else.

use std::ops::Range;

use sqlparser::tokenizer::Token;

use super::Fault;
use super::lex::lex_as_written;

/// One token or comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: PieceKind,
    /// Its bytes.
    pub range: Range<usize>,
}

/// The kinds of piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceKind {
    /// A keyword or an unquoted name: which of them depends on where it stands.
    Word,
    /// A name in backticks, or one that begins with a digit.
    Name,
    /// A string of any kind, `$$..$$` included.
    Text,
    /// A number with its suffix.
    Number,
    /// An operator or punctuation.
    Sign,
    /// `/*+ .. */`.
    Hint,
    /// `-- ..` or `/* .. */`; in an exported notebook also the lines that separate its cells.
    Comment,
}

/// The pieces of `text`.
///
/// # Errors
/// What the lexer refuses, by place.
pub fn pieces(text: &str) -> Result<Vec<Piece>, Vec<Fault>> {
    let lexed = lex_as_written(text);
    if !lexed.faults.is_empty() {
        return Err(lexed.faults);
    }
    // A token without width stands for something that was not written.
    let tokens = lexed.tokens.iter().zip(lexed.ranges).filter(|(_, range)| !range.is_empty());
    let tokens = tokens.map(|(token, range)| {
        let written = text.get(range.clone()).unwrap_or("");
        Piece { kind: kind(&token.token, written), range }
    });
    let comments = lexed.comments.into_iter().map(|comment| Piece { kind: PieceKind::Comment, range: comment.range });
    let mut all: Vec<Piece> = tokens.chain(comments).collect();
    all.sort_by_key(|piece| piece.range.start);
    fill_gaps(text, &mut all);
    Ok(all)
}

fn kind(token: &Token, written: &str) -> PieceKind {
    match token {
        _ if written.starts_with("--") => PieceKind::Comment,
        Token::SingleQuotedString(_) | Token::HexStringLiteral(_) | Token::DollarQuotedString(_) => PieceKind::Text,
        Token::Number(..) => PieceKind::Number,
        Token::Whitespace(_) => PieceKind::Hint,
        Token::Word(_) => match written.chars().next() {
            Some('`') => PieceKind::Name,
            Some('0'..='9') if written.contains('_') => PieceKind::Name,
            Some('0'..='9' | '.') => PieceKind::Number,
            Some('@') => PieceKind::Sign,
            _ => PieceKind::Word,
        },
        _ => PieceKind::Sign,
    }
}

/// Comments that the lexer passes over because they belong to the format of notebooks are pieces all the same.
fn fill_gaps(text: &str, all: &mut Vec<Piece>) {
    let mut found = vec![];
    let mut end = 0;
    for next in all.iter().map(|piece| piece.range.clone()).chain(std::iter::once(text.len()..text.len())) {
        let mut start = end;
        for line in text.get(end..next.start).unwrap_or("").split_inclusive('\n') {
            let inner = line.trim();
            if !inner.is_empty() {
                let from = start + line.find(inner).unwrap_or(0);
                found.push(Piece { kind: PieceKind::Comment, range: from..from + inner.len() });
            }
            start += line.len();
        }
        end = next.end.max(end);
    }
    if !found.is_empty() {
        all.append(&mut found);
        all.sort_by_key(|piece| piece.range.start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<&str> {
        pieces(text).unwrap().into_iter().map(|piece| &text[piece.range]).collect()
    }

    #[test]
    fn nothing_is_added_moved_or_resolved() {
        let text = "SELECT /*+ x */ 'it''s', r'\\d' -- why\nFROM STREAM t WITH (a = 1) AS s /* b */;";
        let expected = [
            "SELECT", "/*+ x */", "'it''s'", ",", "r'\\d'", "-- why", "FROM", "STREAM", "t", "WITH", "(", "a", "=",
            "1", ")", "AS", "s", "/* b */", ";",
        ];
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn what_does_not_lex_has_no_pieces() {
        assert_eq!(pieces("SELECT 'x").unwrap_err().len(), 1);
    }
}
