//! Text to syntax tree: one file a family of statements.
//!
//! The parser is strict. A clause that stands twice, in the wrong place or under the wrong statement, a misspelt keyword,
//! anything behind the end of a statement: each is a fault at the word, never something to skip. A faulty statement does
//! not hide the faults of those behind it: parsing goes on after its `;`, with one fault a statement.

mod alter;
mod cdc;
mod clause;
mod column;
mod cursor;
mod embedded;
mod flow;
mod function;
mod governance;
mod policy;
mod shrink;
mod table;
mod view;

use std::ops::Range;

use sqlparser::ast::{Expr, Query};
use sqlparser::tokenizer::Token;

use cursor::{Cursor, Parsed};

use super::Fault;
use super::ast::{Statement, StatementKind};
use super::dialect::Lakeflow;
use super::lex::{Comment, Lexed, lex};

/// Reads all statements of a file.
///
/// # Errors
/// Every faulty statement gives one fault, or several when its very tokens are at fault; ordered by place.
pub fn parse(text: &str) -> Result<Vec<Statement>, Vec<Fault>> {
    let mut lexed = lex(text);
    let tokens = lexed.tokens.len();
    let dialect = Lakeflow::for_tokens(tokens);
    let mut cursor = Cursor::new(text, &mut lexed, &dialect);
    let Lexed { comments, mut faults, .. } = lexed;
    let mut comments = comments.into_iter().peekable();
    let unreadable: Vec<usize> = faults.iter().map(|f| f.range.start).collect();
    let mut statements = vec![];
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
        let end = cursor.end_of_statement();
        let whole = cursor.range_at(start).start..cursor.range_at(end).start;
        let mut leading = vec![];
        while let Some(comment) = comments.next_if(|c| c.range.start < whole.start) {
            if stands_before(text, &comment, previous_end) {
                leading.extend(comment.lines);
            }
        }
        while comments.next_if(|c| c.range.start < whole.end).is_some() {}
        if !unreadable.iter().any(|at| whole.contains(at)) {
            match statement(&mut cursor).and_then(|kind| cursor.expect_end().map(|()| kind)) {
                Ok(kind) => statements.push(Statement { range: cursor.range_since(start), comments: leading, kind }),
                Err(fault) => faults.push(fault),
            }
        }
        cursor.move_to(end);
    }
    if faults.is_empty() {
        return Ok(statements);
    }
    faults.sort_by_key(|f| f.range.start);
    Err(faults)
}

/// Reads one expression, which must be all of `text`.
///
/// # Errors
/// The first fault.
pub fn parse_expr(text: &str) -> Result<Expr, Fault> {
    parse_whole(text, |c| c.expr())
}

/// Reads one query, which must be all of `text`; no `;` behind it.
///
/// # Errors
/// The first fault.
pub fn parse_query(text: &str) -> Result<Query, Fault> {
    parse_whole(text, |c| c.query()).map(|query| *query)
}

fn parse_whole<T>(text: &str, read: impl FnOnce(&mut Cursor<'_>) -> Parsed<T>) -> Result<T, Fault> {
    let mut lexed = lex(text);
    let dialect = Lakeflow::for_tokens(lexed.tokens.len());
    let mut cursor = Cursor::new(text, &mut lexed, &dialect);
    if let Some(fault) = lexed.faults.into_iter().next() {
        return Err(fault);
    }
    let value = read(&mut cursor)?;
    if *cursor.token() == Token::SemiColon {
        return Err(cursor.fault("expected the end, found `;`"));
    }
    cursor.expect_end()?;
    Ok(value)
}

/// Whether a comment belongs to the statement behind it rather than to the line of the one before.
fn stands_before(text: &str, comment: &Comment, previous_end: Option<usize>) -> bool {
    match previous_end {
        Some(end) if end <= comment.range.start => {
            text.get(end..comment.range.start).is_some_and(|gap| gap.contains('\n'))
        }
        _ => true,
    }
}

/// First words of the statements there are.
const STATEMENTS: &[&str] =
    &["CREATE", "SELECT", "WITH", "VALUES", "SET", "USE", "GRANT", "REVOKE", "ALTER", "COMMENT", "DROP"];

fn statement(c: &mut Cursor<'_>) -> Parsed<StatementKind> {
    if embedded::starts_query(c.token()) {
        return c.query().map(StatementKind::Query);
    }
    match c.one_of(STATEMENTS) {
        Ok("CREATE") => create(c),
        Ok("SET") => set(c),
        Ok("USE") => use_namespace(c),
        Ok("GRANT") => governance::grant(c),
        Ok("REVOKE") => governance::revoke(c),
        Ok("ALTER") => alter::alter(c),
        Ok("COMMENT") => governance::comment_on(c),
        Ok(_) => policy::drop_policy(c),
        Err(_) if c.is("APPLY CHANGES") => {
            Err(c.fault("unknown statement `APPLY CHANGES`").hint("write `CREATE FLOW name AS AUTO CDC INTO ..`"))
        }
        Err(fault) => Err(Fault { message: format!("unknown statement {}", c.found()), ..fault }),
    }
}

/// What may stand between `CREATE` and the kind of object, with the places.
#[derive(Default)]
struct Modifiers {
    or_refresh: Option<Range<usize>>,
    or_replace: Option<Range<usize>>,
    private: Option<Range<usize>>,
    temporary: Option<Range<usize>>,
}

impl Modifiers {
    /// Refuses every modifier that is not in `allowed`.
    fn only(&self, allowed: &[&str], object: &str) -> Parsed<()> {
        let given = [
            ("OR REFRESH", &self.or_refresh),
            ("OR REPLACE", &self.or_replace),
            ("PRIVATE", &self.private),
            ("TEMPORARY", &self.temporary),
        ];
        for (name, range) in given {
            let Some(range) = range.clone().filter(|_| !allowed.contains(&name)) else { continue };
            let hint = match name {
                "OR REPLACE" if allowed.contains(&"OR REFRESH") => Some("write `OR REFRESH`".to_owned()),
                "OR REFRESH" if allowed.contains(&"OR REPLACE") => Some("write `OR REPLACE`".to_owned()),
                "TEMPORARY" if allowed.contains(&"PRIVATE") => Some("write `PRIVATE`".to_owned()),
                _ => None,
            };
            return Err(Fault::new(range, format!("`{name}` does not go with `CREATE {object}`")).maybe_hint(hint));
        }
        Ok(())
    }
}

const OBJECTS: &[&str] = &["STREAMING", "MATERIALIZED", "VIEW", "FLOW", "SCHEMA", "VOLUME", "FUNCTION", "POLICY"];

fn create(c: &mut Cursor<'_>) -> Parsed<StatementKind> {
    let mut modifiers = Modifiers::default();
    let start = c.index();
    if c.eat("OR") {
        let slot = match c.one_of(&["REFRESH", "REPLACE"])? {
            "REFRESH" => &mut modifiers.or_refresh,
            _ => &mut modifiers.or_replace,
        };
        *slot = Some(c.range_since(start));
    }
    let range = c.range();
    if c.eat("PRIVATE") {
        modifiers.private = Some(range);
    } else if c.eat("TEMPORARY") || c.eat("TEMP") {
        modifiers.temporary = Some(range);
    } else if c.is("LIVE") {
        return Err(c
            .fault("`LIVE` is no longer part of the grammar")
            .hint("write `TEMPORARY VIEW`, `MATERIALIZED VIEW` or `STREAMING TABLE`"));
    } else if c.is("TABLE") {
        return Err(c.fault("`CREATE TABLE` is not supported").hint("write `CREATE OR REFRESH STREAMING TABLE`"));
    }
    match c.one_of(OBJECTS)? {
        "STREAMING" => table::streaming_table(c, &modifiers),
        "MATERIALIZED" => table::materialized_view(c, &modifiers),
        "VIEW" => view::view(c, &modifiers),
        "FLOW" => flow::create_flow(c, &modifiers),
        "SCHEMA" => governance::create_schema(c, &modifiers),
        "VOLUME" => governance::create_volume(c, &modifiers),
        "FUNCTION" => function::create_function(c, &modifiers),
        _ => policy::create_policy(c, &modifiers),
    }
}

/// `SET key = value`; the value is whatever stands there, as Spark reads it.
fn set(c: &mut Cursor<'_>) -> Parsed<StatementKind> {
    if c.eat("CATALOG") {
        return c.ident().map(StatementKind::UseCatalog);
    }
    if c.is("TAG ON") {
        return Err(c.fault("`SET TAG ON` is not supported").hint("write `ALTER .. SET TAGS ('key' = 'value')`"));
    }
    let start = c.index();
    c.dotted(usize::MAX)?;
    let key = c.text.get(c.range_since(start)).unwrap_or("").to_owned();
    c.expect_token(&Token::Eq)?;
    let start = c.index();
    while !c.at_end() {
        c.advance();
    }
    if start == c.index() {
        return Err(c.fault(format!("expected a value, found {}", c.found())));
    }
    let value = c.text.get(c.range_since(start)).unwrap_or("").to_owned();
    Ok(StatementKind::Set { key, value })
}

fn use_namespace(c: &mut Cursor<'_>) -> Parsed<StatementKind> {
    if c.eat("CATALOG") {
        return c.ident().map(StatementKind::UseCatalog);
    }
    let _ = c.eat("SCHEMA") || c.eat("DATABASE");
    c.dotted(2).map(StatementKind::UseSchema)
}

impl Cursor<'_> {
    /// Index of the token that ends the statement: its `;` or the end of the text.
    fn end_of_statement(&self) -> usize {
        let ends = |index: &usize| matches!(self.parser.token_at(*index).token, Token::SemiColon | Token::EOF);
        (self.index()..self.ranges.len()).find(ends).unwrap_or(self.ranges.len())
    }

    /// Goes to the token at `index`, back if need be: sqlparser reads the `;` before it refuses it.
    fn move_to(&mut self, index: usize) {
        while self.index() < index {
            self.parser.advance_token();
        }
        while self.index() > index {
            self.parser.prev_token();
        }
    }
}
