//! What people get wrong first, over all commands and all kinds of spec: what is said is kept in one text each, to be read
//! as a whole. What they write is data, in `first_errors/`.

use std::fmt::Write;
use std::path::Path;
use std::{fs, thread};

use super::{gen_in, shop};

/// The rows of a file of mistakes, without comments.
fn rows(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with("# ") && !line.starts_with("-- "))
}

/// A call, what it said, and its status.
fn told(project: &Path, call: &[&str]) -> String {
    let ran = gen_in(project, call);
    let project = project.canonicalize().unwrap().display().to_string();
    let said = format!("{}{}", ran.out, ran.err).replace(&project, "<project>");
    format!("{said}-> {}\n", ran.status)
}

fn calls(project: &Path, text: &str) -> String {
    let mut out = String::new();
    for row in rows(text) {
        let call: Vec<&str> = row.split(' ').collect();
        writeln!(out, "$ gen {row}\n{}", told(project, &call)).unwrap();
    }
    out
}

#[test]
fn mistakes_of_the_first_hour() {
    let dir = shop();
    crate::expect("cli/first_errors", &calls(dir.path(), include_str!("first_errors/calls.txt")));
}

/// `what stands there => what is written instead` in a file of a project, checked.
fn edited(project: &Path, file: &str, row: &str) -> String {
    let plain = |text: &str| text.replace("\\n", "\n").replace("\\t", "\t");
    let (from, to) = row.split_once(" => ").map(|(from, to)| (plain(from), plain(to))).unwrap();
    let path = project.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches(&from).count(), 1, "`{from}` in {file}");
    fs::write(&path, text.replace(&from, &to)).unwrap();
    let told = told(project, &["check"]);
    fs::write(&path, text).unwrap();
    format!("# {row}\n{told}\n")
}

#[test]
fn mistakes_of_the_first_spec() {
    let text = include_str!("first_errors/edits.txt");
    let files = text.split("\n== ").skip(1).map(|section| section.split_once('\n').unwrap());
    // A project for each file, so that they are checked side by side.
    let sections: Vec<_> = files
        .map(|(file, edits)| {
            thread::spawn(move || {
                let dir = shop();
                let told: String = rows(edits).map(|row| edited(dir.path(), file, row)).collect();
                format!("== {file}\n\n{told}")
            })
        })
        .collect();
    let found: String = sections.into_iter().map(|section| section.join().unwrap()).collect();
    crate::expect("cli/first_specs", &found);
}

#[cfg(feature = "engine")]
#[test]
fn mistakes_of_the_first_run() {
    let dir = shop();
    let mut text = calls(dir.path(), include_str!("first_errors/runs.txt"));
    gen_in(dir.path(), &["run", "--quiet"]).ended(0);
    for sql in rows(include_str!("first_errors/queries.txt")) {
        writeln!(text, "$ gen query \"{sql}\"\n{}", told(dir.path(), &["query", sql])).unwrap();
    }
    crate::expect("cli/first_runs", &text);
}
