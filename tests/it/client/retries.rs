//! Which requests are made again, when, and for how long; as the official SDKs do it, but for what must not happen twice.

use std::time::Duration;

use serde_json::json;

use super::{Script, answer, json as of_json};
use lakegen::deploy::client::api::{files, jobs, pipelines, runs, tags};
use lakegen::deploy::client::call::WorkspaceCall;
use lakegen::deploy::client::door::{RequestFault, Response};
use lakegen::deploy::client::error::ErrorKind;

fn lost() -> Result<Response, RequestFault> {
    Err(RequestFault::Lost("connection reset".to_owned()))
}

fn not_sent() -> Result<Response, RequestFault> {
    Err(RequestFault::NotSent("refused".to_owned()))
}

fn get() -> WorkspaceCall {
    WorkspaceCall::get(&["api", "x"])
}

#[test]
fn a_server_that_is_busy_is_asked_again_when_it_says() {
    let busy = |status, after: &str| answer(status, &[("retry-after", after)], "");
    let answers = [busy(429, "7"), busy(503, "2"), busy(429, "soon"), answer(429, &[], ""), of_json(200, &json!({}))];
    let script = Script::new(answers);
    script.client().done(&get()).unwrap();
    assert_eq!(script.waits(), [7, 2, 1, 1]);
}

#[test]
fn a_server_that_asks_for_an_hour_is_not_waited_for() {
    for long in ["3600", "18446744073709551615"] {
        let script = Script::new([answer(429, &[("retry-after", long)], "")]);
        let error = script.client().done(&get()).unwrap_err();
        assert_eq!((error.kind, script.waits()), (ErrorKind::Throttled, vec![]));
    }
}

#[test]
fn what_a_server_does_not_know_was_not_carried_out_and_is_not_tried_again() {
    let answers = || [of_json(501, &json!({"error_code": "NOT_IMPLEMENTED", "message": "no such endpoint"}))];
    let script = Script::new(answers());
    let error = script.client().done(&get()).unwrap_err();
    assert_eq!((error.kind, script.waits()), (ErrorKind::Invalid { fields: vec![] }, vec![]));
    let script = Script::new(answers());
    let error = jobs::create(&script.client(), &json!({"name": "nightly"})).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid { fields: vec![] }, "it is not looked for");
}

#[test]
fn a_connection_that_fails_is_tried_for_five_minutes() {
    let script = Script::new(std::iter::repeat_with(not_sent).take(100));
    let error = script.client().done(&get()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert_eq!(script.waits()[..11], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10]);
    let total: Duration = script.slept.lock().unwrap().iter().sum();
    assert!(total < Duration::from_secs(300) && total > Duration::from_secs(280), "{total:?}");
    assert_eq!(
        error.to_string(),
        format!("cannot reach the workspace: refused (`GET /api/x`, {} attempts)", script.lines().len())
    );
}

#[test]
fn what_a_server_calls_passing_is_tried_again_whatever_the_status() {
    for message in
        ["Unexpected error", "worker env WorkerEnvId(7) not found", "RPC token bucket limit has been exceeded, sorry"]
    {
        let script = Script::new([of_json(400, &json!({"message": message})), of_json(200, &json!({}))]);
        script.client().done(&get()).unwrap();
    }
    let script = Script::new([of_json(400, &json!({"message": "another fault"}))]);
    script.client().done(&get()).unwrap_err();
}

#[test]
fn a_failure_of_the_server_is_tried_twice_more() {
    let script = Script::new(std::iter::repeat_with(|| answer(500, &[], "")).take(3));
    let error = script.client().done(&get()).unwrap_err();
    assert_eq!((error.kind, error.attempts, script.waits()), (ErrorKind::Failed, 3, vec![15, 15]));
}

#[test]
fn what_must_not_happen_twice_is_not_sent_twice() {
    for fault in [
        lost(),
        Err(RequestFault::TimedOut),
        Err(RequestFault::TooLarge),
        answer(500, &[], ""),
        answer(503, &[], ""),
        answer(504, &[], ""),
    ] {
        let script = Script::new([fault.clone()]);
        let error = jobs::create(&script.client(), &json!({"name": "n"})).unwrap_err();
        assert_eq!((error.kind, script.lines().len()), (ErrorKind::Ambiguous, 1), "{fault:?}");
    }
    for fault in [not_sent(), answer(429, &[], "")] {
        let script = Script::new([fault.clone(), of_json(200, &json!({"job_id": 1}))]);
        assert_eq!(jobs::create(&script.client(), &json!({"name": "n"})).unwrap(), 1, "{fault:?}");
    }
    let script = Script::new([lost()]);
    let error = pipelines::replace(&script.client(), "p", &json!({"name": "n"}), Some(5)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Ambiguous, "its own success would look like a change by somebody else");
    let script = Script::new([lost()]);
    assert_eq!(files::write_new(&script.client(), "/Workspace/lock", b"me").unwrap_err().kind, ErrorKind::Ambiguous);
}

#[test]
fn what_may_happen_twice_is_sent_until_it_is_answered() {
    let script = Script::new([lost(), Err(RequestFault::TimedOut), answer(200, &[], "")]);
    files::write(&script.client(), "/Workspace/a/b", b"x").unwrap();
    // Gone by the first attempt, whose answer was lost.
    let script = Script::new([lost(), of_json(404, &json!({"error_code": "RESOURCE_DOES_NOT_EXIST"}))]);
    assert!(!pipelines::delete(&script.client(), "p", false).unwrap());
    let script = Script::new([lost(), of_json(409, &json!({"error_code": "ALREADY_EXISTS"})), answer(200, &[], "")]);
    tags::set(&script.client(), tags::Tagged::Tables, "c.s.t", "pii", "email").unwrap();
    assert_eq!(
        script.lines()[2],
        "PATCH /api/2.1/unity-catalog/entity-tag-assignments/tables/c.s.t/tags/pii?update_mask=tag_value"
    );
    // A run has a key, by which the server knows that it is the same.
    let script = Script::new([lost(), of_json(200, &json!({"run_id": 3}))]);
    assert_eq!(runs::start(&script.client(), 7).unwrap(), 3);
    let asked = script.asked.lock().unwrap();
    assert_eq!(asked[0].body, asked[1].body);
}

#[test]
fn requests_of_all_threads_keep_one_rate() {
    let script = Script::new(std::iter::repeat_with(|| answer(200, &[], "")).take(31));
    let client = script.client();
    client.side_by_side(&[(); 31], |()| client.done(&get()).unwrap());
    let total: Duration = script.slept.lock().unwrap().iter().sum();
    assert_eq!(total.as_millis(), 1999, "thirty intervals of a fifteenth of a second");
}
