//! The tokens of a text with their bytes, for tools that judge how a statement is spelled.
//!
//! A tree says what a statement means; whether a string was written with `''` or a word stands where the grammar no longer
//! takes it shows in the tokens alone, also of a statement that the parser refuses. Nothing is judged here.

use std::ops::Range;

use sqlparser::tokenizer::Token;

use super::lex::{Lexed, lex};

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// The token, as sqlparser has it; every string literal is a [`Token::SingleQuotedString`].
    pub token: Token,
    /// Its bytes in the text.
    pub range: Range<usize>,
}

/// What a text is made of, in order of place.
#[derive(Debug, Clone, Default)]
pub struct Tokens {
    /// Words, literals and symbols.
    pub pieces: Vec<Piece>,
    /// Bytes of the comments, delimiters included.
    pub comments: Vec<Range<usize>>,
}

/// Reads the tokens of `text`; what is no token is left out.
pub fn tokens(text: &str) -> Tokens {
    let Lexed { tokens, ranges, comments, .. } = lex(text);
    let written = tokens.into_iter().zip(ranges).filter(|(_, range)| !range.is_empty());
    let mut pieces: Vec<Piece> = written.map(|(token, range)| Piece { token: token.token, range }).collect();
    // The lexer moves the options of a stream behind its alias.
    pieces.sort_by_key(|piece| piece.range.start);
    Tokens { pieces, comments: comments.into_iter().map(|comment| comment.range).collect() }
}
