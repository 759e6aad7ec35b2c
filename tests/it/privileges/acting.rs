//! Who runs a statement, and whether they may: owners, and what each statement needs of whoever runs it.
//!
//! An owner has every privilege on the object itself, and may grant it and what lies in it; what lies in it is not theirs to
//! read. To replace a function or a view one has to own it. Nothing here knows who is meant to run what.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use lakeflow::ast::{
    Alter, AlterAction, Command, CommandPart, CommentTarget, MetricJoin, MetricView, ObjectName, SecurableKind,
    StatementKind, TableDefinition,
};
use lakeflow::walk;
use lakeflow::{expr_text, parse};
use sqlparser::ast::{Expr, Query};

use super::model::{EVERYBODY, Failure, Model, Object, body, path};

/// Somebody who runs statements, with the groups they are in.
#[derive(Debug, Clone)]
pub struct Actor {
    pub name: String,
    pub groups: Vec<String>,
}

/// Owns all catalogs.
pub const ADMINISTRATOR: &str = "administrator";

impl Actor {
    pub fn new(name: &str) -> Actor {
        Actor { name: name.to_owned(), groups: vec![] }
    }

    /// A member of a group.
    pub fn of(name: &str, group: &str) -> Actor {
        Actor { name: name.to_owned(), groups: vec![group.to_owned()] }
    }

    fn is(&self, principal: &str) -> bool {
        principal == EVERYBODY || self.name == principal || self.groups.iter().any(|group| group == principal)
    }
}

impl Model {
    /// A guard fails unless the mark that it names is there; other queries ask of data, and pass.
    pub fn guard(&self, query: &str) -> Result<(), Failure> {
        let Some((found, wanted)) = query.split_once(" IS NOT DISTINCT FROM ") else { return Ok(()) };
        let wanted = wanted.split(',').next().unwrap();
        let mark = match found.contains("governance_release()") {
            true => self
                .functions
                .iter()
                .find(|(name, _)| name[2] == "governance_release" && name.starts_with(&self.schema)),
            false => None,
        };
        let mark = mark.map(|(_, function)| expr_text(body(function))).or_else(|| self.released.clone());
        let is_met = mark.as_ref().is_some_and(|mark| mark.contains(wanted.trim()));
        if is_met { Ok(()) } else { Err(format!("the mark is {mark:?}, not {wanted}")) }
    }

    /// Whether something belongs to whoever runs the pipeline: what lies in a schema, and is no volume and no function.
    pub fn is_table_or_view(&self, object: &Object) -> bool {
        object.len() == 3 && !self.volumes.contains(object) && !self.functions.contains_key(object)
    }

    /// What somebody was given by hand.
    pub fn give(&mut self, privilege: &str, on: &[String], to: &str) {
        self.granted.insert((privilege.to_owned(), on.to_vec(), to.to_owned()));
    }

    /// What is granted on an object itself: privilege and principal.
    fn granted_on(&self, object: &[String]) -> Vec<(&str, &str)> {
        let on = self.granted.iter().filter(|(_, on, _)| on == object);
        on.map(|(privilege, _, to)| (privilege.as_str(), to.as_str())).collect()
    }

    fn owns(&self, actor: &Actor, object: &[String]) -> bool {
        let owner = self.owners.get(object).map(String::as_str);
        owner.or((object.len() == 1).then_some(ADMINISTRATOR)).is_some_and(|owner| actor.is(owner))
    }

    /// Whether somebody owns an object or what it lies in.
    fn administers(&self, actor: &Actor, object: &[String]) -> bool {
        (1..=object.len()).any(|depth| self.owns(actor, &object[..depth]))
    }

    /// Whether somebody has a privilege on an object: as its owner, or granted on it or on what it lies in.
    pub fn can(&self, actor: &Actor, privilege: &str, object: &[String]) -> bool {
        let is_granted = |on: &[String]| {
            let held = self.granted_on(on);
            held.into_iter().any(|(held, to)| (held == privilege || held == "ALL PRIVILEGES") && actor.is(to))
        };
        self.owns(actor, object)
            || actor.is(ADMINISTRATOR)
            || (1..=object.len()).any(|depth| is_granted(&object[..depth]))
    }

    fn needs(&self, actor: &Actor, privilege: &str, object: &[String]) -> Result<(), Failure> {
        let missing = || format!("{} has no {privilege} on {}", actor.name, object.join("."));
        if self.can(actor, privilege, object) { Ok(()) } else { Err(missing()) }
    }

    fn needs_use(&self, actor: &Actor, object: &[String]) -> Result<(), Failure> {
        self.needs(actor, "USE CATALOG", &object[..1])?;
        if object.len() > 2 { self.needs(actor, "USE SCHEMA", &object[..2]) } else { Ok(()) }
    }

    fn needs_owner(&self, actor: &Actor, object: &[String], is_owner: bool) -> Result<(), Failure> {
        let owner = self.owners.get(object);
        if is_owner { Ok(()) } else { Err(format!("{} is not {owner:?}, who owns {}", actor.name, object.join("."))) }
    }

    /// Whether a statement is allowed.
    ///
    /// # Errors
    /// What is missing.
    pub fn allowed(&self, actor: &Actor, statement: &StatementKind) -> Result<(), Failure> {
        let administered = |object: &Object| {
            self.needs_use(actor, object)?;
            self.needs_owner(actor, object, self.administers(actor, object))
        };
        match statement {
            StatementKind::Grant(grant) => administered(&path(&grant.on.name)),
            StatementKind::Revoke(revoke) => administered(&path(&revoke.on.name)),
            StatementKind::CreateSchema(schema) => {
                let name = path(&schema.name);
                self.needs_use(actor, &name)?;
                self.needs(actor, "CREATE SCHEMA", &name[..1])
            }
            StatementKind::CreateVolume(volume) => {
                let name = path(&volume.name);
                self.needs_use(actor, &name)?;
                self.needs(actor, "CREATE VOLUME", &name[..2])
            }
            StatementKind::CommentOn(comment) => match &comment.target {
                CommentTarget::Securable(on) => administered(&path(&on.name)),
                CommentTarget::Column(name) => panic!("a comment on {name}"),
            },
            StatementKind::CreateFunction(function) => self.may_create(actor, "CREATE FUNCTION", &path(&function.name)),
            StatementKind::CreateView(view) => self.may_show(actor, &path(&view.name), &tables_of(&view.query)),
            StatementKind::CreateMetricView(view) => {
                self.may_show(actor, &path(&view.name), &sources(&view.definition))
            }
            StatementKind::CreatePolicy(policy) => {
                self.needs(actor, "EXECUTE", &path(&policy.function))?;
                administered(&path(&policy.on.name))
            }
            StatementKind::DropPolicy(policy) => administered(&path(&policy.on.name)),
            StatementKind::Alter(alter) => self.may_alter(actor, alter),
            StatementKind::Query(query) => self.may_read(actor, query),
            StatementKind::Command(command) if command.rule == "block" => self.may_run(actor, command),
            StatementKind::Command(command) => administered(&path(command.names().next().unwrap())),
            other => panic!("who may run {}?", other.name()),
        }
    }

    fn may_create(&self, actor: &Actor, privilege: &str, object: &Object) -> Result<(), Failure> {
        self.needs_use(actor, object)?;
        match self.owners.contains_key(object) {
            true => self.needs_owner(actor, object, self.owns(actor, object)),
            false => self.needs(actor, privilege, &object[..2]),
        }
    }

    /// A view is read with the rights of its owner.
    fn may_show(&self, actor: &Actor, view: &Object, sources: &BTreeSet<Object>) -> Result<(), Failure> {
        self.may_create(actor, "CREATE TABLE", view)?;
        sources.iter().try_for_each(|source| self.may_select(actor, source))
    }

    fn may_select(&self, actor: &Actor, source: &Object) -> Result<(), Failure> {
        if !self.owners.contains_key(source) {
            return Err(format!("there is no {}", source.join(".")));
        }
        self.needs_use(actor, source)?;
        self.needs(actor, "SELECT", source)
    }

    fn may_alter(&self, actor: &Actor, alter: &Alter) -> Result<(), Failure> {
        let object = path(&alter.object.name);
        match alter.action {
            AlterAction::SetTags(_) | AlterAction::UnsetTags(_) | AlterAction::Column { .. } => {
                self.needs_use(actor, &object)?;
                self.needs(actor, "APPLY TAG", &object)
            }
            ref other => panic!("who may {other:?}?"),
        }
    }

    fn may_read(&self, actor: &Actor, query: &Query) -> Result<(), Failure> {
        tables_of(query).iter().try_for_each(|table| self.may_select(actor, table))?;
        let mut called = BTreeSet::new();
        let _: ControlFlow<()> = walk::expressions(query, |expr| {
            if let Expr::Function(call) = expr {
                called.extend(Some(path(&call.name)).filter(|name| name.len() == 3));
            }
            ControlFlow::Continue(())
        });
        called.iter().try_for_each(|function| {
            self.needs_use(actor, function)?;
            self.needs(actor, "EXECUTE", function)
        })
    }

    /// What a script takes away may be gone; then nothing is asked.
    fn may_run(&self, actor: &Actor, script: &Command) -> Result<(), Failure> {
        let statements = script.parts.iter().filter_map(|part| match part {
            CommandPart::Statement(statement) => Some(&**statement),
            _ => None,
        });
        let is_there = |statement: &&StatementKind| match statement {
            StatementKind::Revoke(revoke) => {
                let is_known =
                    revoke.on.kind == SecurableKind::Catalog || self.owners.contains_key(&path(&revoke.on.name));
                is_known && self.is_there(&revoke.on).is_ok()
            }
            StatementKind::Alter(alter) => self.is_there(&alter.object).is_ok(),
            StatementKind::Command(command) => {
                command.names().next().is_some_and(|name| self.owners.contains_key(&path(name)))
            }
            StatementKind::DropPolicy(policy) => self.owners.contains_key(&path(&policy.on.name)),
            _ => false,
        };
        statements.filter(is_there).try_for_each(|statement| self.allowed(actor, statement))
    }

    /// Runs a statement as somebody.
    ///
    /// # Errors
    /// When they may not, or when it is about something that is not there.
    pub fn run_as(&mut self, actor: &Actor, statement: &StatementKind) -> Result<(), Failure> {
        self.allowed(actor, statement)?;
        self.run(statement)?;
        let made = match statement {
            StatementKind::CreateSchema(schema) => Some(&schema.name),
            StatementKind::CreateVolume(volume) => Some(&volume.name),
            StatementKind::CreateFunction(function) => Some(&function.name),
            StatementKind::CreateView(view) => Some(&view.name),
            StatementKind::CreateMetricView(view) => Some(&view.name),
            _ => None,
        };
        if let Some(name) = made {
            self.owners.entry(path(name)).or_insert_with(|| actor.name.clone());
        }
        Ok(())
    }

    /// Runs a statement of the pipeline as somebody, who owns the table from now on.
    ///
    /// # Errors
    /// When they may not.
    pub fn update_as(&mut self, actor: &Actor, statement: &StatementKind) -> Result<(), Failure> {
        let table: &TableDefinition = match statement {
            StatementKind::CreateStreamingTable(table) => &table.table,
            StatementKind::CreateMaterializedView(view) => &view.table,
            _ => return Ok(()),
        };
        for source in self.outside_of(statement) {
            self.may_select(actor, &source)?;
        }
        let object = self.full(&table.name);
        let schema = object[..2].to_vec();
        self.needs_use(actor, &object)?;
        for privilege in ["CREATE TABLE", "CREATE MATERIALIZED VIEW"] {
            self.needs(actor, privilege, &schema)?;
        }
        let masks = table.columns.iter().filter_map(|column| column.mask.as_ref().map(|mask| &mask.function));
        for function in masks.chain(table.row_filter.as_ref().map(|filter| &filter.function)) {
            let function = self.full(function);
            self.needs_use(actor, &function)?;
            self.needs(actor, "EXECUTE", &function)?;
        }
        self.update(statement);
        self.owners.insert(object, actor.name.clone());
        Ok(())
    }
}

/// The new owner that a statement names, with the object.
pub fn given_to(command: &Command) -> Option<(Object, String)> {
    let names: Vec<&ObjectName> = command.names().collect();
    let is_transfer = command.parts.iter().any(|part| matches!(part, CommandPart::Word("OWNER")));
    let [object, owner] = names[..] else { return None };
    is_transfer.then(|| (path(object), owner.0.last().and_then(|part| part.as_ident()).unwrap().value.clone()))
}

/// The tables and views that a query reads, by their full names; others are parts of the query itself.
fn tables_of(query: &Query) -> BTreeSet<Object> {
    let mut tables = BTreeSet::new();
    let _: ControlFlow<()> = walk::relations(query, |name| {
        tables.extend(Some(path(name)).filter(|name| name.len() == 3));
        ControlFlow::Continue(())
    });
    tables
}

fn sources(view: &MetricView) -> BTreeSet<Object> {
    fn add(joins: &[MetricJoin], found: &mut Vec<String>) {
        for join in joins {
            found.push(join.source.value.clone());
            add(&join.joins, found);
        }
    }
    let mut found = vec![view.source.value.clone()];
    add(&view.joins, &mut found);
    let names = found.iter().flat_map(|source| match &parse(&format!("SELECT 1 FROM {source}")).unwrap()[0].kind {
        StatementKind::Query(query) => tables_of(query),
        other => panic!("{}", other.name()),
    });
    names.collect()
}

/// Kinds of places, which are older than a project where it does not make them.
pub fn is_place(kind: SecurableKind) -> bool {
    matches!(kind, SecurableKind::Catalog | SecurableKind::Schema | SecurableKind::Volume)
}
