//! The parser's place in the tokens, and the words, names and lists that every statement is made of.
//!
//! The shell of a statement is read here token by token; expressions, queries and types are handed to sqlparser
//! (`embedded.rs`) at the same place. Keywords are compared as text, because sqlparser's list lacks many of Lakeflow's.
//! A quoted name is never a keyword.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::ops::Range;

use sqlparser::ast::{FunctionArg, FunctionArgExpr, Ident, ObjectName, ObjectNamePart, ObjectNamePartFunction};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Span, Token, Word};

use crate::ParseFault;
use crate::diag::did_you_mean;
use crate::dialect::Lakeflow;
use crate::lex::Lexed;
use crate::place::{bytes, range_of};

/// What every parsing function returns.
pub(super) type Parsed<T> = Result<T, ParseFault>;

/// sqlparser's own limit; the depth of the whole is bounded by the lexer.
const RECURSION_LIMIT: usize = 150;

/// Rules and statements inside one another; the blocks of a script take about five a level.
const DEPTH_LIMIT: usize = 100;

/// Blocks without an end that are looked through: more of them are no scripts.
const SCANS: usize = 16;

/// Words that begin or join clauses and so are never a name without backticks.
const NEVER_NAMES: &[&str] =
    &["AS", "SELECT", "FROM", "WHERE", "WITH", "ON", "USING", "VALUES", "UNION", "JOIN", "SET"];

/// A place in the tokens of a text.
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    /// How many tokens there are.
    pub(super) count: usize,
    /// Whether the name of a query holds a limit (`recursion.rs`).
    pub(super) limits_recursion: bool,
    /// Whether a view has a column of an empty name (`lex/rewrite/lateral.rs`).
    pub(super) is_to_restore: bool,
    pub(super) parser: Parser<'a>,
    /// Whether the text is one expression: words of queries were hardly meant in it.
    pub(super) is_expression: bool,
    /// Statements and rules of the grammar that are being read, one inside the other.
    depth: usize,
    /// How often the end of a block is still looked for up to the end of the text.
    pub(super) scans_left: Cell<usize>,
    /// Indices of the words that were read as keywords of the shell, or as types.
    pub(super) keywords: Vec<usize>,
}

impl<'a> Cursor<'a> {
    /// A cursor at the first token; comments and faults of `lexed` stay with the caller.
    pub(super) fn new(text: &'a str, lexed: &mut Lexed, dialect: &'a Lakeflow) -> Self {
        let tokens = std::mem::take(&mut lexed.tokens);
        let count = tokens.len();
        let mut parser = Parser::new(dialect).with_recursion_limit(RECURSION_LIMIT).with_tokens_with_locations(tokens);
        parser.advance_token(); // the `;` that the lexer puts in front
        Cursor {
            text,
            count,
            limits_recursion: lexed.limits_recursion,
            is_to_restore: lexed.is_to_restore,
            parser,
            is_expression: false,
            depth: 0,
            scans_left: Cell::new(SCANS),
            keywords: vec![],
        }
    }

    /// Index of the next token.
    pub(super) fn index(&self) -> usize {
        self.parser.get_current_index() + 1
    }

    pub(super) fn token(&self) -> &Token {
        &self.parser.peek_token_ref().token
    }

    /// Bytes of the next token; empty at the end of the text.
    pub(super) fn range(&self) -> Range<usize> {
        self.range_at(self.index())
    }

    pub(super) fn range_at(&self, index: usize) -> Range<usize> {
        match self.parser.token_at(index).span {
            span if span == Span::empty() => self.text.len()..self.text.len(),
            span => bytes(span),
        }
    }

    /// Bytes from the token at `start` to the last one read.
    pub(super) fn range_since(&self, start: usize) -> Range<usize> {
        let first = self.range_at(start);
        first.start..self.range_at(self.index() - 1).end.max(first.end)
    }

    pub(super) fn advance(&mut self) {
        self.parser.advance_token();
    }

    /// Whether the statement ends here.
    pub(super) fn at_end(&self) -> bool {
        matches!(self.token(), Token::SemiColon | Token::EOF)
    }

    /// A fault at the next token.
    pub(super) fn fault(&self, message: impl Into<String>) -> ParseFault {
        ParseFault::new(self.range_at(self.written(self.index())), message)
    }

    /// The token at `index`, or the first behind it that was written: those that the lexer puts in have no width.
    pub(super) fn written(&self, index: usize) -> usize {
        let is_put_in = |at: &usize| self.range_at(*at).is_empty() && self.parser.token_at(*at).token != Token::EOF;
        index + (index..).take_while(is_put_in).count()
    }

    /// `expected a, b or c, found x` with a guess at what was meant.
    pub(super) fn expected(&self, what: &[&str]) -> ParseFault {
        let mut list = String::new();
        for (position, word) in what.iter().enumerate() {
            let joint = match position {
                0 => "",
                n if n + 1 == what.len() => " or ",
                _ => ", ",
            };
            list.push_str(&format!("{joint}`{word}`"));
        }
        self.expected_one_of(&list, what)
    }

    /// `expected {noun}, found x` with a guess among `candidates`.
    pub(super) fn expected_one_of(&self, noun: &str, candidates: &[&str]) -> ParseFault {
        let hint = match self.token() {
            Token::Word(w) if w.quote_style.is_none() => did_you_mean(&w.value, candidates.iter().copied()),
            _ => None,
        };
        self.fault(format!("expected {noun}, found {}", self.found())).maybe_hint(hint)
    }

    /// The next token as a message shows it.
    pub(super) fn found(&self) -> String {
        self.found_at(self.index())
    }

    pub(super) fn found_at(&self, index: usize) -> String {
        let index = self.written(index);
        let text = self.text.get(self.range_at(index)).unwrap_or("");
        match &self.parser.token_at(index).token {
            Token::EOF => "the end".to_owned(),
            Token::SingleQuotedString(_) if text.len() > 40 || text.contains('\n') => "a string".to_owned(),
            Token::DollarQuotedString(_) => "a `$$` text".to_owned(),
            Token::Word(w) if w.quote_style.is_some() => format!("the name {text}"),
            // A bracket that the lexer put in.
            token if text.is_empty() => format!("`{token}`"),
            _ => format!("`{text}`"),
        }
    }

    /// Whether the next words are those of `phrase`.
    pub(super) fn is(&self, phrase: &str) -> bool {
        self.words_of(phrase) > 0
    }

    /// How many words `phrase` has, if all of them come next; else 0.
    fn words_of(&self, phrase: &str) -> usize {
        let (mut rest, mut words) = (phrase.as_bytes(), 0);
        loop {
            let Token::Word(word) = &self.parser.peek_nth_token_ref(words).token else { return 0 };
            let value = word.value.as_bytes();
            let begins = rest.get(..value.len()).is_some_and(|start| start.eq_ignore_ascii_case(value));
            if !begins || word.quote_style.is_some() || value.is_empty() {
                return 0;
            }
            words += 1;
            match rest.get(value.len()) {
                None => return words,
                Some(b' ') => rest = rest.get(value.len() + 1..).unwrap_or(&[]),
                Some(_) => return 0,
            }
        }
    }

    /// Reads the words of `phrase` if all of them come next.
    pub(super) fn eat(&mut self, phrase: &str) -> bool {
        let words = self.words_of(phrase);
        for _ in 0..words {
            self.keywords.push(self.index());
            self.advance();
        }
        words > 0
    }

    /// Reads the words of `phrase`, or says which one is missing.
    pub(super) fn expect(&mut self, phrase: &str) -> Parsed<()> {
        for word in phrase.split(' ') {
            if !self.eat(word) {
                return Err(self.expected(&[word]));
            }
        }
        Ok(())
    }

    /// Reads one of `words` and returns it.
    pub(super) fn one_of<'w>(&mut self, words: &[&'w str]) -> Parsed<&'w str> {
        for word in words {
            if self.eat(word) {
                return Ok(word);
            }
        }
        Err(self.expected(words))
    }

    pub(super) fn eat_token(&mut self, token: &Token) -> bool {
        let found = self.token() == token;
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn expect_token(&mut self, token: &Token) -> Parsed<()> {
        if self.eat_token(token) { Ok(()) } else { Err(self.expected(&[&token.to_string()])) }
    }

    /// Reads a sign of the grammar.
    pub(super) fn sign(&mut self, sign: &str) -> bool {
        let token = match sign {
            "[" => Token::LBracket,
            "]" => Token::RBracket,
            "(" => Token::LParen,
            ")" => Token::RParen,
            "," => Token::Comma,
            ";" => Token::SemiColon,
            ":" => Token::Colon,
            "=" => Token::Eq,
            "=>" => Token::RArrow,
            "*" => Token::Mul,
            _ => return false,
        };
        self.eat_token(&token)
    }

    /// Enters a rule or a statement that stands inside another.
    pub(super) fn descend(&mut self) -> Parsed<()> {
        if self.depth >= DEPTH_LIMIT {
            return Err(self.fault("nested too deeply"));
        }
        self.depth += 1;
        Ok(())
    }

    /// Leaves what [`Cursor::descend`] entered.
    pub(super) fn ascend(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Index of the first token that begins at byte `offset` or behind it.
    pub(super) fn index_at(&self, offset: usize) -> usize {
        let before = |index: usize| self.range_at(index).start < offset;
        let (mut low, mut high) = (1, self.count);
        while low < high {
            let middle = low.midpoint(high);
            if before(middle) { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// `IF NOT EXISTS`, whole or not at all.
    pub(super) fn if_not_exists(&mut self) -> Parsed<bool> {
        if !self.eat("IF") {
            return Ok(false);
        }
        self.expect("NOT EXISTS")?;
        Ok(true)
    }

    /// `(item, ..)` with at least one item.
    pub(super) fn list<T>(&mut self, item: impl Fn(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        self.expect_token(&Token::LParen)?;
        let mut items = vec![item(self)?];
        while self.eat_token(&Token::Comma) {
            items.push(item(self)?);
        }
        self.close_list()?;
        Ok(items)
    }

    /// `(item, ..)` or `()`.
    pub(super) fn list_or_none<T>(&mut self, item: impl Fn(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        if *self.token() == Token::LParen && self.parser.peek_nth_token_ref(1).token == Token::RParen {
            self.advance();
            self.advance();
            return Ok(vec![]);
        }
        self.list(item)
    }

    /// `(name, ..)` of columns, none of them twice.
    pub(super) fn names(&mut self) -> Parsed<Vec<Ident>> {
        let names = self.list(Self::ident)?;
        self.distinct(names.iter())?;
        Ok(names)
    }

    /// Refuses a column that stands twice in a list.
    pub(super) fn distinct<'n>(&self, names: impl Iterator<Item = &'n Ident>) -> Parsed<()> {
        let mut seen = BTreeSet::new();
        for name in names {
            // `${key}` may stand for anything.
            if !name.value.starts_with("${") && !seen.insert(name.value.to_lowercase()) {
                let range = range_of(self.text, name.span).unwrap_or_else(|| self.range());
                return Err(ParseFault::new(range, format!("duplicate column `{}`", name.value)));
            }
        }
        Ok(())
    }

    pub(super) fn close_list(&mut self) -> Parsed<()> {
        if self.eat_token(&Token::RParen) { Ok(()) } else { Err(self.expected(&[",", ")"])) }
    }

    /// A name of one part.
    pub(super) fn ident(&mut self) -> Parsed<Ident> {
        match self.token() {
            Token::Word(w)
                if w.quote_style.is_none() && NEVER_NAMES.iter().any(|n| w.value.eq_ignore_ascii_case(n)) =>
            {
                Err(self.fault(format!("expected a name, found {}", self.found())))
            }
            Token::Word(_) => {
                let ident = self.word_as_ident()?;
                match self.hyphen_before(self.index()) {
                    Some(fault) => Err(fault),
                    None => Ok(ident),
                }
            }
            Token::SingleQuotedString(_) => {
                let fault = self.fault(format!("expected a name, found {}", self.found()));
                Err(fault.hint("quote names with backticks; single and double quotes make strings"))
            }
            Token::Colon => {
                let key = &self.parser.peek_nth_token_ref(1).token;
                let fault = self.fault(format!("expected a name, found {}", self.found()));
                Err(if let Token::Word(_) = key { fault.hint(format!("write `IDENTIFIER(:{key})`")) } else { fault })
            }
            _ => Err(self.fault(format!("expected a name, found {}", self.found()))),
        }
    }

    fn word_as_ident(&mut self) -> Parsed<Ident> {
        let token = self.parser.next_token();
        match token.token {
            Token::Word(Word { value, quote_style, .. }) => Ok(Ident { value, quote_style, span: token.span }),
            _ => Err(self.fault("expected a name")),
        }
    }

    /// A dotted name of at most `most` parts.
    pub(super) fn dotted(&mut self, most: usize) -> Parsed<ObjectName> {
        let start = self.index();
        let mut parts = vec![self.name_part()?];
        while self.eat_token(&Token::Period) {
            parts.push(self.name_part()?);
        }
        if parts.len() > most {
            let makes = if most == 1 { "makes" } else { "make" };
            let message = format!("a name of {} parts, where at most {most} {makes} sense", parts.len());
            return Err(ParseFault::new(self.range_since(start), message));
        }
        Ok(ObjectName(parts))
    }

    /// A name, or `IDENTIFIER(expression)`, which gives one when the statement runs.
    fn name_part(&mut self) -> Parsed<ObjectNamePart> {
        if !self.is("IDENTIFIER") || self.parser.peek_nth_token_ref(1).token != Token::LParen {
            return self.ident().map(ObjectNamePart::Identifier);
        }
        let name = self.word_as_ident()?;
        let args = self.list(Cursor::expr)?;
        let args = args.into_iter().map(|arg| FunctionArg::Unnamed(FunctionArgExpr::Expr(arg))).collect();
        Ok(ObjectNamePart::Function(ObjectNamePartFunction { name, args }))
    }

    /// `catalog.schema.object` or less.
    pub(super) fn name(&mut self) -> Parsed<ObjectName> {
        self.dotted(3)
    }

    /// The fault of `my-catalog` without backticks, if the token at `index` is its hyphen.
    pub(super) fn hyphen_before(&self, index: usize) -> Option<ParseFault> {
        let word = |at: usize| matches!(self.parser.token_at(at).token, Token::Word(_));
        let (before, hyphen, after) = (self.range_at(index - 1), self.range_at(index), self.range_at(index + 1));
        let touching = before.end == hyphen.start && hyphen.end == after.start;
        if self.parser.token_at(index).token != Token::Minus || !touching || !word(index - 1) || !word(index + 1) {
            return None;
        }
        let rest = self.text.get(before.start..).unwrap_or("");
        let length =
            rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.' | '`')).unwrap_or(rest.len());
        let fault = ParseFault::new(before.start..before.start + length, "a name with a hyphen must be in backticks");
        Some(fault.hint("quote each part separately: `` `my-catalog`.`my-schema`.t ``"))
    }

    /// A string literal.
    pub(super) fn string(&mut self) -> Parsed<String> {
        match self.token() {
            Token::SingleQuotedString(_) => match self.parser.next_token().token {
                Token::SingleQuotedString(value) => Ok(value),
                _ => Err(self.fault("expected a string")),
            },
            _ => Err(self.fault(format!("expected a string, found {}", self.found()))),
        }
    }

    /// The text of a comment: literals that follow each other are one, as in an expression.
    pub(super) fn comment(&mut self) -> Parsed<String> {
        let mut text = self.string()?;
        while let Token::SingleQuotedString(more) = self.token() {
            text.push_str(more);
            self.parser.advance_token();
        }
        Ok(text)
    }

    /// A string, or a path without quotes: all tokens between which no blank stands.
    pub(super) fn path(&mut self) -> Parsed<String> {
        if self.at_end() || matches!(self.token(), Token::SingleQuotedString(_)) {
            return self.string();
        }
        let begin = self.range();
        let mut end = begin.end;
        self.parser.advance_token();
        while !self.at_end() && self.range().start == end {
            end = self.range().end;
            self.parser.advance_token();
        }
        Ok(self.text.get(begin.start..end).unwrap_or_default().to_owned())
    }

    /// Whether the string that comes next is a whole item of a list.
    pub(super) fn string_stands_alone(&self) -> bool {
        matches!(self.parser.peek_nth_token_ref(1).token, Token::Comma | Token::RParen)
    }

    /// A number as written, possibly negative.
    pub(super) fn number(&mut self) -> Parsed<String> {
        let start = self.index();
        self.eat_token(&Token::Minus);
        if !matches!(self.token(), Token::Number(..)) {
            return Err(self.fault(format!("expected a number, found {}", self.found())));
        }
        self.advance();
        Ok(self.text.get(self.range_since(start)).unwrap_or("").to_owned())
    }

    /// A whole number, possibly negative.
    pub(super) fn integer(&mut self) -> Parsed<i64> {
        let start = self.index();
        let sign = if self.eat_token(&Token::Minus) { "-" } else { "" };
        let digits = match self.token() {
            Token::Number(digits, _) => format!("{sign}{digits}"),
            _ => return Err(self.fault(format!("expected an integer, found {}", self.found()))),
        };
        self.advance();
        let fault = |_| ParseFault::new(self.range_since(start), "expected a 64-bit integer");
        digits.parse().map_err(fault)
    }
}

/// Remembers which clauses have been read, each of which may stand once.
#[derive(Default)]
pub(super) struct Once(Vec<&'static str>);

impl Once {
    /// Notes that `clause` begins at the token just read, `words` long.
    pub(super) fn note(&mut self, clause: &'static str, place: Range<usize>) -> Parsed<()> {
        if self.0.contains(&clause) {
            return Err(ParseFault::new(place, format!("duplicate `{clause}`")));
        }
        self.0.push(clause);
        Ok(())
    }
}
