//! Text to syntax tree: one file a family of statements.
//!
//! The parser is strict. A clause that stands twice, in the wrong place or under the wrong statement, a misspelt keyword,
//! anything behind the end of a statement: each is a fault at the word, never something to skip. A faulty statement does
//! not hide the faults of those behind it: parsing goes on after its `;`, with one fault a statement.

mod alter;
mod cdc;
mod clause;
mod column;
mod command;
mod count;
mod create;
mod cursor;
mod embedded;
mod flow;
mod function;
mod governance;
mod metric;
mod modifiers;
mod plain_table;
mod policy;
mod slips;
mod table;
mod view;

use std::ops::Range;

use sqlparser::ast::{Expr, Query};
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token;

pub use count::{Parses, parses};
use cursor::{Cursor, Parsed};

use super::ParseFault;
use super::ast::{Ident, ObjectName, Statement, StatementKind};
use super::dialect::Lakeflow;
use super::grammar::grammar;
use super::lex::{LexComment, Lexed, is_word, lex};
use crate::diag::{did_you_mean, did_you_mistype};

/// One statement of a file, read or refused.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Bytes of the file from its first token to its last.
    pub range: Range<usize>,
    /// The statement, or what is wrong with it: one fault, or several when its very tokens are at fault.
    pub statement: Result<Statement, Vec<ParseFault>>,
    /// Where the words begin that were read as keywords or types, in order; of those inside expressions and queries
    /// nothing is known.
    pub keywords: Vec<usize>,
}

/// Reads all statements of a file.
///
/// # Errors
/// The faults of all faulty statements, ordered by place.
pub fn parse(text: &str) -> Result<Vec<Statement>, Vec<ParseFault>> {
    let (mut statements, mut faults) = (vec![], vec![]);
    visit_each(text, |attempt| match attempt.statement {
        Ok(statement) => statements.push(statement),
        Err(more) => faults.extend(more),
    });
    if faults.is_empty() { Ok(statements) } else { Err(faults) }
}

/// Reads each statement of a file by itself: one that is refused does not take the others with it.
pub fn parse_each(text: &str) -> Vec<Attempt> {
    let mut attempts = vec![];
    visit_each(text, |attempt| attempts.push(attempt));
    attempts
}

/// Reads each statement of a file by itself and hands it over, so that not all trees have to be kept: they take some hundred
/// times as much memory as the text.
pub fn visit_each(text: &str, mut visit: impl FnMut(Attempt)) {
    count::file();
    let mut lexed = lex(text);
    let tokens = lexed.tokens.len();
    let dialect = Lakeflow::for_tokens(tokens);
    let mut cursor = Cursor::new(text, &mut lexed, &dialect);
    let Lexed { comments, mut faults, .. } = lexed;
    faults.sort_by_key(|fault| fault.range.start);
    let mut faults = faults.into_iter().peekable();
    let mut comments = comments.into_iter().peekable();
    let mut previous_end = None;
    loop {
        while cursor.eat_token(&Token::SemiColon) {
            previous_end = Some(cursor.range_at(cursor.index() - 1).end);
        }
        if *cursor.token() == Token::EOF {
            break;
        }
        dialect.refill(tokens);
        let start = cursor.index();
        let mut end = cursor.end_of_statement();
        let first = cursor.range_at(start).start;
        let mut leading = vec![];
        while let Some(comment) = comments.next_if(|c| c.range.start < first) {
            if stands_before(text, &comment, previous_end) {
                leading.extend(comment.lines);
            }
        }
        let mut unreadable = vec![];
        let behind = cursor.range_at(end).start;
        while let Some(fault) = faults.next_if(|fault| fault.range.start < behind) {
            unreadable.push(fault);
        }
        // What the lexer refuses, deep nesting for one, must not even be tried.
        let read = if unreadable.is_empty() {
            statement(&mut cursor).and_then(|kind| cursor.expect_end().map(|()| kind)).map_err(|fault| vec![fault])
        } else {
            Err(unreadable)
        };
        let statement = read.map(|kind| {
            end = cursor.index(); // a script goes on behind its first `;`
            Statement { range: cursor.range_since(start), comments: leading, kind }
        });
        cursor.move_to(end);
        let behind = cursor.range().start;
        while comments.next_if(|c| c.range.start < behind).is_some() {}
        let mut words = std::mem::take(&mut cursor.keywords);
        words.sort_unstable();
        words.dedup();
        let keywords = words.into_iter().map(|index| cursor.range_at(index).start).collect();
        visit(Attempt { range: cursor.range_since(start), statement, keywords });
    }
    let rest: Vec<ParseFault> = faults.collect();
    if !rest.is_empty() {
        visit(Attempt { range: text.len()..text.len(), statement: Err(rest), keywords: vec![] });
    }
}

/// Reads one expression, which must be all of `text`.
///
/// # Errors
/// The first fault, at its bytes in `text`.
pub fn parse_expr(text: &str) -> Result<Expr, ParseFault> {
    parse_whole(text, Whole::Expr, |c| c.expr())
}

/// Reads one query, which must be all of `text`; no `;` behind it.
///
/// # Errors
/// The first fault, at its bytes in `text`.
pub fn parse_query(text: &str) -> Result<Query, ParseFault> {
    parse_whole(text, Whole::Query, |c| c.query()).map(|query| *query)
}

/// What a text is, all of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whole {
    Expr,
    Query,
}

fn parse_whole<T>(text: &str, whole: Whole, read: impl FnOnce(&mut Cursor<'_>) -> Parsed<T>) -> Result<T, ParseFault> {
    count::part();
    let mut lexed = lex(text);
    let dialect = Lakeflow::for_tokens(lexed.tokens.len());
    let mut cursor = Cursor::new(text, &mut lexed, &dialect);
    if let Some(fault) = lexed.faults.into_iter().next() {
        return Err(fault);
    }
    cursor.is_expression = whole == Whole::Expr;
    let value = read(&mut cursor).and_then(|value| {
        if *cursor.token() == Token::SemiColon {
            return Err(cursor.fault("expected the end, found `;`").hint("remove it"));
        }
        cursor.expect_end().map(|()| value)
    });
    value.map_err(|fault| if whole == Whole::Expr { slips::explain(&cursor, fault) } else { fault })
}

/// Whether a comment belongs to the statement behind it rather than to the line of the one before.
fn stands_before(text: &str, comment: &LexComment, previous_end: Option<usize>) -> bool {
    match previous_end {
        Some(end) if end <= comment.range.start => {
            text.get(end..comment.range.start).is_some_and(|gap| gap.contains('\n'))
        }
        _ => true,
    }
}

/// First words of the statements that have nodes of their own.
const STATEMENTS: &[&str] =
    &["CREATE", "SELECT", "WITH", "VALUES", "SET", "USE", "GRANT", "REVOKE", "ALTER", "COMMENT", "DROP"];

fn statement(c: &mut Cursor<'_>) -> Parsed<StatementKind> {
    if changes_rows(c) {
        return command::command(c);
    }
    if embedded::starts_query(c.token()) {
        return c.query().map(StatementKind::Query);
    }
    c.keywords.push(c.index());
    let first = c.token().to_string().to_ascii_uppercase();
    match first.as_str() {
        "CREATE" => create::create(c),
        "SET" => either(c, set),
        "USE" => after(c, use_namespace),
        "GRANT" => after(c, governance::grant),
        "REVOKE" => after(c, governance::revoke),
        "ALTER" => either(c, alter::alter),
        "COMMENT" => after(c, governance::comment_on),
        "APPLY" => after(c, flow::apply_changes),
        "REPLACE" => {
            c.advance();
            plain_table::create_table(
                c,
                &modifiers::Modifiers::default(),
                &plain_table::TableHead { replace: true, external: false },
            )
        }
        "DROP" if c.is("DROP POLICY") => after(c, policy::drop_policy),
        _ if c.parser.peek_nth_token_ref(1).token == Token::Colon => command::command(c),
        _ if grammar().beginning_with(&first).next().is_some() => command::command(c),
        _ => {
            let known: Vec<&str> = STATEMENTS.iter().copied().chain(grammar().heads()).collect();
            // A word that is not nearly the same is another statement, of another engine.
            let hint = match c.token() {
                Token::Word(word) if word.quote_style.is_none() => did_you_mistype(&word.value, known),
                _ => None,
            };
            Err(c.fault(format!("unknown statement {}", c.found())).maybe_hint(hint))
        }
    }
}

/// Whether `WITH` stands before a change of rows rather than before a query.
fn changes_rows(c: &Cursor<'_>) -> bool {
    if !c.is("WITH") {
        return false;
    }
    let mut depth = 0usize;
    for index in c.index()..c.end_of_statement() {
        // What follows no bracket is the name of a common table.
        let behind_table = index > 0 && c.parser.token_at(index - 1).token == Token::RParen;
        match &c.parser.token_at(index).token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            token if depth == 0 => {
                if ["SELECT", "VALUES", "TABLE", "FROM"].iter().any(|word| is_word(token, word)) {
                    return false;
                }
                if behind_table && ["INSERT", "MERGE", "UPDATE", "DELETE"].iter().any(|word| is_word(token, word)) {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

/// Reads on behind the first word.
fn after(c: &mut Cursor<'_>, read: impl Fn(&mut Cursor<'_>) -> Parsed<StatementKind>) -> Parsed<StatementKind> {
    c.advance();
    read(c)
}

/// Reads a node of its own, or else a command; the fault is that of whichever came further.
fn either(c: &mut Cursor<'_>, read: impl Fn(&mut Cursor<'_>) -> Parsed<StatementKind>) -> Parsed<StatementKind> {
    let start = c.index();
    let own = match after(c, read).and_then(|kind| c.expect_end().map(|()| kind)) {
        Ok(kind) => return Ok(kind),
        Err(fault) => fault,
    };
    c.move_to(start);
    match command::command(c) {
        Err(fault) if fault.range.start <= own.range.start => Err(own),
        other => other,
    }
}

/// `SET key = value`; the value is whatever stands there, as Spark reads it.
fn set(c: &mut Cursor<'_>) -> Parsed<StatementKind> {
    if c.eat("CATALOG") {
        return namespace(c, 1).map(StatementKind::SetCatalog);
    }
    if c.at_end() || c.is_verbose_flag() {
        c.skip_to_end();
        return Ok(StatementKind::ShowSet(None));
    }
    let start = c.index();
    c.dotted(usize::MAX)?;
    while c.eat_token(&Token::Colon) {
        c.dotted(usize::MAX)?;
    }
    let key = c.text.get(c.range_since(start)).unwrap_or("").to_owned();
    if c.at_end() {
        return Ok(StatementKind::ShowSet(Some(key)));
    }
    if matches!(c.token(), Token::Word(_)) {
        let hint = did_you_mean(&key, ["CATALOG", "TAG", "VARIABLE"]);
        return Err(c.expected(&["="]).maybe_hint(hint));
    }
    c.expect_token(&Token::Eq)?;
    let start = c.index();
    c.skip_to_end();
    if start == c.index() {
        return Err(c.fault(format!("expected a value, found {}", c.found())));
    }
    let value = c.text.get(c.range_since(start)).unwrap_or("").to_owned();
    Ok(StatementKind::Set { key, value })
}

fn use_namespace(c: &mut Cursor<'_>) -> Parsed<StatementKind> {
    if c.eat("CATALOG") {
        return namespace(c, 1).map(StatementKind::UseCatalog);
    }
    let _ = c.eat("SCHEMA") || c.eat("DATABASE");
    let misspelt = c.expected_one_of("`CATALOG`, `SCHEMA` or a name", &["CATALOG", "SCHEMA", "DATABASE"]);
    let start = c.index();
    let name = namespace(c, 2)?;
    // `USE CATLOG c`
    let is_word = c.index() == start + 1 && matches!(c.token(), Token::Word(_));
    if is_word && misspelt.hint.is_some() { Err(misspelt) } else { Ok(StatementKind::UseSchema(name)) }
}

/// The name of a catalog or a schema; Spark also takes it as a string.
fn namespace(c: &mut Cursor<'_>, parts: usize) -> Parsed<ObjectName> {
    if !matches!(c.token(), Token::SingleQuotedString(_)) {
        return c.dotted(parts);
    }
    let name = c.string()?;
    Ok(ObjectName::from(vec![Ident::with_quote('`', name)]))
}

impl Cursor<'_> {
    /// Index of the token that ends the statement: its `;` or the end of the text. A script ends behind the `END` that
    /// closes it; only where the next statement begins depends on this, not what is read.
    pub(super) fn end_of_statement(&self) -> usize {
        let word = |index: usize, text: &str| is_word(&self.parser.token_at(index).token, text);
        // Elsewhere `begin` is a name.
        let may_hold_block = word(self.index(), "CREATE");
        let opens = |index: usize, open: usize| {
            if word(index + 1, "TRANSACTION") {
                return false;
            }
            let is_first = || index == self.index() || self.parser.token_at(index - 1).token == Token::Colon;
            open > 0 || may_hold_block || is_first()
        };
        let (mut open, mut first) = (0usize, None);
        let mut index = self.index();
        while index < self.count {
            match &self.parser.token_at(index).token {
                Token::EOF => break,
                Token::SemiColon if open == 0 => return index,
                Token::SemiColon => {
                    first.get_or_insert(index);
                    if self.scans_left.get() == 0 {
                        break;
                    }
                }
                Token::Word(word) if word.keyword == Keyword::BEGIN && opens(index, open) => open += 1,
                Token::Word(word) if word.keyword == Keyword::CASE && open > 0 => open += 1,
                Token::Word(end) if end.keyword == Keyword::END && open > 0 => {
                    if ["IF", "WHILE", "LOOP", "REPEAT", "FOR"].iter().any(|control| word(index + 1, control)) {
                        index += 1;
                    } else {
                        open -= 1;
                        index += usize::from(word(index + 1, "CASE"));
                    }
                }
                _ => {}
            }
            index += 1;
        }
        // A block that nothing ends takes no other statement with it.
        let Some(first) = first.filter(|_| open > 0) else { return index };
        self.scans_left.set(self.scans_left.get().saturating_sub(1));
        first
    }

    /// `-v` behind `SET`.
    fn is_verbose_flag(&self) -> bool {
        *self.token() == Token::Minus && is_word(&self.parser.peek_nth_token_ref(1).token, "v")
    }

    fn skip_to_end(&mut self) {
        while !self.at_end() {
            self.advance();
        }
    }

    /// Goes to the token at `index`, back if need be: sqlparser reads the `;` before it refuses it.
    pub(super) fn move_to(&mut self, index: usize) {
        while self.keywords.pop_if(|keyword| *keyword >= index).is_some() {}
        while self.index() < index {
            self.parser.advance_token();
        }
        while self.index() > index {
            self.parser.prev_token();
        }
    }
}
