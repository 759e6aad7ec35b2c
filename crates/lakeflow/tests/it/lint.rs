//! The linter: its list of rules, allowances, fixes, and texts that are cut anywhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use lakeflow::lint::{ALL, Report, fix, lint};
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
        for path in crate::golden::sql_below(&folder) {
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

/// Each name of a wide dataset is looked up, not compared with all its columns: that would be a thousand million times.
#[test]
fn names_are_looked_up_among_many_columns() {
    let list = |item: fn(usize) -> String| (0..30_000).map(item).collect::<Vec<_>>().join(", ");
    let columns = list(|n| format!("{n} AS c{n}"));
    let others = list(|n| format!("{n} AS `d {n}`"));
    let text = format!("CREATE OR REFRESH MATERIALIZED VIEW v AS SELECT {columns} FROM (SELECT {others});");
    assert_eq!(lint_text("wide.sql", &text).1.len(), 0);
}
