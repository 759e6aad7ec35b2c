//! The summary of a run, for people and for programs.
//!
//! Rows of a table are shown only if the table holds no personal data, because output ends up in logs.

use serde::Serialize;

use super::table::{Align, draw_or_list, unbroken};
use crate::cli::check::counted;

/// A table of at most so many rows is shown whole.
pub const SMALL: usize = 12;

/// A run.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// Directory of the files that were read.
    pub landing: String,
    /// Directory of the tables that were written.
    pub warehouse: String,
    /// How long the run took.
    pub seconds: f64,
    /// Datasets, in the order in which they were computed.
    pub datasets: Vec<DatasetSummary>,
    /// Files with values that no column takes.
    pub notes: Vec<FileNote>,
    /// Tables for readers, by name.
    pub figures: Vec<Figures>,
}

/// A file with values that no column takes: they are in the rescued data alone.
#[derive(Debug, Serialize)]
pub struct FileNote {
    /// The dataset that reads it.
    pub dataset: String,
    /// Path relative to the current directory if it lies below it, else in full.
    pub file: String,
    /// What is odd about it.
    pub text: String,
    /// How many values.
    pub values: usize,
}

/// A dataset of a run.
#[derive(Debug, Serialize)]
pub struct DatasetSummary {
    /// Last part of its name.
    pub name: String,
    /// Layer of the pipeline; `None` for SQL that people wrote.
    pub layer: Option<&'static str>,
    /// What Lakeflow calls it.
    pub kind: &'static str,
    /// Rows of its query, before expectations.
    pub rows_in: usize,
    /// Rows it holds.
    pub rows_out: usize,
    /// Rows that an expectation left out.
    pub dropped: usize,
    /// Rows that went to quarantine; `None` for datasets that have none.
    pub quarantined: Option<usize>,
    /// Its expectations, in the order of the SQL.
    pub expectations: Vec<ExpectationSummary>,
    /// How long it took.
    pub seconds: f64,
}

/// An expectation of a dataset.
#[derive(Debug, Serialize)]
pub struct ExpectationSummary {
    /// As in `CONSTRAINT name EXPECT`.
    pub name: String,
    /// `warn`, `drop`, `fail` or `quarantine`.
    pub action: &'static str,
    /// Rows that meet it.
    pub passed: usize,
    /// Rows that do not.
    pub failed: usize,
}

/// A table for readers.
#[derive(Debug, Serialize)]
pub struct Figures {
    /// Last part of its name.
    pub name: String,
    /// How many rows it holds.
    pub rows: usize,
    /// Names of its columns; empty when its rows are not shown.
    pub columns: Vec<String>,
    /// All its rows, if they are few and no personal data is among them.
    pub values: Vec<Vec<String>>,
}

impl Summary {
    /// The summary as a JSON document.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).map_or_else(|_| String::new(), |text| format!("{text}\n"))
    }

    /// The summary as tables no wider than `width`.
    pub fn human(&self, width: usize) -> String {
        let datasets = draw_or_list(&HEADER, &self.datasets.iter().map(DatasetSummary::row).collect::<Vec<_>>(), width);
        let broken: Vec<Vec<String>> = self.datasets.iter().flat_map(DatasetSummary::broken).collect();
        let mut out = format!("{datasets}\n");
        if !broken.is_empty() {
            out.push_str(&format!("{}\n", draw_or_list(&BROKEN, &broken, width)));
        }
        for note in &self.notes {
            let values = counted(note.values, "value went", "values went");
            out.push_str(&format!("{}: {}: {values} to the rescued data of {}\n", note.file, note.text, note.dataset));
        }
        if !self.notes.is_empty() {
            out.push('\n');
        }
        let (small, large): (Vec<&Figures>, Vec<&Figures>) = self.figures.iter().partition(|f| !f.columns.is_empty());
        for figures in small {
            out.push_str(&figures.human(width));
        }
        for figures in large {
            out.push_str(&format!("{}: {}\n", figures.name, counted(figures.rows, "row", "rows")));
        }
        format!("{}\n", out.trim_end())
    }

    /// One line on the run.
    pub fn line(&self) -> String {
        let rows: usize = self.datasets.iter().map(|d| d.rows_out).sum();
        format!(
            "ran {} on {} in {}: {}, in {}",
            counted(self.datasets.len(), "dataset", "datasets"),
            self.landing,
            shown_seconds(self.seconds),
            counted(rows, "row", "rows"),
            self.warehouse
        )
    }
}

const HEADER: [(&str, Align); 6] = [
    ("dataset", Align::Left),
    ("in", Align::Right),
    ("out", Align::Right),
    ("dropped", Align::Right),
    ("quarantined", Align::Right),
    ("time", Align::Right),
];

const BROKEN: [(&str, Align); 4] =
    [("dataset", Align::Left), ("broken rule", Align::Left), ("rows", Align::Right), ("action", Align::Left)];

impl DatasetSummary {
    fn row(&self) -> Vec<String> {
        let unless_zero = |n: usize| if n == 0 { String::new() } else { n.to_string() };
        vec![
            self.name.clone(),
            unless_zero(self.rows_in),
            self.rows_out.to_string(),
            unless_zero(self.dropped),
            self.quarantined.map(unless_zero).unwrap_or_default(),
            unbroken(&shown_seconds(self.seconds)),
        ]
    }

    /// The expectations that rows do not meet.
    fn broken(&self) -> impl Iterator<Item = Vec<String>> {
        let broken = self.expectations.iter().filter(|e| e.failed > 0);
        broken.map(|e| vec![self.name.clone(), e.name.clone(), e.failed.to_string(), e.action.to_owned()])
    }
}

impl Figures {
    fn human(&self, width: usize) -> String {
        let is_number =
            |column: usize| self.values.iter().all(|row| row.get(column).is_some_and(|v| looks_like_number(v)));
        let header: Vec<(&str, Align)> = self
            .columns
            .iter()
            .enumerate()
            .map(|(index, name)| (name.as_str(), if is_number(index) { Align::Right } else { Align::Left }))
            .collect();
        format!("{}\n{}\n", self.name, draw_or_list(&header, &self.values, width))
    }
}

fn looks_like_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    text.is_empty() || unsigned.split('.').count() <= 2 && unsigned.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

fn shown_seconds(seconds: f64) -> String {
    if seconds < 1.0 { format!("{:.0} ms", seconds * 1000.0) } else { format!("{seconds:.1} s") }
}

#[cfg(test)]
#[path = "../../../tests/support/golden.rs"]
mod golden;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn summary() -> Summary {
        let dataset = |name: &str, layer, rows_in, rows_out, expectations| DatasetSummary {
            name: name.to_owned(),
            layer: Some(layer),
            kind: "streaming table",
            rows_in,
            rows_out,
            dropped: rows_in - rows_out,
            quarantined: (layer == "silver").then_some(2),
            expectations,
            seconds: 0.0123,
        };
        let expectation = |name: &str, failed| ExpectationSummary {
            name: name.to_owned(),
            action: "warn",
            passed: 10 - failed,
            failed,
        };
        let failed = vec![
            expectation("valid_ordered_on", 2),
            expectation("quantity_positive", 1),
            expectation("order_id_required", 0),
        ];
        Summary {
            landing: "samples".to_owned(),
            warehouse: ".gen/warehouse".to_owned(),
            seconds: 1.26,
            datasets: vec![
                dataset("orders_raw", "bronze", 11, 11, vec![]),
                dataset("orders_checked", "silver", 11, 10, failed),
            ],
            notes: vec![],
            figures: vec![
                Figures {
                    name: "revenue_total".to_owned(),
                    rows: 2,
                    columns: vec!["period_start".to_owned(), "revenue".to_owned()],
                    values: vec![
                        vec!["2024-01-01".to_owned(), "52.00".to_owned()],
                        vec!["2024-02-01".to_owned(), "9.90".to_owned()],
                    ],
                },
                Figures { name: "reachable_customers".to_owned(), rows: 1234, columns: vec![], values: vec![] },
            ],
        }
    }

    #[test]
    fn a_run_is_told_as_tables() {
        let snapshot = "src/cli/local/snapshots/a_run_is_told_as_tables.txt";
        golden::expect(&Path::new(env!("CARGO_MANIFEST_DIR")).join(snapshot), &summary().human(100));
        assert_eq!(summary().line(), "ran 2 datasets on samples in 1.3 s: 21 rows, in .gen/warehouse");
    }

    #[test]
    fn no_terminal_is_too_narrow() {
        for width in [20, 40, 60, 80] {
            let text = summary().human(width);
            let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(widest <= width.max(60), "{widest} columns in {width}:\n{text}");
            assert!(text.contains("orders_checked") && text.contains("valid_ordered_on"), "{text}");
        }
    }

    #[test]
    fn programs_get_numbers() {
        let json: serde_json::Value = serde_json::from_str(&summary().json()).unwrap();
        assert_eq!(json["datasets"][1]["quarantined"], 2);
        assert_eq!(json["datasets"][1]["expectations"][0]["failed"], 2);
        assert_eq!(json["figures"][0]["values"][0][1], "52.00");
    }
}
