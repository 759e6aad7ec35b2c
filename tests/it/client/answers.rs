//! Every shape in which a server says no becomes a kind that code can ask for, and one line that people can read.

use serde_json::json;

use super::{Script, TOKEN, answer, json as of_json};
use lakegen::deploy::client::api::{files, jobs, pipelines};
use lakegen::deploy::client::call::WorkspaceCall;
use lakegen::deploy::client::error::{Error, ErrorKind};

/// What a read becomes whose answer is this.
fn refused(status: u16, body: &str) -> Error {
    let script = Script::new([answer(status, &[], body)]);
    script.client().done(&WorkspaceCall::get(&["api", "x"])).unwrap_err()
}

/// `tests/client/refusals.jsonl` holds answers, one a line, with what they mean and what people read.
#[test]
fn refusals_of_all_shapes() {
    #[derive(serde::Deserialize)]
    struct Case {
        status: u16,
        body: String,
        kind: String,
        message: String,
    }
    let cases = std::fs::read_to_string(crate::root().join("tests/client/refusals.jsonl")).unwrap();
    for line in cases.lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        let error = refused(case.status, &case.body);
        assert_eq!((format!("{:?}", error.kind), error.to_string()), (case.kind, case.message), "{}", case.body);
    }
}

#[test]
fn messages_are_fit_for_a_terminal_and_hold_no_token() {
    let body = json!({"error_code": "X\u{1b}[2J", "message": format!("\u{1b}[31mBearer {TOKEN}\u{1b}[0m is bad, and so is {TOKEN}")});
    let error = refused(400, &body.to_string());
    assert_eq!(error.to_string(), "invalid request: Bearer *** is bad, and so is *** (`GET /api/x`, status 400, X)");
}

#[test]
fn a_page_for_people_is_no_answer_and_a_redirect_is_not_followed() {
    let page = || answer(200, &[("content-type", "text/html; charset=utf-8")], "<html>log in</html>");
    let script = Script::new([page()]);
    let error = files::write(&script.client(), "/Workspace/a/b", b"x").unwrap_err();
    assert_eq!(error.kind, ErrorKind::Login, "the file was not taken");
    let script = Script::new([page()]);
    let error = pipelines::get(&script.client(), "p").unwrap_err();
    assert_eq!(error.kind, ErrorKind::Login);
    assert_eq!(error.to_string(), "got a web page instead of an API response (`GET /api/2.0/pipelines/p`)");
    let script = Script::new([answer(302, &[("location", "https://me:pw@evil.example/login?next=/x&token=t#f")], "")]);
    let error = pipelines::get(&script.client(), "p").unwrap_err();
    assert_eq!(error.kind, ErrorKind::Redirected { to: "https://evil.example/login".to_owned() });
    assert_eq!(script.lines().len(), 1);
}

#[test]
fn an_answer_that_is_not_what_was_promised() {
    for (body, kind) in [
        (r#"{"pipeline_id": "p", "na"#, ErrorKind::Truncated),
        (r#"{"pipeline_id": 1}"#, ErrorKind::Unreadable),
        ("[]", ErrorKind::Unreadable),
        ("pipeline", ErrorKind::Unreadable),
        ("{}", ErrorKind::Unreadable),
    ] {
        let script = Script::new([answer(200, &[], body)]);
        let error = pipelines::get(&script.client(), "p").unwrap_err();
        assert_eq!(error.kind, kind, "{body}");
        let script = Script::new([answer(200, &[], body)]);
        let error = pipelines::create(&script.client(), &json!({})).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Ambiguous, "it was created, and nobody knows its id: {body}");
    }
}

#[test]
fn ids_keep_all_their_64_bits() {
    let id = 9_007_199_254_740_993_u64;
    let answers =
        [of_json(200, &json!({"job_id": id})), of_json(200, &json!({"job_id": id.to_string(), "settings": {}}))];
    let script = Script::new(answers);
    assert_eq!(jobs::create(&script.client(), &json!({"name": "n"})).unwrap(), id);
    assert_eq!(jobs::get(&script.client(), id).unwrap().unwrap().job_id, id);
    assert_eq!(script.lines()[1], "GET /api/2.2/jobs/get?job_id=9007199254740993");
}
