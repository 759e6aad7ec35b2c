//! Personal data that must not reach its readers, and what only looks like it.
//!
//! A case is a file below `tests/lineage/leaks/` or `tests/lineage/clean/`: a spec (`.yml`) that is added to the project
//! in `tests/lineage/base/`, or pipeline SQL whose first line declares personal columns and readers as JSON. Beside a
//! leak stands what is drawn, 100 columns wide.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lakeflow::check;
use lakeflow::diag::{Diagnostic, Diagnostics, human};
use lakeflow::source::SourceMap;
use lakegen::codes;
use lakegen::driver;
use lakegen::lineage::{self, PersonalDeclaration, Policy, Reader};
use lakegen::model::{PersonalKind, Sees};
use lakegen::world::DiskWorld;
use libtest_mimic::Trial;

use crate::each::each;
use crate::golden::{entries, expect};

pub fn trials() -> Vec<Trial> {
    let mut trials = each("leaks", cases("leaks"), is_refused_with_its_path);
    trials.extend(each("clean", cases("clean"), is_accepted));
    trials
}

fn lineage_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lineage")
}

/// The cases of a directory, in order.
fn cases(dir: &str) -> Vec<PathBuf> {
    let mut files = entries(&lineage_dir().join(dir));
    files.retain(|path| path.extension().is_some_and(|extension| extension != "txt"));
    files
}

fn judged(case: &Path) -> (SourceMap, Vec<Diagnostic>) {
    let text = fs::read_to_string(case).unwrap();
    if case.extension().is_some_and(|e| e == "sql") { judged_sql(&text) } else { judged_spec(&text) }
}

fn judged_spec(text: &str) -> (SourceMap, Vec<Diagnostic>) {
    let project = tempfile::tempdir().unwrap();
    let specs = project.path().join("specs");
    for dir in ["entities", "metrics"] {
        fs::create_dir_all(specs.join(dir)).unwrap();
    }
    let base = lineage_dir().join("base/specs");
    for file in ["project.yml", "entities/customers.yml", "entities/orders.yml", "entities/products.yml"] {
        fs::copy(base.join(file), specs.join(file)).unwrap();
    }
    let dir = if text.starts_with("entity:") { "entities" } else { "metrics" };
    fs::write(specs.join(dir).join("case.yml"), text).unwrap();
    let compilation = driver::check(&DiskWorld, project.path()).unwrap();
    (compilation.sources, compilation.diagnostics)
}

fn judged_sql(text: &str) -> (SourceMap, Vec<Diagnostic>) {
    let head = text.lines().next().and_then(|line| line.strip_prefix("-- ")).unwrap();
    let policy = policy(&serde_json::from_str(head).unwrap());
    let (mut sources, mut found) = (SourceMap::default(), Diagnostics::default());
    let file = sources.add("case.sql", text);
    let judged = check::judge(&[file], check::OutsideTables::These(&[]), &sources, &mut found);
    let lineage = lineage::trace(&judged.datasets, judged.origins, &judged.outside);
    let flow = lineage::follow(&lineage, &policy);
    found.extend(lineage::judge(&flow, &lineage, &policy));
    (sources, found.into_sorted())
}

/// `{"declared": {DATASET: {COLUMN: KIND}}, "readers": {DATASET: [AUDIENCE]}}`; no audience sees anything.
fn policy(head: &serde_json::Value) -> Policy {
    let sees = Sees::Kinds([].into());
    let mut policy = Policy { audiences: vec![Reader { name: "sales".to_owned(), sees }], ..Policy::default() };
    for (dataset, columns) in head["declared"].as_object().unwrap() {
        let kind = |word: &serde_json::Value| PersonalKind::from_word(word.as_str().unwrap()).unwrap();
        let columns: BTreeMap<_, _> = columns
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, word)| (name.clone(), PersonalDeclaration::plain(kind(word), None)))
            .collect();
        policy.declared.insert(dataset.clone(), columns);
    }
    for dataset in head["readers"].as_object().unwrap().keys() {
        policy.readers.insert(dataset.clone(), vec![0]);
    }
    policy
}

fn drawn(sources: &SourceMap, diagnostics: &[Diagnostic]) -> String {
    human::render(diagnostics, sources, human::Style { color: false, width: 100 })
}

fn is_refused_with_its_path(case: &Path) {
    let (sources, diagnostics) = judged(case);
    let text = drawn(&sources, &diagnostics);
    let mut errors = diagnostics.iter().filter(|d| d.is_error()).peekable();
    let is_refused = errors.peek().is_some() && errors.all(|d| d.code == codes::AUDIENCE_MAY_NOT_SEE);
    assert!(is_refused, "not refused, or for something else\n{text}");
    expect(&case.with_extension("txt"), &text);
}

fn is_accepted(case: &Path) {
    let (sources, diagnostics) = judged(case);
    assert!(diagnostics.is_empty(), "{}", drawn(&sources, &diagnostics));
}
