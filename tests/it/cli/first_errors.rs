//! What people get wrong first, over all commands: what is said is kept in one text, to be read as a whole.

use std::fmt::Write;

use super::{gen_in, shop};

/// Calls in a new project that was never built, run or deployed.
const CALLS: &[&[&str]] = &[
    &["chek"],
    &["--projekt", "x", "check"],
    &["check", "--project", "nowhere"],
    &["check", "nosuch.sql"],
    &["check", "--format", "yaml"],
    &["check", "--deny", "none"],
    &["build", "--out", "README.md"],
    &["build", "--out", "specs"],
    &["init", "."],
    &["init", "x", "--from-csv", "missing.csv"],
    &["init", "x", "--from-csv", "README.md"],
    &["plan"],
    &["deploy", "--yes"],
    &["deploy", "--rollback"],
    &["status"],
    &["start", "orders"],
    &["upload", "missing.csv"],
    &["retired", "confirm"],
    &["requests", "--target", "nope"],
    &["lineage", "nothing"],
    &["lineage", "orders.nothing"],
    &["explain", "E9999"],
    &["explain", "live-prefx"],
    &["sql", "lint", "nosuch.sql"],
    &["sql", "lint", "--rule", "nosuch", "."],
    &["sql", "fmt", "nosuch.sql"],
    &["sql", "parse"],
    &["sql", "convert", "specs", "--out", "samples"],
    &["sample", "--rows", "abc"],
    &["completions", "tcsh"],
    &["watch", "--biuld"],
];

/// The same, of commands that run SQL here.
#[cfg(feature = "engine")]
const RUNS: &[&[&str]] = &[
    &["run", "--landing", "nowhere"],
    &["run", "--landing", "README.md"],
    &["run", "--warehouse", "README.md"],
    &["run", "--warehouse", "specs"],
    &["query"],
    &["query", "SELECT 1"],
];

/// The same, after a run.
#[cfg(feature = "engine")]
const QUERIES: &[&str] = &[
    "SELEC 1",
    "SELECT * FROM order",
    "SELECT nothing FROM orders",
    "SELECT o.order_ib FROM orders AS o",
    "DROP TABLE orders",
    "SELECT sum(ordered_on) FROM orders",
];

fn told(project: &std::path::Path, call: &[&str], text: &mut String) {
    let ran = gen_in(project, call);
    let said =
        format!("{}{}", ran.out, ran.err).replace(&project.canonicalize().unwrap().display().to_string(), "<project>");
    writeln!(text, "$ gen {}\n{}-> {}\n", call.join(" "), said, ran.status).unwrap();
}

#[test]
fn mistakes_of_the_first_hour() {
    let dir = shop();
    let mut text = String::new();
    for call in CALLS {
        told(dir.path(), call, &mut text);
    }
    crate::expect("cli/first_errors", &text);
}

#[cfg(feature = "engine")]
#[test]
fn mistakes_of_the_first_run() {
    let dir = shop();
    let mut text = String::new();
    for call in RUNS {
        told(dir.path(), call, &mut text);
    }
    gen_in(dir.path(), &["run", "--quiet"]).ended(0);
    for sql in QUERIES {
        told(dir.path(), &["query", sql], &mut text);
    }
    crate::expect("cli/first_runs", &text);
}
