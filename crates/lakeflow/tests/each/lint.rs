//! The linter as people meet it: each rule by a file that breaks it and one that does not.
//!
//! A case is a folder `tests/lint/<rule>/`: `bad.sql` breaks the rule as `expected.txt` draws it, `good.sql` does not, and
//! `fixed.sql` is what `--fix` makes of `bad.sql`, if the rule has a fix; what it leaves to a person then stands in
//! `unfixed.sql`, drawn in `unfixed.txt`.

use std::fs;
use std::path::Path;

use lakeflow::diag::{Diagnostic, human};
use lakeflow::lint::{Lint, Report, by_id, fix, lint};
use lakeflow::source::SourceMap;
use libtest_mimic::Trial;

use crate::cases;
use crate::each::each;
use crate::golden::{Golden, entries};

pub fn trials() -> Vec<Trial> {
    each("lint", entries(&cases().join("lint")), the_rule_finds_its_bad_case_and_spares_its_good_one)
}

fn lint_text(name: &str, text: &str) -> (SourceMap, Vec<Report>) {
    let mut sources = SourceMap::default();
    let file = sources.add(name, text);
    let reports = lint(&[file], &sources, &[]);
    (sources, reports)
}

fn breaks(reports: &[Report], rule: &Lint) -> bool {
    reports.iter().any(|report| report.diagnostic.code == rule.code)
}

fn drawn(sources: &SourceMap, reports: Vec<Report>) -> String {
    let diagnostics: Vec<Diagnostic> = reports.into_iter().map(|report| report.diagnostic).collect();
    human::render(&diagnostics, sources, human::Style { color: false, width: 100 })
}

fn the_rule_finds_its_bad_case_and_spares_its_good_one(case: &Path) {
    let name = case.file_name().unwrap().to_str().unwrap();
    let rule = by_id(name).expect("the folder is named as a rule");
    let read = |name: &str| fs::read_to_string(case.join(name)).unwrap();
    let (bad, good) = (read("bad.sql"), read("good.sql"));
    let mut golden = Golden::default();
    let (sources, reports) = lint_text("bad.sql", &bad);
    if !breaks(&reports, rule) {
        golden.wrong("bad.sql does not break it");
    }
    golden.expect(&case.join("expected.txt"), &drawn(&sources, reports));
    let (sources, reports) = lint_text("good.sql", &good);
    if !reports.is_empty() {
        golden.wrong(format!("good.sql is not good:\n{}", drawn(&sources, reports)));
    }
    if let Some(fixed) = fix(&bad, &[rule]) {
        golden.expect(&case.join("fixed.sql"), &fixed.text);
        let again = lint_text("fixed.sql", &fixed.text).1;
        if breaks(&again, rule) || fix(&fixed.text, &[rule]).is_some() {
            golden.wrong("fixed.sql still breaks it");
        }
    } else if case.join("fixed.sql").exists() {
        golden.wrong("fixed.sql is there, but nothing is fixed");
    }
    if let Ok(unfixed) = fs::read_to_string(case.join("unfixed.sql")) {
        let (sources, reports) = lint_text("unfixed.sql", &unfixed);
        if !breaks(&reports, rule) || fix(&unfixed, &[rule]).is_some() {
            golden.wrong("unfixed.sql does not break it, or is fixed");
        }
        golden.expect(&case.join("unfixed.txt"), &drawn(&sources, reports));
    }
    golden.done();
}
