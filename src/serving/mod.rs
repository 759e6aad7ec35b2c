//! What readers outside the workspace start from: REST access for programs, dashboards for people.
//!
//! Everything here reads tables that the pipeline makes, with the rights that governance gives; nothing here defines a
//! table or grants a right. A program is a service principal of the project: each gets an OpenAPI document of the
//! statements it may run, and a client that runs them. Each metric with a time column gets a dashboard to begin with.

mod client;
mod dashboard;
mod openapi;
mod reading;
mod widget;

use crate::model::{MetricId, Principal, Project};
use crate::plan::Dataset;
use crate::plan::access::readers;
use crate::render::{RenderError, RenderedFile};
use reading::Reading;

/// A program that reads over REST.
struct Reader<'a> {
    /// Name of the principal in the project.
    name: &'a str,
    /// What it may read, by name of the table.
    readings: Vec<Reading>,
}

/// All files: a document and two clients for each program, a dashboard for each metric over time.
///
/// # Errors
/// A template that can't be filled, which is a fault of the compiler.
pub fn serving(project: &Project) -> Result<Vec<RenderedFile>, RenderError> {
    let mut files = vec![];
    for reader in readers_over_rest(project) {
        let path = |extension: &str| format!("openapi/{}.{extension}", reader.name);
        files.push(RenderedFile::of(path("json"), format!("{:#}", openapi::document(project, &reader))));
        for (extension, text) in [("py", client::python(&reader)), ("sh", client::shell(project, &reader))] {
            let text = text.map_err(|source| RenderError::new(&path(extension), source))?;
            files.push(RenderedFile::of(path(extension), text));
        }
    }
    for metric in &project.metrics {
        let dashboard = dashboard::dashboard(metric);
        let path = format!("dashboards/{}.lvdash.json", metric.name);
        files.extend(dashboard.map(|dashboard| RenderedFile::of(path, dashboard)));
    }
    Ok(files)
}

/// The service principals that may read a table of a metric, in the order of the project.
fn readers_over_rest(project: &Project) -> Vec<Reader<'_>> {
    let Some(target) = project.default_target() else { return vec![] };
    let programs = target.principals.iter().filter(|(_, p)| matches!(p, Principal::ServicePrincipal(_)));
    let readers = programs.map(|(name, _)| Reader { name, readings: readings(project, name) });
    readers.filter(|reader| !reader.readings.is_empty()).collect()
}

fn readings(project: &Project, principal: &str) -> Vec<Reading> {
    let may_read = |dataset| {
        let audiences = readers(project, dataset).into_iter().filter_map(|id| project.audiences.get(id.0));
        audiences.into_iter().any(|audience| audience.members.iter().any(|member| member == principal))
    };
    let tables = project.metrics.iter().enumerate().flat_map(|(id, metric)| {
        (0..metric.tables.len()).map(move |table| (metric, table, Dataset::MetricTable(MetricId(id), table)))
    });
    let allowed = tables.filter(|(.., dataset)| may_read(*dataset));
    let mut readings: Vec<Reading> =
        allowed.filter_map(|(metric, table, _)| Reading::of(project, metric, metric.tables.get(table)?)).collect();
    readings.sort_by(|a, b| a.table.cmp(&b.table));
    readings
}
