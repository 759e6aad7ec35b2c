//! The pipeline of a project.

use indexmap::IndexMap;

use super::reference::{self, CATALOG, FILES, LANDING, SCHEMA};
use super::resource::{Channel, EventLog, Glob, Library, Pipeline, PipelineEvent, PipelineNotification};
use crate::model::Project;
use crate::plan;

/// The pipeline that runs everything below `pipeline/`.
pub fn pipeline(project: &Project) -> Pipeline {
    let sources = format!("{}/pipeline", reference::to(FILES));
    Pipeline {
        name: project.name.clone(),
        catalog: reference::to(CATALOG),
        schema: reference::to(SCHEMA),
        serverless: true,
        channel: Channel::Current,
        libraries: vec![Library { glob: Glob { include: format!("{sources}/**") } }],
        root_path: sources,
        // What the sources call `${landing}`.
        configuration: [("landing".to_owned(), reference::to(LANDING))].into(),
        event_log: EventLog {
            name: plan::event_log_name(project),
            catalog: reference::to(CATALOG),
            schema: reference::to(SCHEMA),
        },
        notifications: notifications(project),
        tags: tags(project),
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
