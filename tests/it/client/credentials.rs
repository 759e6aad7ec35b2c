//! Credentials of each kind: what is asked of whom, when a token is replaced, and what is said when there is none.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::{Script, answer, json as of_json};
use lakegen::deploy::client::Client;
use lakegen::deploy::client::call::WorkspaceCall;
use lakegen::deploy::client::config::ConfigChoice;
use lakegen::deploy::client::door::{Door as _, RequestFault, Response};
use lakegen::deploy::client::error::{Error, ErrorKind};
use lakegen::world::{MemoryWorld, Ran};

type Answer = Result<Response, RequestFault>;

fn world(variables: &[(&str, &str)]) -> MemoryWorld {
    let world = MemoryWorld::default().at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000));
    variables.iter().fold(world.with_env("DATABRICKS_HOST", "https://host"), |world, (n, v)| world.with_env(n, v))
}

fn client<'w>(world: &'w MemoryWorld, script: &'w Script) -> Client<'w> {
    Client::connect(world, script, &ConfigChoice::default()).unwrap()
}

fn get(client: &Client<'_>) -> Result<(), Error> {
    client.done(&WorkspaceCall::get(&["api", "x"]))
}

fn ok() -> Answer {
    answer(200, &[], "")
}

/// The two documents by which a workspace says where it hands out tokens.
fn discovery() -> [Answer; 2] {
    [
        of_json(200, &json!({"oidc_endpoint": "https://host/oidc"})),
        of_json(200, &json!({"token_endpoint": "https://host/oidc/v1/token"})),
    ]
}

fn granted(token: &str, seconds: &Value) -> Answer {
    of_json(200, &json!({"access_token": token, "token_type": "Bearer", "expires_in": seconds}))
}

/// Header that proves who asks, of each request.
fn proofs(script: &Script) -> Vec<String> {
    let asked = script.asked.lock().unwrap();
    let proof = |headers: &[(&str, lakegen::deploy::client::Secret)]| {
        headers.iter().map(|(_, value)| value.expose().to_owned()).collect::<Vec<_>>().join(" | ")
    };
    asked.iter().map(|request| proof(&request.secret_headers)).collect()
}

fn body(script: &Script, at: usize) -> String {
    String::from_utf8(script.asked.lock().unwrap()[at].body.bytes().to_vec()).unwrap()
}

const M2M: [(&str, &str); 2] = [("DATABRICKS_CLIENT_ID", "id"), ("DATABRICKS_CLIENT_SECRET", "the secret")];

#[test]
fn a_service_principal_gets_a_token_and_another_before_it_ends() {
    let world = world(&M2M);
    let script = Script::new(
        discovery()
            .into_iter()
            .chain([granted("first", &json!(3600)), ok(), ok()])
            .chain(discovery())
            .chain([granted("second", &json!("3600")), ok()]),
    );
    let client = client(&world, &script);
    get(&client).unwrap();
    script.sleep(Duration::from_secs(3600 - 41));
    get(&client).unwrap();
    script.sleep(Duration::from_secs(2));
    get(&client).unwrap();
    assert_eq!(
        script.lines()[..4],
        [
            "GET /.well-known/databricks-config",
            "GET /oidc/.well-known/oauth-authorization-server",
            "POST /oidc/v1/token",
            "GET /api/x",
        ]
    );
    let basic = "Basic aWQ6dGhlIHNlY3JldA==";
    assert_eq!(proofs(&script), ["", "", basic, "Bearer first", "Bearer first", "", "", basic, "Bearer second"]);
    assert_eq!(body(&script, 2), "grant_type=client_credentials&scope=all-apis");
    assert_eq!(client.credentials(), Some("oauth-m2m"));
}

#[test]
fn a_token_that_ended_early_is_replaced_once() {
    let world = world(&M2M);
    let refused = || of_json(401, &json!({"error_code": "UNAUTHENTICATED", "message": "expired"}));
    let round = |token: &str| discovery().into_iter().chain([granted(token, &json!(3600))]).collect::<Vec<_>>();
    let script = Script::new(round("a").into_iter().chain([refused()]).chain(round("b")).chain([ok()]));
    get(&client(&world, &script)).unwrap();
    let script = Script::new(round("a").into_iter().chain([refused()]).chain(round("b")).chain([refused()]));
    assert_eq!(get(&client(&world, &script)).unwrap_err().kind, ErrorKind::Unauthenticated);
    // A token that was given is not replaced.
    let given = self::world(&[("DATABRICKS_TOKEN", "t")]);
    let script = Script::new([refused()]);
    assert_eq!(get(&client(&given, &script)).unwrap_err().kind, ErrorKind::Unauthenticated);
}

#[test]
fn a_secret_goes_to_the_workspace_and_its_account_alone() {
    let world = world(&M2M);
    let page = |endpoint: &str| of_json(200, &json!({"token_endpoint": endpoint}));
    for endpoint in
        ["https://evil.test/token", "http://host/oidc/v1/token", "https://host@evil.test/t", "https://host.evil.test/t"]
    {
        let script = Script::new([answer(404, &[], ""), page(endpoint)]);
        let message = get(&client(&world, &script)).unwrap_err().to_string();
        assert!(message.contains(&format!("credentials are not sent to `{endpoint}`")), "{message}");
    }
    let azure = MemoryWorld::default().with_env("DATABRICKS_HOST", "adb-1.1.azuredatabricks.net");
    let azure = M2M.iter().fold(azure, |world, (name, value)| world.with_env(name, value));
    let endpoint = "https://accounts.azuredatabricks.net/oidc/v1/token";
    let script = Script::new([answer(404, &[], ""), page(endpoint), granted("t", &json!(u64::MAX)), ok()]);
    get(&Client::connect(&azure, &script, &ConfigChoice::default()).unwrap()).unwrap();
}

#[test]
fn what_is_given_on_purpose_and_fails_ends_the_search() {
    let wrong =
        of_json(401, &json!({"error": "invalid_client", "error_description": "bad the secret aWQ6dGhlIHNlY3JldA=="}));
    let cli = Ran { is_success: true, output: br#"{"access_token": "other"}"#.to_vec(), errors: vec![] };
    let world = world(&M2M).with_program("databricks auth token --host https://host", cli);
    let script = Script::new(discovery().into_iter().chain([wrong]));
    let error = get(&client(&world, &script)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no credentials found: tried for https://host:\n  pat: `token` is not set\n  oauth-m2m: the credentials are not accepted: \
         bad *** *** (`POST /oidc/v1/token`, status 401, invalid_client) (`GET /api/x`)"
    );
}

#[test]
fn tokens_of_where_the_program_runs_are_exchanged() {
    let exchanged = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange\
        &subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt&subject_token=a.b%2Bc&scope=all-apis";
    let answers = || Script::new(discovery().into_iter().chain([granted("t", &json!(60)), ok()]));
    let script = answers();
    let variable = world(&[("DATABRICKS_OIDC_TOKEN", "a.b+c"), ("DATABRICKS_CLIENT_ID", "sp")]);
    get(&client(&variable, &script)).unwrap();
    assert_eq!((body(&script, 2), proofs(&script)[3].as_str()), (format!("{exchanged}&client_id=sp"), "Bearer t"));
    let script = answers();
    let file = world(&[("DATABRICKS_OIDC_TOKEN_FILE", "/token")]).with_file("/token", "a.b+c\n");
    get(&client(&file, &script)).unwrap();
    assert_eq!(body(&script, 2), exchanged);
    let script = Script::new(discovery().into_iter().chain([
        of_json(200, &json!({"value": "a.b+c"})),
        granted("t", &json!(60)),
        ok(),
    ]));
    let url = ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://actions.test/id?api-version=2.0&x=%20");
    get(&client(&world(&[url, ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "gh")]), &script)).unwrap();
    let asked = "GET https://actions.test/id?api-version=2.0&x=%20&audience=https%3A%2F%2Fhost%2Foidc%2Fv1%2Ftoken";
    assert_eq!((script.lines()[2].as_str(), proofs(&script)[2].as_str()), (asked, "Bearer gh"));
    assert_eq!(body(&script, 3), exchanged);
}

#[test]
fn command_lines_give_tokens_of_whoever_logged_in() {
    let ran = |output: &Value| Ran { is_success: true, output: output.to_string().into_bytes(), errors: vec![] };
    // The clock stands at 1970-01-12T13:46:40Z.
    let cli = ran(&json!({"access_token": "c", "token_type": "Bearer", "expiry": "1970-01-12T15:46:40+01:00"}));
    let world = self::world(&[]).with_program("databricks auth token --host https://host", cli);
    let script = Script::new([ok(), ok()]);
    let by_cli = client(&world, &script);
    get(&by_cli).unwrap();
    script.sleep(Duration::from_secs(3500));
    get(&by_cli).unwrap();
    assert_eq!((proofs(&script), by_cli.credentials()), (vec!["Bearer c".to_owned(); 2], Some("databricks-cli")));

    let host = "https://adb-1.1.azuredatabricks.net";
    let az =
        |resource: &str| format!("az account get-access-token --resource {resource} --output json --subscription sub");
    let (databricks, management) =
        (az("2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"), az("https://management.core.windows.net/"));
    let place = "/subscriptions/sub/resourceGroups/g/providers/Microsoft.Databricks/workspaces/w";
    let azure = |claims: &str| {
        let world =
            MemoryWorld::default().with_env("DATABRICKS_HOST", host).with_env("DATABRICKS_AZURE_RESOURCE_ID", place);
        world
            .with_program(&databricks, ran(&json!({"accessToken": format!("h.{claims}.s"), "expires_on": 3600})))
            .with_program(&management, ran(&json!({"accessToken": "m", "expiresOn": "1970-01-01 01:00:00.000000"})))
    };
    // {"upn":"me"} and {"appid":"x"}
    for (claims, proof) in [
        ("eyJ1cG4iOiJtZSJ9", format!("Bearer h.eyJ1cG4iOiJtZSJ9.s | {place}")),
        ("eyJhcHBpZCI6IngifQ", format!("Bearer h.eyJhcHBpZCI6IngifQ.s | m | {place}")),
    ] {
        let (world, script) = (azure(claims), Script::new([ok()]));
        get(&client(&world, &script)).unwrap();
        assert_eq!(proofs(&script), [proof]);
    }
}

#[test]
fn when_no_kind_works_all_are_named_with_their_reasons() {
    let failed = Ran { is_success: false, output: vec![], errors: b"\x1b[31mplease log in\n again\x1b[0m".to_vec() };
    let world = world(&[]).with_program("databricks auth token --host https://host", failed);
    let script = Script::new([]);
    let error = get(&client(&world, &script)).unwrap_err();
    assert_eq!((error.kind.clone(), script.lines().len()), (ErrorKind::Credentials, 0));
    assert_eq!(
        error.message,
        "tried for https://host:\n  \
         pat: `token` is not set\n  \
         oauth-m2m: `client_id` and `client_secret` are not both set\n  \
         env-oidc: `DATABRICKS_OIDC_TOKEN` is not set\n  \
         file-oidc: `oidc_token_filepath` is not set\n  \
         github-oidc: `ACTIONS_ID_TOKEN_REQUEST_URL` is not set: this is no run of GitHub Actions that may ask for a token \
         (`permissions: id-token: write`)\n  \
         azure-cli: the host is not on Azure\n  \
         databricks-cli: `databricks` says: please log in again"
    );
    // One that is chosen is the only one.
    let chosen = world.with_env("DATABRICKS_AUTH_TYPE", "file-oidc");
    let message = get(&client(&chosen, &Script::new([]))).unwrap_err().message;
    assert_eq!(message, "tried for https://host:\n  file-oidc: `oidc_token_filepath` is not set");
}

#[test]
fn requests_say_who_runs_them_and_which_workspace_is_meant() {
    let world = world(&[("DATABRICKS_TOKEN", "t"), ("GITHUB_ACTIONS", "true"), ("DATABRICKS_WORKSPACE_ID", "12")]);
    let script = Script::new([ok()]);
    get(&client(&world, &script)).unwrap();
    let headers = script.asked.lock().unwrap()[0].headers.clone();
    let agent = format!("lakegen/{} os/{} cicd/github", env!("CARGO_PKG_VERSION"), std::env::consts::OS);
    let expected =
        [("accept", "application/json"), ("user-agent", agent.as_str()), ("x-databricks-workspace-id", "12")];
    assert_eq!(headers, expected.map(|(name, value)| (name, value.to_owned())));
}
