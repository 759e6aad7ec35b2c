//! The table of total forms against answers recorded from Spark 4.3: `tests/spark/total.jsonl`.
//!
//! `tests/spark/total.py` makes up the queries, `tests/spark/record.py` records the answers. Each tells, for a form over
//! adversarial values, how many results are NULL for each pattern of NULL operands.

use std::collections::BTreeMap;

use lakeflow::functions::total;
use serde_json::Value;

/// Fewer combinations of values prove nothing.
const FEWEST: usize = 3;

struct Answer {
    label: String,
    ok: bool,
    /// For each pattern: combinations, NULL results, other results of an operand that is only asked whether it is there.
    patterns: Vec<(String, usize, usize, usize)>,
}

fn answers() -> Vec<Answer> {
    let path = crate::root().join("tests/spark/total.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    let cases = text.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).unwrap());
    cases.map(|case| answer(&case)).collect()
}

fn answer(case: &Value) -> Answer {
    let rows = case["rows"].as_str().unwrap_or_default();
    let pattern = |row: &str| {
        let cells: Vec<&str> = row.split(" ; ").collect();
        (cells[0].to_owned(), cells[1].parse().unwrap(), cells[2].parse().unwrap(), cells[3].parse().unwrap())
    };
    let patterns = rows.split(" / ").filter(|row| !row.is_empty()).map(pattern).collect();
    Answer { label: case["label"].as_str().unwrap().to_owned(), ok: case["ok"] == true, patterns }
}

/// Why an answer does not prove a form, if it does not.
fn doubt(answer: &Answer, may_be_null: bool) -> Option<String> {
    if !answer.ok {
        return Some("fails".to_owned());
    }
    let tried: usize = answer.patterns.iter().map(|(_, rows, ..)| rows).sum();
    let values = answer.patterns.iter().filter(|(pattern, ..)| !pattern.contains("null")).count();
    if tried < FEWEST || values == 0 {
        return Some(format!("was tried with {tried} combinations only"));
    }
    answer.patterns.iter().find_map(|(pattern, rows, missing, seen)| match () {
        () if !may_be_null && *missing != 0 && missing != rows => {
            Some(format!("is NULL for {missing} of {rows} values ({pattern})"))
        }
        () if *seen != 0 => Some(format!("shows what is only asked whether it is there ({pattern})")),
        () => None,
    })
}

#[test]
fn every_form_is_proven_by_spark() {
    let answers = answers();
    let mut by_line: BTreeMap<&str, Vec<&Answer>> = BTreeMap::new();
    for answer in &answers {
        let (line, _) = answer.label.rsplit_once(" | ").unwrap();
        by_line.entry(line).or_default().push(answer);
    }
    let mut wrong = vec![];
    for line in total::lines() {
        let Some(own) = by_line.remove(line) else {
            wrong.push(format!("{line}: no answer is recorded"));
            continue;
        };
        for answer in own {
            wrong.extend(doubt(answer, line.ends_with(" null")).map(|doubt| format!("{}: {doubt}", answer.label)));
        }
    }
    wrong.extend(
        by_line.keys().filter(|line| **line != "noticed").map(|line| format!("{line}: is no line of the table")),
    );
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), answers.len(), wrong.join("\n"));
}

/// Forms that tell of their operands: an answer that did not show it would prove nothing.
#[test]
fn what_is_not_total_is_noticed() {
    let answers = answers();
    let known: Vec<&Answer> = answers.iter().filter(|answer| answer.label.starts_with("noticed | ")).collect();
    assert!(known.len() > 10);
    let missed: Vec<&str> = known.iter().filter(|a| doubt(a, false).is_none()).map(|a| a.label.as_str()).collect();
    assert!(missed.is_empty(), "{missed:?}");
}
