//! From text to sqlparser tokens, read as Spark reads them.
//!
//! sqlparser brings a tokenizer of its own. It is not used because it takes `1L`, `1.5D` and `2S` for identifiers,
//! knows other string escapes than Spark, and drops hints; after it nobody can tell. Here a text that Databricks would
//! read differently, or not at all, is a [`Fault`] of its own, and lexing goes on behind it so that later statements are
//! checked too.
//!
//! Strings of either quote and raw strings all become [`Token::SingleQuotedString`] with their escapes resolved, so no
//! later stage has to know how a literal was spelled. White space and comments make no tokens, except hints
//! (`/*+ .. */`), which sqlparser expects behind `SELECT`. `${key}` in a string or between backticks is plain text, and
//! elsewhere it is a name or a part of one: substituting it is the business of whoever runs the statement.

mod depth;
mod keyword;
mod literal;
mod rewrite;
mod stream;
mod symbol;

pub(super) use rewrite::{IDENTIFIER, RECURSION};
pub(super) use symbol::TRY_CAST;

use std::ops::Range;

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Whitespace, Word};

use super::Fault;

/// The first line of an exported notebook.
const NOTEBOOK: &str = "-- Databricks notebook source";

/// The tokens of a text and what else the parser needs of it.
#[derive(Debug, Default)]
pub(super) struct Lexed {
    /// The tokens, beginning with a `;` that is not in the text: so the parser's index is never ambiguous.
    pub tokens: Vec<TokenWithSpan>,
    /// The bytes of each token, one entry a token.
    pub ranges: Vec<Range<usize>>,
    /// All comments but hints.
    pub comments: Vec<Comment>,
    /// What could not be read, by place.
    pub faults: Vec<Fault>,
}

/// A comment and where it stands.
#[derive(Debug)]
pub(super) struct Comment {
    /// Its bytes, delimiters included.
    pub range: Range<usize>,
    /// Its lines without delimiters.
    pub lines: Vec<String>,
}

/// Reads all tokens of `text`, as sqlparser has to see them.
pub(super) fn lex(text: &str) -> Lexed {
    let scanner = scan(text);
    let (reads_stream, rewrites) = (scanner.reads_stream, scanner.rewrites);
    let mut lexed = scanner.out;
    if rewrites {
        lexed = rewrite::rewrite(lexed);
    }
    if reads_stream { stream::call_streams(lexed) } else { lexed }
}

/// Reads all tokens of `text`, as they were written.
pub(super) fn lex_as_written(text: &str) -> Lexed {
    scan(text).out
}

fn scan(text: &str) -> Scanner<'_> {
    let mut scanner = Scanner {
        text,
        at: 0,
        here: Location::new(1, 1),
        reads_stream: false,
        rewrites: false,
        notebook: text.starts_with(NOTEBOOK),
        out: Lexed::default(),
    };
    scanner.push(Token::SemiColon, 0, Location::new(1, 1));
    while scanner.step() {}
    if let Some(fault) = depth::check(&scanner.out) {
        scanner.out.faults.push(fault);
        scanner.out.faults.sort_by_key(|f| f.range.start);
    }
    scanner
}

/// Whether a byte goes on with a character of UTF-8 that began before it.
fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

struct Scanner<'a> {
    text: &'a str,
    /// Byte offset of what is read next.
    at: usize,
    /// The same place as sqlparser counts it.
    here: Location,
    /// Whether the word `STREAM` was met.
    reads_stream: bool,
    /// Whether a word was met that `rewrite.rs` looks for.
    rewrites: bool,
    /// Whether the text is an exported notebook, whose cells end statements as `;` does.
    notebook: bool,
    out: Lexed,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn peek_second(&self) -> Option<char> {
        self.rest().chars().nth(1)
    }

    /// Moves over `bytes` bytes and returns them.
    fn take(&mut self, bytes: usize) -> &'a str {
        let taken = self.rest().get(..bytes).unwrap_or("");
        for byte in taken.bytes() {
            if byte == b'\n' {
                self.here.line += 1;
                self.here.column = 1;
            } else if !is_continuation(byte) {
                self.here.column += 1;
            }
        }
        self.at += taken.len();
        taken
    }

    /// Moves over `bytes` bytes that are known to be ASCII on one line, and returns them.
    fn take_ascii(&mut self, bytes: usize) -> &'a str {
        let taken = self.rest().get(..bytes).unwrap_or("");
        self.here.column += taken.len() as u64;
        self.at += taken.len();
        taken
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        self.take(rest.find(|c| !accept(c)).unwrap_or(rest.len()))
    }

    fn push(&mut self, token: Token, start: usize, from: Location) {
        self.out.tokens.push(TokenWithSpan { token, span: Span::new(from, self.here) });
        self.out.ranges.push(start..self.at);
    }

    fn fault(&mut self, range: Range<usize>, message: impl Into<String>, hint: Option<&str>) {
        self.out.faults.push(Fault::new(range, message).maybe_hint(hint.map(str::to_owned)));
    }

    /// Whether the last token ends right before `offset` and is an operand, as in `t.1` or `f(x).1`.
    fn operand_ends_at(&self, offset: usize) -> bool {
        let operand =
            self.out.tokens.last().is_some_and(|t| matches!(t.token, Token::Word(_) | Token::RParen | Token::RBracket));
        operand && self.out.ranges.last().is_some_and(|r| r.end == offset)
    }

    /// Reads one token, comment or blank; `false` at the end.
    fn step(&mut self) -> bool {
        let Some(c) = self.peek() else { return false };
        let (start, from) = (self.at, self.here);
        match (c, self.peek_second()) {
            (' ' | '\t' | '\r' | '\n', _) => {
                let blank = |b: u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
                self.take(self.rest().bytes().position(|b| !blank(b)).unwrap_or(self.rest().len()));
            }
            ('-', Some('-')) => self.line_comment(),
            ('/', Some('*')) => self.block_comment(),
            ('r' | 'R', Some('\'' | '"')) => self.raw_string(),
            ('x' | 'X', Some('\'' | '"')) => self.hex_string(),
            ('\'' | '"', _) => self.string(),
            ('`', _) => self.quoted_name(),
            ('$', Some('$')) => self.dollar_text(),
            ('0'..='9', _) => self.number(),
            ('.', Some('0'..='9')) if !self.operand_ends_at(start) => self.number(),
            ('$', Some('{' | 'a'..='z' | 'A'..='Z' | '_')) => self.word(start, from),
            ('{', Some('{')) if self.template_length() > 0 => self.word(start, from),
            (c, _) if c.is_alphabetic() || c == '_' => self.word(start, from),
            _ => self.symbol(start, from),
        }
        true
    }

    fn word(&mut self, start: usize, from: Location) {
        // `$key` is how notebooks once named a widget.
        if self.peek() == Some('$') && self.peek_second() != Some('{') {
            self.take(1);
        }
        self.name_part();
        while matches!(self.peek(), Some('$' | '{')) {
            let template = self.template_length();
            if template == 0 {
                break;
            }
            self.take(template);
            self.name_part();
        }
        let word = self.text.get(start..self.at).unwrap_or("");
        if word.is_empty() {
            self.take(2);
            self.fault(start..self.at, "the parameter `${` is never closed", None);
            return;
        }
        if !word.is_ascii() {
            let hint = format!("put it in backticks: `{word}`");
            self.fault(start..self.at, "an unquoted name holds only a-z, 0-9 and `_`", Some(&hint));
        }
        self.reads_stream |= word.eq_ignore_ascii_case("STREAM");
        let keyword = match keyword::keyword(word) {
            Keyword::AT => Keyword::NoKeyword, // a common alias; Databricks has no `AT TIME ZONE`
            keyword => keyword,
        };
        self.rewrites |= match keyword {
            Keyword::STRUCT | Keyword::EXCEPT | Keyword::VALUES | Keyword::TABLE => true,
            Keyword::DESC | Keyword::DESCRIBE => self.out.tokens.last().is_some_and(|t| t.token == Token::LParen),
            _ => word.eq_ignore_ascii_case("RECURSION") || word.eq_ignore_ascii_case("IDENTIFIER"),
        };
        self.push(Token::Word(Word { value: word.to_owned(), quote_style: None, keyword }), start, from);
    }

    /// Moves over letters, digits and `_`.
    fn name_part(&mut self) {
        let ascii = self.rest().bytes().position(|b| !(b.is_ascii_alphanumeric() || b == b'_'));
        match ascii.filter(|end| self.rest().as_bytes().get(*end).is_some_and(u8::is_ascii)) {
            Some(end) => self.take_ascii(end),
            None => self.take_while(is_name_part),
        };
    }

    /// Length of a `${key}` or `{{key}}`, as SQL files of jobs have it, that comes next; 0 when none does.
    fn template_length(&self) -> usize {
        if let Some((inner, _)) = self.rest().strip_prefix("{{").and_then(|rest| rest.split_once("}}")) {
            let key = inner.trim_matches(' ');
            let plain = !key.is_empty() && key.chars().all(|c| is_name_part(c) || c == '.');
            return if plain { inner.len() + 4 } else { 0 };
        }
        let inner = self.rest().strip_prefix("${").and_then(|rest| rest.split_once('}')).map(|(inner, _)| inner);
        inner.filter(|inner| !inner.is_empty() && !inner.contains(['\n', '{', '\''])).map_or(0, |inner| inner.len() + 3)
    }

    fn quoted_name(&mut self) {
        let (start, from) = (self.at, self.here);
        self.take(1);
        let mut name = String::new();
        loop {
            name.push_str(self.take_while(|c| c != '`'));
            if self.take(1).is_empty() {
                self.fault(start..self.line_end(start), "the backtick is never closed", None);
                break;
            }
            if self.peek() != Some('`') {
                break;
            }
            name.push_str(self.take(1));
        }
        if name.is_empty() {
            self.fault(start..self.at, "a name cannot be empty", None);
        } else if name.contains("``") || name.contains("\\`") || name.chars().any(char::is_control) {
            // Such a name cannot be written back faithfully by sqlparser, and no catalog stores one.
            let message =
                "a name cannot hold two backticks in a row, a backslash before a backtick, or a control character";
            self.fault(start..self.at, message, None);
        }
        self.push(Token::make_word(&name, Some('`')), start, from);
    }

    fn line_comment(&mut self) {
        let start = self.at;
        let from = self.here;
        let text = self.take_while(|c| c != '\n').trim_start_matches('-');
        if self.notebook && self.notebook_line(text.trim(), start, from) {
            return;
        }
        let text = text.strip_prefix(' ').unwrap_or(text).trim_end();
        self.out.comments.push(Comment { range: start..self.at, lines: vec![text.to_owned()] });
    }

    /// Reads a line that an export adds to the cells of a notebook; cells in other languages are such lines too.
    fn notebook_line(&mut self, text: &str, start: usize, from: Location) -> bool {
        if text.strip_suffix("----------").is_some_and(|before| before.trim() == "COMMAND") {
            self.push(Token::SemiColon, start, from);
            return true;
        }
        let added = |mark| text.strip_prefix(mark).is_some_and(|rest: &str| !rest.starts_with(is_name_part));
        added("Databricks notebook source") || added("MAGIC") || added("DBTITLE")
    }

    fn block_comment(&mut self) {
        let (start, from) = (self.at, self.here);
        let mut depth = 0usize;
        loop {
            let rest = self.rest();
            if rest.starts_with("/*") {
                depth += 1;
                self.take(2);
            } else if rest.starts_with("*/") {
                depth -= 1;
                self.take(2);
            } else if self.take(rest.chars().next().map_or(0, char::len_utf8)).is_empty() {
                self.fault(
                    start..start + 2,
                    "the comment is never closed",
                    Some("comments nest: each `/*` needs its `*/`"),
                );
                return;
            }
            if depth == 0 {
                break;
            }
        }
        let inner = self.text.get(start + 2..self.at - 2).unwrap_or("");
        if inner.starts_with('+') {
            self.hint(inner, start, from);
        } else {
            let lines = inner.trim().lines().map(|l| l.trim().trim_start_matches("* ").to_owned()).collect();
            self.out.comments.push(Comment { range: start..self.at, lines });
        }
    }

    fn hint(&mut self, inner: &str, start: usize, from: Location) {
        let select = |t: &TokenWithSpan| matches!(&t.token, Token::Word(w) if w.keyword == Keyword::SELECT);
        if self.out.tokens.last().is_some_and(select) {
            self.push(Token::Whitespace(Whitespace::MultiLineComment(inner.to_owned())), start, from);
        } else {
            self.fault(start..self.at, "a hint must stand right behind `SELECT`", None);
        }
    }

    /// Offset of the end of the line that `offset` lies in.
    fn line_end(&self, offset: usize) -> usize {
        let rest = self.text.get(offset..).unwrap_or("");
        offset + rest.find('\n').unwrap_or(rest.len())
    }
}

fn is_name_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
