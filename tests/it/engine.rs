//! The embedded engine on small pipelines: `tests/engine/<case>/`.
//!
//! A case is a folder of `pipeline/*.sql` and `landing/*`. Its `expected/<table>.csv` are the rows of tables (in any
//! order), `expected/report.txt` is what the run reports, `expected/faults.txt` what it refuses. A new case is a new folder.

#![cfg(feature = "engine")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lakeflow::check;
use lakeflow::diag::{Diagnostic, Diagnostics};
use lakeflow::source::SourceMap;
use lakegen::engine::local::{Request, RunFault, RunReport, csv_text, query, run};

fn files(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return vec![] };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// The report without its times.
fn shown(report: &RunReport) -> String {
    let mut text = String::new();
    for dataset in &report.datasets {
        let (name, kind) = (&dataset.name, dataset.kind);
        let (rows_in, rows_out, dropped) = (dataset.rows_in, dataset.rows_out, dataset.dropped);
        text += &format!("{name} {kind:?}: {rows_in} in, {rows_out} out, {dropped} dropped\n");
        for rule in &dataset.expectations {
            let action = rule.action.map_or("Warn".to_owned(), |action| format!("{action:?}"));
            text += &format!("  {} {action}: {} passed, {} failed\n", rule.name, rule.passed, rule.failed);
        }
        for note in &dataset.notes {
            let file = file_name(&note.path);
            text += &format!("  {file}: {}: {} values\n", note.text, note.values);
        }
    }
    text
}

fn faults(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|d| format!("{}: {}\n", d.code.number(), d.message)).collect()
}

fn refused(fault: &RunFault) -> String {
    format!("{}: {fault}\n", fault.code().number())
}

/// The rows of a table, sorted, below the names of its columns.
fn table(warehouse: &Path, name: &str) -> String {
    let text = csv_text(&query(&format!("SELECT * FROM `{name}`"), warehouse).unwrap());
    let (header, rows) = text.split_once('\n').unwrap();
    let mut rows: Vec<_> = rows.lines().collect();
    rows.sort_unstable();
    std::iter::once(header).chain(rows).map(|line| format!("{line}\n")).collect()
}

/// Compares with the file, or writes it when `UPDATE_EXPECTED` is set.
fn expect(path: &Path, actual: &str, wrong: &mut Vec<String>) {
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        return fs::write(path, actual).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected != actual {
        wrong.push(format!("{}\n--- expected\n{expected}--- actual\n{actual}", path.display()));
    }
}

fn case(directory: &Path, wrong: &mut Vec<String>) {
    let mut sources = SourceMap::default();
    let mut found = Diagnostics::default();
    let sql = files(&directory.join("pipeline"));
    let ids: Vec<_> = sql.iter().map(|p| sources.add(file_name(p), fs::read_to_string(p).unwrap())).collect();
    let pipeline = check::pipeline(&ids, &sources, &mut found);
    let unjudged: Vec<_> = found.into_sorted().into_iter().filter(Diagnostic::is_error).collect();
    if !unjudged.is_empty() {
        return wrong.push(format!("{}: the pipeline itself is at fault\n{}", directory.display(), faults(&unjudged)));
    }
    let warehouse = tempfile::tempdir().unwrap();
    let outcome = run(&Request {
        pipeline: &pipeline,
        parameters: &BTreeMap::from([
            ("catalog".to_owned(), "cat".to_owned()),
            ("schema".to_owned(), "sch".to_owned()),
        ]),
        landing: &directory.join("landing"),
        warehouse: &warehouse.path().join("tables"),
    });
    let expected = directory.join("expected");
    match outcome {
        Ok(report) => {
            expect(&expected.join("report.txt"), &shown(&report), wrong);
            let tables: Vec<_> = files(&expected).iter().map(|p| file_name(p)).collect();
            for name in tables.iter().filter_map(|name| name.strip_suffix(".csv")) {
                let text =
                    table(&warehouse.path().join("tables"), name).replace(&directory.display().to_string(), "<case>");
                expect(&expected.join(format!("{name}.csv")), &text, wrong);
            }
        }
        Err(fault) => {
            let text = refused(&fault).replace(&directory.display().to_string(), "<case>");
            expect(&expected.join("faults.txt"), &text, wrong);
        }
    }
}

#[test]
fn pipelines_give_the_rows_that_are_expected() {
    let cases = files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engine")));
    assert!(!cases.is_empty());
    let mut wrong = vec![];
    cases.iter().for_each(|directory| case(directory, &mut wrong));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
