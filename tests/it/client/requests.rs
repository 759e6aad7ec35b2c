//! What exactly goes over the wire: paths, queries, headers, bodies, pages.

use serde_json::json;

use super::{Script, TOKEN, answer, json as of_json};
use lakegen::deploy::client::api::permissions::{self, Entry, On, Who};
use lakegen::deploy::client::api::{files, identity, jobs, pipelines, tables, updates, volume_files};
use lakegen::deploy::client::door::RequestBody;
use lakegen::deploy::client::error::ErrorKind;

#[test]
fn a_token_goes_with_each_request_and_shows_nowhere() {
    let me = answer(
        200,
        &[("x-databricks-org-id", "42")],
        r#"{"id": "1", "userName": "a@b.c", "groups": [{"display": "g"}]}"#,
    );
    let script = Script::new([me]);
    let me = identity::me(&script.client()).unwrap();
    assert_eq!((me.workspace_id.as_deref(), me.is_service_principal()), (Some("42"), false));
    let asked = script.asked.lock().unwrap();
    assert_eq!(asked[0].url, "https://host/api/2.0/preview/scim/v2/Me");
    let (name, value) = &asked[0].secret_headers[0];
    assert_eq!((*name, value.expose()), ("authorization", format!("Bearer {TOKEN}").as_str()));
    assert!(!format!("{asked:?}").contains(TOKEN));
}

#[test]
fn names_can_not_leave_their_place_in_a_path() {
    let script = Script::new(std::iter::repeat_with(|| answer(404, &[], "")).take(3));
    let client = script.client();
    pipelines::get(&client, "a/../b?c#d e%2Fé").unwrap();
    tables::get(&client, "c.s.`x/y`").unwrap();
    assert!(volume_files::size(&client, "/Volumes/c/s/v/a b/ü.csv").unwrap().is_none());
    assert_eq!(
        script.lines(),
        [
            "GET /api/2.0/pipelines/a%2F..%2Fb%3Fc%23d%20e%252F%C3%A9",
            "GET /api/2.1/unity-catalog/tables/c.s.%60x%2Fy%60",
            "HEAD /api/2.0/fs/files/Volumes/c/s/v/a%20b/%C3%BC.csv",
        ]
    );
    for error in [
        pipelines::get(&client, "..").unwrap_err(),
        pipelines::get(&client, "").unwrap_err(),
        volume_files::read(&client, "/Volumes/c/../x", 1).unwrap_err(),
        files::write(&client, "/Workspace/a/../../b", b"").unwrap_err(),
        files::write(&client, "/Workspace//b", b"").unwrap_err(),
    ] {
        assert_eq!(error.kind, ErrorKind::Refused);
    }
    assert_eq!(script.lines().len(), 3, "nothing of it was sent");
}

#[test]
fn files_go_as_they_are() {
    let script = Script::new([answer(200, &[], ""), answer(200, &[], "<html>\0\u{1b}")]);
    let client = script.client();
    files::write(&client, "/Workspace/Users/x y/a.sql", b"SELECT 1").unwrap();
    assert_eq!(files::read(&client, "/Workspace/a", 100).unwrap(), b"<html>\0\x1b", "a file may be a page");
    let asked = script.asked.lock().unwrap();
    assert_eq!(asked[0].body, RequestBody::Bytes(b"SELECT 1".to_vec()));
    assert_eq!(
        asked[0].url,
        "https://host/api/2.0/workspace-files/import-file/Workspace%2FUsers%2Fx%20y%2Fa.sql?overwrite=true"
    );
    assert_eq!(asked[1].limit, 100);
}

#[test]
fn lists_are_read_to_their_end() {
    let page = |items: &[&str], next: serde_json::Value| {
        let statuses: Vec<_> = items.iter().map(|id| json!({"pipeline_id": id, "name": "n"})).collect();
        of_json(200, &json!({"statuses": statuses, "next_page_token": next}))
    };
    let script = Script::new([page(&["a"], json!("t/1")), page(&[], json!("t2")), page(&["b"], json!(""))]);
    let found = pipelines::named(&script.client(), "n").unwrap();
    assert_eq!(found.iter().map(|p| p.pipeline_id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let lines = script.lines();
    assert_eq!(lines[0], "GET /api/2.0/pipelines?max_results=100&filter=name%20LIKE%20%27n%27");
    assert_eq!(lines[1], "GET /api/2.0/pipelines?max_results=100&filter=name%20LIKE%20%27n%27&page_token=t%2F1");
    assert_eq!(lines[2], "GET /api/2.0/pipelines?max_results=100&filter=name%20LIKE%20%27n%27&page_token=t2");
    let script = Script::new([page(&["a"], json!("t1")), page(&["b"], json!("t2")), page(&["a"], json!("t1"))]);
    let error = pipelines::named(&script.client(), "n").unwrap_err();
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Unreadable, "the pages of the list have no end"));
    // A name with what a filter would read as a pattern is looked for in the whole list.
    let script = Script::new([of_json(200, &json!({}))]);
    assert_eq!(pipelines::named(&script.client(), "it's 100%").unwrap(), []);
    assert_eq!(script.lines(), ["GET /api/2.0/pipelines?max_results=100"]);
}

#[test]
fn later_pages_of_events_name_their_token_alone() {
    let page = |id: &str, next: &str| of_json(200, &json!({"events": [{"id": id}], "next_page_token": next}));
    let script = Script::new([page("1", "t"), page("2", "u")]);
    let events = updates::events(&script.client(), "p", "level = 'ERROR'", 2).unwrap();
    assert_eq!(events.len(), 2, "no more is read than is wanted");
    assert_eq!(script.lines()[1], "GET /api/2.0/pipelines/p/events?max_results=100&page_token=t");
}

#[test]
fn tasks_of_a_job_are_read_to_their_end() {
    let page = |task: &str, next: &str| {
        of_json(
            200,
            &json!({"job_id": 1, "settings": {"name": "n", "x": 1, "tasks": [{"task_key": task}]}, "next_page_token": next}),
        )
    };
    let script = Script::new([page("a", "t"), page("b", "")]);
    let job = jobs::get(&script.client(), 1).unwrap().unwrap();
    assert_eq!(
        serde_json::Value::Object(job.settings),
        json!({"name": "n", "x": 1, "tasks": [{"task_key": "a"}, {"task_key": "b"}]})
    );
}

#[test]
fn bodies_hold_what_was_said_and_no_nulls() {
    let script = Script::new(std::iter::repeat_with(|| answer(200, &[], r#"{"update_id": "u"}"#)).take(4));
    let client = script.client();
    updates::start(&client, "p", &updates::Start::default()).unwrap();
    updates::start(&client, "p", &updates::Start { validate_only: true, ..Default::default() }).unwrap();
    pipelines::replace(&client, "p", &json!({"name": "n"}), Some(9)).unwrap();
    let entry = Entry { who: Who::GroupName("g".into()), permission_level: "CAN_VIEW".into() };
    permissions::give(&client, On::Alerts, "a", &[entry]).unwrap();
    let asked = script.asked.lock().unwrap();
    let bodies: Vec<_> =
        asked.iter().map(|request| String::from_utf8(request.body.bytes().to_vec()).unwrap()).collect();
    assert_eq!(
        bodies,
        [
            "{}",
            r#"{"validate_only":true}"#,
            r#"{"name":"n","expected_last_modified":9}"#,
            r#"{"access_control_list":[{"group_name":"g","permission_level":"CAN_VIEW"}]}"#,
        ]
    );
    assert_eq!(asked[3].url, "https://host/api/2.0/permissions/alertsv2/a");
}
