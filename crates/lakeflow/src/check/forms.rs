//! The data types of this pass: what was written, what was found out about it, and both together.
//!
//! Trees and facts are separate types. Trees take some sixty times as much memory as their text, and touching that
//! memory for the first time takes longer than building them; callers that only need facts drop each tree as soon as
//! it has been checked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::names::folded_parts;
use super::setting::Setting;
use crate::ast::{ColumnSelection, Statement};
use crate::diag::{Diagnostic, Severity};
use crate::infer::QueryInfo;
use crate::source::{FileId, Span};
use crate::types::{Column, DataType};

/// Who wrote the SQL that is judged: what is certain hangs on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// `gen`: all of the pipeline is at hand, and it promises more than Lakeflow asks for.
    Gen,
    /// People: tables may be defined elsewhere, and what they write is wrong only where Lakeflow refuses it for sure.
    People,
}

impl Author {
    /// A fault that is none for sure in what people wrote.
    pub(super) fn doubt(self, fault: Diagnostic) -> Diagnostic {
        let severity = if self == Author::People { Severity::Warning } else { fault.severity };
        Diagnostic { severity, ..fault }
    }
}

/// A file as trees.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// File that the ranges of the statements count in.
    pub file: FileId,
    /// Its statements; without those that do not parse.
    pub statements: Vec<Statement>,
}

/// A table that the pipeline reads and something else keeps.
#[derive(Debug, Clone, PartialEq)]
pub struct OutsideTable {
    /// Its name as queries write it: schema and table, or catalog, schema and table.
    pub name: Vec<String>,
    /// The columns that queries read.
    pub columns: Vec<Column>,
    /// Whether a query reads it as a stream.
    pub is_stream: bool,
}

impl OutsideTable {
    /// The name in lower case, with dots between its parts.
    pub fn key(&self) -> String {
        folded_parts(&self.name).join(".")
    }
}

/// The tables outside of a pipeline.
#[derive(Debug, Clone, Copy)]
pub enum OutsideTables<'a> {
    /// These, and no others.
    These(&'a [OutsideTable]),
    /// Every name with a schema that is no dataset is one, with columns that are not known.
    Any,
}

/// What was found out about a pipeline.
#[derive(Debug, Clone, Default)]
pub struct Judged {
    /// Datasets, each after those it reads.
    pub datasets: Vec<Definition>,
    /// What the rows of each are made of, in the same order.
    pub origins: Vec<RowOrigins>,
    /// What each file is part of.
    pub settings: BTreeMap<FileId, Setting>,
    /// Tables outside of the pipeline, as [`OutsideTable::key`] names them.
    pub outside: BTreeSet<String>,
}

/// A pipeline that can be run: its trees, and what was found out about it.
#[derive(Debug, Clone, Default)]
pub struct Pipeline {
    /// Files, in the order given.
    pub files: Vec<Arc<Parsed>>,
    /// Datasets, each after those it reads.
    pub datasets: Vec<Definition>,
    /// Tables that something else keeps.
    pub outside: Vec<OutsideTable>,
}

/// What a dataset is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DatasetKind {
    /// `CREATE STREAMING TABLE`.
    StreamingTable,
    /// `CREATE MATERIALIZED VIEW`.
    MaterializedView,
    /// `CREATE TEMPORARY VIEW`, or a private one.
    TemporaryView,
    /// `CREATE VIEW`.
    View,
}

impl DatasetKind {
    /// What Lakeflow calls it.
    pub fn word(self) -> &'static str {
        match self {
            DatasetKind::StreamingTable => "streaming table",
            DatasetKind::MaterializedView => "materialized view",
            DatasetKind::TemporaryView => "temporary view",
            DatasetKind::View => "view",
        }
    }
}

/// A dataset with what is known of it.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Last part of its name, in lower case; the whole name where another dataset has that part.
    pub name: String,
    /// What it is.
    pub kind: DatasetKind,
    /// The statement that defines it.
    pub span: Span,
    /// Where the statement stands: index of the file and of the statement in it.
    pub place: (usize, usize),
    /// Whether the catalog does not know it.
    pub private: bool,
    /// Datasets it reads, itself or through flows into it, in lower case.
    pub reads: BTreeSet<String>,
    /// Columns, as far as they are known.
    pub columns: Arc<[Column]>,
    /// Whether it may have others.
    pub open: bool,
    /// Whether its rows are a stream when it is read with `STREAM`.
    pub streamable: bool,
    /// Whether they may be one although nothing says so.
    pub(super) perhaps_streamable: bool,
    /// Functions that mask its columns and filter its rows.
    pub calls: Vec<FunctionUse>,
    /// Whether it has a query of its own.
    pub(super) has_query: bool,
    /// Whether its query ranks rows.
    pub(super) ranks: bool,
    /// Whether its query reads files once more when they are overwritten.
    pub(super) rereads_files: bool,
}

impl Definition {
    /// The statement that defines it, among the files it was found in.
    pub fn statement<'a>(&self, files: &'a [Arc<Parsed>]) -> Option<&'a Statement> {
        let (file, statement) = self.place;
        files.get(file)?.statements.get(statement)
    }
}

/// A call of a function in a definition.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionUse {
    /// Last part of the name of the function, in lower case.
    pub function: String,
    /// The name as written.
    pub shown: String,
    /// Types of its arguments.
    pub types: Vec<DataType>,
}

/// A column that is named somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedColumn {
    /// Name as the table spells it.
    pub column: String,
    /// Where a statement names it.
    pub span: Span,
}

/// What the rows of a dataset are made of.
#[derive(Debug, Clone, Default)]
pub struct RowOrigins {
    /// The query of the dataset's own definition; `None` where only flows write into it.
    pub query: Option<Queried>,
    /// What writes into it besides.
    pub writers: Vec<WritingFlow>,
    /// Columns by which expectations drop rows.
    pub drops: Vec<NamedColumn>,
}

/// What was found out about a query.
#[derive(Debug, Clone)]
pub struct Queried {
    /// The file that it stands in.
    pub file: FileId,
    /// What it is.
    pub info: Box<QueryInfo>,
}

/// A flow into a table.
#[derive(Debug, Clone)]
pub enum WritingFlow {
    /// Rows of a query.
    Insert(Queried),
    /// Change data capture.
    Changes(Changes),
}

/// Change data capture.
#[derive(Debug, Clone)]
pub struct Changes {
    /// What the changes are read from.
    pub source: ChangeSource,
    /// The columns that the table gets; all without it.
    pub selection: Option<ColumnSelection>,
    /// Whether all versions are kept.
    pub keeps_history: bool,
    /// What the changes are ordered by.
    pub sequence: Vec<NamedColumn>,
    /// What decides whether a change deletes.
    pub conditions: Vec<NamedColumn>,
}

/// What changes are read from.
#[derive(Debug, Clone)]
pub enum ChangeSource {
    /// A dataset: its name in lower case, and where it is named.
    Dataset(String, Span),
    /// A query.
    Query(Queried),
}
