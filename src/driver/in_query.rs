//! What is found in the view of a query is shown in the query itself, word for word.

use std::collections::BTreeMap;
use std::sync::Arc;

use lakeflow::diag::{Diagnostic, Label};
use lakeflow::source::FileId;

use super::origin::GENERATED;
use crate::model::{EntityId, Project};
use crate::plan::{Dataset, PlannedDataset};
use crate::render::query::place_in_query;

/// The views of queries among the generated files.
#[derive(Debug, Default)]
pub struct QueryViews(BTreeMap<FileId, (EntityId, Arc<str>)>);

impl QueryViews {
    /// Notes a generated file, if it holds such a view.
    pub fn add(&mut self, file: FileId, planned: &PlannedDataset, text: &Arc<str>) {
        if let Dataset::Query(id) = planned.dataset {
            self.0.insert(file, (id, text.clone()));
        }
    }

    /// The diagnostic with all its places in views moved to the queries.
    pub fn placed(&self, mut diagnostic: Diagnostic, project: &Project) -> Diagnostic {
        if self.0.is_empty() {
            return diagnostic;
        }
        let is_moved: Vec<bool> = diagnostic.related.iter_mut().map(|label| self.place(label, project)).collect();
        if let Some(label) = &mut diagnostic.primary {
            self.place(label, project);
        }
        // The word in the query says more than the spec that names the query.
        if is_moved.first() == Some(&true) && diagnostic.primary.as_ref().is_some_and(|at| at.text == GENERATED.origin)
        {
            let word = diagnostic.related.remove(0);
            let text = if word.text == GENERATED.place { String::new() } else { word.text };
            diagnostic.primary = Some(Label { text, ..word });
        }
        diagnostic
    }

    fn place(&self, label: &mut Label, project: &Project) -> bool {
        let found = self
            .0
            .get(&label.span.file)
            .and_then(|(id, view)| place_in_query(project.entity(*id).query()?, view, label.span.range()));
        found.map(|span| label.span = span).is_some()
    }
}
