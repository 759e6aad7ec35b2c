//! What sqlparser reads for us: expressions, queries, types; and its errors in our words.
//!
//! Two things make its errors useful here. A fault inside a subquery is reported inside it: sqlparser, having failed to
//! read `FROM (SELECT ..`, tries a bracketed join and reports that failure. And a misspelt keyword that was taken for an
//! alias gets the caret itself, not the word behind it. What sqlparser accepts though Databricks does not is refused by
//! `strict/`.

use std::ops::Range;

use sqlparser::ast::{Expr, Query};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan};

use super::cursor::{Cursor, Parsed};
use crate::ParseFault;
use crate::ast::TypeName;
use crate::diag::{did_you_mean, nearest};
use crate::dialect::Lakeflow;
use crate::lex::{is_word, restore};
use crate::{recursion, strict, type_name};

/// Words of expressions that are worth guessing at where there is no query.
const EXPRESSION_WORDS: &[&str] = &["BETWEEN", "DISTINCT", "FILTER", "ESCAPE", "RLIKE"];

/// Keywords of queries that are worth guessing at.
const QUERY_WORDS: &[&str] = &[
    "SELECT",
    "DISTINCT",
    "FROM",
    "WHERE",
    "GROUP",
    "HAVING",
    "QUALIFY",
    "ORDER",
    "LIMIT",
    "OFFSET",
    "WINDOW",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "INNER",
    "LEFT",
    "RIGHT",
    "FULL",
    "CROSS",
    "LATERAL",
    "JOIN",
    "USING",
    "VALUES",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "BETWEEN",
    "LIKE",
    "RLIKE",
    "OVER",
    "PARTITION",
];

impl Cursor<'_> {
    /// An expression that Databricks would read too.
    pub(super) fn expr(&mut self) -> Parsed<Expr> {
        let start = self.index();
        let mut expr = self.parser.parse_expr().map_err(|e| self.refusal(start, e))?;
        strict::check_expr(self.text, &expr, self.range_since(start))?;
        if self.limits_recursion {
            recursion::set_apart(&mut expr);
        }
        if self.is_to_restore {
            restore(&mut expr);
        }
        Ok(expr)
    }

    /// A query that Databricks would read too.
    pub(super) fn query(&mut self) -> Parsed<Box<Query>> {
        self.checked_query(strict::check_query)
    }

    /// The query of a `COPY INTO`, which reads `FROM 'path'`.
    pub(super) fn copy_query(&mut self) -> Parsed<Box<Query>> {
        self.checked_query(strict::check_query_with_paths)
    }

    fn checked_query(&mut self, check: fn(&str, &Query, Range<usize>) -> Result<(), ParseFault>) -> Parsed<Box<Query>> {
        let start = self.index();
        if !starts_query(self.token()) {
            return Err(self.expected_one_of("a query", &["SELECT", "WITH", "VALUES"]));
        }
        // Left so by `lex/rewrite.rs`; sqlparser would take the two tokens behind the name with it.
        if matches!(self.token(), Token::Word(word) if word.keyword == Keyword::TABLE) {
            let (message, hint) = strict::TABLE_FIRST;
            return Err(self.fault(message).hint(hint));
        }
        let mut query = self.parser.parse_query().map_err(|e| self.refusal(start, e))?;
        // `DO` follows in the `FOR` of a script.
        if !self.at_end() && *self.token() != Token::RParen && !self.is("DO") {
            return Err(self.blame(start, self.trailing()));
        }
        check(self.text, &query, self.range_since(start))?;
        if self.limits_recursion {
            recursion::set_apart(&mut *query);
        }
        if self.is_to_restore {
            restore(&mut *query);
        }
        Ok(query)
    }

    /// A type that Databricks has.
    pub(super) fn type_name(&mut self) -> Parsed<TypeName> {
        let start = self.index();
        let data_type = self.parser.parse_data_type().map_err(|e| self.refusal(start, e))?;
        let is_keyword = |index: &usize| {
            let names_field = self.parser.token_at(index + 1).token == Token::Colon;
            matches!(&self.parser.token_at(*index).token, Token::Word(w) if w.keyword != Keyword::NoKeyword)
                && !names_field
        };
        let keywords: Vec<usize> = (start..self.index()).filter(is_keyword).collect();
        self.keywords.extend(keywords);
        match type_name::unknown(&data_type).or_else(|| type_name::beyond(&data_type)) {
            Some((message, hint)) => Err(ParseFault::new(self.range_since(start), message).maybe_hint(hint)),
            None => Ok(data_type),
        }
    }

    /// A column name or a literal: an argument of a mask or a filter.
    pub(super) fn argument(&mut self) -> Parsed<Expr> {
        let start = self.index();
        let expr = self.expr()?;
        let negative = |e: &Expr| matches!(e, Expr::Value(_));
        match &expr {
            Expr::Identifier(_)
            | Expr::CompoundIdentifier(_)
            | Expr::Value(_)
            | Expr::TypedString(_)
            | Expr::Interval(_) => Ok(expr),
            Expr::UnaryOp { expr: inner, .. } if negative(inner) => Ok(expr),
            _ => Err(ParseFault::new(self.range_since(start), "expected a column name or a literal")),
        }
    }

    /// The value of an option: any expression but a name, which would be a misspelt literal.
    pub(super) fn value(&mut self) -> Parsed<Expr> {
        let start = self.index();
        let found = self.found();
        match self.expr()? {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) if !found.contains(['$', '{']) => {
                let hint = match self.parser.token_at(start) {
                    TokenWithSpan { token: Token::Word(word), .. } => did_you_mean(&word.value, ["true", "false"]),
                    _ => None,
                };
                let fault = ParseFault::new(self.range_since(start), format!("expected a value, found {found}"));
                Err(fault.maybe_hint(hint.or_else(|| Some("put strings in quotes".to_owned()))))
            }
            value => Ok(value),
        }
    }

    /// The statement must end here.
    pub(super) fn expect_end(&mut self) -> Parsed<()> {
        if self.at_end() { Ok(()) } else { Err(self.trailing()) }
    }

    /// Something stands where the statement should end.
    fn trailing(&self) -> ParseFault {
        let fault = self.fault(format!("expected the end of the statement, found {}", self.found()));
        self.respell(self.index(), fault)
    }

    /// sqlparser's error as a fault.
    fn refusal(&self, start: usize, error: ParserError) -> ParseFault {
        self.blame(start, self.translate(&error))
    }

    fn translate(&self, error: &ParserError) -> ParseFault {
        let text = match error {
            ParserError::ParserError(text) | ParserError::TokenizerError(text) => text,
            ParserError::RecursionLimitExceeded => return self.fault("nested too deeply"),
        };
        let (message, mut index) = match place_of(text) {
            Some((message, location)) => (message, self.index_of(location)),
            None => (text.as_str(), self.index()),
        };
        let expected = message.strip_prefix("Expected: ").or_else(|| {
            // The only message without a colon is placed one token too far.
            let stripped = message.strip_prefix("Expected ")?;
            index -= 1;
            Some(stripped)
        });
        let fault = match expected.and_then(|m| m.split_once(", found: ")) {
            Some((expected, _)) => match expected.strip_prefix("one of ") {
                Some(steps) if self.follows_pipe(index) => return self.no_step(index, steps),
                _ => format!("expected {}, found {}", in_our_words(expected), self.found_at(index)),
            },
            None if message.contains("infix parser") || message.contains('{') => {
                format!("unexpected {}", self.found_at(index))
            }
            // `lex/rewrite/spelling.rs` leaves a quantifier to all but these.
            None if message.ends_with("pipe operator requires DISTINCT modifier") => {
                "`BY NAME` is only allowed with `UNION`".to_owned()
            }
            None => lower_first(message.trim_end_matches('.')),
        };
        self.respell(index, ParseFault::new(self.range_at(self.written(index)), fault))
    }

    fn follows_pipe(&self, index: usize) -> bool {
        self.parser.token_at(index.saturating_sub(1)).token == Token::VerticalBarRightAngleBracket
    }

    /// What follows `|>` begins no step; `steps` names those that there are.
    fn no_step(&self, index: usize, steps: &str) -> ParseFault {
        let fault = ParseFault::new(self.range_at(index), format!("unknown pipe operator {}", self.found_at(index)));
        let Token::Word(word) = &self.parser.token_at(index).token else { return fault };
        let elsewhere = match word.value.to_ascii_uppercase().as_str() {
            "GROUP" => Some("write `|> AGGREGATE sum(a) GROUP BY b`"),
            "HAVING" | "QUALIFY" | "FILTER" => Some("write `|> WHERE ..`"),
            "DISTINCT" => Some("write `|> SELECT DISTINCT ..`"),
            _ => None,
        };
        match elsewhere {
            Some(hint) => fault.hint(hint),
            None => fault.maybe_hint(did_you_mean(&word.value, steps.split(" or "))),
        }
    }

    /// Index of the token that begins at `location`; the end for sqlparser's "nowhere". What sqlparser reads has no `;`, so
    /// it does not lie behind the next one.
    fn index_of(&self, location: Location) -> usize {
        if location == Location::empty() {
            return self.count;
        }
        let ends = |index: &usize| self.parser.token_at(*index).token == Token::SemiColon;
        let end = (self.index()..self.count).find(ends).map_or(self.count, |end| end + 1);
        let at = |index: &usize| self.parser.token_at(*index).span.start == location;
        (0..end).rfind(at).unwrap_or(self.count)
    }

    /// Adds what was probably meant by the word at `index`, or moves the fault to the word before it when that one looks
    /// like a keyword that was taken for an alias.
    fn respell(&self, index: usize, fault: ParseFault) -> ParseFault {
        if let Some(hyphen) = self.hyphen_before(index) {
            return hyphen;
        }
        if let Some(fault) = self.misspelt_stream(index) {
            return fault;
        }
        if let Some(hint) = self.misplaced_sign(index) {
            return fault.hint(hint);
        }
        let before = index.saturating_sub(1);
        if let Some(at) = [before, index].into_iter().find(|at| self.is_at_time_zone(*at)) {
            let range = self.range_at(at).start..self.range_at(at + 2).end;
            let fault = ParseFault::new(range, "Databricks SQL has no `AT TIME ZONE`");
            return fault.hint("write `from_utc_timestamp(a, 'Europe/Berlin')` or `convert_timezone(..)`");
        }
        if [before, index].iter().any(|at| self.begins_table_clause(*at)) {
            return fault.hint("clauses of a dataset must come before `AS`, and it has a single query or flow");
        }
        if let Some(meant) = self.meant(index) {
            return fault.hint(format!("did you mean `{meant}`?"));
        }
        match self.meant(before) {
            Some(meant) => {
                let message = format!("unexpected {}", self.found_at(before));
                ParseFault::new(self.range_at(before), message).hint(format!("did you mean `{meant}`?"))
            }
            None => fault,
        }
    }

    /// `FROM STRAM name ..`: what is no stream takes `name` for an alias, and only what follows is found wrong.
    fn misspelt_stream(&self, index: usize) -> Option<ParseFault> {
        let token = |at: usize| &self.parser.token_at(at).token;
        let is_source = |at: usize| is_word(token(at), "FROM") || is_word(token(at), "JOIN");
        let at = (index.saturating_sub(3)..index).find(|at| is_source(at.saturating_sub(1)))?;
        match (token(at), token(at + 1)) {
            (Token::Word(word), Token::Word(_)) if word.quote_style.is_none() && word.value.len() > 4 => {
                nearest(&word.value, ["STREAM"]).filter(|_| !is_word(token(at), "STREAM"))?;
                let fault = ParseFault::new(self.range_at(at), format!("unexpected {}", self.found_at(at)));
                Some(fault.hint("did you mean `STREAM`?"))
            }
            _ => None,
        }
    }

    /// `:name` where a name is due, and options of a stream without brackets or with `=>`.
    fn misplaced_sign(&self, index: usize) -> Option<String> {
        let is = |at: usize, token: &Token| self.parser.token_at(at).token == *token;
        let word = |at: usize, text: &str| is_word(&self.parser.token_at(at).token, text);
        let is_name = |at: usize| matches!(self.parser.token_at(at).token, Token::Word(_));
        let before = index.saturating_sub(1);
        if is(index, &Token::Colon) && is_name(index + 1) && ["FROM", "JOIN", "INTO"].iter().any(|w| word(before, w)) {
            return Some(format!("write `IDENTIFIER(:{})`", self.parser.token_at(index + 1).token));
        }
        if word(index, "WITH") && is_name(index + 1) && self.reads_stream_before(index) {
            return Some("put the options of a stream in brackets: `WITH (..)`".to_owned());
        }
        let versioned = ["VERSION", "TIMESTAMP"].iter().any(|text| word(before, text));
        if versioned && (word(index, "OF") || word(index, "AS")) {
            return Some("write `VERSION AS OF n` or `TIMESTAMP AS OF '..'`".to_owned());
        }
        let opens = (0..index).rev().find(|at| is(*at, &Token::LParen) || is(*at, &Token::SemiColon))?;
        let before_list = opens.saturating_sub(1);
        if !is(index, &Token::RArrow) {
            return None;
        }
        if word(before_list, "AT") || word(before_list, "BEFORE") {
            return Some("write `TIMESTAMP AS OF '..'` or `VERSION AS OF n`".to_owned());
        }
        word(before_list, "WITH").then(|| "write `=` between an option and its value".to_owned())
    }

    /// Whether the statement reads a stream before the token at `index`.
    fn reads_stream_before(&self, index: usize) -> bool {
        let tokens = (0..index).rev().map(|at| &self.parser.token_at(at).token);
        tokens.take_while(|token| **token != Token::SemiColon).any(|token| is_word(token, "STREAM"))
    }

    fn is_at_time_zone(&self, index: usize) -> bool {
        let mut words = ["AT", "TIME", "ZONE"].into_iter().enumerate();
        words.all(|(ahead, word)| is_word(&self.parser.token_at(index + ahead).token, word))
    }

    fn begins_table_clause(&self, index: usize) -> bool {
        let words = ["COMMENT", "TBLPROPERTIES", "PARTITIONED", "REFRESH", "FLOW"];
        matches!(&self.parser.token_at(index).token, Token::Word(w)
            if w.quote_style.is_none() && words.iter().any(|word| w.value.eq_ignore_ascii_case(word)))
    }

    fn meant(&self, index: usize) -> Option<&'static str> {
        match &self.parser.token_at(index).token {
            // Short words come near too much.
            Token::Word(w) if w.quote_style.is_none() && w.value.len() <= 3 => {
                (strsim::damerau_levenshtein(&w.value.to_lowercase(), "from") == 1).then_some("FROM")
            }
            // What is a keyword itself was hardly meant to be another.
            Token::Word(w) if w.quote_style.is_none() && w.keyword == Keyword::NoKeyword => {
                let words = if self.is_expression { EXPRESSION_WORDS } else { QUERY_WORDS };
                nearest(&w.value, words.iter().copied())
            }
            _ => None,
        }
    }

    /// The fault of the innermost subquery since `start` that is at fault by itself, or else `fault`.
    fn blame(&self, start: usize, fault: ParseFault) -> ParseFault {
        let mut open: Vec<usize> = vec![];
        for index in start..self.count {
            match self.parser.token_at(index).token {
                Token::LParen => open.push(index),
                Token::RParen => {
                    let inner = open.pop().map(|bracket| bracket + 1..index);
                    if let Some(inner) = inner.clone().filter(|inner| self.is_streamed_query(inner)) {
                        let place = self.range_at(inner.start).start..self.range_at(inner.end - 1).end;
                        let fault = ParseFault::new(place, "`STREAM` can only read a table or function by name");
                        return fault
                            .hint("move the query to a temporary view, or write `STREAM` before the tables in it");
                    }
                    if let Some(found) = inner.and_then(|inner| self.subquery_fault(inner)) {
                        return found;
                    }
                }
                Token::SemiColon => break,
                _ => {}
            }
        }
        fault
    }

    /// Whether these tokens are the query of `STREAM(SELECT ..)`.
    fn is_streamed_query(&self, inner: &Range<usize>) -> bool {
        let first = &self.parser.token_at(inner.start).token;
        is_word(&self.parser.token_at(inner.start.saturating_sub(2)).token, "STREAM")
            && (is_word(first, "SELECT") || is_word(first, "WITH"))
    }

    fn subquery_fault(&self, tokens: std::ops::Range<usize>) -> Option<ParseFault> {
        if !starts_query(&self.parser.token_at(tokens.start).token) || tokens.is_empty() {
            return None;
        }
        let mut copy: Vec<TokenWithSpan> = tokens.clone().map(|i| self.parser.token_at(i).clone()).collect();
        let end = self.parser.token_at(tokens.end);
        let dialect = Lakeflow::for_tokens(copy.len());
        copy.push(TokenWithSpan { token: Token::RParen, span: end.span });
        let mut parser = Parser::new(&dialect).with_tokens_with_locations(copy);
        if let Err(error) = parser.parse_query() {
            return Some(self.translate(&error));
        }
        let next = parser.peek_token_ref();
        if next.span.start == end.span.start {
            return None;
        }
        let index = self.index_of(next.span.start);
        let message = format!("expected `)`, found {}", self.found_at(index));
        Some(self.respell(index, ParseFault::new(self.range_at(index), message)))
    }
}

/// Whether `token` can begin a query.
pub(super) fn starts_query(token: &Token) -> bool {
    match token {
        Token::LParen => true,
        Token::Word(w) => {
            w.quote_style.is_none()
                && ["SELECT", "WITH", "VALUES", "TABLE", "FROM"].iter().any(|k| w.value.eq_ignore_ascii_case(k))
        }
        _ => false,
    }
}

/// Splits ` at Line: 1, Column: 2` off a message.
fn place_of(text: &str) -> Option<(&str, Location)> {
    let (message, place) = text.rsplit_once(" at Line: ")?;
    let (line, column) = place.split_once(", Column: ")?;
    Some((message, Location::new(line.trim().parse().ok()?, column.trim().parse().ok()?)))
}

fn in_our_words(expected: &str) -> String {
    let is_keyword = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase());
    let words: Vec<&str> = expected.trim_start_matches("one of ").split(", ").flat_map(|w| w.split(" or ")).collect();
    match expected {
        "end of statement" => "the end of the statement".to_owned(),
        "an expression" | "identifier" | "literal string" => {
            expected.replace("identifier", "a name").replace("literal string", "a string")
        }
        "ROWS, RANGE, GROUPS" => "`ROWS` or `RANGE`".to_owned(),
        "placeholder" => "the name of a parameter".to_owned(),
        "SELECT, VALUES, or a subquery in the query body" => "`SELECT`, `VALUES` or a query in brackets".to_owned(),
        "[NOT] NULL | TRUE | FALSE | DISTINCT | [form] NORMALIZED FROM after IS" => {
            "`NULL`, `TRUE`, `FALSE` or `DISTINCT FROM` after `IS`".to_owned()
        }
        _ if expected.chars().all(|c| c.is_ascii_punctuation()) => format!("`{expected}`"),
        _ if words.iter().all(|word| is_keyword(word)) => {
            words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or ")
        }
        _ => lower_first(expected),
    }
}

fn lower_first(text: &str) -> String {
    let shouted = text.chars().nth(1).is_some_and(char::is_uppercase);
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if !shouted => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}
