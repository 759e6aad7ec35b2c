//! The project file: what is refreshed when, and who is notified when.

use std::collections::BTreeSet;

use lakeflow::diag::{Diagnostic, did_you_mean};
use lakeflow::source::FileId;
use lakeflow::yaml::pointer_segment;

use super::context::Context;
use super::names::{self, NameOf};
use super::schedule;
use crate::codes;
use crate::load::Located;
use crate::model::{Alerts, Cron, Entity, Project, Refreshed, Schedule, Start};
use crate::spec::{ProjectSpec, ScheduleSpec, SpecKind};

/// Resolves schedules, in the order of the spec.
pub fn schedules(project: &Located<ProjectSpec>, context: &mut Context<'_>) -> Vec<Schedule> {
    let mut schedules = vec![];
    for (name, spec) in project.spec.schedules.iter().flatten() {
        let pointer = format!("/schedules/{}", pointer_segment(name));
        context.extend(names::check(name, NameOf::Setting, project.key(&pointer)));
        let refresh = spec.refresh.as_ref().map(|r| r.with_pointers("")).unwrap_or_default();
        schedules.push(Schedule {
            name: name.clone(),
            start: start(project, name, spec, &pointer, context),
            refresh: refresh.into_iter().map(|(name, _)| name.to_owned()).collect(),
            retries: spec.retries.unwrap_or(2),
            backoff_minutes: spec.backoff_minutes.unwrap_or(5),
            timeout_minutes: spec.timeout_minutes.unwrap_or(60),
        });
    }
    schedules
}

/// What starts a schedule: a point in time, new files or new data in tables, and only one of them.
fn start(
    project: &Located<ProjectSpec>,
    name: &str,
    spec: &ScheduleSpec,
    pointer: &str,
    context: &mut Context<'_>,
) -> Start {
    let (on_files, on_tables) = (spec.on_files == Some(true), spec.on_tables == Some(true));
    let starts = [("cron", spec.cron.is_some()), ("on_files", on_files), ("on_tables", on_tables)];
    let starts: Vec<&str> = starts.into_iter().filter(|(_, is_set)| *is_set).map(|(key, _)| key).collect();
    let fault = match starts.as_slice() {
        [first, .., last] => {
            Some((project.key(&format!("{pointer}/{last}")), format!("has both `{first}` and `{last}`")))
        }
        [] if !project.has_lost(pointer) => Some((project.key(pointer), "does not define when it starts".to_owned())),
        _ => None,
    };
    if let Some((span, fault)) = fault {
        let fault = Diagnostic::error(codes::BAD_CRON, format!("schedule `{name}` {fault}")).at(span);
        context.push(fault.hint("write one of `cron: \"0 0 5 * * ?\"`, `on_files: true` and `on_tables: true`"));
    }
    if on_tables {
        return Start::Tables;
    }
    if on_files {
        return Start::Files;
    }
    Start::Time(cron(project, pointer, spec.cron.as_deref(), spec.timezone.as_deref(), context))
}

/// The cron expression and time zone below `pointer`, with the defaults for those that are missing.
fn cron(
    project: &Located<ProjectSpec>,
    pointer: &str,
    expression: Option<&str>,
    timezone: Option<&str>,
    context: &mut Context<'_>,
) -> Cron {
    let fault = expression.and_then(schedule::check_cron);
    context.extend(fault.map(|d| d.at(project.value(&format!("{pointer}/cron")))));
    let fault = timezone.and_then(schedule::check_timezone);
    context.extend(fault.map(|d| d.at(project.value(&format!("{pointer}/timezone")))));
    let default = Cron::default();
    Cron {
        expression: expression.map_or(default.expression, str::to_owned),
        timezone: timezone.map_or(default.timezone, str::to_owned),
    }
}

/// Resolves the limits for alerts. Alerts that nobody hears of are a fault (E0706).
pub fn alerts(project: &Located<ProjectSpec>, context: &mut Context<'_>) -> Alerts {
    let Some(spec) = &project.spec.alerts else { return Alerts::default() };
    let nobody = project.spec.notifications.as_ref().is_none_or(|n| n.on_failure.is_empty());
    if nobody && !project.has_lost("/notifications") && !project.has_lost("/alerts") {
        let fault = Diagnostic::error(codes::NOBODY_NOTIFIED, "there are alerts, but nobody is notified");
        context.push(fault.at(project.key("/alerts")).hint("list mail addresses under `notifications.on_failure`"));
    }
    Alerts {
        quality_below_percent: spec.quality_below_percent,
        row_count_drift_percent: spec.row_count_drift_percent,
        stale: spec.stale.unwrap_or(true),
        checked: Some(cron(project, "/alerts", spec.cron.as_deref(), spec.timezone.as_deref(), context)),
    }
}

/// Reports schedules that wait for tables although nothing that they refresh reads any. What is at fault may read one.
/// `is_complete` says whether all specs could be read.
pub fn idle_starts(
    spec: &Located<ProjectSpec>,
    project: &Project,
    faulty: &BTreeSet<FileId>,
    is_complete: bool,
) -> Vec<Diagnostic> {
    let mut faults = vec![];
    for schedule in project.schedules.iter().filter(|schedule| schedule.start == Start::Tables) {
        let Refreshed { entities, metrics } = Refreshed::of(project, &schedule.refresh);
        let entities: Vec<&Entity> = entities.iter().filter_map(|id| project.entities.get(id.0)).collect();
        let metrics = metrics.iter().filter_map(|id| project.metrics.get(id.0));
        let mut origins = metrics.map(|m| &m.origin).chain(entities.iter().map(|entity| &entity.origin));
        let has_fault = origins.any(|origin| faulty.contains(&origin.span.file));
        let named = |name: &String| {
            project.entities.iter().map(|e| &e.name).chain(project.metrics.iter().map(|m| &m.name)).any(|n| n == name)
        };
        let is_known = !has_fault && schedule.refresh.iter().all(named);
        let is_known = is_known && (is_complete || !schedule.refresh.is_empty());
        if is_known && entities.iter().all(|entity| entity.outside().is_none()) {
            let place = spec.key(&format!("/schedules/{}/on_tables", pointer_segment(&schedule.name)));
            let message =
                format!("nothing that schedule `{}` refreshes reads a table that something else keeps", schedule.name);
            let fault = Diagnostic::error(codes::OPTION_CONFLICT, message).at(place);
            faults.push(fault.hint("name what reads one under `refresh`, or write `on_files: true` for new files"));
        }
    }
    faults
}

/// Reports schedules that refresh what does not exist; `known` are the names of entities and metrics.
pub fn check_refreshes(project: &Located<ProjectSpec>, known: &[&str], context: &mut Context<'_>) {
    for (name, spec) in project.spec.schedules.iter().flatten() {
        let pointer = format!("/schedules/{}/refresh", pointer_segment(name));
        for (word, pointer) in spec.refresh.iter().flat_map(|r| r.with_pointers(&pointer)) {
            let may_be = |kind| context.lost.may_declare(kind, word);
            if known.contains(&word) || may_be(SpecKind::Entity) || may_be(SpecKind::Metric) {
                continue;
            }
            let lost = [SpecKind::Entity, SpecKind::Metric].into_iter().flat_map(|kind| context.lost.names(kind));
            let hint = did_you_mean(word, known.iter().copied().chain(lost));
            let fault = Diagnostic::error(codes::UNKNOWN_REFRESH, format!("unknown entity or metric `{word}`"));
            context.push(fault.at(project.value(&pointer)).maybe_hint(hint));
        }
    }
}
