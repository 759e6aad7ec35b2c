//! Where every column of a pipeline comes from, and where personal data goes.
//!
//! [`trace`] only uses facts about SQL, whoever wrote it; [`PersonalFlow`] is what follows from declared personal data
//! along the edges that it found. Nothing is guessed from names of columns, and the only thing that is read from specs
//! is what was declared, and by whom.

mod choices;
mod edges;
mod idle;
mod judge;
mod openlineage;
mod personal;
mod picture;
mod place;
mod policy;
mod report;
mod walk;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use lakeflow::folded;
use lakeflow::is_same_name;
use lakeflow::source::Span;

pub use choices::{RowChoice, RowLimit};
pub use edges::trace;
pub use idle::idle;
pub use judge::judge;
pub use openlineage::document;
pub use personal::{DatasetPart, Ground, PersonalFlow, Reach, Released, Visibility, follow};
pub use picture::{dot, json, mermaid, tree};
pub use place::{ColumnWord, DatasetPlace};
pub use policy::{PersonalDeclaration, Policy, Reader, Why};
pub use report::PersonalReport;
pub use walk::{Direction, LineageNode, Subgraph, walk};

pub use lakeflow::infer::{Dependence, Influence, Release};

/// Where something comes from: a column of a dataset of the pipeline, or of something outside of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnOrigin {
    /// The dataset in lower case; for files their path, for other tables their name as written.
    pub table: Arc<str>,
    /// The dataset as a place in [`Lineage::datasets`]; `None` outside of the pipeline.
    pub dataset: Option<usize>,
    /// The column, as the table spells it.
    pub column: Arc<str>,
    /// The field of it, in lower case; empty for the whole column.
    pub field: Vec<String>,
}

/// One way in which a column has a part in a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The column that has a part.
    pub from: ColumnOrigin,
    /// The field of the result that it reaches, in lower case; empty for the whole.
    pub into: Vec<String>,
    /// From passing the value on to choosing rows.
    pub influence: Influence,
    /// Why its values do not show, if they do not.
    pub release: Option<Release>,
    /// What it tells of a value that the result is NULL.
    pub hold: Dependence,
    /// Where the SQL names it.
    pub span: Span,
}

/// A column with what it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TracedColumn {
    /// As the dataset's definition spells it.
    pub name: String,
    /// What its values depend on.
    pub edges: Vec<Edge>,
}

/// A dataset with what it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traced {
    /// Its name in lower case.
    pub name: String,
    /// The start of the statement that defines it.
    pub span: Span,
    /// Its columns, in order.
    pub columns: Vec<TracedColumn>,
    /// What decides which rows it has, and in what order.
    pub rows: Vec<Edge>,
    /// The datasets it reads, in lower case.
    pub reads: BTreeSet<Arc<str>>,
    /// Files and tables outside of the pipeline that it reads.
    pub outside: BTreeSet<Arc<str>>,
}

/// The lineage of a pipeline.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lineage {
    /// Datasets, each after those it reads.
    pub datasets: Vec<Traced>,
    by_name: HashMap<String, usize>,
}

impl Lineage {
    /// A lineage of these datasets, each after those it reads.
    pub fn of(datasets: Vec<Traced>) -> Lineage {
        let by_name = datasets.iter().enumerate().map(|(i, d)| (d.name.clone(), i)).collect();
        Lineage { datasets, by_name }
    }

    /// The place of a dataset, by its name in any letter case.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.by_name.get(&*folded(name)).copied()
    }

    /// A dataset by its name in any letter case.
    pub fn dataset(&self, name: &str) -> Option<&Traced> {
        self.datasets.get(self.index(name)?)
    }
}

impl Traced {
    /// A column by its name in any letter case.
    pub fn column(&self, name: &str) -> Option<&TracedColumn> {
        self.columns.iter().find(|c| is_same_name(&c.name, name))
    }
}
