//! Which part of a spec is responsible for the content of a dataset: the exact word, if there is one.

use std::collections::BTreeMap;

use lakeflow::is_same_name;
use lakeflow::source::Span;

use super::Influence;
use crate::model::{Entity, Expression, HoleName, Metric, Project, Time};

/// A word in a spec that names a column.
#[derive(Debug, Clone)]
pub struct ColumnWord {
    /// The dataset that has the column, in lower case.
    pub dataset: String,
    /// The column, in lower case.
    pub column: String,
    /// Where it stands in the spec; for a column behind a measure, where the measure is named.
    pub span: Span,
}

/// The places of a dataset.
#[derive(Debug, Clone, Default)]
pub struct DatasetPlace {
    /// The dataset as a whole.
    pub dataset: Option<Span>,
    /// Columns, by name in lower case: the expression of each, and the words in it.
    pub columns: BTreeMap<String, (Span, Vec<ColumnWord>)>,
    /// Words in conditions on rows.
    pub conditions: Vec<ColumnWord>,
    /// Words in other expressions that the dataset is made of.
    pub others: Vec<ColumnWord>,
}

impl DatasetPlace {
    /// The places of a dataset of an entity.
    pub(super) fn of_entity(&mut self, entity: &Entity) {
        self.columns = entity.columns.iter().map(|c| (c.name.to_lowercase(), (c.span, vec![]))).collect();
    }

    /// The places of a table of a metric.
    pub(super) fn of_metric(&mut self, project: &Project, metric: &Metric, table: usize) {
        let per = metric.per.as_ref();
        let own = metric.tables.get(table).map_or(&[][..], |t| t.dimensions.as_slice());
        let dimensions = own.iter().chain(per.map_or(&[][..], |p| p.columns.as_slice()));
        let dimensions = dimensions.map(|d| (d.name.to_lowercase(), &d.expression));
        let measures = metric.measures.iter().map(|m| (m.name.to_lowercase(), &m.expression));
        let time = metric.time.iter().map(|time| (Time::COLUMN.to_owned(), &time.expression));
        for (name, expression) in dimensions.chain(measures).chain(time) {
            let words = words(expression, project, metric);
            self.columns.insert(name, (expression.origin, words));
        }
        self.conditions = conditions(project, metric);
    }

    /// The places of what reconciles the tables of a metric.
    pub(super) fn of_reconciliation(&mut self, project: &Project, metric: &Metric) {
        let measures = metric.measures.iter().map(|m| &m.expression);
        let dimensions = metric.tables.iter().flat_map(|t| &t.dimensions).map(|d| &d.expression);
        let all = measures.chain(dimensions).chain(metric.time.iter().map(|time| &time.expression));
        self.others = all.flat_map(|expression| words(expression, project, metric)).collect();
        self.conditions = conditions(project, metric);
    }

    /// Where `column`, or the rows for none, gets the column `origin` of a dataset from by `influence`, and whether that
    /// is the very word.
    pub(super) fn find(
        &self,
        column: Option<&str>,
        (dataset, origin): (&str, &str),
        influence: Influence,
    ) -> Option<(Span, bool)> {
        let word = |words: &[ColumnWord]| {
            let found = words.iter().find(|w| is_same_name(&w.dataset, dataset) && is_same_name(&w.column, origin));
            found.map(|word| (word.span, true))
        };
        let own = column.and_then(|column| self.columns.get(column));
        let anywhere = || self.columns.values().find_map(|(_, words)| word(words));
        match (own, column) {
            (Some((span, words)), _) => word(words).or(Some((*span, false))),
            (None, None) if influence == Influence::Filter => word(&self.conditions).or_else(anywhere),
            (None, None) => anywhere().or_else(|| word(&self.conditions)),
            (None, Some(_)) => None,
        }
        .or_else(|| word(&self.others))
        .or(self.dataset.map(|span| (span, false)))
    }
}

/// The words of an expression that name columns; of a measure that it uses, the word that names that.
fn words(expression: &Expression, project: &Project, metric: &Metric) -> Vec<ColumnWord> {
    let mut found = vec![];
    for leaf in expression.leaves() {
        match &leaf.named {
            HoleName::Column(path) => {
                let entity = project.entity(path.entity);
                let column = entity.column(path.column).name.to_lowercase();
                found.push(ColumnWord { dataset: entity.name.to_lowercase(), column, span: leaf.word });
            }
            HoleName::Measure(id) => {
                let inner = metric.measures.get(id.0).map(|measure| words(&measure.expression, project, metric));
                found.extend(inner.into_iter().flatten().map(|word| ColumnWord { span: leaf.word, ..word }));
            }
            HoleName::Output(_) => {}
        }
    }
    found
}

/// The words in the conditions of a metric on its rows.
fn conditions(project: &Project, metric: &Metric) -> Vec<ColumnWord> {
    let own = metric.filter.iter().chain(metric.per.as_ref().and_then(|p| p.filter.as_ref()));
    own.flat_map(|condition| words(condition, project, metric)).collect()
}
