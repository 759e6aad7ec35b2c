//! Where a clause is, if the tree does not keep its position: found again among the tokens of its statement.

use std::ops::Range;

use lakeflow::Piece;
use sqlparser::tokenizer::Token;

use super::scope::among;

/// The tokens of one statement.
pub(super) struct TokenPlaces<'a> {
    pieces: &'a [Piece],
    statement: Range<usize>,
}

impl<'a> TokenPlaces<'a> {
    /// Of the statement at `statement`, among the tokens of its file.
    pub(super) fn new(pieces: &'a [Piece], statement: Range<usize>) -> Self {
        TokenPlaces { pieces: among(pieces, &statement, |piece| piece.range.start), statement }
    }

    /// The first of these words, outside of brackets and before the query; the whole statement when they are not there.
    pub(super) fn clause(&self, words: &str) -> Range<usize> {
        let mut depth = 0usize;
        for (index, piece) in self.pieces.iter().enumerate() {
            match &piece.token {
                Token::LParen => depth += 1,
                Token::RParen => depth = depth.saturating_sub(1),
                _ if depth > 0 => {}
                _ => {
                    if let Some(range) = self.phrase(index, words) {
                        return range;
                    }
                }
            }
        }
        self.statement.clone()
    }

    /// The first of these words behind `offset`, inside of brackets or not.
    pub(super) fn behind(&self, offset: usize, words: &str) -> Range<usize> {
        let first = self.pieces.partition_point(|piece| piece.range.start < offset);
        let found = (first..self.pieces.len()).find_map(|index| self.phrase(index, words));
        found.unwrap_or_else(|| self.statement.clone())
    }

    /// The part of `text` that is the query: behind an `AS` or `NAME` outside of brackets, up to the end of the statement.
    pub(super) fn query(&self, is_query: impl Fn(&str) -> bool, text: &str) -> Option<Range<usize>> {
        let mut depth = 0usize;
        for (index, piece) in self.pieces.iter().enumerate() {
            match &piece.token {
                Token::LParen => depth += 1,
                Token::RParen => depth = depth.saturating_sub(1),
                _ if depth == 0 && ["AS", "NAME"].iter().any(|word| self.phrase(index, word).is_some()) => {
                    let range = piece.range.end..self.statement.end;
                    if text.get(range.clone()).is_some_and(&is_query) {
                        return Some(range);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// Whether these words stand anywhere in the statement.
    pub(super) fn has(&self, words: &str) -> bool {
        (0..self.pieces.len()).any(|index| self.phrase(index, words).is_some())
    }

    /// Bytes of the whole statement in its file.
    pub(super) fn statement(&self) -> Range<usize> {
        self.statement.clone()
    }

    fn phrase(&self, index: usize, words: &str) -> Option<Range<usize>> {
        let mut pieces = self.pieces.get(index..)?.iter();
        let mut range: Option<Range<usize>> = None;
        for word in words.split(' ') {
            let piece = pieces.next()?;
            let Token::Word(found) = &piece.token else { return None };
            if found.quote_style.is_some() || !found.value.eq_ignore_ascii_case(word) {
                return None;
            }
            range = Some(range.map_or(piece.range.start, |range| range.start)..piece.range.end);
        }
        range
    }
}
