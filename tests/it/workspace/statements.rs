//! The interface by which SQL statements are run, and the warehouses that run them.

use serde_json::{Value, json};

use super::asked::{Answer, Asked, Refusal, Reply, done, invalid, missing};
use super::sql::{self, Table};
use super::state::State;

/// Rows of a chunk, unless pages are those of a real workspace.
const CHUNK: usize = 2;

pub fn answer(state: &mut State, asked: &Asked, verb: &str, path: &str) -> Answer {
    match (verb, path) {
        ("GET", "sql/warehouses") => asked.page("warehouses", state.warehouses.values().cloned().collect()),
        ("GET", "sql/warehouses/{id}") => {
            let found = state.warehouses.get(&asked.params[0]).cloned();
            found.map_or_else(|| missing("The warehouse"), |warehouse| Ok(Reply::Json(warehouse)))
        }
        ("POST", "sql/warehouses/{id}/start") => done(),
        ("POST", "sql/statements") => run(state, asked),
        ("POST", _) => done(),
        ("GET", "sql/statements/{statement_id}") => {
            let found = state.statements.get(&asked.params[0]).cloned();
            found.map_or_else(|| missing("The statement"), |answer| Ok(Reply::Json(first_chunk(&answer))))
        }
        _ => {
            let at: usize = asked.params[1].parse().unwrap_or(usize::MAX);
            let chunks = state.statements.get(&asked.params[0]).and_then(|answer| answer["chunks"].as_array());
            match chunks.and_then(|chunks| chunks.get(at)) {
                Some(rows) => Ok(Reply::Json(json!({"chunk_index": at, "data_array": rows}))),
                None => missing("The chunk"),
            }
        }
    }
}

fn run(state: &mut State, asked: &Asked) -> Answer {
    if !state.warehouses.contains_key(asked.text("warehouse_id")) {
        return missing("The warehouse");
    }
    let wait = asked.text("wait_timeout");
    if !matches!(wait.trim_end_matches('s').parse::<u32>(), Ok(0 | 5..=50)) && !wait.is_empty() {
        return invalid("`wait_timeout` is 0s or 5s to 50s");
    }
    let id = state.key("statement");
    // As a transaction: a statement that fails leaves nothing.
    let mut after = state.clone();
    let answer = match sql::run(&mut after, &asked.who, asked.text("statement")) {
        Ok(table) => {
            *state = after;
            succeeded(&id, &table, if state.page.is_some() { usize::MAX } else { CHUNK })
        }
        Err(refusal) => failed(&id, &refusal),
    };
    state.statements.insert(id.clone(), answer.clone());
    // Some statements take longer than the server waits.
    if state.statements.len().is_multiple_of(4) {
        return Ok(Reply::Json(json!({"statement_id": id, "status": {"state": "PENDING"}})));
    }
    Ok(Reply::Json(first_chunk(&answer)))
}

fn succeeded(id: &str, table: &Table, rows: usize) -> Value {
    let column = |(at, name): (usize, &String)| json!({"name": name, "position": at, "type_text": "STRING", "type_name": "STRING"});
    let columns: Vec<Value> = table.columns.iter().enumerate().map(column).collect();
    let chunks: Vec<&[Vec<Option<String>>]> = table.rows.chunks(rows).collect();
    let manifest = json!({"schema": {"columns": columns}, "total_row_count": table.rows.len(),
        "total_chunk_count": chunks.len(), "truncated": false});
    json!({"statement_id": id, "status": {"state": "SUCCEEDED"}, "manifest": manifest, "chunks": chunks})
}

/// As the interface shows it: with the first chunk.
fn first_chunk(answer: &Value) -> Value {
    let mut answer = answer.clone();
    let chunks = answer.as_object_mut().and_then(|fields| fields.remove("chunks"));
    if let Some(rows) = chunks.as_ref().and_then(|chunks| chunks.get(0)) {
        answer["result"] = json!({"chunk_index": 0, "data_array": rows});
        if chunks.as_ref().and_then(Value::as_array).is_some_and(|chunks| chunks.len() > 1) {
            answer["result"]["next_chunk_index"] = 1.into();
        }
    }
    answer
}

fn failed(id: &str, refusal: &Refusal) -> Value {
    let (condition, sql_state) = match refusal.code {
        "PERMISSION_DENIED" => ("INSUFFICIENT_PERMISSIONS", "42501"),
        "TABLE_DOES_NOT_EXIST" => ("TABLE_OR_VIEW_NOT_FOUND", "42P01"),
        "ROUTINE_DOES_NOT_EXIST" => ("ROUTINE_NOT_FOUND", "42883"),
        "PRINCIPAL_DOES_NOT_EXIST" => ("PRINCIPAL_NOT_FOUND", "28000"),
        code if code.ends_with("_DOES_NOT_EXIST") => ("OBJECT_NOT_FOUND", "42704"),
        code if code.ends_with("ALREADY_EXISTS") => ("OBJECT_ALREADY_EXISTS", "42710"),
        "PARSE_SYNTAX_ERROR" => ("PARSE_SYNTAX_ERROR", "42601"),
        _ => ("INVALID", "22023"),
    };
    let message = format!("[{condition}] {}", refusal.message);
    json!({"statement_id": id, "status": {"state": "FAILED", "sql_state": sql_state,
        "error": {"error_code": "BAD_REQUEST", "message": message}}})
}
