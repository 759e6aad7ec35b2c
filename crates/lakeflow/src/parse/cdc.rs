//! The clauses of `AUTO CDC` (lakeflow-sql.md, "AUTO CDC"): in the order of the grammar, each at most once.

use std::ops::Range;

use sqlparser::ast::{Expr, Ident};
use sqlparser::tokenizer::Token;

use super::cursor::{Cursor, Parsed};
use crate::ParseFault;
use crate::ast::{AutoCdc, CdcSource, ColumnSelection, IgnoreNullUpdates, ScdType};
use crate::lex::is_word;

/// The clauses in their order. `COLUMNS TO UPDATE` begins like `COLUMNS` and is looked for first.
const ORDER: &[&str] = &[
    "KEYS",
    "IGNORE NULL UPDATES",
    "WHERE",
    "APPLY AS DELETE WHEN",
    "APPLY AS TRUNCATE WHEN",
    "SEQUENCE BY",
    "SYSTEM SEQUENCE BY",
    "COLUMNS",
    "STORED AS",
    "TRACK HISTORY ON",
    "COLUMNS TO UPDATE",
];

#[derive(Default)]
struct Clauses {
    keys: Vec<Ident>,
    ignore_null_updates: Option<IgnoreNullUpdates>,
    filter: Option<Expr>,
    apply_as_delete: Option<Expr>,
    apply_as_truncate: Option<Expr>,
    sequence_by: Option<Expr>,
    system_sequence_by: Option<Expr>,
    columns: Option<ColumnSelection>,
    stored_as: Option<ScdType>,
    track_history: Option<ColumnSelection>,
    columns_to_update: Option<Ident>,
    /// Where each clause begins.
    places: Vec<(&'static str, Range<usize>)>,
}

/// What stands behind `AUTO CDC [ONCE] [INTO target]`.
pub(super) fn auto_cdc(c: &mut Cursor<'_>, once: bool) -> Parsed<AutoCdc> {
    clauses(c, once, false)
}

/// What stands behind `APPLY CHANGES INTO target`, which may also filter.
pub(super) fn apply_changes(c: &mut Cursor<'_>) -> Parsed<AutoCdc> {
    clauses(c, false, true)
}

/// Of the legacy statement, which filters, nobody knows any more which clauses went together.
fn clauses(c: &mut Cursor<'_>, once: bool, filters: bool) -> Parsed<AutoCdc> {
    c.expect("FROM")?;
    let source = source(c, once)?;
    let mut clauses = Clauses::default();
    let mut last: Option<usize> = None;
    while let Some(position) = next_clause(c)? {
        if !filters && c.is("WHERE") {
            return Err(c.fault("`WHERE` is not allowed in `AUTO CDC`").hint("filter the changes in a temporary view"));
        }
        in_order(c, last, position)?;
        last = Some(position);
        clauses.read(c, position)?;
    }
    if clauses.keys.is_empty() {
        return Err(missing(c, "KEYS"));
    }
    let Some(sequence_by) = clauses.sequence_by.take() else { return Err(missing(c, "SEQUENCE BY")) };
    if !c.at_end() {
        let candidates: Vec<&str> = ORDER.iter().filter_map(|clause| clause.split(' ').next()).collect();
        let fault = c.expected_one_of("a clause of `AUTO CDC` or the end of the statement", &candidates);
        let several =
            *c.token() == Token::Comma && clauses.places.last().is_some_and(|(last, _)| last.ends_with(" BY"));
        return Err(if several { fault.hint("combine several columns: `STRUCT(a, b)`") } else { fault });
    }
    if !filters {
        fits_history(&clauses)?;
    }
    Ok(AutoCdc {
        once,
        source,
        keys: clauses.keys,
        ignore_null_updates: clauses.ignore_null_updates,
        filter: clauses.filter,
        apply_as_delete: clauses.apply_as_delete,
        apply_as_truncate: clauses.apply_as_truncate,
        sequence_by,
        system_sequence_by: clauses.system_sequence_by,
        columns: clauses.columns,
        stored_as: clauses.stored_as,
        track_history: clauses.track_history,
        columns_to_update: clauses.columns_to_update,
    })
}

/// `STREAM(name)` or `(query)`, of a flow that runs once a name too; `STREAM name` has its brackets put in by the lexer.
fn source(c: &mut Cursor<'_>, once: bool) -> Parsed<CdcSource> {
    if c.eat_token(&Token::LParen) {
        let query = c.query()?;
        c.expect_token(&Token::RParen)?;
        return Ok(CdcSource::Query(query));
    }
    if c.is("SNAPSHOT") {
        return Err(no_snapshot(c));
    }
    if once && !c.is("STREAM") {
        return c.name().map(CdcSource::Table);
    }
    if !c.eat("STREAM") {
        let fault = c.expected(&["STREAM"]);
        return Err(fault.maybe_hint(Some("read change data from a stream: `FROM STREAM(name)`".to_owned())));
    }
    c.expect_token(&Token::LParen)?;
    let start = c.index();
    if c.is("SELECT") {
        return Err(no_logic(c.range()));
    }
    let name = c.name()?;
    if *c.token() == Token::LParen {
        return Err(no_logic(c.range_since(start)));
    }
    c.expect_token(&Token::RParen)?;
    Ok(CdcSource::Stream(name))
}

pub(super) fn no_snapshot(c: &Cursor<'_>) -> ParseFault {
    c.fault("`AUTO CDC .. FROM SNAPSHOT` is not supported")
        .hint("compare snapshots in Python; the SQL form is barely documented")
}

fn no_logic(range: Range<usize>) -> ParseFault {
    ParseFault::new(range, "`AUTO CDC` can only read a table or view by name")
        .hint("move the query to a temporary view and name that")
}

/// Position in [`ORDER`] of the clause that begins here. Of a clause that begins well and goes on wrongly, the first wrong
/// word is at fault.
fn next_clause(c: &mut Cursor<'_>) -> Parsed<Option<usize>> {
    let is_name = |c: &Cursor<'_>| matches!(c.parser.peek_nth_token_ref(2).token, Token::Word(_));
    if c.is("COLUMNS TO") && is_name(c) && !c.is("COLUMNS TO UPDATE") && !is_clause(c, 2) {
        c.expect("COLUMNS TO UPDATE")?;
    }
    let position = ORDER.iter().rposition(|clause| c.is(clause));
    let right = |clause: &str| clause.split(' ').enumerate().take_while(|(n, word)| is_at(c, *n, word)).count();
    let length = ORDER.iter().map(|clause| right(clause)).max().unwrap_or(0);
    if position.is_some() || length == 0 {
        return Ok(position);
    }
    let begun = ORDER.iter().filter(|clause| right(clause) == length);
    let mut next: Vec<&str> = begun.filter_map(|clause| clause.split(' ').nth(length)).collect();
    next.dedup();
    for _ in 0..length {
        c.advance();
    }
    Err(c.expected(&next))
}

fn is_at(c: &Cursor<'_>, ahead: usize, word: &str) -> bool {
    is_word(&c.parser.peek_nth_token_ref(ahead).token, word)
}

/// Whether the word `ahead` begins a clause.
fn is_clause(c: &Cursor<'_>, ahead: usize) -> bool {
    ORDER.iter().filter_map(|clause| clause.split(' ').next()).any(|word| is_at(c, ahead, word))
}

/// Clauses that go with one way of keeping rows only.
fn fits_history(clauses: &Clauses) -> Parsed<()> {
    let stored_as = clauses.stored_as.unwrap_or(ScdType::ScdType1);
    let misfits = [
        ("APPLY AS TRUNCATE WHEN", stored_as == ScdType::ScdType1, "STORED AS SCD TYPE 1"),
        ("TRACK HISTORY ON", stored_as != ScdType::ScdType1, "STORED AS SCD TYPE 2"),
        ("SYSTEM SEQUENCE BY", stored_as == ScdType::Bitemporal, "STORED AS BITEMPORAL"),
    ];
    for (clause, fits, wanted) in misfits {
        let given = clauses.places.iter().find(|(given, _)| *given == clause);
        if let Some((_, place)) = given.filter(|_| !fits) {
            return Err(ParseFault::new(place.clone(), format!("`{clause}` is only allowed with `{wanted}`")));
        }
    }
    Ok(())
}

fn in_order(c: &Cursor<'_>, last: Option<usize>, position: usize) -> Parsed<()> {
    let name = ORDER.get(position).copied().unwrap_or("");
    match last {
        Some(last) if last == position => Err(c.fault(format!("duplicate `{name}`"))),
        Some(last) if last > position => {
            let before = ORDER.get(last).copied().unwrap_or("");
            Err(c.fault(format!("`{name}` must come before `{before}`")))
        }
        _ => Ok(()),
    }
}

fn missing(c: &Cursor<'_>, clause: &str) -> ParseFault {
    let heads: Vec<&str> = ORDER.iter().filter_map(|clause| clause.split(' ').next()).collect();
    c.expected_one_of(&format!("`{clause}`"), &heads)
}

impl Clauses {
    fn read(&mut self, c: &mut Cursor<'_>, position: usize) -> Parsed<()> {
        let place = c.range();
        let clause = ORDER.get(position).copied().unwrap_or("");
        self.places.push((clause, place.clone()));
        c.expect(clause)?;
        match clause {
            "KEYS" => self.keys = c.names()?,
            "IGNORE NULL UPDATES" => {
                let on = c.eat("ON");
                self.ignore_null_updates =
                    Some(if on { IgnoreNullUpdates::On(selection(c)?) } else { IgnoreNullUpdates::All });
            }
            "WHERE" => self.filter = Some(c.expr()?),
            "APPLY AS DELETE WHEN" => self.apply_as_delete = Some(c.expr()?),
            "APPLY AS TRUNCATE WHEN" => self.apply_as_truncate = Some(c.expr()?),
            "SEQUENCE BY" => self.sequence_by = Some(c.expr()?),
            "SYSTEM SEQUENCE BY" => self.system_sequence_by = Some(c.expr()?),
            "COLUMNS" => self.columns = Some(selection(c)?),
            "STORED AS" => self.stored_as = Some(stored_as(c)?),
            "TRACK HISTORY ON" => self.track_history = Some(selection(c)?),
            _ if self.ignore_null_updates.is_some() => {
                return Err(ParseFault::new(place, "`COLUMNS TO UPDATE` and `IGNORE NULL UPDATES` cannot be combined"));
            }
            _ => self.columns_to_update = Some(c.ident()?),
        }
        Ok(())
    }
}

/// `(a, b)`, `a, b`, or `* EXCEPT (a, b)`.
fn selection(c: &mut Cursor<'_>) -> Parsed<ColumnSelection> {
    if c.eat_token(&Token::Mul) {
        c.expect("EXCEPT")?;
        return Ok(ColumnSelection::AllExcept(c.names()?));
    }
    if *c.token() == Token::LParen {
        return Ok(ColumnSelection::Only(c.names()?));
    }
    let mut columns = vec![c.ident()?];
    while c.eat_token(&Token::Comma) {
        columns.push(c.ident()?);
    }
    Ok(ColumnSelection::Only(columns))
}

fn stored_as(c: &mut Cursor<'_>) -> Parsed<ScdType> {
    if c.one_of(&["SCD", "BITEMPORAL"])? == "BITEMPORAL" {
        return Ok(ScdType::Bitemporal);
    }
    c.expect("TYPE")?;
    let place = c.range();
    match c.integer()? {
        1 => Ok(ScdType::ScdType1),
        2 => Ok(ScdType::ScdType2),
        other => {
            Err(ParseFault::new(place, format!("unknown `SCD TYPE {other}`"))
                .hint("write `SCD TYPE 1` or `SCD TYPE 2`"))
        }
    }
}
