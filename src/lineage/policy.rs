//! What is declared about personal data: which columns contain it, who reads which dataset, what was released on
//! purpose.
//!
//! [`Policy::of`] takes the declarations from a project; for hand-written pipelines, any other list of declarations
//! can be used.

use std::collections::{BTreeMap, BTreeSet};

use lakeflow::source::Span;

use super::choices::{self, RowChoice, RowLimit};
use super::place::DatasetPlace;
use super::{Dependence, Influence};
use crate::model::{Entity, EntityId, Mask, Measure, Metric, PersonalKind, Project, Sees};
use crate::plan::{self, BuildPlan, Dataset, access};

/// An audience as far as personal data is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// Key of the audience in the project spec.
    pub name: String,
    /// What it sees unmasked.
    pub sees: Sees,
}

/// Why a column counts as no personal data, as its author put it.
pub type Why = String;

/// A column that is declared to hold personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalDeclaration {
    /// As declared with `pii`.
    pub kind: PersonalKind,
    /// The column in the spec of its entity; `None` where no spec names it.
    pub place: Option<Span>,
    /// What its being NULL tells of what was delivered: [`Dependence::Null`] where a text that is not valid becomes NULL.
    pub hold: Dependence,
    /// Whether who sees it masked sees whether there is a value.
    pub shows_presence: bool,
    /// Whether the spec says why its being NULL tells nothing.
    pub is_excused: bool,
    /// The parts that hold it, where that is not the whole column.
    pub parts: Vec<PersonalPart>,
}

/// Personal data inside a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalPart {
    /// The names that lead to it, in lower case; empty for the whole.
    pub field: Vec<String>,
    /// As declared with `pii` of the column that is read from there.
    pub kind: PersonalKind,
    /// As [`PersonalDeclaration::hold`].
    pub hold: Dependence,
}

impl PersonalDeclaration {
    /// A column that is NULL where nothing was delivered.
    pub fn plain(kind: PersonalKind, place: Option<Span>) -> PersonalDeclaration {
        PersonalDeclaration {
            kind,
            place,
            hold: Dependence::Bare,
            shows_presence: true,
            is_excused: false,
            parts: vec![],
        }
    }
}

/// All declarations. Datasets and columns are in lower case.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Columns that are declared to hold personal data, by dataset.
    pub declared: BTreeMap<String, BTreeMap<String, PersonalDeclaration>>,
    /// Datasets of entities: declared columns are masked, and which rows they have is told by `choices`.
    pub guarded: BTreeSet<String>,
    /// Those of them whose rows a query chooses too, so that its conditions count besides `choices`.
    pub queried: BTreeSet<String>,
    /// Personal data that chooses rows of tables of entities, by dataset.
    pub choices: BTreeMap<String, Vec<RowChoice>>,
    /// Personal data by which audiences see some rows only.
    pub limits: Vec<RowLimit>,
    /// All audiences.
    pub audiences: Vec<Reader>,
    /// Audiences that may read a dataset, as indexes of `audiences`.
    pub readers: BTreeMap<String, Vec<usize>>,
    /// Columns that are declared to be no personal data, by dataset.
    pub declassified: BTreeMap<String, BTreeMap<String, Why>>,
    /// Columns whose reason holds for other groups than those of the dataset, with the latter, by dataset.
    pub uncovered: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// Places in specs, by dataset.
    pub places: BTreeMap<String, DatasetPlace>,
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
            let mut place = DatasetPlace { dataset: planned.origin, ..DatasetPlace::default() };
            match planned.dataset {
                Dataset::Query(id) => policy.query(&name, project.entity(id)),
                Dataset::Raw(id)
                | Dataset::Skipped(id)
                | Dataset::Checked(id)
                | Dataset::Clean(id)
                | Dataset::Table(id)
                | Dataset::Quarantine(id)
                | Dataset::Orphans(id)
                | Dataset::Duplicates(id) => policy.entity(&name, planned.dataset, id, project, &mut place),
                Dataset::MetricTable(id, table) => {
                    policy.metric(&name, &project.metrics[id.0], table);
                    place.of_metric(project, &project.metrics[id.0], table);
                }
                Dataset::Reconciliation(id) => {
                    policy.reconciliation(&name, &project.metrics[id.0]);
                    place.of_reconciliation(project, &project.metrics[id.0]);
                }
                Dataset::RowCounts | Dataset::OrphanCounts => {}
            }
            policy.places.insert(name, place);
        }
        policy
    }

    fn entity(&mut self, dataset: &str, kind: Dataset, id: EntityId, project: &Project, place: &mut DatasetPlace) {
        let entity = project.entity(id);
        place.of_entity(entity);
        let columns = access::personal_columns(project, kind).into_iter();
        let mut declared: BTreeMap<String, PersonalDeclaration> =
            columns.map(|(column, kind)| (column.to_lowercase(), declared(entity, &column, kind, project))).collect();
        if matches!(kind, Dataset::Raw(_)) && entity.has_records() {
            fields_of_records(entity, project, &mut declared);
        }
        if matches!(kind, Dataset::Raw(_)) {
            rescued_columns(entity, project, &mut declared);
        }
        if !declared.is_empty() {
            self.declared.insert(dataset.to_owned(), declared);
        }
        self.guarded.insert(dataset.to_owned());
        if entity.query().is_some() {
            self.queried.insert(dataset.to_owned());
        }
        if matches!(kind, Dataset::Table(_)) {
            self.choices.insert(dataset.to_owned(), choices::of_rows(entity));
            self.limits.extend(choices::limits(entity, dataset, project));
        }
    }

    /// A column that a query makes of personal data holds such, unless the spec says why it does not.
    fn query(&mut self, dataset: &str, entity: &Entity) {
        let released = entity.columns.iter().filter(|column| column.pii.is_none());
        for (name, why) in released.filter_map(|column| Some((&column.name, column.declassify.as_ref()?))) {
            self.declassified.entry(dataset.to_owned()).or_default().insert(name.to_lowercase(), why.clone());
        }
    }

    fn metric(&mut self, dataset: &str, metric: &Metric, table: usize) {
        let Some(table) = metric.tables.get(table) else { return };
        let dimensions = table.dimensions.iter().chain(metric.per.iter().flat_map(|per| &per.columns));
        let shown = dimensions.filter_map(|d| Some((&d.name, d.declassify.clone()?)));
        let reasoned = |m: &Measure| metric.reason(m, table).map(|reason| reason.why.clone());
        let measured = metric.measures.iter().filter_map(|m| Some((&m.name, reasoned(m)?)));
        for (name, why) in shown.chain(measured) {
            self.declassified.entry(dataset.to_owned()).or_default().insert(name.to_lowercase(), why);
        }
        for measure in metric.measures.iter().filter(|m| m.declassify.is_some() && reasoned(m).is_none()) {
            let uncovered = self.uncovered.entry(dataset.to_owned()).or_default();
            uncovered.insert(measure.name.to_lowercase(), metric.groups(table));
        }
    }

    /// Both sides of a reconciliation are totals of measures whose tables have the same readers: they tell nothing that
    /// is not judged in these tables, and a reason for the figures of groups is one for their total.
    fn reconciliation(&mut self, dataset: &str, metric: &Metric) {
        let mut totals = metric.measures.iter().filter(|m| m.additive);
        let Some(reason) = totals.find_map(|m| m.declassify.as_ref()) else { return };
        for side in ["actual", "expected"] {
            self.declassified.entry(dataset.to_owned()).or_default().insert(side.to_owned(), reason.why.clone());
        }
    }

    /// The declaration of a column.
    pub fn declaration(&self, dataset: &str, column: &str) -> Option<&PersonalDeclaration> {
        self.declared.get(dataset)?.get(column)
    }

    /// The kind that a column is declared to hold.
    pub fn declared(&self, dataset: &str, column: &str) -> Option<PersonalKind> {
        self.declaration(dataset, column).map(|declared| declared.kind)
    }

    /// The audiences that may read a dataset.
    pub fn readers(&self, dataset: &str) -> impl Iterator<Item = &Reader> {
        let ids = self.readers.get(dataset).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| self.audiences.get(*id))
    }

    /// Where a spec brings a column of an `origin` into a dataset by `influence`, and whether that is the very word; the
    /// dataset as a whole if it can't be told.
    pub fn place(
        &self,
        dataset: &str,
        column: Option<&str>,
        origin: (&str, &str),
        influence: Influence,
    ) -> Option<(Span, bool)> {
        self.places.get(dataset)?.find(column, origin, influence)
    }
}

/// What is declared of a column of an entity.
fn declared(entity: &Entity, name: &str, kind: PersonalKind, project: &Project) -> PersonalDeclaration {
    let column = entity.find(name).map(|id| (id, entity.column(id)));
    let tells = column.is_some_and(|(id, column)| choices::null_tells(entity, id) && column.declassify.is_none());
    let is_text = column.is_some_and(|(_, column)| column.ty == lakeflow::types::DataType::String);
    PersonalDeclaration {
        kind,
        place: column.map(|(_, column)| column.span),
        hold: if tells { Dependence::Null } else { Dependence::Bare },
        is_excused: column.is_some_and(|(_, column)| column.declassify.is_some()),
        shows_presence: is_text && project.masks.get(&kind) != Some(&Mask::Nullify),
        parts: vec![],
    }
}

/// Of a field of records, what columns say of its parts: each of them is followed by itself.
fn fields_of_records(entity: &Entity, project: &Project, raw: &mut BTreeMap<String, PersonalDeclaration>) {
    let fields = crate::plan::raw_columns(entity);
    for column in &entity.columns {
        let (Some(kind), Some(field)) = (column.pii, crate::plan::raw_column_of(&fields, column)) else { continue };
        let Some(whole) = raw.get_mut(&field.name.to_lowercase()) else { continue };
        let own = declared(entity, &column.name, kind, project);
        let names = column.path.iter().map(|name| name.to_lowercase()).collect();
        whole.place = whole.place.or(own.place);
        whole.parts.push(PersonalPart { field: names, kind, hold: own.hold });
    }
}

/// Of what is rescued of files with types, the columns that are personal data. What no column is declared for is not followed.
fn rescued_columns(entity: &Entity, project: &Project, raw: &mut BTreeMap<String, PersonalDeclaration>) {
    let Some(rescued) = raw.get_mut(plan::RESCUED).filter(|_| entity.has_typed_files()) else { return };
    for column in &entity.columns {
        let Some(kind) = column.pii else { continue };
        let own = declared(entity, &column.name, kind, project);
        rescued.place = rescued.place.or(own.place);
        rescued.parts.push(PersonalPart { field: vec![column.header.to_lowercase()], kind, hold: own.hold });
    }
}
