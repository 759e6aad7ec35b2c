//! Scripts that run on a warehouse after an update: views over the published event log, the freshness view, and the
//! gate of each reconciliation.
//!
//! They are outside of the pipeline, since a pipeline must not depend on its own event log, and therefore use the
//! catalog and schema of each target. Shapes of events: lakeflow-sql.md, "Event log".

use askama::Template;

use super::text::{Literal, Sql};
use super::{RenderError, RenderedFile, filters, governance, header};
use crate::model::{Entity, EntityId, MetricId, Project, Target, TargetId};
pub use crate::plan::operation::OperationView;
use crate::plan::operation::{self, OperationScript, RELEASE_FUNCTION, RELEASE_VIEW, fresh_entities};
use crate::plan::{self, ArtifactKind, BuildPlan, Dataset, ObjectPlace, access};

/// Updates that the mean of line counts is taken over.
const TRAILING_UPDATES: u32 = 7;

/// Renders the scripts of a plan.
///
/// # Errors
/// A template that can't be filled, which is a fault of the compiler.
pub fn operation(
    project: &Project,
    plan: &BuildPlan,
    rendered: &[RenderedFile],
) -> Result<Vec<RenderedFile>, RenderError> {
    let releases: Vec<String> =
        (0..project.targets.len()).map(|index| governance::release(TargetId(index), rendered)).collect();
    let scripts = plan.artifacts.iter().filter_map(|artifact| {
        let ArtifactKind::Operation(target, script) = artifact.kind else { return None };
        let (release, target) = (releases.get(target.0)?, project.targets.get(target.0)?);
        let text = match script {
            OperationScript::Guard => {
                guard(target, release, &format!("{}()", full_name(target, RELEASE_FUNCTION)), None)
            }
            OperationScript::TableGuard => {
                guard(target, release, "max(release)", Some(full_name(target, RELEASE_VIEW)))
            }
            OperationScript::Release => mark(target, release),
            OperationScript::Events => events(project, target),
            OperationScript::Freshness => freshness(project, target),
            OperationScript::Minimum(entity) => minimum(project, target, entity),
            OperationScript::Gate(metric) => gate(project, target, metric),
        };
        Some(RenderedFile::of(artifact, text))
    });
    scripts.collect()
}

/// Where a project says what these scripts do.
const ORIGIN: &str = "specs/project.yml";

/// A view with those who read it, and those who must not.
struct ViewAccess {
    view: Sql,
    others: Vec<Sql>,
    readers: Vec<Sql>,
}

/// Who reads the views that a script makes: those who read the counts of all rows. The event log itself stays closed, because
/// its messages carry values of rows.
fn view_access(project: &Project, target: &Target, script: OperationScript) -> Vec<ViewAccess> {
    let readers = access::members(project, target, &access::readers(project, Dataset::RowCounts));
    let others: Vec<Sql> = governance::others(target, &readers).iter().map(governance::grantee).collect();
    let readers: Vec<Sql> = readers.into_iter().map(governance::grantee).collect();
    let views = operation::views(project).into_iter().filter(|view| view.script() == script);
    let of = |view: OperationView| {
        let view = full_name(target, view.name());
        ViewAccess { view, others: others.clone(), readers: readers.clone() }
    };
    views.map(of).collect()
}

#[derive(Template)]
#[template(path = "operation/guard.sql")]
struct GuardView<'a> {
    header: Sql,
    found: &'a str,
    release: Literal,
    from: Option<Sql>,
    message: Literal,
}

/// Fails unless what was applied is what belongs to this build.
fn guard(target: &Target, release: &str, found: &str, from: Option<Sql>) -> Result<String, askama::Error> {
    let title = match from {
        None => "Fails when the governance of this build was not applied, run before an update.",
        Some(_) => "Fails when tables were not brought up to the governance of this build, run before an update.",
    };
    let message =
        format!("this build is not deployed to {} yet: run `gen deploy`, or its job `deployment`", target.name);
    GuardView {
        header: header(title, ORIGIN)?,
        found,
        release: Literal::new(release),
        from,
        message: Literal::new(message),
    }
    .render()
}

#[derive(Template)]
#[template(path = "operation/release.sql")]
struct ReleaseView {
    header: Sql,
    view: Sql,
    release: Literal,
}

/// Marks that all tables and views are those of this build.
fn mark(target: &Target, release: &str) -> Result<String, askama::Error> {
    ReleaseView {
        header: header("A mark that all tables and views are those of this build, run after an update.", ORIGIN)?,
        view: full_name(target, RELEASE_VIEW),
        release: Literal::new(release),
    }
    .render()
}

#[derive(Template)]
#[template(path = "operation/events.sql")]
struct Events {
    header: Sql,
    names: ScriptNames,
    entities: Vec<Counted>,
    trailing: u32,
    access: Vec<ViewAccess>,
}

/// Full names of what the scripts of a target create and read.
struct ScriptNames {
    log: Sql,
    updates: Sql,
    expectations: Sql,
    rows: Sql,
    quarantine: Sql,
    drift: Sql,
}

/// An entity whose lines are counted.
struct Counted {
    entity: Literal,
    raw: Literal,
    quarantine: Literal,
}

/// A view of operation, or something else that belongs to no layer, in full.
fn full_name(target: &Target, name: &str) -> Sql {
    Sql::name(ObjectPlace::of_helper(target, name))
}

/// The raw table of an entity in full.
fn raw(project: &Project, target: &Target, id: EntityId) -> Sql {
    let name = plan::raw_name(project.entity(id));
    Sql::name(ObjectPlace::of_dataset(target, Dataset::Raw(id), &name))
}

fn events(project: &Project, target: &Target) -> Result<String, askama::Error> {
    let named = |view: OperationView| full_name(target, view.name());
    let counted = |entity: &Entity| Counted {
        entity: Literal::new(&entity.name),
        raw: Literal::new(plan::raw_name(entity)),
        quarantine: Literal::new(plan::quarantine_name(entity)),
    };
    Events {
        header: header("Views over the event log of the pipeline, run after an update.", ORIGIN)?,
        names: ScriptNames {
            log: full_name(target, &plan::event_log_name(project)),
            updates: named(OperationView::Updates),
            expectations: named(OperationView::Expectations),
            rows: named(OperationView::Rows),
            quarantine: named(OperationView::Quarantine),
            drift: named(OperationView::Drift),
        },
        entities: project.entities.iter().filter(|entity| entity.is_loaded()).map(counted).collect(),
        trailing: TRAILING_UPDATES,
        access: view_access(project, target, OperationScript::Events),
    }
    .render()
}

#[derive(Template)]
#[template(path = "operation/freshness.sql")]
struct Freshness {
    header: Sql,
    view: Sql,
    entities: Vec<Fresh>,
    access: Vec<ViewAccess>,
}

struct Fresh {
    entity: Literal,
    raw: Sql,
    within_hours: u32,
}

fn freshness(project: &Project, target: &Target) -> Result<String, askama::Error> {
    let fresh = |id: EntityId| {
        let entity = project.entity(id);
        Some(Fresh {
            entity: Literal::new(&entity.name),
            raw: raw(project, target, id),
            within_hours: entity.fresh_within_hours?,
        })
    };
    Freshness {
        header: header("How long ago each entity got its newest file, run after an update.", ORIGIN)?,
        view: full_name(target, OperationView::Freshness.name()),
        entities: fresh_entities(project).filter_map(fresh).collect(),
        access: view_access(project, target, OperationScript::Freshness),
    }
    .render()
}

#[derive(Template)]
#[template(path = "operation/minimum.sql")]
struct Minimum {
    header: Sql,
    raw: Sql,
    rows: u64,
    message: Literal,
}

fn minimum(project: &Project, target: &Target, id: EntityId) -> Result<String, askama::Error> {
    let entity = project.entity(id);
    let name = &entity.name;
    Minimum {
        header: header(&format!("Fails when too few lines of {name} were delivered, run after an update."), ORIGIN)?,
        raw: raw(project, target, id),
        rows: entity.row_count.map_or(0, |count| count.min),
        message: Literal::new(format!("too few lines of {name} were delivered")),
    }
    .render()
}

#[derive(Template)]
#[template(path = "operation/gate.sql")]
struct Gate {
    header: Sql,
    reconciliation: Sql,
    message: Literal,
}

fn gate(project: &Project, target: &Target, id: MetricId) -> Result<String, askama::Error> {
    let name = project.metrics.get(id.0).map_or("", |metric| metric.name.as_str());
    let reconciliation = plan::reconciliation_name(name);
    Gate {
        header: header(&format!("Fails when a table of {name} does not reconcile, run after an update."), ORIGIN)?,
        reconciliation: Sql::name(ObjectPlace::of_dataset(target, Dataset::Reconciliation(id), &reconciliation)),
        message: Literal::new(format!("tables of {name} do not reconcile")),
    }
    .render()
}
