//! The recipes for CI: they are YAML, use nothing that a service does not know, and call `gen` as it is.

use std::fs;
use std::process::Command;

use granit_parser::{Event, Parser};

use crate::root;

/// All texts of a YAML file.
fn texts(name: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join("docs/ci").join(name)).unwrap();
    let mut found = vec![];
    for event in Parser::new_from_str(&text) {
        match event.unwrap_or_else(|fault| panic!("{name}: {fault}")).0 {
            // Azure Pipelines knows no anchors.
            Event::Alias(_) => panic!("{name}: an alias"),
            Event::Scalar(text, ..) => found.push(text.into_owned()),
            _ => {}
        }
    }
    found
}

/// The calls of `gen` in a file, without what a shell does with them.
fn calls(name: &str) -> Vec<Vec<String>> {
    let texts = texts(name);
    let lines = texts.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with("gen "));
    let words = |line: &str| {
        let call = line.split(" > ").next().unwrap_or_default();
        let words = call.split(' ').skip(1).filter(|word| !word.contains("allow") && !word.contains("ALLOW"));
        words.map(|word| if word.contains('$') { "prod".to_owned() } else { word.to_owned() }).collect()
    };
    lines.map(words).collect()
}

#[test]
fn recipes_check_plan_and_deploy_with_commands_that_there_are() {
    for name in ["github.yml", "gitlab.yml", "azure-devops.yml"] {
        let calls = calls(name);
        let verbs: Vec<&str> = calls.iter().map(|call| call[0].as_str()).collect();
        assert_eq!(verbs, ["check", "build", "plan", "deploy"], "{name}");
        for call in &calls {
            // Words are judged in their order, and the last one ends it.
            let ran = Command::new(env!("CARGO_BIN_EXE_gen")).args(call).arg("--help").output().unwrap();
            let told = String::from_utf8_lossy(&ran.stderr);
            assert!(ran.status.success() && told.is_empty(), "{name}: {call:?}: {told}");
        }
        assert!(calls[3].iter().any(|word| word == "--yes"), "{name}: nobody can be asked");
    }
}

#[test]
fn a_call_that_is_wrong_is_noticed() {
    let wrong = ["plan", "--targets", "prod", "--help"];
    assert!(!Command::new(env!("CARGO_BIN_EXE_gen")).args(wrong).output().unwrap().status.success());
}
