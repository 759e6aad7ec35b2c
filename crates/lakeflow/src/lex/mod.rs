//! From text to sqlparser tokens, read as Spark reads them.
//!
//! sqlparser brings a tokenizer of its own. It is not used because it takes `1L`, `1.5D` and `2S` for identifiers,
//! knows other string escapes than Spark, and drops hints; after it nobody can tell. Here a text that Databricks would
//! read differently, or not at all, is a [`ParseFault`] of its own, and lexing goes on behind it so that later
//! statements are checked too.
//!
//! Strings of either quote and raw strings all become [`Token::SingleQuotedString`] with their escapes resolved, so no
//! later stage has to know how a literal was spelled. White space and comments make no tokens, except hints
//! (`/*+ .. */`), which sqlparser expects behind `SELECT`. `${key}` in a string or between backticks is plain text, and
//! elsewhere it is a name or a part of one: substituting it is the business of whoever runs the statement.

mod depth;
mod keyword;
mod literal;
mod rewrite;
mod sources;
mod stream;
mod symbol;

pub(super) use keyword::is_word;
pub(super) use rewrite::{COLLATED, IDENTIFIER, restore};
pub(super) use symbol::TRY_CAST;

use std::ops::Range;

use sqlparser::ast::DollarQuotedString;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Whitespace, Word};

use super::ParseFault;
use super::notebook;
use super::place::{bytes, span};

/// The tokens of a text and what else the parser needs of it.
#[derive(Debug, Default)]
pub(super) struct Lexed {
    /// The tokens with their bytes (`place.rs`), beginning with a `;` that is not in the text: so the parser's index is never ambiguous.
    pub tokens: Vec<TokenWithSpan>,
    /// Whether the name of a query holds a limit (`recursion.rs`).
    pub limits_recursion: bool,
    /// Whether something has to leave the tree again (`rewrite::restore`).
    pub is_to_restore: bool,
    /// All comments but hints.
    pub comments: Vec<LexComment>,
    /// What could not be read, by place.
    pub faults: Vec<ParseFault>,
}

/// A comment and where it stands.
#[derive(Debug)]
pub(super) struct LexComment {
    /// Its bytes, delimiters included.
    pub range: Range<usize>,
    /// Its lines without delimiters.
    pub lines: Vec<String>,
}

/// Generated SQL has some six bytes a token, white space included.
const BYTES_A_TOKEN: usize = 5;

/// Reads all tokens of `text`, as sqlparser has to see them.
pub(super) fn lex(text: &str) -> Lexed {
    let Scanned { mut lexed, reads_stream, rewrites } = scan(text);
    join_hints(&mut lexed.tokens);
    if rewrites {
        lexed = rewrite::rewrite(lexed);
    }
    if reads_stream {
        lexed.tokens = stream::call_streams(lexed.tokens);
    }
    lexed
}

/// Makes one of several hints of a `SELECT`, of which sqlparser reads the first: `/*+ a */ /*+ b */` is `/*+ a, b */`.
fn join_hints(tokens: &mut Vec<TokenWithSpan>) {
    let is_hint = |t: &TokenWithSpan| matches!(t.token, Token::Whitespace(_));
    if !tokens.windows(2).any(|pair| pair.iter().all(is_hint)) {
        return;
    }
    tokens.dedup_by(|next, hint| match (&next.token, &mut hint.token) {
        (
            Token::Whitespace(Whitespace::MultiLineComment(next)),
            Token::Whitespace(Whitespace::MultiLineComment(hint)),
        ) => {
            let more = next.trim_start_matches('+').trim_start();
            *hint = format!("{}, {more}", hint.trim_end());
            true
        }
        _ => false,
    });
}

/// Reads all tokens of `text`, as they were written.
pub(super) fn lex_as_written(text: &str) -> Lexed {
    scan(text).lexed
}

/// What was read, and what is to be done to it.
struct Scanned {
    lexed: Lexed,
    /// Whether the word `STREAM` was met.
    reads_stream: bool,
    /// Whether a word was met that `rewrite.rs` looks for.
    rewrites: bool,
}

fn scan(text: &str) -> Scanned {
    let covered = notebook::covered(text);
    let mut scanner = Scanner {
        text: covered.as_deref().unwrap_or(text),
        at: 0,
        reads_stream: false,
        rewrites: false,
        is_covered: covered.is_some(),
        has_bracketed_star: false,
        has_late_clause: false,
        out: Lexed { tokens: Vec::with_capacity(text.len() / BYTES_A_TOKEN + 2), ..Lexed::default() },
    };
    scanner.push(Token::SemiColon, 0);
    while scanner.step() {}
    let Scanner { out: mut lexed, reads_stream, rewrites, has_bracketed_star, .. } = scanner;
    if has_bracketed_star {
        lexed.faults.extend(lone_stars(&lexed.tokens));
        lexed.faults.sort_by_key(|f| f.range.start);
    }
    if let Some(fault) = depth::check(&lexed) {
        lexed.faults.push(fault);
        lexed.faults.sort_by_key(|f| f.range.start);
    }
    Scanned { lexed, reads_stream, rewrites }
}

/// Faults of each `(*)` that is a column or an argument by itself; sqlparser drops the brackets.
fn lone_stars(tokens: &[TokenWithSpan]) -> Vec<ParseFault> {
    let begins_item = |token: &Token| match token {
        Token::Comma | Token::LParen => true,
        Token::Word(word) => word.quote_style.is_none() && word.keyword == Keyword::SELECT,
        _ => false,
    };
    let lone = |tokens: &[TokenWithSpan]| match tokens {
        [before, open, star, close] => {
            [&open.token, &star.token, &close.token] == [&Token::LParen, &Token::Mul, &Token::RParen]
                && begins_item(&before.token)
        }
        _ => false,
    };
    let found = tokens.windows(4).filter(|tokens| lone(tokens)).filter_map(|tokens| tokens.get(2));
    let hint = "is a function name missing?";
    found.map(|star| ParseFault::new(bytes(star.span), "unexpected `*` in brackets").hint(hint)).collect()
}

struct Scanner<'a> {
    text: &'a str,
    /// Byte offset of what is read next.
    at: usize,
    /// Whether the word `STREAM` was met.
    reads_stream: bool,
    /// Whether a word was met that `rewrite.rs` looks for.
    rewrites: bool,
    /// Whether parts of the text are covered, which literals leave out.
    is_covered: bool,
    /// Whether `(*` was met.
    has_bracketed_star: bool,
    /// Whether a clause was met that is read before others that may follow it.
    has_late_clause: bool,
    out: Lexed,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The byte so far ahead; 0 behind the end. Whatever means anything here is one byte.
    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Moves over `bytes` bytes and returns them.
    fn take(&mut self, bytes: usize) -> &'a str {
        let taken = self.rest().get(..bytes).unwrap_or("");
        self.at += taken.len();
        taken
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        self.take(rest.find(|c| !accept(c)).unwrap_or(rest.len()))
    }

    /// Adds a token that began at `start` and ends here.
    #[inline]
    fn push(&mut self, mut token: Token, start: usize) {
        if self.is_covered {
            uncover(&mut token);
        }
        self.out.tokens.push(TokenWithSpan { token, span: span(&(start..self.at)) });
    }

    fn fault(&mut self, range: Range<usize>, message: impl Into<String>, hint: Option<&str>) {
        self.out.faults.push(ParseFault::new(range, message).maybe_hint(hint.map(str::to_owned)));
    }

    /// Whether the last token ends right before `offset` and is an operand, as in `t.1` or `f(x).1`.
    fn operand_ends_at(&self, offset: usize) -> bool {
        let operand = |t: &TokenWithSpan| matches!(t.token, Token::Word(_) | Token::RParen | Token::RBracket);
        self.out.tokens.last().is_some_and(|t| operand(t) && bytes(t.span).end == offset)
    }

    /// Reads one token, comment or blank; `false` at the end.
    fn step(&mut self) -> bool {
        let start = self.at;
        match (self.byte(0), self.byte(1)) {
            _ if start >= self.text.len() => return false,
            (b' ' | b'\t' | b'\r' | b'\n', _) => self.blanks(),
            (b'-', b'-') => self.line_comment(),
            (b'/', b'*') => self.block_comment(),
            (b'r' | b'R', b'\'' | b'"') => self.raw_string(),
            (b'x' | b'X', b'\'' | b'"') => self.hex_string(),
            (b'a'..=b'z' | b'A'..=b'Z' | b'_', _) => self.word(start),
            (b'\'' | b'"', _) => self.string(),
            (b'`', _) => self.quoted_name(),
            (b'*', _) => {
                self.has_bracketed_star |= self.out.tokens.last().is_some_and(|t| t.token == Token::LParen);
                self.symbol(start);
            }
            (b'$', b'$') => self.dollar_text(),
            (b'0'..=b'9', _) => self.number(),
            (b'.', b'0'..=b'9') if !self.operand_ends_at(start) => self.number(),
            (b'$', b'{' | b'a'..=b'z' | b'A'..=b'Z' | b'_') => self.word(start),
            (b'{', b'{') if self.template_length() > 0 => self.word(start),
            (0x80.., _) => self.beyond_ascii(start),
            (byte, _) if self.is_cover(byte) => self.blanks(),
            _ => self.symbol(start),
        }
        true
    }

    /// What begins with a character that is not in ASCII.
    fn beyond_ascii(&mut self, start: usize) {
        match self.peek() {
            // Lint has a rule for a byte-order mark; it is no part of the text.
            Some('\u{feff}') if start == 0 => self.at += '\u{feff}'.len_utf8(),
            // Spark takes any blank of Unicode for one, such as those that come from web pages.
            Some(c) if c.is_whitespace() => self.at += c.len_utf8(),
            Some(c) if c.is_alphabetic() => self.word(start),
            _ => self.symbol(start),
        }
    }

    fn is_cover(&self, byte: u8) -> bool {
        self.is_covered && char::from(byte) == notebook::COVER
    }

    fn blanks(&mut self) {
        let mut length = 1;
        while matches!(self.byte(length), b' ' | b'\t' | b'\r' | b'\n') || self.is_cover(self.byte(length)) {
            length += 1;
        }
        self.at += length;
    }

    fn word(&mut self, start: usize) {
        // `$key` is how notebooks once named a widget.
        if self.byte(0) == b'$' && self.byte(1) != b'{' {
            self.at += 1;
        }
        self.name_part();
        while matches!(self.byte(0), b'$' | b'{') {
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
            self.fault(start..self.at, "unclosed parameter `${`", None);
            return;
        }
        if !word.is_ascii() {
            let hint = format!("put it in backticks: `{word}`");
            self.fault(start..self.at, "an unquoted name may only contain a-z, 0-9 and `_`", Some(&hint));
        }
        let keyword = match keyword::keyword(word) {
            Keyword::AT => Keyword::NoKeyword, // a common alias; Databricks has no `AT TIME ZONE`
            // A table called `table`.
            Keyword::TABLE if self.follows_source() && !self.rest().trim_start().starts_with('(') => Keyword::NoKeyword,
            keyword => keyword,
        };
        if keyword == Keyword::FROM && self.repeats_from() {
            self.fault(start..self.at, "unexpected `FROM`", Some("remove the duplicate"));
        }
        self.note(word, keyword);
        self.push(Token::Word(Word { value: word.to_owned(), quote_style: None, keyword }), start);
    }

    /// Whether the last token is a `FROM` or a `JOIN`.
    fn follows_source(&self) -> bool {
        let is_source = |t: &TokenWithSpan| matches!(&t.token, Token::Word(word) if matches!(word.keyword, Keyword::FROM | Keyword::JOIN));
        self.out.tokens.last().is_some_and(is_source)
    }

    /// Whether the last token is the `FROM` of a query: a column or a table may be called so too.
    fn repeats_from(&self) -> bool {
        let [.., before, last] = self.out.tokens.as_slice() else { return false };
        let is_from = matches!(&last.token, Token::Word(word) if word.keyword == Keyword::FROM);
        let may_name = match &before.token {
            Token::Word(word) => {
                matches!(word.keyword, Keyword::SELECT | Keyword::DISTINCT | Keyword::AS | Keyword::BY)
            }
            token => !matches!(token, Token::RParen | Token::Mul | Token::Number(..) | Token::SingleQuotedString(_)),
        };
        is_from && !may_name
    }

    /// Notes whether `word`, which comes next, is one that a rewriting looks for.
    fn note(&mut self, word: &str, keyword: Keyword) {
        let behind = |is: fn(&Token) -> bool| self.out.tokens.last().is_some_and(|t| is(&t.token));
        self.rewrites |= match keyword {
            Keyword::EXCEPT | Keyword::VALUES | Keyword::WINDOW | Keyword::VERSION | Keyword::COLLATE => true,
            Keyword::SOME => behind(|token| is_word(token, "LIKE") || is_word(token, "ILIKE")),
            Keyword::SYSTEM_TIME | Keyword::TIMESTAMP => behind(|token| is_word(token, "FOR")) || word.len() > 9,
            Keyword::SORT | Keyword::CLUSTER | Keyword::DISTRIBUTE => self.has_late_clause,
            Keyword::HAVING | Keyword::QUALIFY => {
                self.has_late_clause = true;
                false
            }
            Keyword::GROUPING => behind(|token| matches!(token, Token::LParen | Token::Comma)),
            Keyword::UNION | Keyword::INTERSECT | Keyword::MINUS | Keyword::OFFSET => {
                behind(|token| *token == Token::VerticalBarRightAngleBracket)
            }
            Keyword::VIEW => behind(|token| is_word(token, "LATERAL")),
            // Of a type, not a function.
            Keyword::STRUCT => !self.rest().trim_start().starts_with('('),
            Keyword::TABLE => behind(rewrite::precedes_table),
            Keyword::DROP => behind(|token| *token == Token::VerticalBarRightAngleBracket),
            Keyword::DESC | Keyword::DESCRIBE => behind(|token| *token == Token::LParen),
            Keyword::STREAM => {
                self.reads_stream = true;
                false
            }
            Keyword::NoKeyword
                if word.len() > 10 && word.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("SYSTEM_")) =>
            {
                true
            }
            Keyword::NoKeyword if self.names_column() => true,
            Keyword::NoKeyword if matches!(word.len(), 9 | 10) => {
                ["RECURSION", "IDENTIFIER", "WATERMARK"].iter().any(|known| word.eq_ignore_ascii_case(known))
            }
            _ => false,
        };
    }

    /// Whether a name of a column may come next, as in `FROM t AS (a, b)`.
    fn names_column(&self) -> bool {
        let [.., name, called, open] = self.out.tokens.as_slice() else { return false };
        open.token == Token::LParen && is_word(&called.token, "AS") && matches!(name.token, Token::Word(_))
    }

    /// Moves over letters, digits and `_`.
    fn name_part(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or(&[]);
        let length = rest.iter().take_while(|byte| IS_NAME[usize::from(**byte)]).count();
        self.at += length;
        if rest.get(length).is_some_and(|byte| !byte.is_ascii()) {
            self.take_while(is_name_part);
        }
    }

    /// Length of a `${key}` or `{{key}}`, as SQL files of jobs have it, that comes next; 0 when none does.
    fn template_length(&self) -> usize {
        // Looks no further than the key goes: a text may be full of braces that nothing closes.
        let until = |text: &'a str, stops: fn(char) -> bool| text.split(stops).next().unwrap_or("");
        if let Some(rest) = self.rest().strip_prefix("{{") {
            let inner = until(rest, |c| !is_name_part(c) && !matches!(c, '.' | ' '));
            let is_key = !inner.trim_matches(' ').is_empty() && !inner.trim_matches(' ').contains(' ');
            return if is_key && rest[inner.len()..].starts_with("}}") { inner.len() + 4 } else { 0 };
        }
        let Some(rest) = self.rest().strip_prefix("${") else { return 0 };
        let inner = until(rest, |c| matches!(c, '\n' | '{' | '}' | '\''));
        if !inner.is_empty() && rest[inner.len()..].starts_with('}') { inner.len() + 3 } else { 0 }
    }

    fn quoted_name(&mut self) {
        let start = self.at;
        self.take(1);
        let mut name = String::new();
        let mut written = self.at;
        loop {
            name.push_str(self.take_while(|c| c != '`'));
            if self.take(1).is_empty() {
                self.fault(start..self.line_end(start), "unclosed backtick", None);
                break;
            }
            if self.peek() != Some('`') {
                break;
            }
            name.push_str(self.take(1));
        }
        if name.contains("``") {
            // sqlparser prints two in a row as they are, so here the name is what was written: with each of them doubled.
            name = self.text.get(written..self.at.saturating_sub(1)).unwrap_or("").to_owned();
        }
        written = self.at;
        if name.is_empty() {
            self.fault(start..written, "a name cannot be empty", None);
        } else if name.contains("\\`") || name.chars().any(char::is_control) {
            // Such a name cannot be written back faithfully by sqlparser, and no catalog stores one.
            let message = "a name must not contain a backslash before a backtick, or a control character";
            self.fault(start..written, message, None);
        }
        self.push(Token::make_word(&name, Some('`')), start);
    }

    fn line_comment(&mut self) {
        let start = self.at;
        let text = self.take_while(|c| c != '\n').trim_start_matches('-');
        let text = text.strip_prefix(' ').unwrap_or(text).trim_end();
        self.out.comments.push(LexComment { range: start..self.at, lines: vec![text.to_owned()] });
    }

    fn block_comment(&mut self) {
        let start = self.at;
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
                self.fault(start..start + 2, "unclosed comment", Some("comments nest: each `/*` needs its `*/`"));
                return;
            }
            if depth == 0 {
                break;
            }
        }
        let inner = self.text.get(start + 2..self.at - 2).unwrap_or("");
        if inner.starts_with('+') {
            self.hint(inner, start);
        } else {
            let blank = |c: char| c.is_whitespace() || c == notebook::COVER;
            let lines =
                inner.trim().lines().map(|l| l.trim_matches(blank).trim_start_matches("* ").to_owned()).collect();
            self.out.comments.push(LexComment { range: start..self.at, lines });
        }
    }

    fn hint(&mut self, inner: &str, start: usize) {
        let select = |t: &TokenWithSpan| matches!(&t.token, Token::Word(w) if w.keyword == Keyword::SELECT);
        let hint = |t: &TokenWithSpan| matches!(t.token, Token::Whitespace(_));
        if self.out.tokens.last().is_some_and(|t| select(t) || hint(t)) {
            self.push(Token::Whitespace(Whitespace::MultiLineComment(inner.to_owned())), start);
        } else {
            self.fault(start..self.at, "a hint must directly follow `SELECT`", None);
        }
    }

    /// Offset of the end of the line that `offset` lies in.
    fn line_end(&self, offset: usize) -> usize {
        let rest = self.text.get(offset..).unwrap_or("");
        offset + rest.find('\n').unwrap_or(rest.len())
    }
}

/// Takes what is covered out of a literal that goes over several lines of a notebook.
fn uncover(token: &mut Token) {
    match token {
        Token::SingleQuotedString(value) | Token::DollarQuotedString(DollarQuotedString { value, .. }) => {
            value.retain(|c| c != notebook::COVER);
        }
        _ => {}
    }
}

/// Which bytes an unquoted name may hold.
const IS_NAME: [bool; 256] = {
    let (mut is_name, mut byte) = ([false; 256], 0u8);
    while byte < 128 {
        is_name[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_';
        byte += 1;
    }
    is_name
};

fn is_name_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
