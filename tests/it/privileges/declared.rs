//! What the specs declare about readers, said once more: who reads a dataset, which columns in the clear, which rows.

use std::collections::BTreeSet;

use lakeflow::{build, expr_text};
use lakegen::model::{
    AudienceId, EntityId, Expression, HoleName, Measure, Metric, PersonalKind, Principal, Project, RowAccess, Sees,
    Target,
};
use lakegen::plan::Dataset;

use super::model::Rows;

/// A project as somebody in one of its targets is promised to see it.
pub struct Declared<'a> {
    pub project: &'a Project,
    pub target: &'a Target,
}

/// Name or application id of a principal.
pub fn id(principal: &Principal) -> &str {
    let (Principal::Group(name) | Principal::ServicePrincipal(name)) = principal;
    name
}

impl Declared<'_> {
    /// The audiences that somebody is in.
    fn audiences(&self, person: &str) -> Vec<AudienceId> {
        let is_person = |member: &String| self.target.principals.iter().any(|(n, p)| n == member && id(p) == person);
        let audiences = self.project.audiences.iter().enumerate();
        audiences.filter(|(_, a)| a.members.iter().any(is_person)).map(|(index, _)| AudienceId(index)).collect()
    }

    fn sees_all(&self, audience: AudienceId) -> bool {
        self.project.audiences[audience.0].sees == Sees::All
    }

    /// Whether somebody sees a kind of personal data in the clear.
    pub fn sees(&self, person: &str, kind: PersonalKind) -> bool {
        self.audiences(person).iter().any(|id| match &self.project.audiences[id.0].sees {
            Sees::All => true,
            Sees::Kinds(kinds) => kinds.contains(&kind),
        })
    }

    /// Whether somebody reads a dataset.
    pub fn reads(&self, person: &str, dataset: Dataset) -> bool {
        self.audiences(person).into_iter().any(|audience| {
            let is_limited = |rows: &[RowAccess]| rows.iter().any(|access| access.audience == audience);
            match dataset {
                Dataset::Table(id) => self.project.entity(id).audiences.contains(&audience),
                Dataset::MetricTable(id, _) => self.project.metrics[id.0].audiences.contains(&audience),
                Dataset::Raw(id)
                | Dataset::Skipped(id)
                | Dataset::Quarantine(id)
                | Dataset::Orphans(id)
                | Dataset::Duplicates(id) => {
                    let entity = self.project.entity(id);
                    entity.audiences.contains(&audience) && self.sees_all(audience) && !is_limited(&entity.rows)
                }
                Dataset::Reconciliation(id) => {
                    let metric = &self.project.metrics[id.0];
                    metric.audiences.contains(&audience) && !is_limited(&metric.rows)
                }
                Dataset::RowCounts | Dataset::OrphanCounts => self.sees_all(audience),
                Dataset::Query(_) | Dataset::Checked(_) | Dataset::Clean(_) => false,
            }
        })
    }

    /// Whether somebody reads the metric view of a metric.
    pub fn reads_view(&self, person: &str, metric: &Metric) -> bool {
        self.audiences(person).iter().any(|audience| metric.audiences.contains(audience))
    }

    /// Whether somebody reads files as they arrive: one audience reads the lines of every entity.
    pub fn reads_files(&self, person: &str) -> bool {
        let loaded: Vec<_> = self.project.entities.iter().filter(|e| e.is_loaded()).collect();
        self.audiences(person).into_iter().any(|audience| {
            self.sees_all(audience)
                && loaded.iter().all(|entity| {
                    let is_limited = entity.rows.iter().any(|access| access.audience == audience);
                    entity.audiences.contains(&audience) && !is_limited
                })
        })
    }

    /// The kind of personal data that a column of a dataset is declared to hold.
    pub fn kind(&self, dataset: Dataset, column: &str) -> Option<PersonalKind> {
        match dataset {
            Dataset::Skipped(id) => {
                let is_personal = self.project.entity(id).columns.iter().any(|column| column.pii.is_some());
                (is_personal && column == "line").then_some(PersonalKind::Other)
            }
            Dataset::Raw(id) | Dataset::Quarantine(id) if column == "_corrupt_record" => {
                let is_personal = self.project.entity(id).columns.iter().any(|column| column.pii.is_some());
                is_personal.then_some(PersonalKind::Other)
            }
            // Values of another type than the declared one, of any column.
            Dataset::Raw(id) | Dataset::Quarantine(id)
                if column == "_rescued_data" && self.project.entity(id).has_typed_files() =>
            {
                let is_personal = self.project.entity(id).columns.iter().any(|column| column.pii.is_some());
                is_personal.then_some(PersonalKind::Other)
            }
            Dataset::Raw(id) if self.project.entity(id).has_records() => self.kind_of_field(id, column),
            Dataset::Raw(id)
            | Dataset::Table(id)
            | Dataset::Quarantine(id)
            | Dataset::Orphans(id)
            | Dataset::Duplicates(id) => self.project.entity(id).columns.iter().find(|c| c.name == column)?.pii,
            Dataset::MetricTable(id, table) => {
                let metric = &self.project.metrics[id.0];
                let own = metric.tables[table].dimensions.iter();
                let shown = own.chain(metric.per.iter().flat_map(|per| &per.columns));
                let groups: Vec<&str> = shown.clone().map(|d| d.name.as_str()).collect();
                let dated = metric.tables[table].grain.is_some();
                // A figure that somebody declassified for the groups of the table is everybody's.
                let released = |by: &[String]| {
                    let named = |group: &str| by.iter().any(|b| b.eq_ignore_ascii_case(group));
                    groups.iter().all(|group| named(group)) && (!dated || named("period_start"))
                };
                let reasoned = |m: &Measure| m.declassify.as_ref().is_some_and(|reason| released(&reason.by));
                let measured = metric.measures.iter().map(|m| (&m.name, m.pii.filter(|_| !reasoned(m))));
                shown.map(|d| (&d.name, d.pii)).chain(measured).find(|(name, _)| *name == column)?.1
            }
            _ => None,
        }
    }

    /// The kind of personal data in a field of JSON: that of the column that is read from the whole field, or `other` where it
    /// is a part of the field, or where there are several kinds.
    fn kind_of_field(&self, id: EntityId, field: &str) -> Option<PersonalKind> {
        let columns = self.project.entity(id).columns.iter().filter(|column| column.header == field);
        let kinds: Vec<PersonalKind> = columns
            .filter_map(|column| column.pii.map(|kind| if column.path.is_empty() { kind } else { PersonalKind::Other }))
            .collect();
        let first = kinds.first().copied()?;
        Some(if kinds.iter().all(|kind| *kind == first) { first } else { PersonalKind::Other })
    }

    /// The rows that somebody sees of a dataset, whether or not they may read it.
    pub fn rows(&self, person: &str, dataset: Dataset) -> Rows {
        let (audiences, limits) = match dataset {
            Dataset::Table(id) | Dataset::Orphans(id) => {
                let entity = self.project.entity(id);
                (&entity.audiences, &entity.rows)
            }
            Dataset::MetricTable(id, _) => (&self.project.metrics[id.0].audiences, &self.project.metrics[id.0].rows),
            _ => return Rows::All,
        };
        if limits.is_empty() {
            return Rows::All;
        }
        let mut conditions = BTreeSet::new();
        for audience in self.audiences(person).into_iter().filter(|audience| audiences.contains(audience)) {
            match limits.iter().find(|access| access.audience == audience) {
                Some(access) => drop(conditions.insert(as_written(self.project, &access.condition))),
                None => return Rows::All,
            }
        }
        if conditions.is_empty() { Rows::None } else { Rows::Where(conditions) }
    }
}

/// A condition on the columns of a table, as text.
fn as_written(project: &Project, condition: &Expression) -> String {
    let tree = condition.with_names(|leaf| match &leaf.named {
        HoleName::Column(path) => build::column([project.entities[path.entity.0].columns[path.column.0].name.as_str()]),
        HoleName::Output(name) => build::column([&**name]),
        HoleName::Measure(_) => panic!("a condition on a table names no measure"),
    });
    expr_text(&tree)
}
