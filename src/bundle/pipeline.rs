//! The pipeline of a project.

use indexmap::IndexMap;

use super::reference::{self, CATALOG, FILES, LANDING, RUN_AS, SCHEMA};
use super::resource::{Channel, EventLog, Glob, Library, Pipeline, PipelineEvent, PipelineNotification, RunAs};
use crate::model::{Principal, Project, Target};
use crate::plan::{self, ArtifactKind, BuildPlan};

/// How many source files a pipeline may name one by one (page "Pipeline limitations" of the documentation).
const MAX_NAMED_FILES: usize = 100;

/// The pipeline that runs the datasets of the plan.
pub fn pipeline(project: &Project, plan: &BuildPlan) -> Pipeline {
    let sources = format!("{}/{}", reference::to(FILES), plan::Folder::Pipeline.name());
    Pipeline {
        name: project.name.clone(),
        catalog: reference::to(CATALOG),
        schema: reference::to(SCHEMA),
        serverless: true,
        channel: Channel::Current,
        libraries: libraries(plan, &sources),
        root_path: sources,
        configuration: configuration(project),
        run_as: run_as(project),
        event_log: EventLog {
            name: plan::event_log_name(project),
            catalog: reference::to(CATALOG),
            schema: reference::to(SCHEMA),
        },
        notifications: notifications(project),
        tags: tags(project),
        budget_policy_id: None,
        clusters: vec![],
    }
}

/// What the sources call `${landing}`, and where layers are that some target has in another schema. A name of a schema stands
/// in SQL, where it may need quotes.
fn configuration(project: &Project) -> IndexMap<String, String> {
    let mut configuration: IndexMap<String, String> = [("landing".to_owned(), reference::to(LANDING))].into();
    let quoted = |name: &str| format!("`{}`", reference::to(name));
    for layer in project.placed_layers() {
        configuration.entry("schema".to_owned()).or_insert_with(|| quoted(SCHEMA));
        configuration.insert(layer.parameter().to_owned(), quoted(&reference::schema_of(layer)));
    }
    configuration
}

/// The sources, file by file: what somebody else put into the folder is not run. A pipeline of too many files has to
/// name the folder; then nothing but the check of the output directory keeps other files out of it.
fn libraries(plan: &BuildPlan, folder: &str) -> Vec<Library> {
    let is_source = |kind| matches!(kind, ArtifactKind::Dataset(_));
    let files: Vec<&str> = plan.artifacts.iter().filter(|a| is_source(a.kind)).map(plan::Artifact::path).collect();
    let library = |include: String| Library { glob: Glob { include } };
    if files.len() > MAX_NAMED_FILES {
        return vec![library(format!("{folder}/**"))];
    }
    files.into_iter().map(|file| library(format!("{}/{file}", reference::to(FILES)))).collect()
}

/// Whom pipeline, jobs and alerts run as: where every target names a service principal, because they are the same resources
/// in all of them.
pub fn run_as(project: &Project) -> Option<RunAs> {
    let is_named = project.targets.iter().all(|target| principal(target).is_some());
    is_named.then(|| RunAs { service_principal_name: reference::to(RUN_AS) })
}

/// The service principal that the pipeline runs as in a target.
pub fn principal(target: &Target) -> Option<&str> {
    match &target.run_as {
        Some(Principal::ServicePrincipal(id)) => Some(id),
        Some(Principal::Group(_)) | None => None,
    }
}

/// Tags of everything that belongs to the project.
pub fn tags(project: &Project) -> IndexMap<String, String> {
    [("project".to_owned(), project.name.clone())].into()
}

/// The single failed flow is told too: in a triggered update the others go on.
fn notifications(project: &Project) -> Vec<PipelineNotification> {
    let told = PipelineNotification {
        email_recipients: project.notify.clone(),
        alerts: vec![PipelineEvent::OnUpdateFailure, PipelineEvent::OnUpdateFatalFailure, PipelineEvent::OnFlowFailure],
    };
    if project.notify.is_empty() { vec![] } else { vec![told] }
}
