//! Starting points for readers outside the workspace: REST access for programs, dashboards for people.
//!
//! Everything here reads tables that the pipeline creates, with the privileges that governance grants; nothing here
//! defines a table or grants a privilege. A program is a service principal of the project: each gets an OpenAPI
//! document of the statements it may run, and a client that runs them. Each metric with a time column gets a
//! dashboard.

mod client;
mod dashboard;
mod openapi;
mod parameter;
mod reading;
mod widget;

use crate::model::{PrincipalId, Project};
use crate::plan::{self, ArtifactKind, BuildPlan, ReaderFile};
use crate::render::{RenderError, RenderedFile};
use reading::TableReading;

/// A program that reads over REST.
struct RestReader<'a> {
    /// Name of the principal in the project.
    name: &'a str,
    /// What it may read, by name of the table.
    readings: Vec<TableReading>,
}

/// All files: a document and two clients for each program, a dashboard for each metric over time.
///
/// # Errors
/// A template that can't be filled, which is a fault of the compiler.
pub fn serving(project: &Project, plan: &BuildPlan) -> Result<Vec<RenderedFile>, RenderError> {
    let files = plan.artifacts.iter().filter_map(|artifact| {
        let text = match artifact.kind {
            ArtifactKind::Reader(reader, file) => text(project, reader, file),
            ArtifactKind::Dashboard(id) => dashboard::dashboard(project.metrics.get(id.0)?),
            _ => return None,
        };
        Some(RenderedFile::of(artifact, text))
    });
    files.collect()
}

fn text(project: &Project, reader: PrincipalId, file: ReaderFile) -> Result<String, askama::Error> {
    let name = plan::serving::reader_name(project, reader);
    let readings =
        plan::serving::readings(project, name).map(|(metric, table)| TableReading::of(project, metric, table));
    let mut readings: Vec<TableReading> = readings.collect::<Result<_, _>>()?;
    readings.sort_by(|a, b| a.table.cmp(&b.table));
    let reader = RestReader { name, readings };
    match file {
        ReaderFile::Document => Ok(format!("{:#}", openapi::document(project, &reader))),
        ReaderFile::Python => client::python(&reader),
        ReaderFile::Shell => client::shell(&reader),
    }
}
