//! SQL statements: polled to their end, all rows or an error.

use serde_json::{Value, json};

use super::{Script, json as of_json};
use lakegen::deploy::client::api::statements::{self, Rows, Statement};
use lakegen::deploy::client::error::{Error, ErrorKind};

const STATEMENT: Statement<'static> = Statement { statement: "SELECT 1", warehouse_id: "w", parameters: &[] };

fn run(answers: &[Value]) -> (Result<Rows, Error>, Vec<String>) {
    let script = Script::new(answers.iter().map(|answer| of_json(200, answer)));
    let result = statements::run(&script.client(), &STATEMENT);
    let lines = script.lines();
    (result, lines)
}

fn state(state: &str) -> Value {
    json!({"statement_id": "s", "status": {"state": state}})
}

#[test]
fn a_statement_is_waited_for_and_read_whole() {
    let manifest =
        json!({"schema": {"columns": [{"name": "A"}, {"name": "b"}]}, "total_row_count": 3, "total_chunk_count": 3});
    let done = json!({"statement_id": "s", "status": {"state": "SUCCEEDED"}, "manifest": manifest,
        "result": {"data_array": [["1", null]], "chunk_index": 0, "next_chunk_index": 1}});
    // The second chunk does not name the third; the manifest counts it.
    let second = json!({"chunk_index": 1, "data_array": [["2", "x"]]});
    let third = json!({"chunk_index": 2, "data_array": [["3", ""]]});
    let (rows, lines) = run(&[state("PENDING"), state("RUNNING"), done, second, third]);
    let rows = rows.unwrap();
    assert_eq!((rows.column("a"), rows.column("c")), (Some(0), None));
    let texts = |row: &[Option<&str>]| row.iter().map(|v| v.map(str::to_owned)).collect::<Vec<_>>();
    assert_eq!(rows.rows, [texts(&[Some("1"), None]), texts(&[Some("2"), Some("x")]), texts(&[Some("3"), Some("")])]);
    assert_eq!(
        lines,
        [
            "POST /api/2.0/sql/statements",
            "GET /api/2.0/sql/statements/s",
            "GET /api/2.0/sql/statements/s",
            "GET /api/2.0/sql/statements/s/result/chunks/1",
            "GET /api/2.0/sql/statements/s/result/chunks/2",
        ]
    );
}

#[test]
fn rows_that_do_not_come_whole_are_an_error() {
    let columns = json!({"columns": [{"name": "a"}]});
    for (manifest, result) in [
        (json!({"schema": columns, "total_row_count": 300, "truncated": true}), json!({"data_array": [["1"]]})),
        (json!({"schema": columns, "total_row_count": 2, "total_chunk_count": 1}), json!({"data_array": [["1"]]})),
        (json!({"schema": columns, "total_row_count": 1}), json!({"data_array": [["1", "2"]]})),
        (json!({"schema": columns, "total_row_count": 1}), json!({})),
        (json!({"schema": columns}), json!({"data_array": [["1"]], "next_chunk_index": 0})),
    ] {
        let answer =
            json!({"statement_id": "s", "status": {"state": "SUCCEEDED"}, "manifest": manifest, "result": result});
        let (rows, _) = run(&[answer]);
        assert!(matches!(rows.unwrap_err().kind, ErrorKind::Truncated | ErrorKind::Unreadable), "{manifest} {result}");
    }
    let (rows, _) = run(&[json!({"statement_id": "s", "status": {"state": "SUCCEEDED"}})]);
    assert_eq!(rows.unwrap(), Rows::default(), "a statement that gives no rows");
}

#[test]
fn a_statement_that_fails_says_what_kind_of_failure_it_is() {
    let failed = |message: &str, sql_state: Option<&str>| {
        let error = json!({"error_code": "BAD_REQUEST", "message": message});
        json!({"statement_id": "s", "status": {"state": "FAILED", "error": error, "sql_state": sql_state}})
    };
    for (message, sql_state, kind, code) in [
        ("[TABLE_OR_VIEW_NOT_FOUND] no t", Some("42P01"), ErrorKind::NotFound, "TABLE_OR_VIEW_NOT_FOUND"),
        ("[INSUFFICIENT_PERMISSIONS] no", None, ErrorKind::Denied, "INSUFFICIENT_PERMISSIONS"),
        ("[SCHEMA_ALREADY_EXISTS] s", None, ErrorKind::Exists, "SCHEMA_ALREADY_EXISTS"),
        (
            "[DIVIDE_BY_ZERO] x",
            Some("22012"),
            ErrorKind::Statement { sql_state: Some("22012".into()) },
            "DIVIDE_BY_ZERO",
        ),
        ("no condition", None, ErrorKind::Statement { sql_state: None }, "BAD_REQUEST"),
    ] {
        let (result, _) = run(&[failed(message, sql_state)]);
        let error = result.unwrap_err();
        assert_eq!((error.kind, error.code.as_deref()), (kind, Some(code)), "{message}");
    }
    let (result, _) = run(&[state("CANCELED")]);
    assert_eq!(
        result.unwrap_err().to_string(),
        "the statement failed: it ended as CANCELED (`POST /api/2.0/sql/statements`)"
    );
}

#[test]
fn a_statement_without_end_is_cancelled() {
    let mut answers = vec![state("RUNNING"); 1000];
    let polls = answers.len();
    answers.truncate(250);
    answers.push(json!({}));
    let script = Script::new(answers.iter().map(|answer| of_json(200, answer)));
    // The script holds one answer that is no state: the cancellation takes it when the polls are over.
    let error = statements::run(&script.client(), &STATEMENT).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::TimedOut | ErrorKind::Unreadable));
    assert!(script.lines().len() < polls);
    assert!(script.lines().iter().any(|line| line == "POST /api/2.0/sql/statements/s/cancel"));
}
