//! References: columns that hold the key of another entity.

use indexmap::IndexMap;
use lakeflow::diag::{Diagnostic, did_you_mean};
use lakeflow::is_same_name;
use lakeflow::source::Span;
use lakeflow::types::DataType;
use lakeflow::yaml::pointer_segment;

use super::context::Context;
use super::entity::{column_pointer, find_columns};
use super::graph::Graph;
use super::names::{self, NameOf};
use super::project::list_hint;
use crate::codes;
use crate::load::Located;
use crate::model::{ColumnId, Entity, EntityColumn, EntitySource, Load, Reference};
use crate::spec::{ColumnEntry, EntitySpec, KeyReferenceSpec, ReferenceEntry, SpecKind};

/// The references of an entity: those of its columns in their order, then those of several columns.
pub fn resolve(spec: &Located<EntitySpec>, index: usize, graph: &Graph, context: &mut Context<'_>) -> Vec<Reference> {
    let mut references: Vec<Reference> = vec![];
    for name in spec.spec.references.iter().flatten().map(|(name, _)| name) {
        context.extend(names::check(name, NameOf::Setting, spec.key(&key_reference_pointer(name))));
    }
    for written in written(spec) {
        let (target, span) = (written.target, written.span);
        let found = graph.find(target);
        if found.is_none() && context.left_out.may_declare(SpecKind::Entity, target) {
            continue;
        }
        let alias = written.alias.to_owned();
        let Some(entity) = found else {
            let known = graph.names();
            let hint = did_you_mean(target, known.iter().copied()).or_else(|| list_hint("entities", &known));
            context.push(
                Diagnostic::error(codes::UNKNOWN_ENTITY, format!("unknown entity `{target}`"))
                    .at(span)
                    .maybe_hint(hint),
            );
            // What leads through it is not known, and no further fault.
            references.push(Reference::open(graph.nobody, alias, span));
            continue;
        };
        let (own, target) = (&graph.entities[index], &graph.entities[entity.0]);
        let Some(columns) = written.columns(spec, own, target, graph.open(entity).key, context) else { continue };
        report_accepted(&written, spec, target, context);
        if is_same_name(&alias, &own.name) || references.iter().any(|r| is_same_name(&r.alias, &alias)) {
            let message = format!("`{alias}` is ambiguous in expressions of `{}`", own.name);
            let hint = match written.by {
                HeldBy::Column(_) => {
                    format!("name the reference: `references: {{ entity: {}, as: <name> }}`", written.target)
                }
                HeldBy::Key(_) => {
                    format!("give the reference another name, and say what it refers to: `entity: {}`", written.target)
                }
            };
            context.push(Diagnostic::error(codes::AMBIGUOUS_REFERENCE, message).at(span).hint(hint));
        }
        let label = label(own, &columns, &alias, &references);
        let is_lookup = |entity: &Entity| matches!(entity.source, EntitySource::Lookup(_));
        // The keys of a lookup are the accepted values of one column; of several they can't be.
        let always_resolves = is_lookup(target) && (columns.len() == 1 || is_lookup(own));
        references.push(Reference { columns, entity, alias, label, always_resolves, span });
    }
    references
}

/// A reference as a spec declares it.
struct WrittenReference<'a> {
    /// Name of the entity.
    target: &'a str,
    alias: &'a str,
    by: HeldBy<'a>,
    /// The word that says what it refers to.
    span: Span,
}

/// What holds the key that a reference names.
enum HeldBy<'a> {
    /// A column, by its name.
    Column(&'a str),
    /// A column for each column of the key.
    Key(&'a KeyReferenceSpec),
}

/// The references that a spec declares, on its columns and beside them.
fn written(spec: &Located<EntitySpec>) -> Vec<WrittenReference<'_>> {
    let mut found = vec![];
    for (name, entry) in &spec.spec.columns {
        let Some(reference) = entry.full().and_then(|column| column.references.as_ref()) else { continue };
        let pointer = format!("{}/references", column_pointer(name));
        let (target, alias, span) = match reference {
            ReferenceEntry::Entity(target) => (target, target, spec.value(&pointer)),
            ReferenceEntry::Named(named) => {
                (&named.entity, named.alias.as_ref().unwrap_or(&named.entity), spec.value(&format!("{pointer}/entity")))
            }
        };
        found.push(WrittenReference { target, alias, by: HeldBy::Column(name), span });
    }
    for (name, reference) in spec.spec.references.iter().flatten() {
        let pointer = key_reference_pointer(name);
        let (target, span) = match &reference.entity {
            Some(entity) => (entity, spec.value(&format!("{pointer}/entity"))),
            None => (name, spec.key(&pointer)),
        };
        found.push(WrittenReference { target, alias: name, by: HeldBy::Key(reference), span });
    }
    found
}

fn key_reference_pointer(name: &str) -> String {
    format!("/references/{}", pointer_segment(name))
}

impl WrittenReference<'_> {
    /// The columns of `own` that hold the key of `target`, in the order of that key; `None` where they are not known.
    fn columns(
        &self,
        spec: &Located<EntitySpec>,
        own: &Entity,
        target: &Entity,
        is_open: bool,
        context: &mut Context<'_>,
    ) -> Option<Vec<ColumnId>> {
        let key = match self.by {
            HeldBy::Column(name) => {
                let column = own.find(name)?;
                if !is_open {
                    let fault = key_fault(target).or_else(|| match target.key.as_slice() {
                        [key] => type_fault(own.column(column), target, *key),
                        several => several_fault(self, target, several.len()),
                    });
                    context.extend(fault.map(|d| d.at(self.span)));
                }
                return Some(vec![column]);
            }
            HeldBy::Key(reference) => &reference.key,
        };
        if is_open {
            return Some(vec![]);
        }
        if let Some(fault) = key_fault(target) {
            context.push(fault.at(self.span));
            return Some(vec![]);
        }
        if target.key.is_empty() {
            return Some(vec![]);
        }
        let pointer = format!("{}/key", key_reference_pointer(self.alias));
        if spec.has_lost(&pointer) {
            return Some(vec![]);
        }
        let found = self.held(key, &pointer, spec, own, target, context);
        Some(
            target.key.iter().filter_map(|id| found.iter().find(|(held, _)| held == id)).map(|(_, own)| *own).collect(),
        )
    }

    /// The columns of the key that the spec names, each with the column that holds it.
    fn held(
        &self,
        key: &IndexMap<String, String>,
        pointer: &str,
        spec: &Located<EntitySpec>,
        own: &Entity,
        target: &Entity,
        context: &mut Context<'_>,
    ) -> Vec<(ColumnId, ColumnId)> {
        let mut found: Vec<(ColumnId, ColumnId)> = vec![];
        let mut are_all_known = true;
        for (name, column) in key {
            let pointer = format!("{pointer}/{}", pointer_segment(name));
            let own_columns = find_columns(spec, &[(column.as_str(), pointer.clone())], &own.columns, context);
            let part = target.key.iter().copied().find(|id| is_same_name(&target.column(*id).name, name));
            let Some(part) = part else {
                let known: Vec<&str> = target.key_columns().map(|c| c.name.as_str()).collect();
                let message = format!("`{name}` is not part of the key of `{}`", target.name);
                let hint =
                    did_you_mean(name, known.iter().copied()).or_else(|| list_hint("columns of the key", &known));
                context.push(Diagnostic::error(codes::REFERENCE_KEY, message).at(spec.key(&pointer)).maybe_hint(hint));
                are_all_known = false;
                continue;
            };
            if found.iter().any(|(held, _)| *held == part) {
                let fault = Diagnostic::error(codes::DUPLICATE_NAME, format!("duplicate column `{name}`"));
                context.push(fault.at(spec.key(&pointer)));
                continue;
            }
            let Some(column) = own_columns.first() else {
                are_all_known = false;
                continue;
            };
            context.extend(type_fault(own.column(*column), target, part).map(|d| d.at(spec.value(&pointer))));
            found.push((part, *column));
        }
        let missing = target.key.iter().find(|id| found.iter().all(|(held, _)| held != *id));
        if let Some(missing) = missing.filter(|_| are_all_known) {
            let name = &target.column(*missing).name;
            let message = format!("the reference does not say which column contains `{name}` of `{}`", target.name);
            let hint = format!("a reference holds the whole key: add `{name}: <column>`");
            context.push(Diagnostic::error(codes::REFERENCE_KEY, message).at(spec.key(pointer)).hint(hint));
        }
        found
    }
}

/// What tables about orphans call a reference: its columns, and its name where another one has the same columns.
fn label(own: &Entity, columns: &[ColumnId], alias: &str, before: &[Reference]) -> String {
    let names: Vec<&str> = columns.iter().map(|id| own.column(*id).name.as_str()).collect();
    let label = names.join(", ");
    let is_taken = before.iter().any(|other| other.label == label);
    if is_taken { format!("{label} ({alias})") } else { label }
}

/// Reports what a reference to a lookup can't have beside it.
fn report_accepted(
    written: &WrittenReference<'_>,
    spec: &Located<EntitySpec>,
    target: &Entity,
    context: &mut Context<'_>,
) {
    if !matches!(target.source, EntitySource::Lookup(_)) {
        return;
    }
    match written.by {
        HeldBy::Column(name) if column_accepts(spec, name) => {
            let message = format!("`accepted` is not allowed on a reference to the lookup `{}`", target.name);
            let span = spec.key(&format!("{}/accepted", column_pointer(name)));
            let hint = "the keys of the lookup are the accepted values: remove `accepted`";
            context.push(Diagnostic::error(codes::OPTION_CONFLICT, message).at(span).hint(hint));
        }
        HeldBy::Key(reference) if target.key.len() == 1 => {
            let column = reference.key.values().next().map_or("<column>", String::as_str);
            let message = format!("a reference to the lookup `{}` is declared on its column", target.name);
            let hint = format!("write `references: {}` at `{column}`: the keys are its accepted values", target.name);
            context.push(Diagnostic::error(codes::OPTION_CONFLICT, message).at(written.span).hint(hint));
        }
        HeldBy::Column(_) | HeldBy::Key(_) => {}
    }
}

fn column_accepts(spec: &Located<EntitySpec>, name: &str) -> bool {
    matches!(spec.spec.columns.get(name), Some(ColumnEntry::Full(column)) if column.accepted.is_some())
}

/// Why nothing can refer to an entity.
fn key_fault(target: &Entity) -> Option<Diagnostic> {
    if target.key.is_empty() {
        // Only an append load needs no key; where another one has none, that is reported already.
        let message = format!("`{}` has no key to refer to", target.name);
        let fault = Diagnostic::error(codes::REFERENCE_KEY, message).hint("a reference holds the key of one row");
        return matches!(target.load, Load::Append).then_some(fault);
    }
    (!target.has_unique_key()).then(|| {
        let message = format!("keys of `{}` are not unique, because it has `load: append`", target.name);
        let hint = format!(
            "keep one row per key with `load: upsert` in `{}`; otherwise each row counts once per match",
            target.name
        );
        Diagnostic::error(codes::REFERENCE_KEY, message).hint(hint)
    })
}

/// The fault of a column that refers to a key of several.
fn several_fault(written: &WrittenReference<'_>, target: &Entity, count: usize) -> Option<Diagnostic> {
    if count == 0 {
        return None;
    }
    let parts: Vec<String> = target.key_columns().map(|c| format!("{}: <column>", c.name)).collect();
    let entity = if written.alias == target.name { String::new() } else { format!("entity: {}, ", target.name) };
    let hint = format!(
        "refer by all of them, beside `columns`: `references: {{ {}: {{ {entity}key: {{ {} }} }} }}`",
        written.alias,
        parts.join(", ")
    );
    let message = format!("the key of `{}` has {count} columns, and this one holds one value", target.name);
    Some(Diagnostic::error(codes::REFERENCE_KEY, message).hint(hint))
}

fn type_fault(column: &EntityColumn, target: &Entity, key: ColumnId) -> Option<Diagnostic> {
    let key = target.column(key);
    let known = column.ty != DataType::Unknown && key.ty != DataType::Unknown;
    (known && column.ty != key.ty).then(|| {
        let message = format!(
            "`{}` is {}, but the key `{}` of `{}` is {}",
            column.name, column.ty, key.name, target.name, key.ty
        );
        Diagnostic::error(codes::REFERENCE_TYPE, message).hint("give both columns the same type")
    })
}
