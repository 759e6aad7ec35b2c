//! Converts Databricks pipelines to what open-source Spark Declarative Pipelines (Spark 4.3) accept, with a report of
//! everything that is lost.
//!
//! A pass from tree to tree: texts are parsed, each statement is rewritten into statements that Spark accepts, which
//! are printed by the usual printer, in the layout of the formatter. What Spark does not support is either moved into
//! the query (an expectation that drops rows becomes a filter), left out with a [`ConversionNote`] that states the
//! consequence, or causes the whole statement to be dropped. Nothing is left out without a note, and no statement is
//! converted partially.

mod body;
mod cdc;
mod cells;
mod checks;
mod files;
mod flow;
mod names;
mod note;
mod places;
mod project;
mod query;
mod scope;
mod settings;
mod spark;
mod statement;
mod table;
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

pub use note::{ConversionNote, Loss};

use lakeflow::{Attempt, parse_each};
use project::SqlProject;
use scope::ConversionScope;
use settings::Filled;

/// What stands for `${key}`, `{{key}}`, `$key` and `:key`.
pub type Settings = BTreeMap<String, String>;

/// What became of a text.
#[derive(Debug, Clone, Default)]
pub struct Converted {
    /// What became of each statement, and of each cell of a notebook in another language, in order.
    pub parts: Vec<ConvertedPart>,
    /// Tables that have to be there before the pipeline runs; no pipeline can make them itself.
    pub setup: Vec<String>,
    /// What was left out or changed in meaning, by place.
    pub notes: Vec<ConversionNote>,
    /// Settings that were put somewhere.
    pub used: BTreeSet<String>,
}

/// A part of a text and what became of it.
#[derive(Debug, Clone)]
pub struct ConvertedPart {
    /// Bytes of the original.
    pub range: Range<usize>,
    /// Usually one statement, without `;`; none when it can't be converted, and a note says why.
    pub sql: Vec<String>,
}

impl Converted {
    /// The statements as text, a `;` behind each; those that can't be converted as comments, as they stand in `original`.
    pub fn text(&self, original: &str) -> String {
        let mut parts: Vec<String> = vec![];
        for ConvertedPart { range, sql } in &self.parts {
            if sql.is_empty() {
                let written = original.get(range.clone()).unwrap_or("");
                let lines = written.lines().map(|line| format!("-- {line}").trim_end().to_owned() + "\n");
                parts.push(format!("-- Not converted:\n{}", lines.collect::<String>()));
            }
            parts.extend(sql.iter().map(|statement| format!("{statement};\n")));
        }
        parts.join("\n")
    }
}

/// Converts the files of one pipeline; the result has one entry for each, in the same order.
pub fn convert(texts: &[&str], settings: &Settings) -> Vec<Converted> {
    let filled: Vec<Filled> = texts.iter().map(|text| Filled::new(text, settings)).collect();
    let attempts: Vec<Vec<Attempt>> = filled.iter().map(|filled| parse_each(&filled.text)).collect();
    let mut project = SqlProject::of(attempts.iter().flatten().filter_map(|attempt| attempt.statement.as_ref().ok()));
    let mut converted = vec![];
    for ((text, filled), attempts) in texts.iter().zip(&filled).zip(attempts) {
        let mut scope = ConversionScope::new(filled, settings, &mut project);
        let parts = attempts.into_iter().map(|attempt| statement::convert(attempt, &mut scope)).collect();
        let mut file = scope.into_file(parts);
        cells::leave_out(text, &mut file);
        converted.push(file);
    }
    converted
}
