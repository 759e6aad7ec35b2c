//! The record of what builds have granted: who may read what, and which objects would interfere with others.
//!
//! A grant in a target persists until it is revoked, and a build only knows its own specs. Comparing with the previous
//! build is not enough: A is deployed, B drops a grant and is never deployed, and C does not know about it. So
//! everything that a build declares is recorded, one entry per line, and stays there until a deployment without it has
//! been confirmed. Until then, every build revokes or drops whatever is in the record but not declared ([`Taken`]).
//!
//! The record is a set. Lines are sorted, and the union of two records is a record, so branches are merged by keeping
//! the lines of both. The files of a build depend on specs and record only.

mod declared;
mod taken;

pub use declared::declared;
pub use taken::{Taken, Withdrawal};

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Something that a build gives in a target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordEntry {
    /// Name of the target.
    pub target: String,
    /// What is given.
    #[serde(flatten)]
    pub given: Given,
}

/// What a build can give. Objects are named from their catalog on, in lower case, as the catalog keeps them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Given {
    /// A privilege on anything but a table.
    Grant {
        /// Its words: `USE SCHEMA`.
        privilege: String,
        /// The kind of the object: `SCHEMA`.
        on: String,
        /// Its name in parts, catalog first.
        name: Vec<String>,
        /// Name of a group or application id of a service principal, without back-quotes.
        to: String,
    },
    /// A table to read, as the principal sees it.
    Select(Select),
    /// A metric view, or a view of operation.
    MetricView {
        /// Catalog, schema and name.
        name: Vec<String>,
    },
    /// A policy that masks by tags.
    Policy {
        /// The policy, which is named within its schema.
        name: String,
        /// The schema that it holds for.
        schema: Vec<String>,
    },
    /// A tag that policies go by, or people look for.
    Tag {
        /// Catalog, schema and name of the table or metric view.
        table: Vec<String>,
        /// Name of the column, in lower case; none if the table has the tag.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        column: Option<String>,
        /// The key of the tag.
        tag: String,
    },
    /// A function that masks values or filters rows.
    Function {
        /// Catalog, schema and name, without parameters.
        name: Vec<String>,
    },
}

/// A table that a principal reads. What it sees of the table belongs to it: tables, functions and tags do not change in
/// one moment, and between them nobody may see what they see neither before nor after.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Select {
    /// Catalog, schema and name, in lower case.
    pub table: Vec<String>,
    /// Name of a group or application id of a service principal, without back-quotes.
    pub to: String,
    /// Columns that it sees masked, with their kind of personal data.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub masked: BTreeMap<String, String>,
    /// The rows that it sees, where these are not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<String>,
    /// Whether tags mask, and not the definition of the table.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_tags: bool,
}

/// What builds have given and nobody has confirmed to be taken away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    entries: BTreeSet<RecordEntry>,
}

impl Record {
    /// Reads the lines of a record.
    ///
    /// # Errors
    /// The number of the first line that is none, counted from zero, and what is wrong with it.
    pub fn parse(text: &str) -> Result<Record, (usize, String)> {
        let entry = |(index, line): (usize, &str)| {
            let entry: RecordEntry = serde_json::from_str(line).map_err(|error| (index, error.to_string()))?;
            // The name becomes that of a folder.
            let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
            match !entry.target.is_empty() && entry.target.chars().all(is_name) {
                true => Ok(entry),
                false => Err((index, format!("`{}` is not a valid target name", entry.target))),
            }
        };
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        Ok(Record { entries: lines.map(entry).collect::<Result<_, _>>()? })
    }

    /// The record of these entries.
    pub fn of(entries: BTreeSet<RecordEntry>) -> Record {
        Record { entries }
    }

    /// All entries.
    pub fn entries(&self) -> &BTreeSet<RecordEntry> {
        &self.entries
    }

    /// The record as text: a line an entry, sorted.
    pub fn text(&self) -> String {
        // Entries are texts, lists and maps of texts, which always have a form in JSON.
        let lines: BTreeSet<String> =
            self.entries.iter().filter_map(|entry| serde_json::to_string(entry).ok()).collect();
        lines.into_iter().map(|line| line + "\n").collect()
    }

    /// The record after a build that declares `declared`.
    #[must_use]
    pub fn with(mut self, declared: &BTreeSet<RecordEntry>) -> Record {
        self.entries.extend(declared.iter().cloned());
        self
    }

    /// The record after a target was seen to have what is declared, and nothing else.
    #[must_use]
    pub fn confirmed(mut self, target: &str, declared: &BTreeSet<RecordEntry>) -> Record {
        self.entries.retain(|entry| entry.target != target || declared.contains(entry));
        self
    }

    /// What is in the record of a target and not declared.
    pub fn retired<'a>(
        &'a self,
        target: &'a str,
        declared: &'a BTreeSet<RecordEntry>,
    ) -> impl Iterator<Item = &'a Given> {
        let retired = self.entries.iter().filter(move |entry| entry.target == target && !declared.contains(entry));
        retired.map(|entry| &entry.given)
    }

    /// Whether an object lies in a schema that a target has, or had once.
    pub(super) fn has_schema(&self, target: &str, object: &[String]) -> bool {
        let mut own = self.entries.iter().filter(|entry| entry.target == target);
        own.any(
            |entry| matches!(&entry.given, Given::Grant { on, name, .. } if on == "SCHEMA" && object.starts_with(name)),
        )
    }

    /// Names of all targets that were ever given anything.
    pub fn targets(&self) -> BTreeSet<&str> {
        self.entries.iter().map(|entry| entry.target.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = r#"{"target":"dev","grant":{"privilege":"USE SCHEMA","on":"SCHEMA","name":["c","s"],"to":"people"}}
{"target":"dev","select":{"table":["c","s","t"],"to":"people","masked":{"email":"email"},"rows":"a = 1"}}
{"target":"prod","metric_view":{"name":["c","s","v"]}}
"#;

    #[test]
    fn lines_are_read_in_any_order_and_written_in_one() {
        let record = Record::parse(LINES).unwrap();
        assert_eq!(record.text(), LINES);
        let mut lines: Vec<&str> = LINES.lines().collect();
        lines.reverse();
        lines.push(lines[0]);
        assert_eq!(Record::parse(&lines.join("\n\n")).unwrap(), record);
        assert_eq!(record.targets().into_iter().collect::<Vec<_>>(), ["dev", "prod"]);
    }

    #[test]
    fn what_is_no_line_of_a_record_is_refused_with_its_number() {
        for (line, fault) in [
            ("nonsense", "expected"),
            (r#"{"target":"dev","metric_view":{"name":["v"],"x":1}}"#, "unknown field `x`"),
            (r#"{"target":"dev","dropped":{"name":["v"]}}"#, "no variant"),
            (r#"{"target":"../../etc","metric_view":{"name":["v"]}}"#, "is not a valid target name"),
            ("<<<<<<< HEAD", "expected"),
        ] {
            let (index, message) = Record::parse(&format!("{LINES}{line}\n")).unwrap_err();
            assert!(index == 3 && message.contains(fault), "{line}: {message}");
        }
    }
}
