//! References: columns that hold the key of another entity.

use std::collections::BTreeSet;

use lakeflow::diag::{Diagnostic, did_you_mean};
use lakeflow::is_same_name;
use lakeflow::types::DataType;

use super::context::Context;
use super::entity::column_pointer;
use super::graph::Graph;
use super::project::list_hint;
use super::validity;
use crate::codes;
use crate::load::Located;
use crate::model::{Entity, EntityColumn, EntitySource, Load, Reference};
use crate::spec::{ColumnEntry, EntitySpec, ReferenceEntry, SpecKind};

/// The references of an entity, in the order of its columns.
pub fn resolve(spec: &Located<EntitySpec>, index: usize, graph: &Graph, context: &mut Context<'_>) -> Vec<Reference> {
    let mut references: Vec<Reference> = vec![];
    for (name, entry) in &spec.spec.columns {
        let ColumnEntry::Full(column) = entry else { continue };
        let Some(reference) = &column.references else { continue };
        let mut pointer = format!("{}/references", column_pointer(name));
        let (target, alias) = target_and_alias(reference);
        if matches!(reference, ReferenceEntry::Named(_)) {
            pointer.push_str("/entity");
        }
        let span = spec.value(&pointer);
        let found = graph.find(target);
        if found.is_none() && context.left_out.may_declare(SpecKind::Entity, target) {
            continue;
        }
        let Some(entity) = found else {
            let known = graph.names();
            let hint = did_you_mean(target, known.iter().copied()).or_else(|| list_hint("entities", &known));
            context.push(
                Diagnostic::error(codes::UNKNOWN_ENTITY, format!("unknown entity `{target}`"))
                    .at(span)
                    .maybe_hint(hint),
            );
            // What leads through it is not known, and no further fault.
            if let Some(column) = graph.entities[index].find(name) {
                let alias = alias.unwrap_or(target).to_owned();
                references.push(Reference { column, entity: graph.nobody, alias, always_resolves: false });
            }
            continue;
        };
        let own = &graph.entities[index];
        let Some(column) = own.find(name) else { continue };
        let (wanted, target) = (target, &graph.entities[entity.0]);
        if !graph.open(entity).key {
            context.extend(reference_fault(own.column(column), target).map(|d| d.at(span)));
        }
        if matches!(target.source, EntitySource::Lookup(_)) && column_accepts(spec, name) {
            let message = format!("`accepted` is not allowed on a reference to the lookup `{}`", target.name);
            let span = spec.key(&format!("{}/accepted", column_pointer(name)));
            let hint = "the keys of the lookup are the accepted values: remove `accepted`";
            context.push(Diagnostic::error(codes::OPTION_CONFLICT, message).at(span).hint(hint));
        }
        let alias = alias.unwrap_or(wanted).to_owned();
        if is_same_name(&alias, &own.name) || references.iter().any(|r| is_same_name(&r.alias, &alias)) {
            let message = format!("`{alias}` is ambiguous in expressions of `{}`", own.name);
            let hint = format!("name the reference: `references: {{ entity: {wanted}, as: <name> }}`");
            context.push(Diagnostic::error(codes::AMBIGUOUS_REFERENCE, message).at(span).hint(hint));
        }
        let always_resolves = matches!(target.source, EntitySource::Lookup(_));
        references.push(Reference { column, entity, alias, always_resolves });
    }
    references
}

/// The entity that a reference names, and the name it gives to the reference.
fn target_and_alias(reference: &ReferenceEntry) -> (&str, Option<&str>) {
    match reference {
        ReferenceEntry::Entity(target) => (target, None),
        ReferenceEntry::Named(named) => (&named.entity, named.alias.as_deref()),
    }
}

fn column_accepts(spec: &Located<EntitySpec>, name: &str) -> bool {
    matches!(spec.spec.columns.get(name), Some(ColumnEntry::Full(column)) if column.accepted.is_some())
}

fn reference_fault(column: &EntityColumn, target: &Entity) -> Option<Diagnostic> {
    // Only an append load needs no key; where another one has none, that is reported already.
    if target.key.is_empty() && !matches!(target.load, Load::Append) {
        return None;
    }
    let [key] = target.key.as_slice() else {
        let message = format!("`{}` has no single-column key to refer to", target.name);
        return Some(
            Diagnostic::error(codes::REFERENCE_KEY, message).hint("a reference holds the value of one key column"),
        );
    };
    if !target.has_unique_key() {
        let message = format!("keys of `{}` are not unique, because it has `load: append`", target.name);
        let hint = format!(
            "keep one row per key with `load: upsert` in `{}`; otherwise each row counts once per match",
            target.name
        );
        return Some(Diagnostic::error(codes::REFERENCE_KEY, message).hint(hint));
    }
    let key = target.column(*key);
    let known = column.ty != DataType::Unknown && key.ty != DataType::Unknown;
    (known && column.ty != key.ty).then(|| {
        let message = format!(
            "`{}` is {}, but the key `{}` of `{}` is {}",
            column.name, column.ty, key.name, target.name, key.ty
        );
        Diagnostic::error(codes::REFERENCE_TYPE, message).hint("give both columns the same type")
    })
}

/// The keys of a lookup are known now: a value that is none of them is not valid.
pub fn accept_lookup_keys(spec: &Located<EntitySpec>, index: usize, graph: &mut Graph, context: &mut Context<'_>) {
    for reference in graph.entities[index].references.clone() {
        accept_keys(spec, index, &reference, graph, context);
    }
}

fn accept_keys(
    spec: &Located<EntitySpec>,
    index: usize,
    reference: &Reference,
    graph: &mut Graph,
    context: &mut Context<'_>,
) {
    let (own, target) = (&graph.entities[index], &graph.entities[reference.entity.0]);
    let (EntitySource::Lookup(lookup), Some(key)) = (&target.source, target.key.first()) else { return };
    let column = own.column(reference.column);
    let keys = || lookup.rows.iter().filter_map(|row| Some((row.values.get(key.0)?.as_ref()?, row.span)));
    if let Some((value, span, unmet)) = keys().find_map(|(k, span)| Some((k, span, validity::unmet(column, k)?))) {
        let message = format!("the key `{value}` of `{}` can never match: {}", target.name, unmet.why);
        let pointer = format!("{}/references", column_pointer(&column.name));
        let fault = Diagnostic::error(codes::OPTION_CONFLICT, message).at(spec.value(&pointer));
        context.push(fault.related(span, "the key").maybe_hint(unmet.hint));
    }
    if let EntitySource::Lookup(rows) = &own.source
        && !lookup.rows.is_empty()
    {
        let known: BTreeSet<_> = keys().map(|(key, _)| key).collect();
        for row in &rows.rows {
            if let Some(value) = row.values.get(reference.column.0).and_then(Option::as_ref)
                && !known.contains(value)
            {
                let message = format!("`{value}` of `{}` is not a key of `{}`", column.name, target.name);
                context.push(Diagnostic::error(codes::LOOKUP_VALUE, message).at(row.span));
            }
        }
    }
    let keys = keys().map(|(key, _)| key.clone()).collect();
    graph.entities[index].columns[reference.column.0].validity.accepted.get_or_insert(keys);
}

/// Reports entities that refer to each other in a cycle. An entity may refer to itself.
pub fn report_cycles(specs: &[&Located<EntitySpec>], graph: &Graph, context: &mut Context<'_>) {
    let mut edges = petgraph::graphmap::DiGraphMap::<usize, ()>::new();
    for (index, entity) in graph.entities.iter().enumerate() {
        for reference in entity.references.iter().filter(|r| r.entity.0 != index) {
            edges.add_edge(index, reference.entity.0, ());
        }
    }
    for mut cycle in petgraph::algo::tarjan_scc(&edges).into_iter().filter(|c| c.len() > 1) {
        cycle.sort_unstable();
        let names: Vec<&str> = cycle.iter().map(|i| graph.entities[*i].name.as_str()).collect();
        let message = format!("`{}` refer to each other in a cycle", names.join("`, `"));
        let mut fault = Diagnostic::error(codes::REFERENCE_CYCLE, message)
            .hint("metrics derive their joins from references: remove one of them");
        for (position, index) in cycle.iter().enumerate() {
            let entity = &graph.entities[*index];
            let inner = entity.references.iter().find(|r| cycle.contains(&r.entity.0) && r.entity.0 != *index);
            let Some(reference) = inner else { continue };
            let pointer = format!("{}/references", column_pointer(&entity.column(reference.column).name));
            let span = specs[*index].value(&pointer);
            let text = format!("`{}` refers to `{}`", entity.name, graph.entities[reference.entity.0].name);
            fault = if position == 0 { fault.at_labelled(span, text) } else { fault.related(span, text) };
        }
        context.push(fault);
        context.faulty.extend(cycle.iter().map(|index| specs[*index].file));
    }
}
