//! Verifies that a formatted text means the same as its source: the same tokens and comments in the same order, and an
//! equal syntax tree.

use super::token::{StatementTokens, Token};
use crate::ast::StatementKind;
use crate::{Piece, PieceKind, parse, tokens};

/// Whether `text` says the same as `statement`, of which the parser made `meaning`; letters may differ in words, when
/// `capitals` may.
pub fn is_same(statement: &StatementTokens<'_>, meaning: &StatementKind, text: &str, capitals: bool) -> bool {
    let found = tokens(text);
    let slice = |range| text.get(range).unwrap_or("").trim_end();
    let words = statement.tokens.iter().chain(&statement.semicolon).map(|token| (token.kind, token.text));
    let written = found.pieces.into_iter().map(|piece| (piece.kind, slice(piece.range)));
    let same = |((kind, before), (_, after)): ((PieceKind, &str), (PieceKind, &str))| match kind {
        PieceKind::Word if capitals => before.eq_ignore_ascii_case(after),
        _ => before.trim_end() == after,
    };
    found.faults.is_empty()
        && words.clone().count() == written.len()
        && words.zip(written).all(same)
        && comments(statement).into_iter().eq(found.comments.into_iter().map(slice))
        && reads_as(text, meaning)
}

/// How often a statement is read to find the names in it that were taken for keywords.
const TRIALS: usize = 64;

/// Lets the words of a statement keep their letters that `laid`, its layout, shows in capitals although they are names.
pub fn keep_names(statement: &mut StatementTokens<'_>, laid: &str, meaning: &StatementKind) {
    let found = tokens(laid).pieces;
    let changed = |(index, (token, piece)): (usize, (&Token<'_>, &Piece))| {
        (laid.get(piece.range.clone()) != Some(token.text)).then_some(index)
    };
    let changed: Vec<usize> = statement.tokens.iter().zip(&found).enumerate().filter_map(changed).collect();
    let mut trials = TRIALS;
    for index in names(statement, &changed, meaning, &mut trials) {
        if let Some(token) = statement.tokens.get_mut(index) {
            token.as_written = true;
        }
    }
}

/// Those of `words` that make another statement in capitals, found by halves; all that are left when the trials are spent.
fn names(statement: &StatementTokens<'_>, words: &[usize], meaning: &StatementKind, trials: &mut usize) -> Vec<usize> {
    if *trials == 0 {
        return words.to_vec();
    }
    *trials -= 1;
    let mut text = String::new();
    for (index, token) in statement.tokens.iter().enumerate() {
        let is_apart = !token.touches && index > 0;
        text.push_str(if is_apart { "\n" } else { "" });
        let capitals = words.binary_search(&index).is_ok();
        text.push_str(&if capitals { token.text.to_ascii_uppercase() } else { token.text.to_owned() });
    }
    if reads_as(&text, meaning) {
        return vec![];
    }
    let (first, second) = words.split_at(words.len() / 2);
    if first.is_empty() {
        return words.to_vec();
    }
    let mut found = names(statement, first, meaning, trials);
    found.extend(names(statement, second, meaning, trials));
    found
}

fn reads_as(text: &str, meaning: &StatementKind) -> bool {
    parse(text).is_ok_and(|read| matches!(read.as_slice(), [only] if only.kind == *meaning))
}

/// The comments of a statement that move with it, in order; those before it and behind it are not its own.
fn comments<'a>(statement: &StatementTokens<'a>) -> Vec<&'a str> {
    let mut found: Vec<&str> = vec![];
    let all: Vec<_> = statement.tokens.iter().chain(&statement.semicolon).collect();
    for (index, token) in all.iter().enumerate() {
        if index > 0 {
            found.extend(token.before.iter().map(|comment| comment.text));
        }
        if index + 1 < all.len() {
            found.extend(&token.behind);
        }
    }
    found
}
