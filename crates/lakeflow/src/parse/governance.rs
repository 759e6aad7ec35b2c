//! Grants, comments, schemas and volumes (lakeflow-sql.md, "Grants, tags and comments").

use sqlparser::tokenizer::Token;

use super::clause::properties;
use super::cursor::{Cursor, Once, Parsed};
use super::modifiers::Modifiers;
use crate::ParseFault;
use crate::ast::{
    CommentOn, CommentTarget, CreateSchema, CreateVolume, Grant, ObjectName, Privilege, Revoke, Securable,
    SecurableKind, StatementKind,
};
use crate::diag::did_you_mean;

pub(super) fn grant(c: &mut Cursor<'_>) -> Parsed<StatementKind> {
    let (privileges, on) = privileges_on(c)?;
    c.expect("TO")?;
    let recipient = c.eat("RECIPIENT");
    Ok(StatementKind::Grant(Grant { privileges, on, to: c.ident()?, recipient }))
}

pub(super) fn revoke(c: &mut Cursor<'_>) -> Parsed<StatementKind> {
    let (privileges, on) = privileges_on(c)?;
    c.expect("FROM")?;
    let recipient = c.eat("RECIPIENT");
    Ok(StatementKind::Revoke(Revoke { privileges, on, from: c.ident()?, recipient }))
}

fn privileges_on(c: &mut Cursor<'_>) -> Parsed<(Vec<Privilege>, Securable)> {
    let mut privileges = vec![privilege(c)?];
    while c.eat_token(&Token::Comma) {
        let place = c.range();
        let next = privilege(c)?;
        if privileges.contains(&next) {
            return Err(ParseFault::new(place, format!("duplicate `{}`", next.words())));
        }
        privileges.push(next);
    }
    if !c.eat("ON") {
        return Err(c.expected(&[",", "ON"]));
    }
    if c.is("STREAMING TABLE") {
        return Err(c.fault("privileges on a streaming table are granted on a `TABLE`").hint("write `ON TABLE ..`"));
    }
    if let Some(kind) = kind(c, SecurableKind::ALL) {
        return Ok((privileges, of_kind(c, kind)?));
    }
    let place = c.range();
    let name = c.name()?;
    // `ON TABEL t`
    if matches!(c.token(), Token::Word(_)) && name.0.len() == 1 && !c.is("TO") && !c.is("FROM") {
        let words: Vec<&str> = SecurableKind::ALL.iter().filter_map(|kind| kind.words().split(' ').next()).collect();
        let written = c.text.get(place.clone()).unwrap_or("");
        let fault = ParseFault::new(place, format!("unknown kind of object `{written}`"));
        return Err(fault.maybe_hint(did_you_mean(written, words)));
    }
    Ok((privileges, Securable { kind: SecurableKind::Table, name }))
}

fn privilege(c: &mut Cursor<'_>) -> Parsed<Privilege> {
    if c.is("ALL ON") || c.is("ALL") && !c.is("ALL PRIVILEGES") {
        return Err(c.fault("unknown privilege `ALL`").hint("write `ALL PRIVILEGES`"));
    }
    let fitting = Privilege::ALL.iter().filter(|privilege| c.is(privilege.words()));
    if let Some(privilege) = fitting.max_by_key(|privilege| privilege.words().len()) {
        c.expect(privilege.words())?;
        if !c.is("ON") && *c.token() != Token::Comma && *privilege == Privilege::Create {
            return Err(unknown_privilege(c, c.index() - 1));
        }
        return Ok(*privilege);
    }
    // The REST API and information schema spell privileges with `_`; statements may too.
    let spelled = |privilege: &&Privilege| c.is(&privilege.words().replace(' ', "_"));
    if let Some(privilege) = Privilege::ALL.iter().find(spelled) {
        c.advance();
        return Ok(*privilege);
    }
    Err(unknown_privilege(c, c.index()))
}

fn unknown_privilege(c: &Cursor<'_>, index: usize) -> ParseFault {
    let range = c.range_at(index);
    let written = c.text.get(range.start..).unwrap_or("").split([',', ';', '\n']).next().unwrap_or("");
    let phrase = written.split(" ON ").next().unwrap_or("").trim();
    let known = Privilege::ALL.iter().map(|privilege| privilege.words());
    ParseFault::new(range, format!("unknown privilege {}", c.found_at(index))).maybe_hint(did_you_mean(phrase, known))
}

/// The kind out of `kinds` whose words come next; a database is a schema.
fn kind(c: &Cursor<'_>, kinds: &[SecurableKind]) -> Option<SecurableKind> {
    if c.is("DATABASE") {
        return kinds.contains(&SecurableKind::Schema).then_some(SecurableKind::Schema);
    }
    kinds.iter().find(|kind| c.is(kind.words())).copied()
}

fn of_kind(c: &mut Cursor<'_>, kind: SecurableKind) -> Parsed<Securable> {
    if !c.eat("DATABASE") {
        c.expect(kind.words())?;
    }
    let name = if kind.is_nameless() { ObjectName(vec![]) } else { c.dotted(kind.most_parts())? };
    Ok(Securable { kind, name })
}

/// A kind out of `kinds` and a name.
pub(super) fn securable(c: &mut Cursor<'_>, kinds: &[SecurableKind]) -> Parsed<Securable> {
    match kind(c, kinds) {
        Some(kind) => of_kind(c, kind),
        None => {
            let words: Vec<&str> = kinds.iter().map(|kind| kind.words()).collect();
            // A guess compares single words.
            let first = kinds.iter().filter_map(|kind| kind.words().split(' ').next());
            let guess = c.expected_one_of("", &first.collect::<Vec<_>>()).hint;
            Err(c.expected(&words).maybe_hint(guess))
        }
    }
}

/// `COMMENT` has been read.
pub(super) fn comment_on(c: &mut Cursor<'_>) -> Parsed<StatementKind> {
    c.expect("ON")?;
    let target = if c.eat("COLUMN") {
        CommentTarget::Column(column(c)?)
    } else {
        let kinds = [
            SecurableKind::Catalog,
            SecurableKind::Schema,
            SecurableKind::Table,
            SecurableKind::View,
            SecurableKind::Volume,
            SecurableKind::Function,
            SecurableKind::MaterializedView,
            SecurableKind::Connection,
            SecurableKind::Provider,
            SecurableKind::Recipient,
            SecurableKind::Share,
        ];
        let mut words: Vec<&str> = kinds.iter().map(|kind| kind.words()).collect();
        words.push("COLUMN");
        if kind(c, &kinds).is_none() {
            return Err(c.expected(&words));
        }
        CommentTarget::Securable(securable(c, &kinds)?)
    };
    c.expect("IS")?;
    let comment = if c.eat("NULL") { None } else { Some(c.comment()?) };
    Ok(StatementKind::CommentOn(CommentOn { target, comment }))
}

/// `table.column`, behind `COLUMN`.
pub(super) fn column(c: &mut Cursor<'_>) -> Parsed<ObjectName> {
    let start = c.index();
    let name = c.dotted(4)?;
    if name.0.len() < 2 {
        return Err(ParseFault::new(c.range_since(start), "expected `table.column`"));
    }
    Ok(name)
}

pub(super) fn create_schema(c: &mut Cursor<'_>, modifiers: &Modifiers) -> Parsed<StatementKind> {
    modifiers.only(&[], "SCHEMA")?;
    let if_not_exists = c.if_not_exists()?;
    let name = c.dotted(2)?;
    let mut schema = CreateSchema {
        if_not_exists,
        name,
        comment: None,
        location: None,
        managed_location: None,
        collation: None,
        properties: vec![],
    };
    let mut once = Once::default();
    while !c.at_end() {
        let place = c.range();
        match c.one_of(&["COMMENT", "LOCATION", "MANAGED", "DEFAULT", "WITH"])? {
            "COMMENT" => {
                once.note("COMMENT", place)?;
                schema.comment = Some(c.string()?);
            }
            "LOCATION" => {
                once.note("LOCATION", place)?;
                schema.location = Some(c.string()?);
            }
            "MANAGED" => {
                once.note("MANAGED LOCATION", place)?;
                c.expect("LOCATION")?;
                schema.managed_location = Some(c.string()?);
            }
            "DEFAULT" => {
                once.note("DEFAULT COLLATION", place)?;
                c.expect("COLLATION")?;
                schema.collation = Some(c.ident()?);
            }
            _ => {
                once.note("WITH DBPROPERTIES", place)?;
                c.expect("DBPROPERTIES")?;
                schema.properties = properties(c)?;
            }
        }
    }
    Ok(StatementKind::CreateSchema(schema))
}

pub(super) fn create_volume(c: &mut Cursor<'_>, modifiers: &Modifiers, external: bool) -> Parsed<StatementKind> {
    modifiers.only(&[], "VOLUME")?;
    let if_not_exists = c.if_not_exists()?;
    let mut volume = CreateVolume { external, if_not_exists, name: c.name()?, location: None, comment: None };
    let mut once = Once::default();
    while !c.at_end() {
        let place = c.range();
        if c.one_of(&["COMMENT", "LOCATION"])? == "COMMENT" {
            once.note("COMMENT", place)?;
            volume.comment = Some(c.string()?);
        } else if external {
            once.note("LOCATION", place)?;
            volume.location = Some(c.string()?);
        } else {
            return Err(ParseFault::new(place, "`LOCATION` is only allowed on an external volume")
                .hint("write `EXTERNAL VOLUME`"));
        }
    }
    if external && volume.location.is_none() {
        return Err(c.expected(&["LOCATION"]));
    }
    Ok(StatementKind::CreateVolume(volume))
}
