//! The linter as people meet it: each rule by a file that breaks it and one that does not.
//!
//! A case is a folder `tests/lint/<rule>/`: `bad.sql` breaks the rule as `expected.txt` draws it, `good.sql` does not, and
//! `fixed.sql` is what `--fix` makes of `bad.sql`, if the rule has a fix; what it leaves to a person then stands in
//! `unfixed.sql`, drawn in `unfixed.txt`. `BLESS=1` writes `expected.txt` and `fixed.sql`
//! anew; read the difference before you commit it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use lakeflow::diag::{Diagnostic, human};
use lakeflow::lint::{ALL, Lint, Report, fix, lint};
use lakeflow::parse;
use lakeflow::source::SourceMap;

fn cases() -> PathBuf {
    crate::cases().join("lint")
}

fn lint_text(name: &str, text: &str) -> (SourceMap, Vec<Report>) {
    let mut sources = SourceMap::default();
    let file = sources.add(name, text);
    let reports = lint(&[file], &sources, &[]);
    (sources, reports)
}

fn breaks(reports: &[Report], rule: &'static Lint) -> bool {
    reports.iter().any(|report| report.diagnostic.code == rule.code)
}

fn drawn(sources: &SourceMap, reports: Vec<Report>) -> String {
    let diagnostics: Vec<Diagnostic> = reports.into_iter().map(|report| report.diagnostic).collect();
    human::render(&diagnostics, sources, human::Style { color: false, width: 100 })
}

/// Compares a text with a file, or writes it there.
fn expect(path: &Path, found: &str, wrong: &mut Vec<String>) {
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, found).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected != found {
        wrong.push(format!("== {}, expected ==\n{expected}== found ==\n{found}", path.display()));
    }
}

#[test]
fn every_rule_finds_its_bad_case_and_spares_its_good_one() {
    let mut wrong = vec![];
    for rule in ALL {
        let case = cases().join(rule.id());
        let read = |name: &str| fs::read_to_string(case.join(name)).unwrap_or_else(|_| panic!("{}/{name}", rule.id()));
        let (bad, good) = (read("bad.sql"), read("good.sql"));
        let (sources, reports) = lint_text("bad.sql", &bad);
        if !breaks(&reports, rule) {
            wrong.push(format!("{}: bad.sql does not break it", rule.id()));
        }
        expect(&case.join("expected.txt"), &drawn(&sources, reports), &mut wrong);
        let (sources, reports) = lint_text("good.sql", &good);
        if !reports.is_empty() {
            wrong.push(format!("{}: good.sql is not good:\n{}", rule.id(), drawn(&sources, reports)));
        }
        if let Some(fixed) = fix(&bad, &[rule]) {
            expect(&case.join("fixed.sql"), &fixed.text, &mut wrong);
            let again = lint_text("fixed.sql", &fixed.text).1;
            if breaks(&again, rule) || fix(&fixed.text, &[rule]).is_some() {
                wrong.push(format!("{}: fixed.sql still breaks it", rule.id()));
            }
        } else if case.join("fixed.sql").exists() {
            wrong.push(format!("{}: fixed.sql is there, but nothing is fixed", rule.id()));
        }
        if let Ok(unfixed) = fs::read_to_string(case.join("unfixed.sql")) {
            let (sources, reports) = lint_text("unfixed.sql", &unfixed);
            if !breaks(&reports, rule) || fix(&unfixed, &[rule]).is_some() {
                wrong.push(format!("{}: unfixed.sql does not break it, or is fixed", rule.id()));
            }
            expect(&case.join("unfixed.txt"), &drawn(&sources, reports), &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_case_has_a_rule_and_every_rule_an_explanation() {
    let folders: BTreeSet<String> =
        fs::read_dir(cases()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let rules: BTreeSet<String> = ALL.iter().map(|lint| lint.id().to_owned()).collect();
    assert_eq!(folders, rules);
    assert_eq!(rules.len(), ALL.len(), "a name stands twice");
    for lint in ALL {
        let text = lint.code.explanation();
        assert!(text.starts_with(&format!("# {}: {}\n", lint.id(), lint.code.title())), "{}", lint.id());
        assert!(text.contains("\nWrong:\n") && text.contains("\nRight:\n"), "{}", lint.id());
    }
}

/// All statements that the project has, whole and cut anywhere: no rule trips over what it did not expect.
#[test]
fn no_text_brings_a_rule_down() {
    for folder in [crate::cases().join("statements"), crate::root().join("tests/check")] {
        for path in crate::sql_below(&folder) {
            let text = fs::read_to_string(path).unwrap();
            for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)).step_by(97) {
                for report in lint_text("cut.sql", &text[..end]).1 {
                    let range = report.diagnostic.primary.unwrap().span.range();
                    assert!(range.start <= range.end && range.end <= end, "{range:?} of {end}");
                }
            }
        }
    }
}

#[test]
fn an_allowance_covers_its_line_or_the_next_and_no_other() {
    let ids = |text: &str| -> Vec<&str> {
        lint_text("a.sql", text).1.into_iter().map(|report| report.diagnostic.code.number()).collect()
    };
    let view = "CREATE OR REFRESH MATERIALIZED VIEW v AS SELECT id FROM LIVE.t";
    assert_eq!(ids(&format!("{view};")), ["live-prefix"]);
    assert_eq!(ids(&format!("{view}; -- gen: allow live-prefix read by another tool")), [""; 0]);
    assert_eq!(ids(&format!("-- gen: allow live-prefix read by another tool\n-- and more\n\n{view};")), [""; 0]);
    assert_eq!(
        ids(&format!("-- gen: allow live-prefix for one\n{view};\nCREATE VIEW w AS SELECT id FROM LIVE.t;")),
        ["live-prefix"]
    );
    assert_eq!(ids(&format!("-- gen: allow live-perfix so\n{view};")), ["unused-allowance", "live-prefix"]);
}

#[test]
fn a_fix_that_breaks_the_text_is_not_made() {
    // The broken statement behind it stays as broken as it was; what can be mended is.
    let text = "CREATE OR REFRESH MATERIALIZED VIEW v AS SELECT id FROM LIVE.t;\nCREATE NONSENSE;\n";
    let fixed = fix(text, &[]).expect("the prefix can go");
    assert_eq!((fixed.count, fixed.text.contains("LIVE")), (1, false));
    assert_eq!(parse(&fixed.text).unwrap_err().len(), 1);
    assert_eq!(fix("SELECT 1", &[]), None);
}
