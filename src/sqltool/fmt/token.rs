//! Tokens with the comments that belong to them, grouped by statement.
//!
//! A comment that begins its line stands before the next token; any other stands behind the token it follows. So each
//! comment moves with a token, and a second run finds it at the same one.

use crate::lakeflow::Fault;
use crate::lakeflow::pieces::{Piece, PieceKind, pieces};

/// The first line of an exported notebook.
const NOTEBOOK: &str = "-- Databricks notebook source";
/// The line between two cells of it.
const CELL: &str = "-- COMMAND ----------";

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

/// The tokens of a statement, its `;` among them if it has one.
#[derive(Debug, Default, Clone)]
pub struct Statement<'a> {
    pub tokens: Vec<Token<'a>>,
    pub semicolon: Option<Token<'a>>,
}

/// A text as statements, and the comments behind the last one.
#[derive(Debug, Default)]
pub struct Script<'a> {
    pub statements: Vec<Statement<'a>>,
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

/// Splits a text.
///
/// # Errors
/// What the lexer refuses.
pub fn script(text: &str) -> Result<Script<'_>, Vec<Fault>> {
    let mut reader = Reader { text, notebook: text.starts_with(NOTEBOOK), ..Reader::default() };
    for piece in pieces(text)? {
        reader.piece(&piece);
    }
    reader.end_statement();
    Ok(Script { statements: reader.statements, rest: reader.waiting })
}

#[derive(Default)]
struct Reader<'a> {
    text: &'a str,
    notebook: bool,
    statements: Vec<Statement<'a>>,
    current: Statement<'a>,
    /// Comments before the next token.
    waiting: Vec<Comment<'a>>,
    /// Where the last piece ended.
    end: usize,
}

impl<'a> Reader<'a> {
    fn piece(&mut self, piece: &Piece) {
        let gap = self.text.get(self.end..piece.range.start).unwrap_or("");
        let text = self.text.get(piece.range.clone()).unwrap_or("");
        let newlines = gap.matches('\n').count();
        let begins_line = newlines > 0 || self.end == 0;
        let after_blank = newlines > 1;
        self.end = piece.range.end;
        if piece.kind == PieceKind::Comment {
            self.comment(Comment { text: text.trim_end(), after_blank }, begins_line);
            return;
        }
        let separates = text == ",";
        let token = Token {
            kind: piece.kind,
            text,
            start: piece.range.start,
            before: std::mem::take(&mut self.waiting),
            behind: vec![],
            after_blank,
            touches: gap.is_empty(),
            keyword: false,
            as_written: false,
            separates,
            space: true,
        };
        if token.is_sign(";") {
            self.current.semicolon = Some(token);
            self.end_statement();
        } else {
            self.current.tokens.push(token);
        }
    }

    fn comment(&mut self, comment: Comment<'a>, begins_line: bool) {
        if self.notebook && comment.text == CELL {
            self.end_statement();
        }
        let open = self.current.tokens.last_mut();
        let owner = open.or_else(|| self.statements.last_mut().and_then(|ended| ended.last_token()));
        match owner {
            Some(token) if !begins_line && self.waiting.is_empty() => token.behind.push(comment.text),
            _ => self.waiting.push(comment),
        }
    }

    fn end_statement(&mut self) {
        if !self.current.tokens.is_empty() || self.current.semicolon.is_some() {
            self.statements.push(std::mem::take(&mut self.current));
        }
    }
}

impl<'a> Statement<'a> {
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
}
