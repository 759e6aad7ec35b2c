//! References as a whole: what follows from the rows of lookups, and cycles.

use std::collections::BTreeSet;

use lakeflow::diag::Diagnostic;

use super::context::Context;
use super::entity::column_pointer;
use super::graph::Graph;
use super::validity;
use crate::codes;
use crate::load::Located;
use crate::model::{ColumnId, Constant, Entity, EntitySource, LookupRow, Reference};
use crate::spec::EntitySpec;

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
    let EntitySource::Lookup(lookup) = &target.source else { return };
    let ([key], [column]) = (target.key.as_slice(), reference.columns.as_slice()) else {
        return report_unknown_keys(own, target, reference, context);
    };
    let column = own.column(*column);
    let keys = || lookup.rows.iter().filter_map(|row| Some((row.values.get(key.0)?.as_ref()?, row.span)));
    if let Some((value, span, unmet)) = keys().find_map(|(k, span)| Some((k, span, validity::unmet(column, k)?))) {
        let message = format!("the key `{value}` of `{}` can never match: {}", target.name, unmet.why);
        let pointer = format!("{}/references", column_pointer(&column.name));
        let fault = Diagnostic::error(codes::OPTION_CONFLICT, message).at(spec.value(&pointer));
        context.push(fault.related(span, "the key").maybe_hint(unmet.hint));
    }
    report_unknown_keys(own, target, reference, context);
    let keys = keys().map(|(key, _)| key.clone()).collect();
    if let Some(column) = reference.columns.first() {
        graph.entities[index].columns[column.0].validity.accepted.get_or_insert(keys);
    }
}

/// Reports rows of a lookup that refer to no row of another lookup. A row without a value in one of the columns refers to
/// nothing.
fn report_unknown_keys(own: &Entity, target: &Entity, reference: &Reference, context: &mut Context<'_>) {
    let (EntitySource::Lookup(rows), EntitySource::Lookup(lookup)) = (&own.source, &target.source) else { return };
    if lookup.rows.is_empty() || reference.columns.len() != target.key.len() {
        return;
    }
    let values = |row: &LookupRow, columns: &[ColumnId]| -> Option<Vec<Constant>> {
        columns.iter().map(|id| row.values.get(id.0).cloned().flatten()).collect()
    };
    let known: BTreeSet<Vec<Constant>> = lookup.rows.iter().filter_map(|row| values(row, &target.key)).collect();
    for row in &rows.rows {
        if let Some(key) = values(row, &reference.columns).filter(|key| !known.contains(key)) {
            let shown: Vec<String> = key.iter().map(ToString::to_string).collect();
            let names: Vec<&str> = reference.columns.iter().map(|id| own.column(*id).name.as_str()).collect();
            let message = format!("`{}` of `{}` is not a key of `{}`", shown.join(", "), names.join(", "), target.name);
            context.push(Diagnostic::error(codes::LOOKUP_VALUE, message).at(row.span));
        }
    }
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
            let span = reference.span;
            let text = format!("`{}` refers to `{}`", entity.name, graph.entities[reference.entity.0].name);
            fault = if position == 0 { fault.at_labelled(span, text) } else { fault.related(span, text) };
        }
        context.push(fault);
        context.faulty.extend(cycle.iter().map(|index| specs[*index].file));
    }
}
