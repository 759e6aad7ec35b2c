//! What one statement has to know about the others: the names that are defined, the checks of a table that flows write
//! into, and how many flows do.

use std::collections::{BTreeMap, BTreeSet};

use lakeflow::ast::{CreateTable, FlowBody, Statement, StatementKind, TableDefinition, TableOrigin, TableSource};
use sqlparser::ast::{Ident, ObjectName};

use super::checks::Checks;
use super::names::{are_alike, last, parts};

/// Facts about all files of a pipeline.
#[derive(Default)]
pub(super) struct SqlProject {
    /// By the last part of the name, in lower case.
    datasets: BTreeMap<String, Vec<DefinedDataset>>,
    /// By the last part of the target, in lower case.
    writers: BTreeMap<String, Vec<TableFlow>>,
    /// Names that are taken, in lower case: datasets, flows, and what the conversion adds.
    taken: BTreeSet<String>,
}

/// A table or view that some statement defines.
struct DefinedDataset {
    name: Vec<Ident>,
    checks: Checks,
}

/// A flow and the table it fills.
struct TableFlow {
    target: Vec<Ident>,
    is_cdc: bool,
}

/// The flows into a table.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TableFlows {
    /// Flows that append the rows of a query.
    pub(super) queries: usize,
    /// Flows that apply changes.
    pub(super) cdc: usize,
}

impl SqlProject {
    pub(super) fn of<'a>(statements: impl Iterator<Item = &'a Statement>) -> Self {
        let mut project = SqlProject::default();
        statements.for_each(|statement| project.add(&statement.kind));
        project
    }

    fn add(&mut self, kind: &StatementKind) {
        match kind {
            StatementKind::CreateStreamingTable(create) => {
                self.define_table(&create.table);
                match &create.source {
                    Some(TableSource::Query(_)) => self.write(&create.table.name, false),
                    Some(TableSource::Flow(body)) => self.write(&create.table.name, is_cdc(body)),
                    None => {}
                }
            }
            StatementKind::CreateMaterializedView(create) => {
                self.define_table(&create.table);
                self.write(&create.table.name, false);
            }
            StatementKind::CreateView(create) => self.define(&create.name, Checks::default()),
            StatementKind::CreateFlow(create) => {
                self.taken.insert(last(&create.name).to_lowercase());
                self.write(&create.target, is_cdc(&create.body));
            }
            StatementKind::ApplyChanges(apply) => self.write(&apply.target, true),
            StatementKind::CreateTable(create) => {
                if let CreateTable { table, origin: Some(TableOrigin::Flow(body)), .. } = &**create {
                    self.define_table(table);
                    self.write(&table.name, is_cdc(body));
                }
            }
            _ => {}
        }
    }

    fn define_table(&mut self, table: &TableDefinition) {
        self.define(&table.name, Checks::of(table));
    }

    fn define(&mut self, name: &ObjectName, checks: Checks) {
        self.taken.insert(last(name).to_lowercase());
        let names = parts(name);
        let dataset = DefinedDataset { name: names.iter().copied().cloned().collect(), checks };
        self.datasets.entry(key(&names)).or_default().push(dataset);
    }

    fn write(&mut self, target: &ObjectName, is_cdc: bool) {
        let names = parts(target);
        let writer = TableFlow { target: names.iter().copied().cloned().collect(), is_cdc };
        self.writers.entry(key(&names)).or_default().push(writer);
    }

    /// The name of the dataset that `name` means, as it was defined.
    pub(super) fn defined(&self, name: &[&Ident]) -> Option<&[Ident]> {
        self.dataset(name).map(|dataset| dataset.name.as_slice())
    }

    /// What the rows of a table must fulfil.
    pub(super) fn checks(&self, target: &ObjectName) -> Checks {
        self.dataset(&parts(target)).map(|dataset| dataset.checks.clone()).unwrap_or_default()
    }

    /// The flows into a table.
    pub(super) fn writers(&self, target: &ObjectName) -> TableFlows {
        let target = parts(target);
        let mut count = TableFlows::default();
        for writer in self.writers.get(&key(&target)).into_iter().flatten() {
            if are_alike(&writer.target.iter().collect::<Vec<_>>(), &target) {
                count.queries += usize::from(!writer.is_cdc);
                count.cdc += usize::from(writer.is_cdc);
            }
        }
        count
    }

    /// A name that nothing has yet: `wish`, or with a number behind it.
    pub(super) fn free_name(&mut self, wish: &str) -> String {
        let numbered = (2..).map(|n| format!("{wish}_{n}"));
        let mut names = std::iter::once(wish.to_owned()).chain(numbered);
        let name = names.find(|name| !self.taken.contains(&name.to_lowercase())).unwrap_or_default();
        self.taken.insert(name.to_lowercase());
        name
    }

    fn dataset(&self, name: &[&Ident]) -> Option<&DefinedDataset> {
        let mut datasets = self.datasets.get(&key(name))?.iter();
        datasets.find(|dataset| are_alike(&dataset.name.iter().collect::<Vec<_>>(), name))
    }
}

/// What names that are alike have in common.
fn key(name: &[&Ident]) -> String {
    name.last().map_or(String::new(), |last| last.value.to_ascii_lowercase())
}

fn is_cdc(body: &FlowBody) -> bool {
    matches!(body, FlowBody::AutoCdc(_))
}
