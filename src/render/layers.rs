//! Names datasets of layers that some target has in another schema through parameters of the pipeline, so that its text is the
//! same for all targets: `${bronze_schema}.orders_raw`. The pipeline replaces them before it parses the text.
//!
//! All texts are rendered with short names, and the names are found in the parsed text: so no template, and no query of an
//! entity, has to know where a layer is.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{ControlFlow, Range};

use lakeflow::ast::{CdcSource, Ident, ObjectName, Query, StatementKind};
use lakeflow::check::{FlowTree, flow_of, query_of, table_of};
use lakeflow::{StreamSource, fmt, folded, parse, range_of, stream_source, walk};
use sqlparser::ast::{TableFactor, Visitor};

use crate::model::{Layer, Project};
use crate::plan::{BuildPlan, StoredAs};

/// The parameters by the names of the datasets that are named through them; none where all layers share a schema.
pub struct LayerNames {
    /// In lower case.
    parameters: BTreeMap<String, &'static str>,
}

/// The parameter that gives the schema of functions.
const FUNCTIONS: &str = "schema";

impl LayerNames {
    /// The names of a plan.
    pub fn of(project: &Project, plan: &BuildPlan) -> LayerNames {
        let placed: BTreeSet<Layer> = project.placed_layers().collect();
        let published = plan.datasets.iter().filter(|planned| planned.dataset.kind(project) != StoredAs::Internal);
        let placed = published.filter(|planned| placed.contains(&planned.dataset.layer()));
        let named = placed.map(|p| (folded(&p.name).into_owned(), p.dataset.layer().parameter()));
        LayerNames { parameters: named.collect() }
    }

    /// The text of a dataset with all parameters that it needs.
    pub fn placed(&self, text: String) -> String {
        // What does not parse is told by the check of the text.
        let Some(statements) = (if self.parameters.is_empty() { None } else { parse(&text).ok() }) else { return text };
        let mut found = NameFinder { names: self, text: &text, edits: BTreeMap::new(), scopes: vec![], bodies: vec![] };
        statements.iter().for_each(|statement| found.statement(&statement.kind));
        let mut edits = found.edits;
        if edits.is_empty() {
            return text;
        }
        let mut placed = text.clone();
        while let Some((at, parameter)) = edits.pop_last() {
            placed.insert_str(at, &prefix(parameter));
        }
        fmt::format(&placed).text
    }
}

fn prefix(parameter: &str) -> String {
    format!("${{{parameter}}}.")
}

/// A text without the parameters that [`LayerNames::placed`] put into it, and where a range of it is then.
pub fn unplaced(text: &str, range: Range<usize>) -> (String, Range<usize>) {
    let (mut short, mut range) = (text.to_owned(), range);
    for layer in Layer::ALL {
        let prefix = prefix(layer.parameter());
        while let Some(at) = short.find(&prefix) {
            short.replace_range(at..at + prefix.len(), "");
            let moved = |end: usize| if end > at { end.saturating_sub(prefix.len()).max(at) } else { end };
            range = moved(range.start)..moved(range.end);
        }
    }
    (short, range)
}

/// Finds names in a text, and what goes before each, by its byte.
struct NameFinder<'a> {
    names: &'a LayerNames,
    text: &'a str,
    edits: BTreeMap<usize, &'static str>,
    /// Names of `WITH` that hide datasets in the queries around, in lower case.
    scopes: Vec<BTreeSet<String>>,
    /// Queries of `WITH` that are not visited yet, by their places in memory, with the names that they see.
    bodies: Vec<(*const Query, BTreeSet<String>)>,
}

impl NameFinder<'_> {
    fn statement(&mut self, kind: &StatementKind) {
        if let Some(table) = table_of(kind) {
            self.name(&table.name);
            let masks = table.columns.iter().filter_map(|column| column.mask.as_ref()).map(|mask| &mask.function);
            let filter = table.row_filter.as_ref().map(|filter| &filter.function);
            masks.chain(filter).for_each(|function| self.function(function));
        }
        if let StatementKind::CreateFlow(flow) = kind {
            self.name(&flow.target);
        }
        match flow_of(kind).map(|(_, flow)| flow) {
            Some(FlowTree::Insert(insert)) => self.query(&insert.query),
            Some(FlowTree::Changes(changes)) => match &changes.source {
                CdcSource::Stream(name) | CdcSource::Table(name) => self.name(name),
                CdcSource::Query(query) => self.query(query),
            },
            None => {}
        }
        query_of(kind).into_iter().for_each(|query| self.query(query));
    }

    fn query(&mut self, query: &Query) {
        let _ = walk::visit(query, self);
    }

    fn name(&mut self, name: &ObjectName) {
        if let [part] = name.0.as_slice() {
            part.as_ident().into_iter().for_each(|ident| self.dataset(ident));
        }
    }

    fn dataset(&mut self, ident: &Ident) {
        let name = folded(&ident.value);
        let is_hidden = self.scopes.last().is_some_and(|hiding| hiding.contains(&*name));
        if let Some(parameter) = self.names.parameters.get(&*name).filter(|_| !is_hidden) {
            self.put(ident, parameter);
        }
    }

    fn function(&mut self, name: &ObjectName) {
        if let [part] = name.0.as_slice() {
            part.as_ident().into_iter().for_each(|ident| self.put(ident, FUNCTIONS));
        }
    }

    fn put(&mut self, ident: &Ident, parameter: &'static str) {
        if let Some(range) = range_of(self.text, ident.span) {
            self.edits.insert(range.start, parameter);
        }
    }
}

impl Visitor for NameFinder<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let own = self.bodies.iter().position(|(body, _)| std::ptr::eq(*body, query));
        let own = own.map(|index| self.bodies.swap_remove(index).1);
        let mut seen = own.or_else(|| self.scopes.last().cloned()).unwrap_or_default();
        if let Some(with) = &query.with {
            let all = with.cte_tables.iter().map(|cte| folded(&cte.alias.name.value).into_owned());
            if with.recursive {
                seen.extend(all.clone());
            }
            for (cte, name) in with.cte_tables.iter().zip(all) {
                self.bodies.push((&raw const *cte.query, seen.clone()));
                seen.insert(name);
            }
        }
        self.scopes.push(seen);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        match (stream_source(factor), factor) {
            (Some(StreamSource::Table(parts)), _) => {
                if let [name] = parts.as_slice() {
                    self.dataset(name);
                }
            }
            (None, TableFactor::Table { name, args: None, .. }) => self.name(name),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}
