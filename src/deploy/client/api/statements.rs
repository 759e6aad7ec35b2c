//! SQL statements, each run to its end with all its rows (workspace-api.md, "SQL statements and warehouses").

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::deploy::client::Client;
use crate::deploy::client::call::WorkspaceCall;
use crate::deploy::client::door::Method;
use crate::deploy::client::error::{Error, ErrorKind};

/// How long the server holds an answer back for a statement to end, as the interface writes it.
const WAIT: &str = "30s";

/// How long a statement may take, the start of its warehouse included.
pub const LONGEST: Duration = Duration::from_secs(20 * 60);

/// A statement. Run again, it must give the same: it is sent again when its answer is lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement<'s> {
    /// One statement, without a semicolon at its end.
    pub statement: &'s str,
    /// Id of the warehouse that runs it.
    pub warehouse_id: &'s str,
    /// Values of `:name` in the statement.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub parameters: &'s [Parameter<'s>],
}

/// A value of a statement. Names of tables can't be given like this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parameter<'s> {
    /// Name, without the colon.
    pub name: &'s str,
    /// Value; none is NULL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<&'s str>,
    /// Type, such as `DATE`; none is `STRING`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub of_type: Option<&'s str>,
}

/// What a statement gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// Names of columns.
    pub columns: Vec<String>,
    /// Values as texts, NULL as none.
    pub rows: Vec<Vec<Option<String>>>,
}

impl Rows {
    /// The position of a column, compared without regard to case.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.eq_ignore_ascii_case(name))
    }
}

#[derive(Serialize)]
struct Body<'s> {
    #[serde(flatten)]
    statement: &'s Statement<'s>,
    wait_timeout: &'s str,
    on_wait_timeout: &'s str,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    statement_id: String,
    status: Status,
    #[serde(default)]
    manifest: Option<Manifest>,
    #[serde(default)]
    result: Option<Chunk>,
}

#[derive(Deserialize)]
struct Status {
    state: String,
    #[serde(default)]
    error: Option<Failure>,
    #[serde(default)]
    sql_state: Option<String>,
}

#[derive(Deserialize)]
struct Failure {
    #[serde(default)]
    error_code: Option<String>,
    #[serde(default)]
    message: Option<String>,
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    schema: Schema,
    #[serde(default)]
    total_row_count: Option<usize>,
    #[serde(default)]
    total_chunk_count: Option<usize>,
    #[serde(default)]
    truncated: bool,
}

#[derive(Default, Deserialize)]
struct Schema {
    #[serde(default)]
    columns: Vec<Column>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
}

#[derive(Default, Deserialize)]
struct Chunk {
    #[serde(default)]
    data_array: Option<Vec<Vec<Option<String>>>>,
    #[serde(default)]
    next_chunk_index: Option<usize>,
}

const STATEMENTS: [&str; 4] = ["api", "2.0", "sql", "statements"];

fn path<'p>(rest: &[&'p str]) -> Vec<&'p str> {
    STATEMENTS.iter().copied().chain(rest.iter().copied()).collect()
}

/// Runs a statement to its end and reads all its rows.
///
/// # Errors
/// When it fails, takes longer than [`LONGEST`], or its rows don't come whole.
pub fn run(client: &Client<'_>, statement: &Statement<'_>) -> Result<Rows, Error> {
    let body = Body { statement, wait_timeout: WAIT, on_wait_timeout: "CONTINUE" };
    let call = WorkspaceCall::post(&path(&[]), &body);
    let mut answer: Answer = client.read(&call)?;
    let (began, mut pause) = (client.door().now(), Duration::from_millis(500));
    while matches!(answer.status.state.as_str(), "PENDING" | "RUNNING") {
        if client.door().now() - began > LONGEST {
            let _ = client.done(&WorkspaceCall::new(Method::Post, &path(&[&answer.statement_id, "cancel"])));
            return Err(client.error(&call, ErrorKind::TimedOut, "the statement took too long and was cancelled"));
        }
        client.door().sleep(pause);
        pause = (pause * 2).min(Duration::from_secs(5));
        answer = client.read(&WorkspaceCall::get(&path(&[&answer.statement_id])))?;
    }
    if answer.status.state != "SUCCEEDED" {
        return Err(failure(client, &call, answer.status));
    }
    rows(client, &call, answer)
}

fn failure(client: &Client<'_>, call: &WorkspaceCall, status: Status) -> Error {
    let (code, message) = status.error.map(|e| (e.error_code, e.message)).unwrap_or_default();
    let message = message.unwrap_or_else(|| format!("it ended as {}", status.state));
    // The condition that Spark and Unity Catalog put before their messages says more than the code of the interface.
    let condition = message.strip_prefix('[').and_then(|rest| rest.split(']').next()).map(str::to_owned);
    let kind = match status.sql_state.as_deref() {
        Some("42501") => ErrorKind::Denied,
        Some("42P01" | "42704" | "42883") => ErrorKind::NotFound,
        Some("42P06" | "42P07" | "42710") => ErrorKind::Exists,
        _ => match condition.as_deref().unwrap_or_default() {
            "INSUFFICIENT_PERMISSIONS" | "PERMISSION_DENIED" => ErrorKind::Denied,
            known if known.ends_with("_NOT_FOUND") => ErrorKind::NotFound,
            known if known.ends_with("_ALREADY_EXISTS") => ErrorKind::Exists,
            _ => ErrorKind::Statement { sql_state: status.sql_state.clone() },
        },
    };
    let mut error = client.error(call, kind, &message);
    error.code = condition.or(code).map(|code| client.shown(&code));
    error
}

/// All rows, chunk by chunk: a chunk names the next one, or the manifest counts them.
fn rows(client: &Client<'_>, call: &WorkspaceCall, answer: Answer) -> Result<Rows, Error> {
    let id = answer.statement_id;
    let Some(manifest) = answer.manifest else { return Ok(Rows::default()) };
    let chunks = manifest.total_chunk_count.unwrap_or(0);
    let mut all =
        Rows { columns: manifest.schema.columns.into_iter().map(|column| column.name).collect(), rows: vec![] };
    let (mut chunk, mut at) = (answer.result.unwrap_or_default(), 0);
    loop {
        all.rows.extend(chunk.data_array.unwrap_or_default());
        let next = chunk.next_chunk_index.or((at + 1 < chunks).then_some(at + 1));
        match next {
            Some(next) if next > at => at = next,
            Some(_) => return Err(client.unreadable(call, "the chunks of the result have no end")),
            None => break,
        }
        chunk = client.read(&WorkspaceCall::get(&path(&[&id, "result", "chunks", &at.to_string()])))?;
    }
    let is_whole = manifest.total_row_count.is_none_or(|count| count == all.rows.len());
    if manifest.truncated || !is_whole || all.rows.iter().any(|row| row.len() != all.columns.len()) {
        return Err(client.error(call, ErrorKind::Truncated, "the result does not hold all rows"));
    }
    Ok(all)
}
