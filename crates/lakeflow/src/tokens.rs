//! The tokens of a text as they were written, with their bytes: for tools that check how a statement is spelled, and
//! for those that rearrange text and must not lose any of it.
//!
//! A tree represents what a statement means; only the tokens show whether a string was written with `''`, or a word is
//! in a place where the grammar no longer accepts it. They are also available for statements that the parser rejects.
//! Nothing is checked here.

use std::ops::Range;

use sqlparser::tokenizer::Token;

use super::ParseFault;
use super::lex::{Lexed, lex_as_written};
use super::place::bytes;

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// What it is as it was written.
    pub kind: PieceKind,
    /// What it means: every string literal is a [`Token::SingleQuotedString`], and a literal that sqlparser has no token
    /// for is the first of those that it is read as.
    pub token: Token,
    /// Its bytes in the text.
    pub range: Range<usize>,
}

/// The kinds of token.
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
    /// An operator or punctuation; in a notebook also the line between two cells, which ends a statement as `;` does.
    Sign,
    /// `/*+ .. */`.
    Hint,
}

/// What a text is made of. Between tokens and comments there is white space, and in a notebook what is no SQL.
#[derive(Debug, Clone, Default)]
pub struct Tokens {
    /// Words, literals and signs, in order of place.
    pub pieces: Vec<Piece>,
    /// Bytes of the comments, delimiters included, in order of place.
    pub comments: Vec<Range<usize>>,
    /// What is no token, by place.
    pub faults: Vec<ParseFault>,
}

/// Reads the tokens of `text`.
pub fn tokens(text: &str) -> Tokens {
    let Lexed { tokens, comments, faults, .. } = lex_as_written(text);
    // A token without width stands for something that was not written.
    let written = tokens.into_iter().map(|t| (t.token, bytes(t.span))).filter(|(_, range)| !range.is_empty());
    let piece = |token: Token, range: Range<usize>| {
        let first = text.as_bytes().get(range.start).copied().unwrap_or(b' ');
        Piece { kind: kind(&token, first, &range, text), token, range }
    };
    let pieces = written.map(|(token, range)| piece(token, range)).collect();
    Tokens { pieces, comments: comments.into_iter().map(|comment| comment.range).collect(), faults }
}

fn kind(token: &Token, first: u8, range: &Range<usize>, text: &str) -> PieceKind {
    match (token, first) {
        (Token::SingleQuotedString(_) | Token::HexStringLiteral(_) | Token::DollarQuotedString(_), _) => {
            PieceKind::Text
        }
        (Token::Number(..), _) => PieceKind::Number,
        (Token::Whitespace(_), _) => PieceKind::Hint,
        (Token::Word(_), b'`') => PieceKind::Name,
        (Token::Word(_), b'0'..=b'9') if text.get(range.clone()).is_some_and(|text| text.contains('_')) => {
            PieceKind::Name
        }
        (Token::Word(_), b'0'..=b'9' | b'.') => PieceKind::Number,
        (Token::Word(_), b'@') => PieceKind::Sign,
        (Token::Word(_), _) => PieceKind::Word,
        _ => PieceKind::Sign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_added_moved_or_resolved() {
        let text = "SELECT /*+ x */ 'it''s', r'\\d', 1.5D -- why\nFROM STREAM t WITH (a = 1) AS s /* b */;";
        let expected = [
            "SELECT", "/*+ x */", "'it''s'", ",", "r'\\d'", ",", "1.5D", "FROM", "STREAM", "t", "WITH", "(", "a", "=",
            "1", ")", "AS", "s", ";",
        ];
        let found = tokens(text);
        let shown: Vec<&str> = found.pieces.into_iter().map(|piece| &text[piece.range]).collect();
        assert_eq!(shown, expected);
        let comments: Vec<&str> = found.comments.into_iter().map(|range| &text[range]).collect();
        assert_eq!(comments, ["-- why", "/* b */"]);
    }

    #[test]
    fn what_does_not_lex_is_a_fault() {
        assert_eq!(tokens("SELECT 'x").faults.len(), 1);
        assert_eq!(tokens("sel\u{1}ect").faults.len(), 1);
        assert_eq!(tokens("a \u{feff}b").faults.len(), 1);
        assert_eq!(tokens("\u{feff}a").faults, []);
    }
}
