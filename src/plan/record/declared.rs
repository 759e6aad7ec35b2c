//! What the specs grant and create, as entries of the record.
//!
//! Privileges that allow no reading by themselves and may also have been granted by others have no entry:
//! `USE CATALOG`, and the use of a schema that is not the project's own.

use std::collections::{BTreeMap, BTreeSet};

use lakeflow::{self, build, folded};

use super::super::operation::{self, RELEASE_FUNCTION, RELEASE_VIEW};
use super::super::protection;
use super::super::{BuildPlan, Dataset, ObjectPlace, StoredAs, access, landing_volume, schemas};
use super::{Given, RecordEntry, Select};
use crate::model::{AudienceId, Expression, HoleName, Principal, Project, Protection, Target};

/// Everything that a build of the project gives, in all targets.
pub fn declared(project: &Project, plan: &BuildPlan) -> BTreeSet<RecordEntry> {
    let of = |target| Declaring { project, plan, target, entries: BTreeSet::new() }.all();
    project.targets.iter().flat_map(of).collect()
}

struct Declaring<'a> {
    project: &'a Project,
    plan: &'a BuildPlan,
    target: &'a Target,
    entries: BTreeSet<RecordEntry>,
}

impl Declaring<'_> {
    fn all(mut self) -> BTreeSet<RecordEntry> {
        self.places();
        self.functions();
        self.tables();
        self.metric_views();
        self.entries
    }

    fn give(&mut self, given: Given) {
        self.entries.insert(RecordEntry { target: self.target.name.clone(), given });
    }

    fn grant(&mut self, privilege: &str, on: &str, name: &[String], to: &[&Principal]) {
        for principal in to {
            let to = principal.id().to_owned();
            self.give(Given::Grant { privilege: privilege.into(), on: on.into(), name: name.to_vec(), to });
        }
    }

    /// Something that belongs to no layer.
    fn helper(&self, name: &str) -> Vec<String> {
        ObjectPlace::of_helper(self.target, name).folded()
    }

    fn places(&mut self) {
        let (project, target) = (self.project, self.target);
        let run_as: Vec<&Principal> = target.run_as.iter().collect();
        for name in target.schemas() {
            let schema = [&target.catalog, name].map(|part| folded(part).into_owned());
            self.grant("USE SCHEMA", "SCHEMA", &schema, &access::users_of(project, self.plan, target, name));
            for privilege in ["USE SCHEMA", "CREATE TABLE", "CREATE MATERIALIZED VIEW"] {
                self.grant(privilege, "SCHEMA", &schema, &run_as);
            }
        }
        if let Some(volume) = landing_volume(target) {
            let volume = volume.map(|part| folded(part).into_owned());
            let mut readers = access::members(project, target, &access::landing_readers(project));
            readers.extend(run_as);
            self.grant("READ VOLUME", "VOLUME", &volume, &readers);
            self.grant("WRITE VOLUME", "VOLUME", &volume, &target.deliverers.iter().collect::<Vec<_>>());
        }
    }

    fn functions(&mut self) {
        let (project, plan) = (self.project, self.plan);
        let masks = protection::mask_functions(project, plan);
        let filters = protection::row_filters(project, plan);
        for name in masks.iter().map(|mask| &mask.name).chain(filters.iter().map(|filter| &filter.name)) {
            let name = self.helper(name);
            self.grant("EXECUTE", "FUNCTION", &name, &access::callers(project, self.target));
            self.give(Given::Function { name });
        }
        let release = self.helper(RELEASE_FUNCTION);
        self.grant("EXECUTE", "FUNCTION", &release, &self.target.run_as.iter().collect::<Vec<_>>());
        self.give(Given::Function { name: release });
        if project.protection == Protection::Abac {
            for schema in schemas(self.target) {
                for mask in &masks {
                    self.give(Given::Policy { name: folded(&mask.policy).into_owned(), schema: schema.to_vec() });
                }
            }
        }
    }

    fn tables(&mut self) {
        let by_tags = self.project.protection == Protection::Abac;
        for planned in self.plan.datasets.iter().filter(|p| p.dataset.kind(self.project) != StoredAs::Internal) {
            let table = ObjectPlace::of_dataset(self.target, planned.dataset, &planned.name).folded();
            self.tags(&table, access::tags(self.project, planned.dataset));
            for reader in access::members(self.project, self.target, &access::readers(self.project, planned.dataset)) {
                let select = self.select(planned.dataset, table.clone(), reader);
                self.give(Given::Select(select));
            }
            for column in access::personal_columns(self.project, planned.dataset).into_keys() {
                for tag in [Some("pii"), by_tags.then_some("pii_type")].into_iter().flatten() {
                    let (table, column) = (table.clone(), Some(folded(&column).into_owned()));
                    self.give(Given::Tag { table, column, tag: tag.to_owned() });
                }
            }
        }
    }

    /// Tags of a table or metric view.
    fn tags(&mut self, table: &[String], tags: &[(String, String)]) {
        for (tag, _) in tags {
            self.give(Given::Tag { table: table.to_vec(), column: None, tag: tag.clone() });
        }
    }

    /// A table as a reader sees it.
    fn select(&self, dataset: Dataset, table: Vec<String>, reader: &Principal) -> Select {
        let is_masked = |kind| !access::seeing(self.project, self.target, kind).contains(&reader);
        let personal = access::personal_columns(self.project, dataset).into_iter();
        let masked = personal.filter(|(_, kind)| is_masked(*kind));
        let masked: BTreeMap<String, String> =
            masked.map(|(name, kind)| (folded(&name).into_owned(), kind.word().to_owned())).collect();
        let by_tags = self.project.protection == Protection::Abac && !masked.is_empty();
        Select { table, to: reader.id().to_owned(), masked, rows: self.rows(dataset, reader), by_tags }
    }

    /// The condition on the rows that a reader sees; `None` where these are all.
    fn rows(&self, dataset: Dataset, reader: &Principal) -> Option<String> {
        let filter = protection::row_filter(self.project, dataset)?;
        let is_in = |audience: AudienceId| access::members(self.project, self.target, &[audience]).contains(&reader);
        if filter.unlimited().any(is_in) {
            return None;
        }
        let own = filter.rows.iter().filter(|rows| is_in(rows.audience));
        let conditions: BTreeSet<String> = own.map(|rows| self.condition(&rows.condition)).collect();
        Some(conditions.into_iter().collect::<Vec<_>>().join(" OR "))
    }

    fn condition(&self, condition: &Expression) -> String {
        lakeflow::expr_text(&condition.with_names(|leaf| match &leaf.named {
            HoleName::Column(path) => {
                build::column([self.project.entity(path.entity).column(path.column).name.as_str()])
            }
            HoleName::Output(name) => build::column([&**name]),
            // A condition on rows names no measure.
            HoleName::Measure(_) => build::null(),
        }))
    }

    fn metric_views(&mut self) {
        for (id, name) in &self.plan.metric_views {
            let Some(metric) = self.project.metrics.get(id.0) else { continue };
            let name = ObjectPlace::of_metric_view(self.target, name).folded();
            self.grant("SELECT", "VIEW", &name, &access::members(self.project, self.target, &metric.audiences));
            self.tags(&name, &metric.upkeep.tags);
            self.give(Given::MetricView { name });
        }
        let release = self.helper(RELEASE_VIEW);
        self.give(Given::MetricView { name: release });
        for view in operation::views(self.project) {
            let (name, readers) = (self.helper(view.name()), access::readers(self.project, Dataset::RowCounts));
            self.grant("SELECT", "VIEW", &name, &access::members(self.project, self.target, &readers));
            // Whoever reads it or not, it goes when it is made no more.
            self.give(Given::MetricView { name });
        }
    }
}
