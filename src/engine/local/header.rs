//! The header of a CSV file against the columns that are declared: which field a column takes, and what is told of the
//! rest.
//!
//! A value under a header that no column has is not lost, it is rescued; but a column that is NULL throughout for the sake
//! of a blank in its header has to be told of, and counted.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use lakeflow::diag::did_you_mean;
use lakeflow::is_same_name;

/// Which columns the fields of one file belong to.
pub struct CsvHeader {
    /// The index of the column of each field; `None` for a field that no column takes.
    columns: Vec<Option<usize>>,
    /// The names under which fields are rescued; no two are alike.
    rescued: Vec<String>,
    /// The names as they stand in the file.
    written: Vec<String>,
    /// Values that were rescued.
    values: usize,
}

/// What is told of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandingNote {
    /// The file.
    pub path: PathBuf,
    /// What no column takes, and why that may be.
    pub text: String,
    /// How many values went to the rescued data.
    pub values: usize,
}

impl CsvHeader {
    /// The header of these fields; the first field of a name is its column's.
    pub fn of(written: Vec<String>, names: &[String]) -> CsvHeader {
        let mut taken = BTreeSet::new();
        let column = |name: &String| names.iter().position(|n| n == name).filter(|column| taken.insert(*column));
        let columns: Vec<Option<usize>> = written.iter().map(column).collect();
        let mut used: BTreeSet<String> = names.iter().cloned().collect();
        let mut rescued = vec![];
        for (index, (name, column)) in written.iter().zip(&columns).enumerate() {
            // Spark tells doubled headers apart by their position.
            let mut own = name.clone();
            while column.is_none() && !used.insert(own.clone()) {
                own = format!("{own}{index}");
            }
            rescued.push(own);
        }
        CsvHeader { columns, rescued, written, values: 0 }
    }

    /// No header: fields belong to the columns in their order.
    pub fn none(names: &[String]) -> CsvHeader {
        let columns = (0..names.len()).map(Some).collect();
        CsvHeader { columns, rescued: vec![], written: vec![], values: 0 }
    }

    /// The index of the column of a field; `None` for one that no column takes, and beyond the header.
    pub fn column(&self, index: usize) -> Option<usize> {
        self.columns.get(index).copied().flatten()
    }

    /// The name under which a field is rescued; counts it.
    pub fn rescue(&mut self, index: usize) -> String {
        self.values += 1;
        self.rescued.get(index).cloned().unwrap_or_else(|| format!("_c{index}"))
    }

    /// What is to be told of the file, if any value of it was rescued.
    pub fn note(&self, path: &Path, names: &[String]) -> Option<LandingNote> {
        if self.values == 0 {
            return None;
        }
        let unknown: Vec<&String> = self
            .written
            .iter()
            .zip(&self.columns)
            .filter(|(_, column)| column.is_none())
            .map(|(name, _)| name)
            .collect();
        let text = match (unknown.as_slice(), self.written.as_slice()) {
            ([], []) => "lines have more fields than there are columns".to_owned(),
            ([], _) => "lines have more fields than the header".to_owned(),
            (_, [one]) if other_delimiter(one, names).is_some() => {
                let delimiter = other_delimiter(one, names).unwrap_or_default();
                format!(
                    "its header is one field: it seems to be separated by {delimiter}; set `delimiter` of the source"
                )
            }
            (unknown, _) => {
                let told: Vec<String> = unknown.iter().map(|name| told(name, names)).collect();
                let headers = if told.len() == 1 { "header" } else { "headers" };
                format!("no column takes {headers} {}", told.join(", "))
            }
        };
        Some(LandingNote { path: path.to_owned(), text, values: self.values })
    }
}

/// So many fields that no column takes are named.
const SHOWN: usize = 10;

/// Fields of the records of a file that no column takes.
#[derive(Default)]
pub struct FieldNotes {
    names: BTreeSet<String>,
    values: usize,
}

impl FieldNotes {
    /// Counts the fields of a record.
    pub fn add<'a>(&mut self, fields: impl Iterator<Item = &'a String>) {
        for name in fields {
            self.values += 1;
            if !self.names.contains(name) {
                self.names.insert(name.clone());
            }
        }
    }

    /// What is to be told of the file, if there are any.
    pub fn note(&self, path: &Path, names: &[String]) -> Option<LandingNote> {
        let told: Vec<String> = self.names.iter().take(SHOWN).map(|name| told(name, names)).collect();
        let fields = if self.names.len() == 1 { "field" } else { "fields" };
        let more = self.names.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let text = format!("no column takes {fields} {}{more}", told.join(", "));
        (self.values > 0).then(|| LandingNote { path: path.to_owned(), text, values: self.values })
    }
}

/// A name that no column takes, with the column that may be meant.
fn told(name: &str, names: &[String]) -> String {
    let trimmed = name.trim();
    let close = names.iter().find(|n| is_same_name(n, trimmed)).filter(|n| *n != name);
    if names.iter().any(|n| n == name) {
        return format!("`{name}`, which appears twice");
    }
    match close {
        Some(column) if is_same_name(column, name) => format!("`{name}` (`{column}` in other letter case)"),
        Some(column) => format!("`{name}` (`{column}` with blanks around it)"),
        None => match did_you_mean(trimmed, names.iter().map(String::as_str)) {
            Some(hint) => format!("`{name}` ({hint})"),
            None => format!("`{name}`"),
        },
    }
}

/// The delimiter by which a header of one field would fall into columns.
fn other_delimiter(field: &str, names: &[String]) -> Option<&'static str> {
    let known = [(';', "`;`"), ('\t', "a tab"), ('|', "`|`"), (',', "`,`")];
    let parts = |delimiter: char| field.split(delimiter).map(|part| part.trim_matches([' ', '"']).to_owned());
    let falls = |delimiter: char| {
        parts(delimiter).count() > 1 && parts(delimiter).any(|part| names.iter().any(|n| is_same_name(n, &part)))
    };
    known.iter().find(|(delimiter, _)| falls(*delimiter)).map(|(_, shown)| *shown)
}
