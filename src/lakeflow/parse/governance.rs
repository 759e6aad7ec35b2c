//! Grants, comments, schemas and volumes (reference section 5).

use sqlparser::tokenizer::Token;

use super::Modifiers;
use super::cursor::{Cursor, Parsed};
use crate::lakeflow::Fault;
use crate::lakeflow::ast::{
    CommentOn, CommentTarget, CreateSchema, CreateVolume, Grant, ObjectName, Privilege, Revoke, Securable,
    SecurableKind, StatementKind,
};

pub(super) fn grant(c: &mut Cursor<'_>) -> Parsed<StatementKind> {
    let (privileges, on) = privileges_on(c)?;
    c.expect("TO")?;
    Ok(StatementKind::Grant(Grant { privileges, on, to: c.ident()? }))
}

pub(super) fn revoke(c: &mut Cursor<'_>) -> Parsed<StatementKind> {
    let (privileges, on) = privileges_on(c)?;
    c.expect("FROM")?;
    Ok(StatementKind::Revoke(Revoke { privileges, on, from: c.ident()? }))
}

fn privileges_on(c: &mut Cursor<'_>) -> Parsed<(Vec<Privilege>, Securable)> {
    let mut privileges = vec![privilege(c)?];
    while c.eat_token(&Token::Comma) {
        privileges.push(privilege(c)?);
    }
    if !c.eat("ON") {
        return Err(c.expected(&[",", "ON"]));
    }
    if c.is("STREAMING TABLE") {
        return Err(c.fault("a streaming table is granted on as a `TABLE`").hint("write `ON TABLE ..`"));
    }
    let kinds = [
        SecurableKind::Catalog,
        SecurableKind::Schema,
        SecurableKind::Table,
        SecurableKind::MaterializedView,
        SecurableKind::View,
        SecurableKind::Function,
        SecurableKind::Volume,
        SecurableKind::ExternalLocation,
    ];
    if kinds.iter().any(|kind| c.is(kind.words())) {
        return Ok((privileges, securable(c, &kinds)?));
    }
    Ok((privileges, Securable { kind: SecurableKind::Table, name: c.name()? }))
}

fn privilege(c: &mut Cursor<'_>) -> Parsed<Privilege> {
    if let Some(privilege) = Privilege::ALL.iter().find(|privilege| c.is(privilege.words())) {
        c.expect(privilege.words())?;
        return Ok(*privilege);
    }
    let fault = Fault::new(c.range(), format!("unknown privilege {}", c.found()));
    let written = c.text.get(c.range().start..).unwrap_or("").split([',', ';', '\n']).next().unwrap_or("");
    let phrase = written.split(" ON ").next().unwrap_or("").trim();
    let known = Privilege::ALL.iter().map(|privilege| privilege.words());
    Err(fault.maybe_hint(crate::diag::did_you_mean(phrase, known)))
}

/// A kind out of `kinds` and a name.
pub(super) fn securable(c: &mut Cursor<'_>, kinds: &[SecurableKind]) -> Parsed<Securable> {
    let words: Vec<&str> = kinds.iter().map(|kind| kind.words()).collect();
    let Some(kind) = kinds.iter().find(|kind| c.is(kind.words())) else { return Err(c.expected(&words)) };
    c.expect(kind.words())?;
    let most = match kind {
        SecurableKind::Catalog | SecurableKind::ExternalLocation => 1,
        SecurableKind::Schema => 2,
        _ => 3,
    };
    Ok(Securable { kind: *kind, name: c.dotted(most)? })
}

/// `COMMENT` has been read.
pub(super) fn comment_on(c: &mut Cursor<'_>) -> Parsed<StatementKind> {
    c.expect("ON")?;
    let target = if c.is("COLUMN") {
        CommentTarget::Column(column(c)?)
    } else {
        let kinds = [
            SecurableKind::Catalog,
            SecurableKind::Schema,
            SecurableKind::Table,
            SecurableKind::View,
            SecurableKind::Volume,
            SecurableKind::Function,
        ];
        let mut words: Vec<&str> = kinds.iter().map(|kind| kind.words()).collect();
        words.push("COLUMN");
        if !kinds.iter().any(|kind| c.is(kind.words())) {
            return Err(c.expected(&words));
        }
        CommentTarget::Securable(securable(c, &kinds)?)
    };
    c.expect("IS")?;
    let comment = if c.eat("NULL") { None } else { Some(c.string()?) };
    Ok(StatementKind::CommentOn(CommentOn { target, comment }))
}

/// `COLUMN table.column`.
fn column(c: &mut Cursor<'_>) -> Parsed<ObjectName> {
    c.expect("COLUMN")?;
    let start = c.index();
    let name = c.dotted(4)?;
    if name.0.len() < 2 {
        return Err(Fault::new(c.range_since(start), "expected `table.column`"));
    }
    Ok(name)
}

pub(super) fn create_schema(c: &mut Cursor<'_>, modifiers: &Modifiers) -> Parsed<StatementKind> {
    modifiers.only(&[], "SCHEMA")?;
    let if_not_exists = c.if_not_exists()?;
    let name = c.dotted(2)?;
    Ok(StatementKind::CreateSchema(CreateSchema { if_not_exists, name, comment: comment(c)? }))
}

pub(super) fn create_volume(c: &mut Cursor<'_>, modifiers: &Modifiers) -> Parsed<StatementKind> {
    modifiers.only(&[], "VOLUME")?;
    let if_not_exists = c.if_not_exists()?;
    let name = c.name()?;
    Ok(StatementKind::CreateVolume(CreateVolume { if_not_exists, name, comment: comment(c)? }))
}

fn comment(c: &mut Cursor<'_>) -> Parsed<Option<String>> {
    if c.eat("COMMENT") {
        return c.string().map(Some);
    }
    if c.at_end() {
        return Ok(None);
    }
    Err(c.expected_one_of("`COMMENT` or the end of the statement", &["COMMENT"]))
}
