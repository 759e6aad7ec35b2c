//! Clauses that sqlparser reads in one spelling or at one place only.
//!
//! | written | read as |
//! |---|---|
//! | `t FOR SYSTEM_VERSION AS OF 3`, `t VERSION AS OF '3'` | `t VERSION AS OF 3` |
//! | `t SYSTEM_TIMESTAMP AS OF x` | `t TIMESTAMP AS OF x` |
//! | `HAVING b SORT BY a` | `SORT BY a HAVING b`; the printer puts it back |
//! | `GROUPING SETS (a, GROUPING SETS (b, c))` | `GROUPING SETS (a, b, c)`, which is the same |
//! | `\|> UNION ALL TABLE t` | `\|> UNION ALL (TABLE t)` |
//! | `\|> EXCEPT q`, `\|> MINUS q`, `\|> INTERSECT q` | the same with `DISTINCT`, which is meant |
//! | `ORDER BY a WINDOW w AS (..)` of one SELECT | `WINDOW w AS (..) ORDER BY a` |
//! | `a LIKE SOME (b, c)` | `a LIKE ANY (b, c)`, which is the same |
//! | `\|> EXCEPT ALL q`, `\|> INTERSECT ALL q` | the same with `DISTINCT BY NAME`, which neither may have; see [`restore_all`] |
//! | `\|> OFFSET 2` | `\|> LIMIT ALL OFFSET 2` |

use std::ops::ControlFlow;

use sqlparser::ast::{PipeOperator, Query, SetQuantifier, VisitMut, VisitorMut};
use sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use crate::lex::keyword::is_word;
use crate::walk;

/// What is known of a bracket that is open, or of the statement outside all of them.
#[derive(Default)]
struct Level {
    /// Whether it lists grouping sets.
    lists_sets: bool,
    /// Whether its brackets are left out.
    is_dropped: bool,
    /// Where the first clause begins in the output that sqlparser reads behind `SORT BY` and its like.
    behind: Option<usize>,
    /// Where the clauses begin that go before those.
    moved: Option<usize>,
    /// Where `ORDER BY` begins in the output.
    ordered: Option<usize>,
    /// Where windows begin that are defined after it.
    late: Option<usize>,
    /// Whether the query is made of several, so that its order is of none of them.
    unites: bool,
    /// Whether a bracket was put before the operand of a step, and is to be closed.
    is_operand: bool,
}

/// What became of the tokens.
pub(super) struct Respelt {
    pub tokens: Vec<TokenWithSpan>,
    /// Whether a step of a pipe takes `ALL` rows under another quantifier.
    pub takes_all: bool,
}

/// Spells all clauses as sqlparser has them.
pub(super) fn respell(input: Vec<TokenWithSpan>) -> Respelt {
    let output = Vec::with_capacity(input.len() + input.len() / 8);
    let mut pass = SpellingPass { input, at: 0, output, levels: vec![Level::default()], takes_all: false };
    while pass.step() {}
    Respelt { tokens: pass.output, takes_all: pass.takes_all }
}

struct SpellingPass {
    input: Vec<TokenWithSpan>,
    /// Index of what is read next.
    at: usize,
    output: Vec<TokenWithSpan>,
    /// Never empty; the innermost last.
    levels: Vec<Level>,
    takes_all: bool,
}

impl SpellingPass {
    fn peek(&self, ahead: usize) -> Option<&Token> {
        self.input.get(self.at + ahead).map(|t| &t.token)
    }

    fn is(&self, ahead: usize, word: &str) -> bool {
        self.peek(ahead).is_some_and(|token| is_word(token, word))
    }

    fn is_one_of(&self, ahead: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(ahead, word))
    }

    fn copy(&mut self) {
        if let Some(TokenWithSpan { token, span }) = self.input.get_mut(self.at) {
            self.output.push(TokenWithSpan { token: std::mem::replace(token, Token::EOF), span: *span });
        }
        self.at += 1;
    }

    /// Moves one token over, as `token`.
    fn copy_as(&mut self, token: Token) {
        if let Some(TokenWithSpan { span, .. }) = self.input.get(self.at) {
            self.output.push(TokenWithSpan { token, span: *span });
        }
        self.at += 1;
    }

    /// Puts a token in, behind the last one.
    fn insert(&mut self, token: Token) {
        let Some(last) = self.output.last() else { return };
        self.output.push(TokenWithSpan { token, span: Span::new(last.span.end, last.span.end) });
    }

    fn level(&mut self) -> &mut Level {
        if self.levels.is_empty() {
            self.levels.push(Level::default());
        }
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    fn step(&mut self) -> bool {
        let Some(token) = self.peek(0) else {
            self.end_clauses();
            return false;
        };
        match token {
            Token::LParen => {
                let is_list = matches!(self.output.as_slice(), [.., grouping, sets]
                    if is_word(&grouping.token, "GROUPING") && is_word(&sets.token, "SETS"));
                self.levels.push(Level { lists_sets: is_list, ..Level::default() });
            }
            Token::RParen => {
                self.end_clauses();
                let closed = if self.levels.len() > 1 { self.levels.pop() } else { None };
                if closed.is_some_and(|level| level.is_dropped) {
                    self.at += 1;
                    return true;
                }
            }
            Token::SemiColon | Token::EOF => {
                self.end_clauses();
                self.levels = vec![Level::default()];
            }
            Token::VerticalBarRightAngleBracket => {
                self.end_clauses();
                *self.level() = Level::default();
                self.copy();
                self.pipe_step();
                return true;
            }
            Token::Word(_) => return self.word(),
            _ => {}
        }
        self.copy();
        true
    }

    fn word(&mut self) -> bool {
        if self.level().lists_sets && self.is(0, "GROUPING") && self.is(1, "SETS") && self.opens(2) {
            self.at += 3;
            self.levels.push(Level { lists_sets: true, is_dropped: true, ..Level::default() });
        } else if self.is(0, "SOME") && self.opens(1) && self.follows_like() {
            self.copy_as(Token::make_keyword("ANY"));
        } else if !self.version() {
            self.clause();
            self.copy();
        }
        true
    }

    fn follows_like(&self) -> bool {
        self.output.last().is_some_and(|t| is_word(&t.token, "LIKE") || is_word(&t.token, "ILIKE"))
    }

    fn opens(&self, ahead: usize) -> bool {
        self.peek(ahead) == Some(&Token::LParen)
    }

    /// Reads `FOR VERSION AS OF` and its like up to the `OF`; `false` when something else comes next.
    fn version(&mut self) -> bool {
        const VERSIONS: &[(&str, &str)] = &[
            ("VERSION", "VERSION"),
            ("SYSTEM_VERSION", "VERSION"),
            ("TIMESTAMP", "TIMESTAMP"),
            ("SYSTEM_TIMESTAMP", "TIMESTAMP"),
            ("SYSTEM_TIME", "TIMESTAMP"),
        ];
        let skipped = usize::from(self.is(0, "FOR"));
        let Some((_, plain)) = VERSIONS.iter().find(|(word, _)| self.is(skipped, word)) else { return false };
        if !self.is(skipped + 1, "AS") || !self.is(skipped + 2, "OF") {
            return false;
        }
        self.at += skipped;
        self.copy_as(Token::make_keyword(plain));
        self.copy();
        self.copy();
        let number = match self.peek(0) {
            Some(Token::SingleQuotedString(text)) if *plain == "VERSION" => Some(text.clone()),
            _ => None,
        };
        if let Some(digits) = number.filter(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())) {
            self.copy_as(Token::Number(digits, false));
        }
        true
    }

    /// Notes which clause the word that comes next begins.
    fn clause(&mut self) {
        let end = self.output.len();
        if self.is_one_of(0, &["CLUSTER", "DISTRIBUTE", "SORT"]) && self.is(1, "BY") {
            let level = self.level();
            if level.behind.is_some() && level.moved.is_none() {
                level.moved = Some(end);
            }
            return;
        }
        let defines = self.is(0, "WINDOW") && self.is(2, "AS");
        if defines && self.level().ordered.is_some() {
            let level = self.level();
            level.late = level.late.or((!level.unites).then_some(end));
        } else if defines || self.is_one_of(0, &["HAVING", "QUALIFY"]) {
            self.level().behind.get_or_insert(end);
        } else if self.is_one_of(0, &["ORDER", "LIMIT", "OFFSET"]) {
            self.end_clauses();
            self.level().ordered = (self.is(0, "ORDER") && self.is(1, "BY")).then_some(self.output.len());
        } else if self.is_one_of(0, &["SELECT", "FROM", "UNION", "EXCEPT", "INTERSECT", "MINUS"]) {
            self.end_clauses();
            let unites = !self.is_one_of(0, &["SELECT", "FROM"])
                && self.output.last().is_some_and(|last| last.token != Token::Mul);
            let level = self.level();
            (level.behind, level.moved) = (None, None);
            level.unites |= unites;
        }
    }

    /// Moves the clauses of this level to where they are read, and closes what was opened.
    fn end_clauses(&mut self) {
        let level = self.level();
        let (behind, moved) = (level.behind, level.moved.take());
        if let (Some(behind), Some(moved)) = (behind, moved) {
            level.behind = None;
            if let Some(clauses) = self.output.get_mut(behind..) {
                clauses.rotate_left(moved - behind);
            }
        }
        let level = self.level();
        if let (Some(ordered), Some(late)) = (level.ordered.take(), level.late.take())
            && let Some(clauses) = self.output.get_mut(ordered..)
        {
            clauses.rotate_left(late - ordered);
        }
        let is_end =
            !self.is_one_of(0, &["ORDER", "LIMIT", "OFFSET", "SELECT", "FROM", "UNION", "EXCEPT", "INTERSECT"]);
        if is_end && std::mem::take(&mut self.level().is_operand) {
            self.insert(Token::RParen);
        }
    }

    /// What follows `|>`.
    fn pipe_step(&mut self) {
        if self.is(0, "OFFSET") {
            self.insert(Token::make_keyword("LIMIT"));
            self.insert(Token::make_keyword("ALL"));
            return;
        }
        if !self.is_one_of(0, &["UNION", "EXCEPT", "INTERSECT", "MINUS"]) {
            return;
        }
        let is_union = self.is(0, "UNION");
        if self.is(0, "MINUS") {
            self.copy_as(Token::make_keyword("EXCEPT"));
        } else {
            self.copy();
        }
        if !is_union && self.is(0, "ALL") {
            self.takes_all = true;
            self.copy_as(Token::make_keyword("DISTINCT"));
            self.insert(Token::make_keyword("BY"));
            self.insert(Token::make_keyword("NAME"));
        } else if self.is_one_of(0, &["ALL", "DISTINCT"]) {
            self.copy();
        } else if !is_union && !self.is(0, "BY") {
            self.insert(Token::make_keyword("DISTINCT"));
        }
        if self.is(0, "BY") && self.is(1, "NAME") {
            if !is_union {
                // Refused by sqlparser without the quantifier.
                let quantifier = self.output.last().is_some_and(|last| is_word(&last.token, "DISTINCT"));
                quantifier.then(|| self.output.pop());
            }
            self.copy();
            self.copy();
        }
        if self.is_one_of(0, &["SELECT", "TABLE", "VALUES", "FROM"]) {
            self.insert(Token::LParen);
            self.level().is_operand = true;
        }
    }
}

/// Gives the steps of pipes in a tree back the `ALL` that they were written with.
pub(super) fn restore_all(node: &mut impl VisitMut) {
    struct Steps;
    impl VisitorMut for Steps {
        type Break = ();
        fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
            for step in &mut query.pipe_operators {
                if let PipeOperator::Except { set_quantifier, .. } | PipeOperator::Intersect { set_quantifier, .. } =
                    step
                    && *set_quantifier == SetQuantifier::DistinctByName
                {
                    *set_quantifier = SetQuantifier::All;
                }
            }
            ControlFlow::Continue(())
        }
    }
    let _ = walk::visit_mut(node, &mut Steps);
}
