//! Files of a new project: a small example, or specs inferred from CSV, JSON and Parquet files.
//!
//! Everything here is a pure function from texts to texts; where they go, and that nothing is overwritten, is decided by
//! `gen init`. What is inferred is a start for people to read and change, so every guess is visible in the spec.

mod column;
mod entity;
mod events;
mod example;
mod fields;
mod file;
mod form;
mod found;
mod group;
mod names;
mod pattern;
mod personal;
mod table;
mod text;
#[cfg(feature = "engine")]
mod typed;

pub use example::example;
pub use file::{DataFile, is_data_name, is_hidden};
pub use names::project_name;

use askama::Template;

use crate::spec::SpecKind;
use crate::validate;
use entity::InferredEntity;

/// A file of a new project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectFile {
    /// Path below the project directory, `/`-separated.
    pub path: String,
    /// Its content as it is written.
    pub bytes: Vec<u8>,
}

impl ProjectFile {
    fn new(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        ProjectFile { path: path.into(), bytes: bytes.into() }
    }
}

/// Why no project could be made.
#[derive(Debug, thiserror::Error)]
pub enum ScaffoldError {
    /// A file is not CSV that can be read.
    #[error("cannot read `{file}` as CSV: {reason}")]
    Csv {
        /// The file, as it was given.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file is not JSON that can be read.
    #[error("cannot read `{file}` as JSON: {reason}")]
    Json {
        /// The file, as it was given.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file is of neither format.
    #[error("cannot read `{file}`: {reason}")]
    Unreadable {
        /// The file, as it was given.
        file: String,
        /// Why it can't be read.
        reason: String,
    },
    /// No file has a field.
    #[error("no entity can be made of these files: {0}")]
    Nothing(String),
    /// Two files have the same name.
    #[error("two of the files are called `{0}`, and both would be copied to the same directory")]
    SameName(String),
    /// A template could not be filled, which is a fault of the compiler.
    #[error(transparent)]
    Template(#[from] askama::Error),
}

/// Directory of sample data in a project; `gen run` reads it unless told otherwise.
pub const SAMPLES: &str = "samples";

#[derive(Template)]
#[template(path = "init/project.yml")]
struct ProjectView<'a> {
    name: &'a str,
    description: &'a str,
}

#[derive(Template)]
#[template(path = "init/README.md")]
struct ReadmeView<'a> {
    name: &'a str,
    description: &'a str,
    metric: Option<&'a str>,
    table: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "init/metric.yml")]
struct NewMetricView<'a> {
    metric: &'a entity::InferredMetric,
}

/// A project, and what is to be said of how it came about.
#[derive(Debug)]
pub struct InferredProject {
    /// Its files, sorted by path.
    pub files: Vec<ProjectFile>,
    /// What was left out, a sentence each.
    pub left_out: Vec<String>,
}

/// A project whose entities are those of CSV, JSON and Parquet files. Files whose names differ in digits and dates only are one
/// entity.
///
/// # Errors
/// A file that is none of these, or two files of one name.
pub fn from_files(name: &str, files: &[DataFile]) -> Result<InferredProject, ScaffoldError> {
    let mut names = std::collections::BTreeSet::new();
    if let Some(twice) = files.iter().find(|f| !names.insert(&f.name)) {
        return Err(ScaffoldError::SameName(twice.name.clone()));
    }
    let mut left_out = vec![];
    let mut tables = group::tables(files)?;
    tables.retain(|table| {
        if table.columns.is_empty() {
            left_out.push(format!("{}: no fields that columns can be read from", table.files.join(", ")));
        }
        !table.columns.is_empty()
    });
    if tables.is_empty() {
        return Err(ScaffoldError::Nothing(left_out.join("; ")));
    }
    let read: Vec<String> = tables.iter().flat_map(|table| table.files.clone()).collect();
    let entities = entity::infer(tables);
    let mut out = common(name, "Inferred from files; every guess wants to be read before it is relied on.")?;
    for entity in &entities {
        out.push(ProjectFile::new(format!("specs/entities/{}.yml", entity.name), entity_text(entity)?));
    }
    let metric = entity::starter_metric(&entities);
    if let Some(metric) = &metric {
        let text = NewMetricView { metric }.render()?;
        out.push(ProjectFile::new(format!("specs/metrics/{}.yml", metric.name), end_line(&text)));
    }
    let first = metric.as_ref().map(|m| (m.name.as_str(), m.table.as_str()));
    out.push(readme(name, "Entities inferred from files.", first)?);
    let kept = files.iter().filter(|file| read.contains(&file.name));
    out.extend(kept.map(|file| ProjectFile::new(format!("{SAMPLES}/{}", file.name), file.bytes.clone())));
    if let Some(ignored) = out.iter_mut().find(|file| file.path == IGNORED) {
        // What was copied from real files may be about real persons.
        ignored.bytes.extend(format!("# Copies of real files.\n/{SAMPLES}/\n").bytes());
    }
    out.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(InferredProject { files: out, left_out })
}

/// The list of what version control leaves out.
const IGNORED: &str = ".gitignore";

fn entity_text(entity: &InferredEntity) -> Result<String, askama::Error> {
    Ok(end_line(&entity.render()?))
}

/// What every project has: the project file, schemas for editors, a list of what version control leaves out.
fn common(name: &str, description: &str) -> Result<Vec<ProjectFile>, askama::Error> {
    let project = ProjectView { name, description }.render()?;
    let mut out = vec![
        ProjectFile::new("specs/project.yml", end_line(&project)),
        ProjectFile::new(IGNORED, "# Tables of local runs.\n/.gen/\n"),
        ProjectFile::new(".gitattributes", ATTRIBUTES),
    ];
    out.extend(schemas());
    Ok(out)
}

/// What version control keeps as it is: line ends of the output are compared and deployed, those of samples are data.
const ATTRIBUTES: &str = "\
# Written by gen: the same bytes on every system.
/generated/** text eol=lf linguist-generated
/generated.granted.jsonl text eol=lf merge=union
# Data, byte for byte.
/samples/** -text
";

/// The JSON Schemas of all kinds of spec, where the first line of each spec expects them.
pub fn schemas() -> Vec<ProjectFile> {
    let file =
        |kind: SpecKind| ProjectFile::new(format!("schemas/{}.schema.json", kind.key()), validate::schema_text(kind));
    SpecKind::ALL.into_iter().map(file).collect()
}

fn readme(name: &str, description: &str, metric: Option<(&str, &str)>) -> Result<ProjectFile, askama::Error> {
    let view = ReadmeView { name, description, metric: metric.map(|m| m.0), table: metric.map(|m| m.1) };
    Ok(ProjectFile::new("README.md", end_line(&view.render()?)))
}

/// Text files end with one line break.
fn end_line(text: &str) -> String {
    format!("{}\n", text.trim_end())
}
