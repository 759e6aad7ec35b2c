//! What is declared of personal data: which columns hold it, who reads which dataset, what was released on purpose.
//!
//! [`Policy::of`] takes it from a project; any other list of declarations will do for pipelines that people wrote.

use std::collections::{BTreeMap, BTreeSet};

use super::Influence;
use crate::lakeflow::is_same_name;
use crate::model::{Expression, Metric, Named, PersonalKind, Project, Sees, Time};
use crate::plan::{BuildPlan, Dataset, access};
use crate::source::Span;

/// An audience as far as personal data is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// Its name.
    pub name: String,
    /// What it sees unmasked.
    pub sees: Sees,
}

/// Why a column counts as no personal data, as its author put it.
pub type Why = String;

/// Where a spec is to blame for what a dataset holds.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// The dataset as a whole.
    pub dataset: Option<Span>,
    /// Columns, by name in lower case.
    pub columns: BTreeMap<String, Span>,
    /// The columns that conditions on rows name, in lower case, each with its word in the spec.
    pub conditions: Vec<(String, Span)>,
}

/// All declarations. Datasets and columns are in lower case.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Columns that are declared to hold personal data, by dataset, with the place of the declaration.
    pub declared: BTreeMap<String, BTreeMap<String, (PersonalKind, Option<Span>)>>,
    /// Datasets of entities: declared columns are masked, and which rows they have is a matter of their own rules.
    pub guarded: BTreeSet<String>,
    /// All audiences.
    pub audiences: Vec<Reader>,
    /// Audiences that may read a dataset, as indexes of `audiences`.
    pub readers: BTreeMap<String, Vec<usize>>,
    /// Columns that are declared to be no personal data, by dataset.
    pub declassified: BTreeMap<String, BTreeMap<String, Why>>,
    /// Places in specs, by dataset.
    pub places: BTreeMap<String, Place>,
}

impl Policy {
    /// The declarations of a project.
    pub fn of(project: &Project, plan: &BuildPlan) -> Policy {
        let audiences = project.audiences.iter().map(|a| Reader { name: a.name.clone(), sees: a.sees.clone() });
        let mut policy = Policy { audiences: audiences.collect(), ..Policy::default() };
        for planned in &plan.datasets {
            let name = planned.name.to_lowercase();
            let readers = access::readers(project, planned.dataset).into_iter().map(|id| id.0).collect();
            policy.readers.insert(name.clone(), readers);
            let mut place = Place { dataset: planned.origin, ..Place::default() };
            match planned.dataset {
                Dataset::Raw(id)
                | Dataset::Checked(id)
                | Dataset::Clean(id)
                | Dataset::Table(id)
                | Dataset::Quarantine(id)
                | Dataset::Orphans(id)
                | Dataset::Duplicates(id) => {
                    let entity = project.entity(id);
                    let spans = entity.columns.iter().map(|c| (c.name.to_lowercase(), c.span));
                    place.columns = spans.collect();
                    let declared = access::personal_columns(project, planned.dataset).into_iter();
                    let declared = declared.map(|(column, kind)| {
                        let column = column.to_lowercase();
                        let span = place.columns.get(&column).copied();
                        (column, (kind, span))
                    });
                    let declared: BTreeMap<_, _> = declared.collect();
                    if !declared.is_empty() {
                        policy.declared.insert(name.clone(), declared);
                    }
                    policy.guarded.insert(name.clone());
                }
                Dataset::MetricTable(id, table) => {
                    policy.metric(&name, &project.metrics[id.0], table, &mut place);
                    place.conditions = conditions(project, &project.metrics[id.0]);
                }
                Dataset::Reconciliation(id) => place.conditions = conditions(project, &project.metrics[id.0]),
                Dataset::RowCounts | Dataset::OrphanCounts => {}
            }
            policy.places.insert(name, place);
        }
        policy
    }

    fn metric(&mut self, dataset: &str, metric: &Metric, table: usize, place: &mut Place) {
        let per = metric.per.as_ref();
        let own = metric.tables.get(table).map_or(&[][..], |t| t.dimensions.as_slice());
        let dimensions = own.iter().chain(per.map_or(&[][..], |p| p.columns.as_slice()));
        let dimensions = dimensions.map(|d| (&d.name, &d.expression, &d.declassify));
        let measures = metric.measures.iter().map(|m| (&m.name, &m.expression, &m.declassify));
        for (name, expression, declassify) in dimensions.chain(measures) {
            let column = name.to_lowercase();
            place.columns.insert(column.clone(), expression.origin);
            if let Some(why) = declassify {
                self.declassified.entry(dataset.to_owned()).or_default().insert(column, why.clone());
            }
        }
        if let Some(time) = &metric.time {
            place.columns.insert(Time::COLUMN.to_owned(), time.expression.origin);
        }
    }

    /// The kind that a column is declared to hold.
    pub fn declared(&self, dataset: &str, column: &str) -> Option<PersonalKind> {
        self.declared.get(dataset)?.get(column).map(|(kind, _)| *kind)
    }

    /// The audiences that may read a dataset.
    pub fn readers(&self, dataset: &str) -> impl Iterator<Item = &Reader> {
        let ids = self.readers.get(dataset).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| self.audiences.get(*id))
    }

    /// Where a spec brings `column` of `origin` into a dataset by `influence`; the dataset as a whole if it can't be
    /// told.
    pub fn place(&self, dataset: &str, column: Option<&str>, origin: &str, influence: Influence) -> Option<Span> {
        let place = self.places.get(dataset)?;
        let of_column = column.and_then(|column| place.columns.get(column).copied());
        let of_rows = || match influence {
            Influence::Filter => {
                place.conditions.iter().find(|(column, _)| is_same_name(column, origin)).map(|(_, span)| *span)
            }
            _ => None,
        };
        of_column.or_else(of_rows).or(place.dataset)
    }
}

/// The columns that the conditions of a metric on its rows name.
fn conditions(project: &Project, metric: &Metric) -> Vec<(String, Span)> {
    let own = metric.filter.iter().chain(metric.per.as_ref().and_then(|p| p.filter.as_ref()));
    let leaves = own.flat_map(|condition: &Expression| condition.leaves());
    let named = leaves.filter_map(|leaf| match &leaf.named {
        Named::Column(path) => Some((project.entity(path.entity).column(path.column).name.to_lowercase(), leaf.span)),
        Named::Output(_) | Named::Measure(_) => None,
    });
    named.collect()
}
