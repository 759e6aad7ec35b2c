//! The commands about a deployed target: what they refuse, how they end, and that programs can read what they say.

use std::fs;

use serde_json::Value;

use super::walkthrough::Stage;

/// What a call says and how it ends.
fn ran(stage: &Stage, arguments: &str) -> (String, i32) {
    let said = stage.run(&format!("gen {arguments}; echo \"status $?\""));
    let (said, status) = said.rsplit_once("status ").unwrap();
    (said.to_owned(), status.trim().parse().unwrap())
}

#[test]
fn what_can_t_be_meant_is_wrong_usage() {
    let stage = Stage::new();
    stage.run("gen build");
    for (arguments, said) in [
        ("logs \"x' OR '1'='1\"", "expected only letters, digits and `-`"),
        ("adopt shop_pipeline", "expected `KEY=ID`"),
        ("adopt shop_pipeline=../jobs", "expected `KEY=ID`"),
        ("destroy --allow everything", "it is `data-loss:DATASET` or `wider-access:PRINCIPAL`"),
        ("upload", "required arguments were not provided"),
        ("drift --target staging", "unknown target `staging`, known targets: `prod`"),
        ("start custmers", "unknown dataset `custmers`; did you mean `customers`?"),
    ] {
        let (text, status) = ran(&stage, arguments);
        assert!(status == 2 && text.contains(said), "gen {arguments}: {status} {text}");
    }
}

#[test]
fn where_nothing_is_deployed_it_is_said() {
    let stage = Stage::new();
    stage.run("gen build");
    let fault = "error: nothing is deployed to target `prod`: run `gen deploy --target prod`\n";
    for command in ["logs", "drift", "status", "stop", "start"] {
        assert_eq!(ran(&stage, command), (fault.to_owned(), 1), "{command}");
    }
    assert_eq!(ran(&stage, "destroy --yes"), ("nothing is deployed\n".to_owned(), 0));
    assert_eq!(ran(&stage, "adopt --yes"), ("nothing to take over\n".to_owned(), 0));
    fs::write(stage.dir.path().join("specs/project.yml"), "project: shop\n").unwrap();
    for command in ["logs", "drift", "destroy", "doctor", "adopt", "upload x.csv"] {
        assert_eq!(ran(&stage, command).1, 1, "{command} of specs at fault");
    }
}

#[test]
fn nobody_is_taken_for_a_yes_and_a_lock_is_heeded() {
    let stage = Stage::new();
    stage.run("gen build && gen deploy --yes -q --allow wider-access:analysts");
    let (text, status) = ran(&stage, "destroy");
    assert!(
        status == 2 && text.ends_with("error: cannot ask for confirmation without a terminal: pass `--yes`\n"),
        "{text}"
    );
    let root = {
        let state = stage.workspace.state();
        let path = state.entries.keys().find(|path| path.ends_with("/state.json")).unwrap();
        path.trim_end_matches("/state.json").to_owned()
    };
    let client = stage.workspace.clone();
    let desk = crate::workspace::Desk::new(&client);
    let held = desk.client("11111111-1111-1111-1111-111111111111");
    let holder = "{\"id\": \"1\", \"user\": \"ana@example.com\", \"since\": \"2026-01-01T00:00:00Z\"}";
    lakegen::deploy::client::api::files::write(&held, &format!("{root}/deploy.lock"), holder.as_bytes()).unwrap();
    let (text, status) = ran(&stage, "destroy --yes -q");
    assert!(
        status == 1 && text.contains("`ana@example.com` has been deploying since") && text.contains("--take-over"),
        "{text}"
    );
    assert_eq!(ran(&stage, "destroy --yes -q --take-over").1, 0);
    assert_eq!(ran(&stage, "status").1, 1);
}

#[test]
fn programs_read_json() {
    let stage = Stage::new();
    stage.run("gen build && gen deploy --yes -q --allow wider-access:analysts");
    stage.run("echo customer_id,email,town > customers.csv");
    for (command, key) in [
        ("doctor --bootstrap", "checks"),
        ("upload customers.csv", "files"),
        ("start", "update"),
        ("logs", "events"),
        ("drift", "differences"),
        ("status", "updates"),
        ("adopt --yes", "adopted"),
        ("destroy --yes", "removals"),
    ] {
        let (text, status) = ran(&stage, &format!("{command} --format json"));
        let json: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{command}: {error}\n{text}"));
        assert!(status == 0 && json.get(key).is_some(), "{command}: {status} {text}");
    }
}

/// The pipeline takes a name without a schema for one in its own schema.
#[test]
fn a_table_of_a_layer_is_started_by_its_name() {
    let stage = Stage::new();
    let path = stage.dir.path().join("specs/project.yml");
    let specs = fs::read_to_string(&path).unwrap();
    let schemas = "    schema: shop\n    schemas: { bronze: shop_raw }\n";
    fs::write(&path, specs.replace("    schema: shop\n", schemas)).unwrap();
    stage.run("gen build && gen deploy --yes -q --run --allow wider-access:analysts");
    let (text, status) = ran(&stage, "start Customers_Raw customers --full-refresh orders_raw --wait");
    assert_eq!(status, 0, "{text}");
    let state = stage.workspace.state();
    let request = &state.pipelines.values().next().unwrap().updates.last().unwrap().request;
    assert_eq!(request["refresh_selection"], serde_json::json!(["main.shop_raw.customers_raw", "customers"]));
    assert_eq!(request["full_refresh_selection"], serde_json::json!(["main.shop_raw.orders_raw"]));
}

#[test]
fn a_workspace_that_fails_is_no_fault_of_the_input() {
    let stage = Stage::new();
    stage.run("gen build && gen deploy --yes -q --allow wider-access:analysts");
    stage.workspace.state().tokens.clear();
    for command in ["logs", "drift", "status", "destroy --yes", "adopt --yes"] {
        let (text, status) = ran(&stage, command);
        assert!(status == 3 && text.contains("the credentials are not accepted"), "{command}: {status} {text}");
    }
    let (text, status) = ran(&stage, "doctor");
    assert!(status == 1 && text.starts_with("missing  credentials: "), "{text}");
}

#[cfg(unix)]
#[test]
fn what_a_link_in_the_output_leads_to_is_not_deployed() {
    use std::os::unix::fs::symlink;

    let stage = Stage::new();
    let (dir, outside) = (stage.dir.path(), tempfile::tempdir().unwrap());
    let secret = outside.path().join("secret.sql");
    fs::write(&secret, "SELECT 'the secret';\n").unwrap();
    stage.run("gen build");
    let deployed = |stage: &Stage| {
        let state = stage.workspace.state();
        state.entries.values().filter_map(|entry| entry.bytes.clone()).flatten().collect::<Vec<u8>>()
    };
    // Beside what the build wrote, and in its place.
    for name in ["generated/pipeline/bronze/more.sql", "generated/pipeline/bronze/customers_raw.sql"] {
        let path = dir.join(name);
        let kept = fs::read(&path).ok();
        let _ = fs::remove_file(&path);
        symlink(&secret, &path).unwrap();
        let (text, status) = ran(&stage, "deploy --yes -q --allow wider-access:analysts");
        assert!(status == 1 && text.contains("generated"), "{name}: {status} {text}");
        let _ = fs::remove_file(&path);
        kept.iter().for_each(|bytes| fs::write(&path, bytes).unwrap());
    }
    assert_eq!(ran(&stage, "build").1, 0);
    assert_eq!(ran(&stage, "deploy --yes -q --allow wider-access:analysts").1, 0);
    assert!(!String::from_utf8_lossy(&deployed(&stage)).contains("the secret"));
}
