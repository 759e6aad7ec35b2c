//! Whether a file is the source of a pipeline. Scripts that run in a warehouse contain some of the same statements.

use super::dataset::table_of;
use crate::ast::{Statement, StatementKind, TableDefinition, TableOrigin};

/// What a file is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Setting {
    /// No pipeline: it defines no dataset, or one by a clause that only a warehouse takes.
    #[default]
    Beside,
    /// A pipeline, or a script: it defines datasets as both do.
    Perhaps,
    /// A pipeline: it says what only a pipeline can say.
    Pipeline,
}

impl Setting {
    /// What these statements are part of, one file of them.
    pub fn of(statements: &[Statement]) -> Setting {
        if statements.iter().any(|statement| is_of_pipeline(&statement.kind)) {
            return Setting::Pipeline;
        }
        let tables = || statements.iter().filter_map(|statement| table_of(&statement.kind));
        match tables().next() {
            Some(_) if !tables().any(is_standalone) => Setting::Perhaps,
            _ => Setting::Beside,
        }
    }
}

/// Whether a statement stands in pipelines only.
fn is_of_pipeline(kind: &StatementKind) -> bool {
    match kind {
        StatementKind::CreateFlow(_) | StatementKind::ApplyChanges(_) => true,
        StatementKind::CreateView(view) => view.live,
        StatementKind::CreateTable(table) => matches!(table.origin, Some(TableOrigin::Flow(_))),
        other => table_of(other).is_some_and(|table| table.live || table.private),
    }
}

/// Whether a table belongs to no pipeline: it has a clause that pipelines do not take.
fn is_standalone(table: &TableDefinition) -> bool {
    table.if_not_exists || table.schedule.is_some() || table.collation.is_some()
}
