//! `CREATE`: what stands before the kind of object, and which file reads on from there.

use std::ops::Range;

use sqlparser::tokenizer::Token;

use super::cursor::{Cursor, Parsed};
use super::{command, flow, function, governance, plain_table, policy, table, view};
use crate::ParseFault;
use crate::ast::StatementKind;
use crate::diag::did_you_mistype;
use crate::grammar::grammar;

/// Reads a node of its own, or else, from `start` on, a command in an older form; the fault is that of the former, unless
/// the older form is told by its `USING`.
fn or_command(
    c: &mut Cursor<'_>,
    start: usize,
    read: impl FnOnce(&mut Cursor<'_>) -> Parsed<StatementKind>,
) -> Parsed<StatementKind> {
    let own = match read(c).and_then(|kind| c.expect_end().map(|()| kind)) {
        Ok(kind) => return Ok(kind),
        Err(fault) => fault,
    };
    c.move_to(start);
    let older = c.text.get(own.range.clone()).is_some_and(|word| word.eq_ignore_ascii_case("USING"));
    command::command(c).map_err(|fault| if older { fault } else { own })
}

/// What may stand between `CREATE` and the kind of object, with the places.
#[derive(Default)]
pub(super) struct Modifiers {
    pub(super) or_refresh: Option<Range<usize>>,
    pub(super) or_replace: Option<Range<usize>>,
    pub(super) private: Option<Range<usize>>,
    pub(super) temporary: Option<Range<usize>>,
    /// `GLOBAL` before `TEMPORARY`.
    pub(super) global: bool,
}

impl Modifiers {
    fn read(c: &mut Cursor<'_>) -> Parsed<Self> {
        let mut modifiers = Modifiers::default();
        let start = c.index();
        if c.eat("OR") {
            let slot = match c.one_of(&["REFRESH", "REPLACE"])? {
                "REFRESH" => &mut modifiers.or_refresh,
                _ => &mut modifiers.or_replace,
            };
            *slot = Some(c.range_since(start));
        }
        modifiers.global = c.is("GLOBAL TEMPORARY VIEW") || c.is("GLOBAL TEMP VIEW");
        if modifiers.global {
            c.advance();
        }
        let range = c.range();
        let first = c.found();
        if c.eat("PRIVATE") {
            modifiers.private = Some(range);
        } else if c.eat("TEMPORARY") || c.eat("TEMP") {
            modifiers.temporary = Some(range);
        }
        modifiers.ends(c, &first)?;
        Ok(modifiers)
    }

    /// Nothing but the kind of object may follow; `first` is `PRIVATE` or `TEMPORARY`, if either was read.
    fn ends(&self, c: &Cursor<'_>, first: &str) -> Parsed<()> {
        let private = self.private.is_some() || self.temporary.is_some();
        let replaces = self.or_refresh.is_some() || self.or_replace.is_some();
        if c.is("OR REFRESH") || c.is("OR REPLACE") {
            return Err(c.fault(match (replaces, private) {
                (true, _) => "duplicate `OR ..`".to_owned(),
                _ => format!("`OR ..` must come before {first}"),
            }));
        }
        if private && (c.is("PRIVATE") || c.is("TEMPORARY") || c.is("TEMP")) {
            return Err(c.fault(format!("{first} and {} cannot be combined", c.found())));
        }
        Ok(())
    }

    /// Refuses every modifier that is not in `allowed`.
    pub(super) fn only(&self, allowed: &[&str], object: &str) -> Parsed<()> {
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
            return Err(
                ParseFault::new(range, format!("`{name}` is not allowed with `CREATE {object}`")).maybe_hint(hint)
            );
        }
        Ok(())
    }
}

const OBJECTS: &[&str] =
    &["STREAMING", "MATERIALIZED", "VIEW", "FLOW", "SCHEMA", "DATABASE", "VOLUME", "FUNCTION", "POLICY"];

/// Reads the whole statement.
pub(super) fn create(c: &mut Cursor<'_>) -> Parsed<StatementKind> {
    let start = c.index();
    c.advance();
    let modifiers = Modifiers::read(c)?;
    if c.is("TABLE") || c.is("EXTERNAL TABLE") {
        if plain_table::is_of_hive(c) {
            c.move_to(start);
            return command::command(c);
        }
        let head = plain_table::TableHead { replace: false, external: c.eat("EXTERNAL") };
        return plain_table::create_table(c, &modifiers, &head);
    }
    if c.eat("EXTERNAL VOLUME") {
        return governance::create_volume(c, &modifiers, true);
    }
    // What is streaming was called incremental at first.
    if c.is("INCREMENTAL LIVE TABLE") {
        c.advance();
        return table::streaming_table(c, &modifiers);
    }
    let streaming = c.is("STREAMING LIVE VIEW") || c.is("INCREMENTAL LIVE VIEW");
    if streaming {
        c.advance();
    }
    if c.eat("LIVE") {
        return match c.one_of(&["TABLE", "VIEW"])? {
            "TABLE" => table::live_table(c, &modifiers),
            _ => view::live_view(c, &modifiers, streaming),
        };
    }
    if OBJECTS.iter().any(|object| c.is(object)) {
        return object(c, start, &modifiers);
    }
    let others = grammar().seconds("CREATE");
    if others.iter().any(|object| c.is(object)) {
        c.move_to(start);
        return command::command(c);
    }
    let before = ["PRIVATE", "TEMPORARY", "LIVE", "TABLE"];
    let all: Vec<&str> = OBJECTS.iter().copied().chain(others).chain(before).collect();
    let meant = match c.token() {
        Token::Word(word) if word.quote_style.is_none() => did_you_mistype(&word.value, all),
        _ => None,
    };
    let fault = c.fault(format!("expected what to create, found {}", c.found())).maybe_hint(meant);
    let lost = c.is("REFRESH") || c.is("REPLACE");
    Err(if lost { fault.hint(format!("write `OR {}`", c.found().trim_matches('`').to_uppercase())) } else { fault })
}

fn object(c: &mut Cursor<'_>, start: usize, modifiers: &Modifiers) -> Parsed<StatementKind> {
    match c.one_of(OBJECTS)? {
        "STREAMING" => table::streaming_table(c, modifiers),
        "MATERIALIZED" => table::materialized_view(c, modifiers),
        "VIEW" => or_command(c, start, |c| view::view(c, modifiers)),
        "FLOW" => flow::create_flow(c, modifiers),
        "SCHEMA" | "DATABASE" => governance::create_schema(c, modifiers),
        "VOLUME" => governance::create_volume(c, modifiers, false),
        "FUNCTION" => or_command(c, start, |c| function::create_function(c, modifiers)),
        _ => policy::create_policy(c, start, modifiers),
    }
}
