//! `gen watch`: says something after each save, and ends in peace.

#![cfg(unix)]

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use super::{command, edit, shop};

#[test]
fn each_save_is_checked_and_built_until_interrupted() {
    let dir = shop();
    let mut child =
        command(dir.path(), &["watch", "--build"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(said.next().unwrap(), "built generated: 41 files, 41 created");
    edit(dir.path(), "specs/metrics/revenue.yml", "status <> 'cancelled'", "status <> 'paid'");
    assert_eq!(said.next().unwrap(), "built generated: 41 files, 6 changed");
    edit(dir.path(), "specs/metrics/revenue.yml", "status <> 'paid'", "statsu <> 'paid'");
    assert_eq!(said.next().unwrap(), "checked: 1 error");
    edit(dir.path(), "specs/metrics/revenue.yml", "statsu <> 'paid'", "status <> 'paid'");
    assert_eq!(said.next().unwrap(), "generated is up to date: 41 files");
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
