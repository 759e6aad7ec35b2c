//! Programs that read over REST, to be run as they are or used as a starting point.

use askama::Template;

use super::RestReader;

#[derive(Template)]
#[template(path = "serving/client.py", escape = "none")]
struct Python<'a> {
    name: &'a str,
    tables: Vec<&'a str>,
}

/// A client in Python that reads every page of a table.
pub fn python(reader: &RestReader<'_>) -> Result<String, askama::Error> {
    let tables = reader.readings.iter().map(|reading| reading.table.as_str()).collect();
    Python { name: reader.name, tables }.render()
}

#[derive(Template)]
#[template(path = "serving/client.sh", escape = "none")]
struct ShellClient<'a> {
    name: &'a str,
    tables: Vec<&'a str>,
}

/// A script that does the same with curl and jq.
pub fn shell(reader: &RestReader<'_>) -> Result<String, askama::Error> {
    let tables = reader.readings.iter().map(|reading| reading.table.as_str()).collect();
    ShellClient { name: reader.name, tables }.render()
}
