//! Programs that read over REST, to be run as they are or to be copied from.

use askama::Template;

use super::Reader;
use crate::model::Project;

#[derive(Template)]
#[template(path = "serving/client.py", escape = "none")]
struct Python<'a> {
    name: &'a str,
    tables: Vec<&'a str>,
}

/// A client in Python that reads every page of a table.
pub fn python(reader: &Reader<'_>) -> Result<String, askama::Error> {
    let tables = reader.readings.iter().map(|reading| reading.table.as_str()).collect();
    Python { name: reader.name, tables }.render()
}

#[derive(Template)]
#[template(path = "serving/client.sh", escape = "none")]
struct Shell<'a> {
    name: &'a str,
    table: &'a str,
    target: String,
}

/// A script that reads the first page of one table, to show the requests.
pub fn shell(project: &Project, reader: &Reader<'_>) -> Result<String, askama::Error> {
    let table = reader.readings.last().map_or("", |reading| reading.table.as_str());
    let target = project.default_target().map_or("", |target| target.name.as_str());
    Shell { name: reader.name, table, target: format!("[\"{target}\"]") }.render()
}
