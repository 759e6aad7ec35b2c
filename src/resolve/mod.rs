//! From specs as written to a project with nothing left open: names are found, defaults filled in, SQL is typed.
//!
//! Every fault is reported at its place in the spec, and the pass goes on after it. A spec is at fault when an error was
//! found while it was looked at, and the pass says which ones are ([`Resolved::faulty`]); until they are left out, the
//! project may hold placeholders. What may only follow from a fault is not reported (`open`).

mod allow;
pub mod allowance;
mod compiled;
mod compose;
mod constant;
mod context;
mod deletion;
mod derived;
mod entity;
mod estimate;
mod fan_out;
mod format;
mod glob;
mod graph;
mod guard;
mod linked;
mod loading;
mod lookup;
mod measure;
mod measure_scope;
mod metric;
mod names;
mod nulls;
mod open;
mod operation;
mod order;
mod outside;
mod ownership;
mod places;
mod project;
mod quartz;
mod query;
mod reading;
mod reason;
mod reference;
mod renamed;
mod required;
mod roles;
mod rounding;
mod row_access;
mod rows;
mod same_files;
mod schedule;
mod schemas;
mod settings;
mod sounds_personal;
mod source;
mod stable;
mod storage;
mod suspect;
mod typed;
mod upkeep;
mod validity;
mod written;

pub use constant::{Misfit, converts, exact, normalized, read};
pub use glob::{ending_of_other_format, is_json_file, is_parquet_file};
pub use names::{is_reserved_field, is_reserved_header};

use std::collections::{BTreeMap, BTreeSet};

use crate::codes;
use crate::load::{Located, SpecSet};
use crate::model::{Entity, EntityId, Metric, Project, Protection};
use crate::spec::{EntitySpec, MetricSpec};
use allowance::Allowance;
use lakeflow::diag::{Diagnostic, Diagnostics};
use lakeflow::source::{FileId, SourceMap, Span};

use context::Context;
use project::{OpenAudiences, ProjectSettings};

/// What came of the specs.
#[derive(Debug)]
pub struct Resolved {
    /// The project. While a spec is at fault or could not be read, it may hold placeholders.
    pub project: Project,
    /// Files of the specs that are at fault, those that were so before included.
    pub faulty: BTreeSet<FileId>,
    /// Whether the project is all that was written: nothing is at fault, nothing was lost, nothing was left out.
    pub is_whole: bool,
    /// Warnings that the specs allow.
    pub allowances: Vec<Allowance>,
}

/// Resolves all specs.
pub fn resolve(set: &SpecSet, sources: &SourceMap, diagnostics: &mut Diagnostics) -> Resolved {
    let default_classification = if let [only] = set.projects.as_slice() { only.spec.classification } else { None };
    let open = OpenAudiences::default();
    let mut context = Context {
        sources,
        diagnostics: &mut *diagnostics,
        audiences: &[],
        open_audiences: &open,
        default_classification,
        lost: &set.lost,
        left_out: &set.left_out,
        undecided: 0,
        faulty: set.faulty.clone(),
    };
    let settings = project::settings(set, &mut context);
    let faulty = context.faulty;
    let mut context = Context {
        sources,
        diagnostics,
        audiences: &settings.audiences,
        open_audiences: &settings.open_audiences,
        default_classification,
        lost: &set.lost,
        left_out: &set.left_out,
        undecided: 0,
        faulty,
    };
    let allowances = allow::all(set, &mut context);
    let twins = twins(set, &mut context);
    let (entity_specs, metric_specs) = distinct(set);
    let entity_of = |(index, spec): (usize, &&Located<EntitySpec>)| {
        context.judge(spec.file, |context| entity::resolve(spec, EntityId(index), set, context))
    };
    let resolved = entity_specs.iter().enumerate().map(entity_of).collect();
    let mut graph = graph::Graph::new(resolved, &entity_specs, set, twins, &mut context);
    entity::link(&entity_specs, &mut graph, &mut context);
    same_files::check(&entity_specs, &mut context);
    graph.entities.iter().for_each(|entity| sounds_personal::check(entity, &mut context));
    derived::resolve_all(&mut graph, &entity_specs, &mut context);
    let metrics: Vec<Metric> = metric_specs
        .iter()
        .map(|spec| context.judge(spec.file, |context| metric::resolve(spec, &graph, context)))
        .collect();
    query::link(&entity_specs, &mut graph, &metrics, &mut context);
    upkeep::check_reads((&entity_specs, &metric_specs), &graph, &metrics, &mut context);
    renamed::check(&entity_specs, &metric_specs, &mut context);
    let names = entity_specs.iter().map(|s| s.spec.entity.as_str());
    let known: Vec<&str> = names.chain(metric_specs.iter().map(|s| s.spec.metric.as_str())).collect();
    for project in &set.projects {
        context.judge(project.file, |context| operation::check_refreshes(project, &known, context));
    }
    let mut faulty = context.faulty;
    graph.entities.truncate(entity_specs.len());
    let project = self::project(set, settings, graph.entities, metrics);
    let is_complete = set.lost.is_empty() && set.left_out.is_empty() && set.projects.len() == 1;
    report_idle_starts(set, &project, &mut faulty, diagnostics);
    Resolved { is_whole: is_complete && faulty.is_empty(), project, faulty, allowances }
}

/// Reports schedules that nothing would ever start.
fn report_idle_starts(set: &SpecSet, project: &Project, faulty: &mut BTreeSet<FileId>, diagnostics: &mut Diagnostics) {
    let is_complete = set.lost.is_empty() && set.left_out.is_empty();
    for spec in &set.projects {
        for fault in operation::idle_starts(spec, project, faulty, is_complete) {
            diagnostics.push(fault);
            faulty.insert(spec.file);
        }
    }
}

/// The project that all parts make.
fn project(set: &SpecSet, settings: ProjectSettings, entities: Vec<Entity>, metrics: Vec<Metric>) -> Project {
    let spec = if let [only] = set.projects.as_slice() { Some(&only.spec) } else { None };
    Project {
        name: spec.map(|spec| spec.project.clone()).unwrap_or_default(),
        description: spec.and_then(|spec| spec.description.clone()).unwrap_or_default(),
        targets: settings.targets,
        audiences: settings.audiences,
        masks: settings.masks,
        protection: spec.and_then(|spec| spec.protection).unwrap_or(Protection::Masks),
        schedules: settings.schedules,
        notify: spec.and_then(|s| s.notifications.as_ref()).map(|n| n.on_failure.clone()).unwrap_or_default(),
        alerts: settings.alerts,
        reasons: reason::places(set, &entities, &metrics),
        entities,
        metrics,
    }
}

/// Reports names that are declared twice; gives those of entities, of which nobody knows what they mean.
fn twins(set: &SpecSet, context: &mut Context<'_>) -> BTreeSet<String> {
    let mut taken: BTreeMap<&str, (Span, bool)> = BTreeMap::new();
    let mut twins = BTreeSet::new();
    let entities = set.entities.iter().map(|e| (e.spec.entity.as_str(), e.value("/entity"), true));
    let metrics = set.metrics.iter().map(|m| (m.spec.metric.as_str(), m.value("/metric"), false));
    for (name, span, is_entity) in entities.chain(metrics) {
        let Some((first, with_entity)) = taken.get(name) else {
            taken.insert(name, (span, is_entity));
            continue;
        };
        let message = format!("`{name}` is declared twice");
        context.push(Diagnostic::error(codes::DUPLICATE_NAME, message).at(span).related(*first, "first here"));
        context.faulty.extend([span.file, first.file]);
        if is_entity && *with_entity {
            twins.insert(name.to_owned());
        }
    }
    twins
}

/// Entities and metrics by name, each name once: the second of a name is not looked into.
fn distinct(set: &SpecSet) -> (Vec<&Located<EntitySpec>>, Vec<&Located<MetricSpec>>) {
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    let mut entities: Vec<_> = set.entities.iter().filter(|e| taken.insert(&e.spec.entity)).collect();
    let mut metrics: Vec<_> = set.metrics.iter().filter(|m| taken.insert(&m.spec.metric)).collect();
    entities.sort_by(|a, b| a.spec.entity.cmp(&b.spec.entity));
    metrics.sort_by(|a, b| a.spec.metric.cmp(&b.spec.metric));
    (entities, metrics)
}
