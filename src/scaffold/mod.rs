//! Files of a new project: a small example, or specs inferred from CSV files.
//!
//! Everything here is a pure function from texts to texts; where they go, and that nothing is overwritten, is decided by
//! `gen init`. What is inferred is a start for people to read and change, so every guess is visible in the spec.

mod column;
mod entity;
mod example;
mod form;
mod names;
mod personal;
mod table;
mod text;

pub use example::example;
pub use names::project_name;

use std::collections::BTreeMap;

use askama::Template;

use crate::resolve::ending_of_other_format;
use crate::spec::SpecKind;
use crate::validate;
use entity::InferredEntity;
use table::CsvTable;

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

/// A CSV file that entities are inferred from.
#[derive(Debug, Clone)]
pub struct CsvFile {
    /// Its name, without directories.
    pub name: String,
    /// Its content as it was read, in whatever encoding.
    pub bytes: Vec<u8>,
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

/// A project whose entities are those of CSV files. Files whose names differ in digits and dates only are one entity.
///
/// # Errors
/// A file that is no CSV, or two files of one name.
pub fn from_csv(name: &str, files: &[CsvFile]) -> Result<Vec<ProjectFile>, ScaffoldError> {
    let mut names = std::collections::BTreeSet::new();
    if let Some(twice) = files.iter().find(|f| !names.insert(&f.name)) {
        return Err(ScaffoldError::SameName(twice.name.clone()));
    }
    if let Some((file, ending)) = files.iter().find_map(|f| Some((f, ending_of_other_format(&f.name)?))) {
        return Err(ScaffoldError::Csv { file: file.name.clone(), reason: format!("`.{ending}` files are not CSV") });
    }
    let mut grouped: BTreeMap<String, Vec<CsvTable>> = BTreeMap::new();
    for file in files {
        grouped.entry(names::entity_name(&file.name)).or_default().push(CsvTable::read(file)?);
    }
    let entities = entity::infer(&grouped);
    let mut out = common(name, "Inferred from CSV files; every guess wants to be read before it is relied on.")?;
    for entity in &entities {
        out.push(ProjectFile::new(format!("specs/entities/{}.yml", entity.name), entity_text(entity)?));
    }
    let metric = entity::starter_metric(&entities);
    if let Some(metric) = &metric {
        let text = NewMetricView { metric }.render()?;
        out.push(ProjectFile::new(format!("specs/metrics/{}.yml", metric.name), end_line(&text)));
    }
    out.push(readme(
        name,
        "Entities inferred from CSV files.",
        metric.as_ref().map(|m| (m.name.as_str(), m.table.as_str())),
    )?);
    out.extend(files.iter().map(|file| ProjectFile::new(format!("{SAMPLES}/{}", file.name), file.bytes.clone())));
    if let Some(ignored) = out.iter_mut().find(|file| file.path == IGNORED) {
        // What was copied from real files may be about real persons.
        ignored.bytes.extend(format!("# Copies of real files.\n/{SAMPLES}/\n").bytes());
    }
    out.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(out)
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
