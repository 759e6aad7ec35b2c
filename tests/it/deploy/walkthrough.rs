//! The commands of `docs/walkthrough.md`, run one after the other by the real binary, and what they print.
//!
//! `BLESS=1 cargo test -q --test it walkthrough` writes what they print into the page. A comment `<!-- by hand: .. -->` stands
//! for what somebody does in the workspace meanwhile.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use regex::Regex;
use serde_json::json;

use super::walk::workspace;
use crate::workspace::state::{DEPLOYER, State, token};
use crate::workspace::{Kind, Workspace, server};

const PAGE: &str = "docs/walkthrough.md";
/// How the page calls the workspace.
const HOST: &str = "https://shop.cloud.databricks.com";

/// A project in a directory of its own, and the workspace that it is deployed to.
pub struct Stage {
    pub dir: tempfile::TempDir,
    pub workspace: Arc<Workspace>,
    host: String,
    /// Ids and hashes that were printed, in order: they differ from build to build.
    seen: Mutex<Vec<String>>,
}

impl Stage {
    pub fn new() -> Stage {
        let (dir, specs) = (tempfile::tempdir().unwrap(), crate::root().join("tests/deploy/specs"));
        for file in ["project.yml", "entities/customers.yml", "entities/orders.yml", "metrics/sales.yml"] {
            let path = dir.path().join("specs").join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::copy(specs.join(file), path).unwrap();
        }
        let workspace = Arc::new(workspace());
        let host = format!("http://{}", server::serve(Arc::clone(&workspace)));
        workspace.state().host.clone_from(&host);
        Stage { dir, workspace, host, seen: Mutex::default() }
    }

    /// What a line of a shell prints, with names in place of what differs from run to run.
    pub fn run(&self, line: &str) -> String {
        let binary = Path::new(env!("CARGO_BIN_EXE_gen")).parent().unwrap();
        let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{{ {line}\n}} 2>&1")]).current_dir(self.dir.path()).stdin(Stdio::null());
        for variable in ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "TERM", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"] {
            command.env_remove(variable);
        }
        command.env("PATH", path).env("HOME", self.dir.path()).env("COLUMNS", "100");
        command.env("DATABRICKS_HOST", &self.host).env("DATABRICKS_TOKEN", token(DEPLOYER));
        command.env("DATABRICKS_RATE_LIMIT", "1000");
        let said = String::from_utf8(command.output().unwrap().stdout).unwrap();
        let said = said.replace(&self.host, HOST).replace(&self.dir.path().display().to_string(), "/home/ada/shop");
        let time = Regex::new(r"(2026-01-01T00:00:00|1970-01-01T00:00:\d\d)(\.\d+)?Z").unwrap();
        self.named(&time.replace_all(&said, "2026-01-01T06:00:00Z"))
    }

    /// The text with each id and hash by the order in which it was printed first.
    fn named(&self, said: &str) -> String {
        let mut seen = self.seen.lock().unwrap();
        let id = Regex::new(r"\b(update|pipeline)-\d{4}\b|\b[0-9a-f]{16}\b").unwrap();
        let name = |found: &regex::Captures<'_>| {
            let known = seen.iter().position(|known| *known == found[0]);
            let number = 1 + known.unwrap_or_else(|| {
                seen.push(found[0].to_owned());
                seen.len() - 1
            });
            let kind = found.get(1).map_or("", |kind| kind.as_str());
            if kind.is_empty() { format!("4f0c81d2e6a9b57{number:x}") } else { format!("{kind}-{number}") }
        };
        id.replace_all(said, name).into_owned()
    }

    fn by_hand(&self, what: &str) {
        let mut state = self.workspace.state();
        match what {
            "a job may run seven times at once" => {
                let job = state.jobs.values_mut().next().unwrap();
                job.fields.insert("max_concurrent_runs".into(), json!(7));
            }
            "analysts read the raw table" => {
                state.give("SELECT", Kind::Table, "main.shop.customers_raw", "analysts");
            }
            "a mask shows everything" => {
                let mask = state.things.get_mut(&(Kind::Function, "main.shop.mask_email".to_owned())).unwrap();
                mask.fields.insert("routine_definition".into(), json!("value"));
            }
            "an update fails" => fail(&mut state),
            other => panic!("what is `{other}`?"),
        }
    }
}

/// An update that fails at a row that can't be read.
fn fail(state: &mut State) {
    let id = state.pipelines.keys().next().unwrap().clone();
    crate::workspace::update::run(state, &id, json!({})).unwrap();
    let pipeline = state.pipelines.get_mut(&id).unwrap();
    let update = pipeline.updates.last().unwrap().id.clone();
    let event = |kind: &str, level: &str, state: &str| {
        json!({"id": "e", "timestamp": "2026-01-01T00:00:00Z", "level": level, "event_type": kind, "message": "..",
            "origin": {"update_id": update, "flow_name": "main.shop.orders_checked"},
            "details": {kind: {"status": state, "metrics": {"num_output_rows": 40}, "data_quality": {"dropped_records": 2,
                "expectations": [{"name": "amount is given", "passed_records": 40, "failed_records": 2}]}}}})
    };
    let mut failed = event("flow_progress", "ERROR", "FAILED");
    failed["details"]["flow_progress"] = json!({"status": "FAILED"});
    let message = "[CAST_INVALID_INPUT] The value '12,50 (ada@example.com)' cannot be cast to DECIMAL. SQLSTATE: 22018";
    failed["error"] = json!({"exceptions": [{"class_name": "SparkException", "message": message}]});
    pipeline.events.push(event("flow_progress", "INFO", "RUNNING"));
    pipeline.events.push(failed);
}

/// The page with what its commands print now.
fn played(page: &str) -> String {
    let (stage, mut text, mut in_block) = (Stage::new(), String::new(), false);
    for line in page.lines() {
        let hand = line.strip_prefix("<!-- by hand: ").and_then(|rest| rest.strip_suffix(" -->"));
        hand.into_iter().for_each(|what| stage.by_hand(what));
        match (line, in_block) {
            ("```console", false) => in_block = true,
            ("```", true) => in_block = false,
            // What was printed before is printed again.
            (line, true) if !line.starts_with("$ ") => continue,
            _ => {}
        }
        text.push_str(line);
        text.push('\n');
        if let Some(command) = line.strip_prefix("$ ").filter(|_| in_block) {
            text.push_str(&stage.run(command));
        }
    }
    text
}

#[test]
fn the_walkthrough_is_what_happens() {
    let path = crate::root().join(PAGE);
    let page = fs::read_to_string(&path).unwrap();
    let played = played(&page);
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, played).unwrap();
        return;
    }
    assert!(
        played == page,
        "{PAGE} is not what happens: BLESS=1\n{}",
        similar::TextDiff::from_lines(&page, &played).unified_diff()
    );
}
