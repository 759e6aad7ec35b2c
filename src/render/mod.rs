//! Turns the build plan into text: one template per kind of file, one view per template.
//!
//! Views are plain data made of [`text`] values; templates only loop over them and omit clauses. The same project
//! gives the same bytes.

mod checked;
mod columns;
mod constant;
mod files;
mod filters;
mod governance;
mod layers;
mod metric;
mod names;
pub mod operation;
mod quality;
pub mod query;
mod storage;
mod table;
pub mod text;
mod typed;

pub use governance::administration;

use std::cell::OnceCell;
use std::sync::Arc;

use askama::Template;

use crate::model::{MetricId, Project};
use crate::plan::{Artifact, ArtifactKind, BuildPlan, Dataset, Governance};
use layers::LayerNames;
use metric::MetricQuery;

/// A file of the output with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedFile {
    /// What it is.
    pub artifact: Artifact,
    /// The text. All who keep it share it.
    pub text: Arc<str>,
}

impl RenderedFile {
    /// The file with the text that a template gave; it ends with one line break.
    ///
    /// # Errors
    /// When the template could not be filled.
    pub fn of(artifact: &Artifact, text: Result<String, askama::Error>) -> Result<RenderedFile, RenderError> {
        match text {
            Ok(mut text) => {
                text.truncate(text.trim_end().len());
                text.push('\n');
                Ok(RenderedFile { artifact: artifact.clone(), text: text.into() })
            }
            Err(source) => Err(RenderError::new(artifact, source)),
        }
    }
}

/// A template could not be filled, which is a fault of the compiler.
#[derive(Debug, thiserror::Error)]
#[error("template of `{path}`: {source}")]
pub struct RenderError {
    path: String,
    source: askama::Error,
}

impl RenderError {
    /// The template of a file failed.
    pub fn new(artifact: &Artifact, source: askama::Error) -> RenderError {
        RenderError { path: artifact.path().to_owned(), source }
    }
}

/// Renders what is judged before anything is built, in the order of the plan: the pipeline, and what governs it.
///
/// # Errors
/// A template that can't be filled, which is a fault of the compiler.
pub fn render(project: &Project, plan: &BuildPlan) -> Result<Vec<RenderedFile>, RenderError> {
    let datasets = Datasets::of(project);
    let names = LayerNames::of(project, plan);
    let judged = plan.artifacts.iter().filter_map(|artifact| {
        let text = match artifact.kind {
            ArtifactKind::Dataset(dataset) => datasets.text(dataset).map(|text| names.placed(text)),
            ArtifactKind::Governance(_, Governance::Release) => return None,
            ArtifactKind::Governance(target, concern) => governance::text(project, plan, target, concern),
            ArtifactKind::Gone(index) => governance::gone(plan, index),
            _ => return None,
        };
        Some(RenderedFile::of(artifact, text))
    });
    let mut files: Vec<RenderedFile> = judged.collect::<Result<_, _>>()?;
    for artifact in &plan.artifacts {
        if let ArtifactKind::Governance(target, Governance::Release) = artifact.kind {
            let text = governance::mark(project, plan, target, &governance::release(target, &files));
            files.push(RenderedFile::of(artifact, text)?);
        }
    }
    Ok(files)
}

/// The texts of datasets.
struct Datasets<'a> {
    project: &'a Project,
    /// The queries of the metrics, which their tables share.
    queries: Vec<OnceCell<MetricQuery<'a>>>,
}

impl<'a> Datasets<'a> {
    fn of(project: &'a Project) -> Datasets<'a> {
        Datasets { project, queries: project.metrics.iter().map(|_| OnceCell::new()).collect() }
    }

    fn query(&self, id: MetricId) -> &MetricQuery<'a> {
        self.queries[id.0].get_or_init(|| MetricQuery::of(self.project, &self.project.metrics[id.0]))
    }

    fn text(&self, dataset: Dataset) -> Result<String, askama::Error> {
        let project = self.project;
        match dataset {
            Dataset::Raw(id) => files::raw(project, project.entity(id)),
            Dataset::Skipped(id) => files::skipped(project, project.entity(id)),
            Dataset::Query(id) => query::view(project.entity(id)),
            Dataset::Checked(id) if project.entity(id).is_loaded() => checked::checked(project.entity(id)),
            Dataset::Checked(id) => typed::checked(project.entity(id)),
            Dataset::Clean(id) => table::clean(project.entity(id)),
            Dataset::Table(id) => table::table(project, id),
            Dataset::Quarantine(id) if project.entity(id).is_loaded() => table::quarantine(project, project.entity(id)),
            Dataset::Quarantine(id) => typed::quarantine(project, project.entity(id)),
            Dataset::Orphans(id) => quality::orphans(project, id),
            Dataset::Duplicates(id) => quality::duplicates(project, project.entity(id)),
            Dataset::RowCounts => quality::row_counts(project),
            Dataset::OrphanCounts => quality::orphan_counts(project),
            Dataset::MetricTable(id, table) => metric::table(self.query(id), id, table),
            Dataset::Reconciliation(id) => metric::reconciliation(self.query(id)),
        }
    }
}

/// The comment at the top of a file: what it defines, and where to change it.
#[derive(Template)]
#[template(
    source = "-- {{ title }}\n-- Generated by gen from {{ origin }}. Do not edit: change the spec and run `gen build`.\n",
    ext = "txt"
)]
struct FileHeader<'a> {
    title: &'a str,
    origin: &'a str,
}

fn header(title: &str, origin: &str) -> Result<text::Sql, askama::Error> {
    Ok(text::Sql(FileHeader { title: &one_line(title), origin: &one_line(origin) }.render()?))
}

/// A text with one space wherever it has blanks or line breaks.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// The first of `texts` that is not empty, for comments.
fn first_text<'a>(texts: &[&'a str]) -> &'a str {
    texts.iter().copied().find(|t| !t.is_empty()).unwrap_or("")
}
