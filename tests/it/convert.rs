//! Conversion to open-source Spark: what holds for all SQL of the repository.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use crate::golden::sql_below;
use crate::root;
use lakeflow::{parse, parse_each};
use lakegen::sqltool::convert::{Converted, Loss, Settings, convert};

fn converted(text: &str, settings: &Settings) -> Converted {
    convert(&[text], settings).remove(0)
}

/// Every file of SQL that is meant to be good.
fn corpus() -> Vec<PathBuf> {
    [
        "generated/pipeline",
        "crates/lakeflow/tests/statements/accept",
        "tests/convert",
        "tests/cases",
        "crates/lakeflow/tests/fmt",
        "tests/lineage",
    ]
    .iter()
    .flat_map(|dir| sql_below(&root().join(dir)))
    .collect()
}

/// Something for every key that the corpus asks for.
fn all_settings(text: &str) -> Settings {
    let mut settings = Settings::new();
    for (open, close) in [("${", "}"), ("{{", "}}")] {
        let keys = text.split(open).skip(1).filter_map(|rest| rest.split_once(close));
        settings.extend(keys.map(|(key, _)| (key.trim().to_owned(), "x1".to_owned())));
    }
    settings
}

#[test]
fn what_comes_out_is_sql_and_is_converted_no_further() {
    let mut seen = 0;
    for path in corpus() {
        let text = fs::read_to_string(&path).unwrap();
        let once = converted(&text, &all_settings(&text));
        let sql = once.text(&text);
        let faults: Vec<String> = parse_each(&sql)
            .into_iter()
            .filter_map(|attempt| {
                attempt.statement.err().map(|faults| format!("{faults:?} in {}", &sql[attempt.range]))
            })
            .collect();
        assert!(faults.is_empty(), "{}: {}", path.display(), faults.join("\n"));
        let again = converted(&sql, &Settings::new());
        let lost: Vec<_> = again.notes.iter().filter(|note| note.loss == Loss::Unconverted).collect();
        assert!(lost.is_empty(), "{}: {lost:?}", path.display());
        assert_eq!(parse(&again.text(&sql)).unwrap(), parse(&sql).unwrap(), "{}", path.display());
        seen += once.parts.iter().map(|part| part.sql.len()).sum::<usize>();
    }
    assert!(seen > 300, "{seen} statements");
}

#[test]
fn a_part_is_left_out_with_a_note_and_only_then() {
    for path in corpus() {
        let text = fs::read_to_string(&path).unwrap();
        let file = converted(&text, &Settings::new());
        for part in &file.parts {
            let inside = |at: usize| part.range.start <= at && at <= part.range.end;
            let is_noted = file.notes.iter().any(|n| n.loss == Loss::Unconverted && inside(n.range.start));
            let written = text.get(part.range.clone());
            assert_eq!(part.sql.is_empty(), is_noted, "{}: {written:?}", path.display());
        }
    }
}

/// Words of clauses that Spark refuses; none may be left over, wherever it came from.
#[test]
fn no_clause_of_databricks_is_left() {
    const CLAUSES: &[&str] = &[
        "OR REFRESH",
        "PRIVATE",
        " EXPECT (",
        " MASK ",
        "ROW FILTER",
        "PRIMARY KEY",
        "REFERENCES",
        "CLUSTER BY AUTO",
        "CLUSTER BY NONE",
        "REFRESH POLICY",
        "SCHEDULE",
        "LIVE.",
        "APPLY CHANGES",
        "IGNORE NULL UPDATES",
        "read_files",
        "USE CATALOG",
        "NOT NULL,",
    ];
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for path in corpus() {
        let text = fs::read_to_string(&path).unwrap();
        let file = converted(&text, &all_settings(&text));
        for sql in file.parts.iter().flat_map(|part| &part.sql).chain(&file.setup) {
            // Names and texts may hold such words.
            let bare: String =
                sql.lines().filter(|line| !line.starts_with("--") && !line.contains(['\'', '`'])).collect();
            let left = CLAUSES.iter().find(|clause| bare.contains(**clause));
            assert_eq!(left, None, "{}: {sql}", path.display());
        }
        for clause in CLAUSES {
            *counts.entry(clause).or_default() += text.matches(clause).count();
        }
    }
    let unseen: Vec<_> = counts.iter().filter(|(_, count)| **count == 0).collect();
    assert!(unseen.is_empty(), "the corpus has no {unseen:?}");
}
