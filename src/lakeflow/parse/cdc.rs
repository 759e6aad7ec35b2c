//! The clauses of `AUTO CDC` (reference section 1.5): in the order of the grammar, each at most once.

use sqlparser::ast::{Expr, Ident};
use sqlparser::tokenizer::Token;

use super::cursor::{Cursor, Parsed};
use crate::lakeflow::Fault;
use crate::lakeflow::ast::{AutoCdc, CdcSource, ColumnSelection, IgnoreNullUpdates, StoredAs};

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
    stored_as: Option<StoredAs>,
    track_history: Option<ColumnSelection>,
    columns_to_update: Option<Ident>,
}

/// What stands behind `AUTO CDC [ONCE] [INTO target]`.
pub(super) fn auto_cdc(c: &mut Cursor<'_>, once: bool) -> Parsed<AutoCdc> {
    let place = c.range();
    let cdc = clauses(c, once)?;
    if cdc.filter.is_some() {
        return Err(Fault::new(place, "`AUTO CDC` has no `WHERE`").hint("filter the changes in a temporary view"));
    }
    Ok(cdc)
}

/// What stands behind `APPLY CHANGES INTO target`, which may also filter.
pub(super) fn clauses(c: &mut Cursor<'_>, once: bool) -> Parsed<AutoCdc> {
    c.expect("FROM")?;
    let source = source(c)?;
    let mut clauses = Clauses::default();
    let mut last: Option<usize> = None;
    while let Some(position) = next_clause(c)? {
        in_order(c, last, position)?;
        last = Some(position);
        clauses.read(c, position)?;
    }
    if clauses.keys.is_empty() {
        return Err(missing(c, "KEYS"));
    }
    let Some(sequence_by) = clauses.sequence_by else { return Err(missing(c, "SEQUENCE BY")) };
    if !c.at_end() {
        let candidates: Vec<&str> = ORDER.iter().filter_map(|clause| clause.split(' ').next()).collect();
        return Err(c.expected_one_of("a clause of `AUTO CDC` or the end of the statement", &candidates));
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

/// `STREAM(name)` or `(query)`; `STREAM name` has its brackets put in by the lexer.
fn source(c: &mut Cursor<'_>) -> Parsed<CdcSource> {
    if c.eat_token(&Token::LParen) {
        let query = c.query()?;
        c.expect_token(&Token::RParen)?;
        return Ok(CdcSource::Query(query));
    }
    if !c.eat("STREAM") {
        let fault = c.expected(&["STREAM"]);
        return Err(fault.maybe_hint(Some("change data is read from a stream: `FROM STREAM(name)`".to_owned())));
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

fn no_logic(range: std::ops::Range<usize>) -> Fault {
    Fault::new(range, "`AUTO CDC` reads a table or a view by its name")
        .hint("put the query into a temporary view and name that")
}

/// Position in [`ORDER`] of the clause that begins here.
fn next_clause(c: &Cursor<'_>) -> Parsed<Option<usize>> {
    let position = ORDER.iter().rposition(|clause| c.is(clause));
    if position.is_none() {
        // A clause whose first word is right and whose next is not deserves the caret on the latter.
        let first = |clause: &&&str| clause.split_once(' ').is_some_and(|(first, _)| c.is(first));
        if let Some(clause) = ORDER.iter().find(first) {
            return Err(c.fault(format!("expected `{clause}`, found {}", c.found())).maybe_hint(phrase_hint(c)));
        }
    }
    Ok(position)
}

fn phrase_hint(c: &Cursor<'_>) -> Option<String> {
    let phrases = ORDER.iter().filter(|clause| clause.split(' ').next().is_some_and(|word| c.is(word)));
    let phrases: Vec<String> = phrases.map(|phrase| format!("`{phrase}`")).collect();
    (phrases.len() > 1).then(|| format!("there are {}", phrases.join(" and ")))
}

fn in_order(c: &Cursor<'_>, last: Option<usize>, position: usize) -> Parsed<()> {
    let name = ORDER.get(position).copied().unwrap_or("");
    match last {
        Some(last) if last == position => Err(c.fault(format!("`{name}` is given twice"))),
        Some(last) if last > position => {
            let before = ORDER.get(last).copied().unwrap_or("");
            Err(c.fault(format!("`{name}` must stand before `{before}`")))
        }
        _ => Ok(()),
    }
}

fn missing(c: &Cursor<'_>, clause: &str) -> Fault {
    c.expected_one_of(&format!("`{clause}`"), &[clause.split(' ').next().unwrap_or(clause)])
}

impl Clauses {
    fn read(&mut self, c: &mut Cursor<'_>, position: usize) -> Parsed<()> {
        let place = c.range();
        let clause = ORDER.get(position).copied().unwrap_or("");
        c.expect(clause)?;
        match clause {
            "KEYS" => self.keys = c.list(Cursor::ident)?,
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
                return Err(Fault::new(place, "`COLUMNS TO UPDATE` and `IGNORE NULL UPDATES` exclude each other"));
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
        return Ok(ColumnSelection::AllExcept(c.list(Cursor::ident)?));
    }
    if *c.token() == Token::LParen {
        return Ok(ColumnSelection::Only(c.list(Cursor::ident)?));
    }
    let mut columns = vec![c.ident()?];
    while c.eat_token(&Token::Comma) {
        columns.push(c.ident()?);
    }
    Ok(ColumnSelection::Only(columns))
}

fn stored_as(c: &mut Cursor<'_>) -> Parsed<StoredAs> {
    if c.one_of(&["SCD", "BITEMPORAL"])? == "BITEMPORAL" {
        return Ok(StoredAs::Bitemporal);
    }
    c.expect("TYPE")?;
    let place = c.range();
    match c.integer()? {
        1 => Ok(StoredAs::ScdType1),
        2 => Ok(StoredAs::ScdType2),
        other => Err(Fault::new(place, format!("`SCD TYPE {other}` does not exist"))
            .hint("there are `SCD TYPE 1` and `SCD TYPE 2`")),
    }
}
