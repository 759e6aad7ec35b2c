//! Tokens with the comments that belong to them, grouped by statement.
//!
//! A comment at the beginning of a line belongs to the next token; any other comment belongs to the token before it.
//! So each comment moves with a token, and formatting again finds it at the same one.

use std::ops::Range;

use crate::{Piece, PieceKind, Tokens};

/// Comments between which a text keeps its layout.
const OFF: &str = "-- fmt: off";
const ON: &str = "-- fmt: on";

/// A token and what is decided about it.
#[derive(Debug, Clone)]
pub struct Token<'a> {
    pub kind: PieceKind,
    pub text: &'a str,
    /// Offset in the text.
    pub start: usize,
    /// Comments on lines of their own before it.
    pub before: Vec<Comment<'a>>,
    /// Comments behind it on its line.
    pub behind: Vec<&'a str>,
    /// Whether an empty line stood before it.
    pub after_blank: bool,
    /// Whether nothing stood between it and the token before.
    pub touches: bool,
    /// Whether it is a keyword, which is written in capitals; see `words`.
    pub keyword: bool,
    /// Whether it keeps its letters all the same.
    pub as_written: bool,
    /// Whether it is a comma between items, and not inside a type.
    pub separates: bool,
    /// Whether a blank goes before it when it does not begin a line; see `spaces`.
    pub space: bool,
}

/// A comment on a line of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment<'a> {
    pub text: &'a str,
    /// Whether an empty line stood before it.
    pub after_blank: bool,
}

/// The tokens of a statement, and the `;` that ends it if one does.
#[derive(Debug, Default, Clone)]
pub struct StatementTokens<'a> {
    pub tokens: Vec<Token<'a>>,
    pub semicolon: Option<Token<'a>>,
    /// Whether its layout, or a part of it, was taken out of the formatter's hands.
    pub is_kept: bool,
}

/// A text as statements, and the comments behind the last one.
#[derive(Debug, Default)]
pub struct ScriptTokens<'a> {
    pub statements: Vec<StatementTokens<'a>>,
    pub rest: Vec<Comment<'a>>,
}

impl Token<'_> {
    /// Whether this is a word without backticks that reads so.
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == PieceKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether this is the operator or bracket.
    pub fn is_sign(&self, sign: &str) -> bool {
        self.kind == PieceKind::Sign && self.text == sign
    }
}

/// Makes tokens of what the lexer refused, so that nothing of it is lost: all between tokens and comments that is no blank.
pub fn cover(tokens: &mut Tokens, text: &str) {
    let mut known: Vec<Range<usize>> = tokens.pieces.iter().map(|piece| piece.range.clone()).collect();
    known.extend(tokens.comments.iter().cloned());
    known.sort_unstable_by_key(|range| range.start);
    known.push(text.len()..text.len());
    let (mut end, mut refused) = (0, vec![]);
    for range in known {
        let gap = text.get(end..range.start).unwrap_or("");
        let inner = gap.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let start = end + gap.len() - inner.len();
        let length = inner.trim_end().len();
        if length > 0 {
            refused.push(Piece {
                kind: PieceKind::Sign,
                token: sqlparser::tokenizer::Token::EOF,
                range: start..start + length,
            });
        }
        end = end.max(range.end);
    }
    tokens.pieces.extend(refused);
    tokens.pieces.sort_by_key(|piece| piece.range.start);
}

/// Splits a text at each `;` that does not stand inside one of the statements that `whole` holds, in order.
pub fn script<'a>(text: &'a str, tokens: &Tokens, whole: &[Range<usize>]) -> ScriptTokens<'a> {
    let mut reader = TokenReader { text, ..TokenReader::default() };
    let mut comments = tokens.comments.iter().peekable();
    let mut whole = whole.iter().peekable();
    for piece in &tokens.pieces {
        while let Some(comment) = comments.next_if(|comment| comment.start < piece.range.start) {
            reader.comment(comment);
        }
        while whole.next_if(|range| range.end <= piece.range.start).is_some() {}
        reader.piece(piece, whole.peek().is_some_and(|range| range.start <= piece.range.start));
    }
    comments.for_each(|comment| reader.comment(comment));
    reader.end_statement();
    ScriptTokens { statements: reader.statements, rest: reader.waiting }
}

#[derive(Default)]
struct TokenReader<'a> {
    text: &'a str,
    statements: Vec<StatementTokens<'a>>,
    current: StatementTokens<'a>,
    /// Comments before the next token.
    waiting: Vec<Comment<'a>>,
    /// Where the last token or comment ended.
    end: usize,
    /// Whether a layout is kept here.
    is_off: bool,
}

impl<'a> TokenReader<'a> {
    /// What stands at `range`, whether it begins its line, and whether it follows an empty line.
    fn next(&mut self, range: &Range<usize>) -> (&'a str, bool, bool) {
        let gap = self.text.get(self.end..range.start).unwrap_or("");
        let newlines = gap.bytes().filter(|byte| *byte == b'\n').count();
        let begins_line = newlines > 0 || self.end == 0;
        self.end = range.end;
        (self.text.get(range.clone()).unwrap_or(""), begins_line, newlines > 1)
    }

    fn piece(&mut self, piece: &Piece, is_inside: bool) {
        let touches = self.end == piece.range.start;
        let (text, _, after_blank) = self.next(&piece.range);
        let token = Token {
            kind: piece.kind,
            text,
            start: piece.range.start,
            before: std::mem::take(&mut self.waiting),
            behind: vec![],
            after_blank,
            touches,
            keyword: false,
            as_written: false,
            separates: text == ",",
            space: true,
        };
        self.current.is_kept |= self.is_off;
        let ends = token.is_sign(";") && !is_inside && !self.is_off;
        self.current.tokens.push(token);
        if ends {
            self.end_statement();
        }
    }

    fn comment(&mut self, range: &Range<usize>) {
        let (text, begins_line, after_blank) = self.next(range);
        let comment = Comment { text: text.trim_end(), after_blank };
        match comment.text {
            OFF => self.is_off = true,
            ON if self.is_off => {
                self.is_off = false;
                if self.current.tokens.last().is_some_and(|token| token.is_sign(";")) {
                    self.end_statement();
                }
            }
            _ => {}
        }
        let open = self.current.tokens.last_mut();
        let owner = open.or_else(|| self.statements.last_mut().and_then(|ended| ended.last_token()));
        match owner {
            Some(token) if !begins_line && self.waiting.is_empty() => token.behind.push(comment.text),
            _ => self.waiting.push(comment),
        }
    }

    fn end_statement(&mut self) {
        let mut ended = std::mem::take(&mut self.current);
        ended.semicolon = ended.tokens.pop_if(|token| token.is_sign(";"));
        if ended.first().is_some() {
            self.statements.push(ended);
        }
    }
}

impl<'a> StatementTokens<'a> {
    fn last_token(&mut self) -> Option<&mut Token<'a>> {
        match &mut self.semicolon {
            Some(semicolon) => Some(semicolon),
            None => self.tokens.last_mut(),
        }
    }

    /// The first token, the `;` of an empty statement included.
    pub fn first(&self) -> Option<&Token<'a>> {
        self.tokens.first().or(self.semicolon.as_ref())
    }

    /// From its first token to its last, comments behind them left out.
    pub fn range(&self) -> Range<usize> {
        let start = self.first().map_or(0, |token| token.start);
        let last = self.semicolon.as_ref().or(self.tokens.last());
        start..last.map_or(start, |token| token.start + token.text.len())
    }
}
