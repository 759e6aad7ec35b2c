//! Constructs that sqlparser has no grammar for, as tokens that it has one for and that mean the same.
//!
//! | written | read as |
//! |---|---|
//! | `STRUCT<a: INT NOT NULL COMMENT 'x'>` | `STRUCT<a: INT OPTIONS(not_null = TRUE, comment = 'x')>` |
//! | `* EXCEPT (t.a)` | `* EXCEPT (name)` with one name that holds the dot |
//! | `VALUES 1, 2` | `VALUES (1), (2)` |
//! | `VALUES (1 a)`, whose alias means nothing | `VALUES (1)` |
//! | `VALUES (1) AS t(a)` as a query | `SELECT * FROM VALUES (1) AS t(a)` |
//! | `r (n) MAX RECURSION LEVEL 9 AS (..)` | `r (n) AS (..)` with the limit in the name, see `recursion.rs` |
//! | `\|> DROP a, b` | `\|> SELECT * EXCEPT (a, b)`, see `rewrite/pipe.rs` |
//! | `\|> SELECT f(a) OVER w WINDOW w AS (..)` | `\|> SELECT f(a) OVER (..)`, see `rewrite/window.rs` |
//! | `FROM t WATERMARK ..` | a sample, see `rewrite/watermark.rs` |
//! | `FROM (DESCRIBE HISTORY t)` | `FROM name` with one name that holds all of it |
//! | `IDENTIFIER(x)(y)`, `IDENTIFIER(x).t` | the function with a blank in its name, by which the dialect knows it |
//! | `LATERAL VIEW f(x) v ORDER BY ..` | a view with a column of an empty name, see `rewrite/lateral.rs` |
//! | `STRING COLLATE c` in a cast or a type | a type of that name |
//! | `FROM t AS (a, b)` | `FROM t AS x (a, b)` with an empty name |
//! | `FROM VALUES (1), t` | `FROM (VALUES (1)), t` |
//! | clauses of other spellings | see `rewrite/spelling.rs` |
//! | `TABLE t` as a query | `SELECT * FROM t`; sqlparser reads one token too many behind the name |
//!
//! Put-in tokens have no width; every other token keeps its place. The printer undoes what would be seen.

mod lateral;
mod pipe;
mod spelling;
mod values;
mod watermark;
mod window;

use sqlparser::ast::VisitMut;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Span, Token, TokenWithSpan, Word};

use super::Lexed;
use super::keyword::is_word;
use super::sources::Sources;
use super::symbol::TRY_CAST;
use crate::place::bytes;
use crate::{ParseFault, recursion};

/// `IDENTIFIER` where more follows than its brackets: `IDENTIFIER(x)(y)`, `IDENTIFIER(x) VERSION AS OF 3`.
pub(crate) const IDENTIFIER: &str = "IDENTIFIER ";

/// How the name of a type with a collation begins.
pub(crate) const COLLATED: &str = "STRING COLLATE ";

/// Tokens within which a statement says what it fills.
const HEAD: usize = 16;

/// Rewrites all of them.
pub(super) fn rewrite(lexed: Lexed) -> Lexed {
    let Lexed { tokens: input, comments, faults, .. } = lexed;
    let output = Vec::with_capacity(input.len() + input.len() / 8);
    let respelt = spelling::respell(input);
    let mut pass = RewritePass {
        input: window::inline(respelt.tokens),
        at: 0,
        output,
        sources: Sources::default(),
        statement: 0,
        angles: 0,
        is_recursive: false,
        is_of_tag: false,
        limits_recursion: false,
        views: vec![],
        has_empty_names: false,
        faults,
    };
    while pass.step() {}
    Lexed {
        tokens: pass.output,
        limits_recursion: pass.limits_recursion,
        is_to_restore: pass.has_empty_names || respelt.takes_all,
        comments,
        faults: pass.faults,
    }
}

/// Takes out of a tree what was put in for sqlparser alone.
pub(crate) fn restore(node: &mut impl VisitMut) {
    lateral::drop_empty_names(node);
    spelling::restore_all(node);
}

struct RewritePass {
    input: Vec<TokenWithSpan>,
    /// Index of what is read next.
    at: usize,
    output: Vec<TokenWithSpan>,
    /// Of what was moved over.
    sources: Sources,
    /// Where the statement begins in `output`.
    statement: usize,
    /// Open `<` of types.
    angles: usize,
    /// Whether the statement has a `WITH RECURSIVE`.
    is_recursive: bool,
    /// Whether the statement is about a governed tag, whose `VALUES` are no rows.
    is_of_tag: bool,
    /// Whether a limit was left in a name.
    limits_recursion: bool,
    /// Where the names of views end that are not passed yet, the next one last.
    views: Vec<usize>,
    /// Whether an empty name of a column was put in.
    has_empty_names: bool,
    faults: Vec<ParseFault>,
}

impl RewritePass {
    fn peek(&self, ahead: usize) -> Option<&Token> {
        self.input.get(self.at + ahead).map(|t| &t.token)
    }

    fn is(&self, ahead: usize, word: &str) -> bool {
        self.peek(ahead).is_some_and(|token| is_word(token, word))
    }

    /// Moves one token over.
    fn copy(&mut self) {
        if let Some(TokenWithSpan { token, span }) = self.input.get_mut(self.at) {
            self.sources.note(token);
            self.output.push(TokenWithSpan { token: std::mem::replace(token, Token::EOF), span: *span });
        }
        self.at += 1;
    }

    /// Puts a token in, behind the last one.
    fn insert(&mut self, token: Token) {
        let Some(last) = self.output.last() else { return };
        self.output.push(TokenWithSpan { token, span: Span::new(last.span.end, last.span.end) });
    }

    /// Notes what comes next if sqlparser would overlook that it is wrong.
    fn note_overlooked(&mut self) {
        let bare = self.is(0, "EXCEPT") && self.peek(1) != Some(&Token::LParen);
        if bare && self.follows_star() && !self.goes_on_with_query() {
            self.fault(1, "expected `(` after `EXCEPT`", "write `* EXCEPT (..)`");
        }
    }

    fn step(&mut self) -> bool {
        self.note_overlooked();
        self.note_view();
        self.name_no_columns();
        if self.is(0, "WATERMARK") && self.watermark() {
            return true;
        }
        if self.peek(0) == Some(&Token::LParen) && self.describes() || self.drop_step() {
            return true;
        }
        if self.is_recursive && self.is(0, "MAX") && self.recursion_limit() {
            return true;
        }
        let Some(token) = self.peek(0) else { return false };
        match token {
            Token::Lt if self.output.last().is_some_and(|t| opens_type(&t.token)) => self.angles += 1,
            Token::Gt => self.angles = self.angles.saturating_sub(1),
            Token::ShiftRight => self.angles = self.angles.saturating_sub(2),
            Token::SemiColon => {
                (self.angles, self.is_recursive, self.is_of_tag) = (0, false, false);
                self.statement = self.output.len() + 1;
            }
            Token::Word(_) if self.angles > 0 && self.begins_option() => {
                self.field_options();
                return true;
            }
            Token::Word(_) if self.is(0, "EXCEPT") && self.peek(1) == Some(&Token::LParen) && self.follows_star() => {
                self.except_names();
                return true;
            }
            Token::Word(_) if self.is(0, "TABLE") && self.begins_query() => {
                self.select_all();
                return true;
            }
            Token::Word(_) if self.is(0, "GOVERNED") && self.is(1, "TAG") => self.is_of_tag = self.makes_object(),
            Token::Word(_) if self.is(0, "VALUES") && !self.is_of_tag && self.lists_rows() => {
                self.values_or_query();
                return true;
            }
            Token::Word(_)
                if self.is(0, "AS") && self.names_columns() && (self.sources.name() || self.closes_query()) =>
            {
                self.copy();
                self.insert(Token::make_word("", None));
                return true;
            }
            Token::Word(_) if self.is(1, "COLLATE") && self.is(0, "STRING") && self.is_type() => {
                self.collated();
                return true;
            }
            Token::Word(word) if word.keyword == Keyword::RECURSIVE => self.is_recursive = true,
            Token::Word(_) if self.is(0, "IDENTIFIER") && self.gives_function() => {
                self.identifier();
                return true;
            }
            _ => {}
        }
        self.copy();
        true
    }

    /// Whether a type comes next, other than that of a column.
    fn is_type(&self) -> bool {
        let casts = |token: &Token| match token {
            Token::CustomBinaryOperator(op) => op == TRY_CAST,
            token => *token == Token::DoubleColon || is_word(token, "AS"),
        };
        let named = matches!(self.peek(2), Some(Token::Word(_)));
        named && (self.angles > 0 || self.output.last().is_some_and(|t| casts(&t.token)))
    }

    /// `STRING COLLATE c` becomes one word.
    fn collated(&mut self) {
        let Some(collation) = self.input.get(self.at + 2).cloned() else { return };
        self.copy();
        if let Some(TokenWithSpan { token: Token::Word(word), span }) = self.output.last_mut() {
            word.value = format!("{COLLATED}{}", collation.token);
            word.keyword = Keyword::NoKeyword;
            span.end = collation.span.end;
        }
        self.at += 2;
    }

    /// Whether what comes next is created or altered.
    fn makes_object(&self) -> bool {
        self.output.last().is_some_and(|t| is_word(&t.token, "CREATE") || is_word(&t.token, "ALTER"))
    }

    /// Whether the word that comes next stands where a query begins, and a name behind it.
    fn begins_query(&self) -> bool {
        let Some(TokenWithSpan { token: last, .. }) = self.output.last() else { return false };
        if is_word(last, "FROM") || is_word(last, "JOIN") {
            return false; // a table called so
        }
        let is_word = matches!(last, Token::Word(_));
        let begins = precedes_table(last) && (!is_word || precedes_query(last) || self.fills_table());
        begins && matches!(self.peek(1), Some(Token::Word(_)))
    }

    /// Whether the statement so far is `INSERT INTO t` or `CREATE TABLE t`, whatever it says of the table.
    fn fills_table(&self) -> bool {
        let statement = self.output.get(self.statement..).unwrap_or(&[]);
        // What is filled is named at the beginning.
        let defines = statement.iter().take(HEAD).any(|t| is_word(&t.token, "TABLE"));
        statement.first().is_some_and(|t| {
            let is = |word: &str| is_word(&t.token, word);
            let names =
                self.output.last().is_some_and(|t| !is_word(&t.token, "INTO") && !is_word(&t.token, "OVERWRITE"));
            is("INSERT") && names || defines && (is("CREATE") || is("REPLACE"))
        })
    }

    fn may_begin_query(&self) -> bool {
        self.output.last().is_some_and(|t| precedes_query(&t.token))
    }

    /// Whether `AS (a, b)` comes next.
    fn names_columns(&self) -> bool {
        let mut ahead = 1;
        loop {
            let name = matches!(self.peek(ahead + 1), Some(Token::Word(word)) if word.keyword != Keyword::SELECT);
            match (self.peek(ahead), name, self.peek(ahead + 2)) {
                (Some(Token::LParen), true, Some(Token::RParen)) if ahead == 1 => return true,
                (Some(Token::LParen), true, Some(Token::Comma)) if ahead == 1 => ahead += 2,
                (Some(Token::Comma), true, Some(Token::Comma)) => ahead += 2,
                (Some(Token::Comma), true, Some(Token::RParen)) => return true,
                _ => return false,
            }
        }
    }

    /// `MAX RECURSION LEVEL n` goes into the name that it is written behind; `false` when it stands elsewhere.
    fn recursion_limit(&mut self) -> bool {
        let open = if self.is(4, "AS") { 5 } else { 4 };
        let is_query = self.peek(open) == Some(&Token::LParen) && self.peek(open + 1).is_some_and(begins_query);
        let level = match self.peek(3) {
            Some(Token::Number(level, false)) if is_query && self.is(1, "RECURSION") && self.is(2, "LEVEL") => {
                level.clone()
            }
            _ => return false,
        };
        // Columns may stand behind the name.
        let columns = match self.output.split_last() {
            Some((last, before)) if last.token == Token::RParen => {
                before.iter().rev().take_while(|t| matches!(t.token, Token::Word(_) | Token::Comma)).count() + 2
            }
            _ => 0,
        };
        let name = self.output.len().checked_sub(columns + 1).and_then(|at| self.output.get_mut(at));
        let Some(TokenWithSpan { token: Token::Word(name), .. }) = name else { return false };
        recursion::mark(&mut name.value, &level);
        self.limits_recursion = true;
        self.at += 4;
        true
    }

    fn identifier(&mut self) {
        self.copy();
        if let Some(TokenWithSpan { token: Token::Word(word), .. }) = self.output.last_mut() {
            word.value = IDENTIFIER.to_owned();
        }
    }

    /// Whether `IDENTIFIER (..)` goes on: with arguments of the function that it names, a version, a further part.
    fn gives_function(&self) -> bool {
        let is_source = self.sources.are_due() || self.output.last().is_some_and(|t| is_word(&t.token, "LATERAL"));
        if self.peek(1) != Some(&Token::LParen) || !is_source {
            return false;
        }
        let (mut depth, mut ahead) = (0usize, 1);
        while let Some(token) = self.peek(ahead) {
            match token {
                Token::LParen => depth += 1,
                Token::RParen => depth -= 1,
                Token::SemiColon => return false,
                _ => {}
            }
            ahead += 1;
            if depth == 0 {
                break;
            }
        }
        let version = ["VERSION", "TIMESTAMP"].iter().any(|word| self.is(ahead, word)) && self.is(ahead + 1, "AS");
        version || matches!(self.peek(ahead), Some(Token::LParen | Token::Period))
    }

    /// Reads `(DESCRIBE HISTORY t)` as one name; `false` when something else comes next.
    fn describes(&mut self) -> bool {
        let source = |t: &TokenWithSpan| ["FROM", "JOIN", "AS", "USING"].iter().any(|word| is_word(&t.token, word));
        let verb = self.is(1, "DESCRIBE") || self.is(1, "DESC");
        let object = ["HISTORY", "DETAIL"].into_iter().find(|object| self.is(2, object));
        let (true, Some(object), Some(true)) = (verb, object, self.output.last().map(source)) else { return false };
        let mut ahead = 3;
        let mut name = String::new();
        while let Some(token) = self.peek(ahead).filter(|token| matches!(token, Token::Word(_) | Token::Period)) {
            name.push_str(&token.to_string());
            ahead += 1;
        }
        if name.is_empty() || self.peek(ahead) != Some(&Token::RParen) {
            return false;
        }
        let query = self.output.last().is_some_and(|t| is_word(&t.token, "AS"));
        if query {
            self.copy();
            self.at -= 1;
            let tokens = [Token::make_word("SELECT", None), Token::Mul, Token::make_word("FROM", None)];
            tokens.into_iter().for_each(|token| self.insert(token));
        }
        let Some(mut open) = self.input.get(self.at).cloned() else { return false };
        let Some(close) = self.input.get(self.at + ahead) else { return false };
        open.token = Token::make_word(&format!("(DESCRIBE {object} {name})"), None);
        open.span.end = close.span.end;
        self.output.push(open);
        if query {
            self.insert(Token::RParen);
            self.sources.note(&Token::RParen);
        }
        self.at += ahead + 1;
        true
    }

    fn fault(&mut self, ahead: usize, message: &str, hint: &str) {
        let Some(token) = self.input.get(self.at + ahead) else { return };
        self.faults.push(ParseFault::new(bytes(token.span), message).hint(hint));
    }

    /// Whether the `EXCEPT` that comes next stands between two queries.
    fn goes_on_with_query(&self) -> bool {
        const BEHIND: &[&str] = &["SELECT", "ALL", "DISTINCT", "VALUES", "TABLE", "FROM", "WITH"];
        BEHIND.iter().any(|word| self.is(1, word))
    }

    fn follows_star(&self) -> bool {
        self.output.last().is_some_and(|t| t.token == Token::Mul)
    }

    /// `TABLE` becomes `SELECT * FROM`; the text of the word tells that nothing but a name may follow.
    fn select_all(&mut self) {
        self.copy();
        if let Some(token) = self.output.last_mut() {
            let keyword = Keyword::SELECT;
            token.token = Token::Word(Word { value: "TABLE".to_owned(), quote_style: None, keyword });
        }
        [Token::Mul, Token::make_word("FROM", None)].into_iter().for_each(|token| self.insert(token));
    }

    fn begins_option(&self) -> bool {
        let comment = self.is(0, "COMMENT") && matches!(self.peek(1), Some(Token::SingleQuotedString(_)));
        comment || self.is(0, "NOT") && self.is(1, "NULL")
    }

    fn field_options(&mut self) {
        let word = |text: &str| Token::make_word(text, None);
        [word("OPTIONS"), Token::LParen].into_iter().for_each(|token| self.insert(token));
        let mut first = true;
        while self.begins_option() {
            if !first {
                self.insert(Token::Comma);
            }
            first = false;
            let comment = self.is(0, "COMMENT");
            self.insert(word(if comment { "comment" } else { "not_null" }));
            self.insert(Token::Eq);
            self.at += 1;
            if comment {
                self.copy();
            } else {
                self.at += 1;
                self.insert(word("TRUE"));
            }
        }
        self.insert(Token::RParen);
    }

    /// `EXCEPT (a, t.b)` with each dotted name as one word.
    fn except_names(&mut self) {
        self.copy();
        self.copy();
        while self.peek(0).is_some_and(|token| !matches!(token, Token::RParen | Token::SemiColon)) {
            let start = self.output.len();
            self.copy();
            while self.peek(0) == Some(&Token::Period) && matches!(self.peek(1), Some(Token::Word(_))) {
                let Some(part) = self.input.get(self.at + 1) else { return };
                if let Some(token) = self.output.get_mut(start) {
                    let name = format!("{}.{}", token.token, part.token);
                    token.token = Token::make_word(&name, None);
                    token.span.end = part.span.end;
                }
                self.at += 2;
            }
        }
    }
}

/// Whether the query `TABLE t` may begin behind `token`, which may also close a `WITH` or a list of columns, or name the
/// table that is filled.
pub(super) fn precedes_table(token: &Token) -> bool {
    // Of generated files each has a `STREAMING TABLE` or an `ON TABLE`, for which alone all tokens would be moved.
    let may_end_target = matches!(token, Token::Word(_)) && !is_word(token, "STREAMING") && !is_word(token, "ON");
    *token == Token::RParen || precedes_query(token) || may_end_target
}

/// Whether a query may begin behind `token`.
fn precedes_query(token: &Token) -> bool {
    const BEFORE: &[&str] = &["UNION", "ALL", "DISTINCT", "EXCEPT", "INTERSECT", "MINUS", "EXPLAIN", "QUERY", "AS"];
    matches!(token, Token::SemiColon | Token::LParen) || BEFORE.iter().any(|word| is_word(token, word))
}

/// Whether a query begins so.
fn begins_query(token: &Token) -> bool {
    *token == Token::LParen || ["SELECT", "WITH", "VALUES", "TABLE", "FROM"].iter().any(|word| is_word(token, word))
}

fn opens_type(token: &Token) -> bool {
    ["STRUCT", "ARRAY", "MAP"].iter().any(|word| is_word(token, word))
}
