//! The manual: the help of every command, as a snapshot that is read when it changes.

use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;

use super::{command, gen_in};

/// The commands that a help lists.
fn commands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    listed.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

/// Adds the help of a command and of those below it.
fn add(manual: &mut String, command: &[&str]) {
    let help = gen_in(Path::new("."), &[command, &["--help"]].concat()).ended(0).out;
    // Global options are the same everywhere; what stands behind them is not indented.
    let (own, rest) = help.split_once("\nGlobal options:").unwrap();
    let after = rest.lines().skip_while(|line| line.is_empty() || line.starts_with(' ')).collect::<Vec<_>>().join("\n");
    manual.push_str(&format!("\n======== gen {}\n\n{}\n\n{after}\n", command.join(" "), own.trim_end()));
    for name in commands(&help) {
        add(manual, &[command, &[&name]].concat());
    }
}

#[test]
fn the_help_of_every_command() {
    let mut manual = gen_in(Path::new("."), &["--help"]).ended(0).out;
    for name in commands(&manual.clone()) {
        add(&mut manual, &[&name]);
    }
    assert!(manual.contains("======== gen sql convert"));
    crate::expect("cli/the_help_of_every_command", &manual);
}

#[test]
fn help_fits_the_terminal() {
    let mut narrow = command(Path::new("."), &["build", "--help"]);
    let help = super::run({
        narrow.env("COLUMNS", "60");
        narrow
    });
    assert!(help.out.lines().all(|line| line.chars().count() <= 80), "{}", help.out);
}

#[test]
fn wrong_usage_ends_with_2_and_suggests() {
    let ran = gen_in(Path::new("."), &["biuld"]).ended(2);
    assert!(ran.err.contains("unrecognized subcommand 'biuld'") && ran.err.contains("'build'"), "{}", ran.err);
    gen_in(Path::new("."), &["check", "--format", "sarf"]).ended(2);
    gen_in(Path::new("."), &["check", "-q", "-v"]).ended(2);
    let ran = gen_in(Path::new("."), &["check", "--project", "no/such/dir"]).ended(2);
    assert_eq!(ran.err, "error: `--project no/such/dir` is not a directory\n");
    gen_in(Path::new("."), &[]).ended(2);
}

#[test]
fn version_is_that_of_the_package() {
    assert_eq!(gen_in(Path::new("."), &["--version"]).ended(0).out, format!("gen {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_know_commands_and_options() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = gen_in(Path::new("."), &["completions", shell]).ended(0).out;
        assert!(script.contains("explain") && script.contains("from"), "{shell}");
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let mut child =
        command(Path::new("."), &["completions", "zsh"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""));
}

#[cfg(not(feature = "engine"))]
#[test]
fn without_the_engine_it_is_said_how_to_get_it() {
    for arguments in [["run", "-q"], ["query", "SELECT 1"]] {
        let ran = gen_in(Path::new("."), &arguments).ended(2);
        assert_eq!(
            ran.err,
            "error: this `gen` was built without the engine: build it with `cargo build --features engine`\n"
        );
    }
}
