//! `CREATE`: what stands before the kind of object, and which file reads on from there.

use sqlparser::tokenizer::Token;

use super::cursor::{Cursor, Parsed};
use super::modifiers::Modifiers;
use super::{command, flow, function, governance, plain_table, policy, table, view};
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
    let fault = c.fault(format!("expected the kind of object to create, found {}", c.found())).maybe_hint(meant);
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
