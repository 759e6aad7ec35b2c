//! The program as people and scripts meet it: the real binary, its streams and its exit status.

mod build;
mod convert;
mod diagnostics;
mod first_errors;
mod init;
mod init_json;
mod init_parquet;
mod lineage;
mod lint;
mod manual;
mod retired;
#[cfg(feature = "engine")]
mod run;
mod sql;
mod watch;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// `gen` in a directory, with nothing of the caller's terminal.
fn command(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gen"));
    command.current_dir(dir).args(arguments).stdin(Stdio::null()).env("COLUMNS", "100");
    for variable in ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "TERM"] {
        command.env_remove(variable);
    }
    command
}

/// What a call of `gen` said and how it ended.
#[derive(Debug)]
pub struct Ran {
    status: i32,
    out: String,
    pub err: String,
}

impl Ran {
    /// Fails unless the call ended with this status; gives what it said.
    #[track_caller]
    pub fn ended(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{}{}", self.out, self.err);
        self
    }
}

fn run(mut command: Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { status: status.code().unwrap(), out: text(stdout), err: text(stderr) }
}

pub fn gen_in(dir: &Path, arguments: &[&str]) -> Ran {
    run(command(dir, arguments))
}

/// A new project, as `gen init` makes it.
fn shop() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    gen_in(dir.path(), &["init", ".", "--name", "shop"]).ended(0);
    dir
}

/// Replaces a text that stands once in a file of a project.
fn edit(project: &Path, file: &str, from: &str, to: &str) {
    let path = project.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches(from).count(), 1, "`{from}` in {file}");
    fs::write(path, text.replace(from, to)).unwrap();
}
