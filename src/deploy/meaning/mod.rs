//! What a change of pipeline SQL means for rows that are there and for figures that people know.
//!
//! A pure function of two pipelines, of any origin: [`meanings`]. It compares what values are computed from (`term`), not
//! texts: aliases, brackets, order of expectations and properties, letter case and the names of inner queries are no
//! change. Nothing is asked of a workspace, and nothing is changed there.
//!
//! Where it can't be sure, it says more rather than less: a figure that is said to be restated may come out the same.

mod compare;
mod refresh;
mod show;
mod side;
mod table;
mod term;

use std::collections::BTreeMap;

use serde::Serialize;

pub use show::{markdown, text};
pub use side::filled;

use side::Side;

/// A file of pipeline SQL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PipelineFile {
    /// Path, for messages.
    pub path: String,
    /// SQL with the `${key}` that it was written with.
    pub text: String,
}

/// The SQL of a pipeline, with the settings that names and `${key}` in it depend on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PipelineSql {
    /// All files.
    pub files: Vec<PipelineFile>,
    /// Values of `${key}`; a key without a value stands for itself.
    pub configuration: BTreeMap<String, String>,
    /// The catalog of names without one; empty if it is not known.
    pub catalog: String,
    /// The schema of names without one; empty if it is not known.
    pub schema: String,
    /// Datasets that were called otherwise in what is deployed: the old name by the new one, the last parts of both.
    pub renamed: BTreeMap<String, String>,
}

/// A file that can't be judged, so that nothing can be said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnreadFile {
    /// Path of the file as [`PipelineFile`] has it; empty where the fault has no place.
    pub path: String,
    /// What is wrong with it.
    pub why: String,
}

/// What a change can mean for a dataset, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MeaningKind {
    /// Rows are lost that no source gives back.
    LosesData,
    /// The workspace refuses the change of a table that is there.
    CantChangeInPlace,
    /// Rows that are there keep the meaning that they were loaded with.
    MixesDefinitions,
    /// Rows that are there are read once more.
    LoadsAgain,
    /// Figures change for data that does not.
    RestatesFigures,
    /// Columns or rows are hidden otherwise.
    ChangesProtection,
    /// The dataset is made under another name.
    Renamed,
    /// Nothing makes the dataset any more.
    LeavesTheSpecs,
    /// The dataset was not there before.
    New,
    /// Rows are counted otherwise, or stop an update that they did not stop.
    ChangesChecks,
    /// Figures stay, but are computed from the first row again.
    CostsARecompute,
    /// Comments, layout, properties.
    NothingButWords,
}

impl MeaningKind {
    /// What people call it.
    pub fn word(self) -> &'static str {
        match self {
            MeaningKind::LosesData => "loses data",
            MeaningKind::CantChangeInPlace => "can't change in place",
            MeaningKind::MixesDefinitions => "mixes definitions",
            MeaningKind::LoadsAgain => "loads again",
            MeaningKind::RestatesFigures => "restates figures",
            MeaningKind::ChangesProtection => "changes protection",
            MeaningKind::Renamed => "renamed",
            MeaningKind::LeavesTheSpecs => "leaves the specs",
            MeaningKind::New => "new",
            MeaningKind::ChangesChecks => "changes checks",
            MeaningKind::CostsARecompute => "costs a recompute",
            MeaningKind::NothingButWords => "nothing but words",
        }
    }
}

/// What a change means for one dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Meaning {
    /// The dataset, with catalog and schema where they are known.
    pub dataset: String,
    /// What it is: `streaming table` and the like.
    pub what: &'static str,
    /// What the change means for it.
    pub kind: MeaningKind,
    /// Why, one reason an entry.
    pub why: Vec<String>,
    /// The datasets on the way from what was changed to this one; empty when its own definition changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Remedy>,
}

/// What to do about a meaning.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Remedy {
    /// In words.
    pub text: String,
    /// Streaming tables to refresh in full together, each after those it reads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub full_refresh: Vec<String>,
    /// Tables with `pipelines.reset.allowed = false` among them: that has to be set to true first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub protected: Vec<String>,
    /// What the full refresh reads again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<String>,
    /// What it can't bring back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<String>,
}

/// What it means to deploy `after` where `before` is deployed, by dataset and gravity.
///
/// # Errors
/// Files that can't be read, of either side: what stands in them is not known, so nothing is said at all.
pub fn meanings(before: &PipelineSql, after: &PipelineSql) -> Result<Vec<Meaning>, Vec<UnreadFile>> {
    match (Side::read(before), Side::read(after)) {
        (Ok(before), Ok(after)) => Ok(compare::compare(&before, &after)),
        (before, after) => Err([before.err(), after.err()].into_iter().flatten().flatten().collect()),
    }
}
