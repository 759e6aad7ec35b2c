//! What the analyser asks its caller: which tables, columns and functions exist.

use std::sync::Arc;

use super::fault::FaultKind;
use crate::functions::Stability;
use crate::is_same_name;
use crate::types::{Column, DataType};

/// The columns of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Relation {
    /// What `*` gives.
    pub columns: Arc<[Column]>,
    /// What can be named but is no part of `*`, such as `_metadata`.
    pub hidden: Vec<Column>,
    /// Whether a batch read of it is a stream already (a temporary view over a stream).
    pub streaming: bool,
    /// Whether it may be such a view: all that is known is its name.
    pub perhaps_streaming: bool,
    /// Set after a fault: any column may be named and is of unknown type.
    pub open: bool,
}

impl Relation {
    /// A table of these columns.
    pub fn of(columns: impl Into<Arc<[Column]>>) -> Arc<Relation> {
        Arc::new(Relation { columns: columns.into(), ..Relation::default() })
    }

    /// A table that is at fault itself, or of which the name alone is known: everything about it passes.
    pub fn unknown() -> Arc<Relation> {
        Arc::new(Relation { open: true, perhaps_streaming: true, ..Relation::default() })
    }

    /// A column by its place, hidden ones counted after the others.
    pub fn column(&self, index: usize) -> Option<&Column> {
        self.columns.get(index).or_else(|| self.hidden.get(index.checked_sub(self.columns.len())?))
    }
}

/// A function that is no built-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserFunction {
    /// The types of its parameters.
    pub params: Vec<DataType>,
    /// The type of its result.
    pub returns: DataType,
    /// Whether it gives the same result again.
    pub stability: Stability,
}

/// The tables and functions that a query may name. Names come in parts, as written; letter case does not count.
pub trait Catalog {
    /// The table of this name, or `None` if there is none.
    fn table(&self, name: &[&str]) -> Option<Arc<Relation>>;

    /// Names to offer when a table is unknown.
    fn table_names(&self) -> Vec<String> {
        Vec::new()
    }

    /// The function of this name, or `None` if there is none.
    fn function(&self, _name: &[&str]) -> Option<Arc<UserFunction>> {
        None
    }
}

/// A catalog without tables.
pub struct NoCatalog;

impl Catalog for NoCatalog {
    fn table(&self, _name: &[&str]) -> Option<Arc<Relation>> {
        None
    }
}

/// What a path of names stands for outside of any query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// A column; further parts of the path are fields of its struct.
    Found {
        /// Type of the column, before fields are taken of it.
        ty: DataType,
        /// Whether it may be NULL.
        nullable: bool,
        /// How many parts of the path name it.
        used: usize,
        /// The one name by which the caller knows it, whatever was written.
        path: String,
    },
    /// Nothing.
    Unknown {
        /// The part that is at fault, from 0.
        part: usize,
        /// What kind of thing it should have been; `None` for a column.
        message: Option<String>,
        /// Names that would have been found there.
        candidates: Vec<String>,
    },
    /// More than one thing; these.
    Ambiguous(Vec<String>),
}

impl Resolution {
    /// Whether nothing was found.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Resolution::Unknown { .. })
    }
}

/// The names that an expression outside of any query may use, such as the columns of an entity and of what it references.
pub trait Scope {
    /// What `path` (one part or more, as written) stands for; the longest name that is found wins.
    fn resolve(&self, path: &[&str]) -> Resolution;

    /// The tables and functions that subqueries and calls may name.
    fn catalog(&self) -> &dyn Catalog {
        &NoCatalog
    }
}

/// A plain list of columns is a scope: each is known by its name.
impl Scope for [Column] {
    fn resolve(&self, path: &[&str]) -> Resolution {
        let first = path.first().copied().unwrap_or("");
        match self.iter().find(|c| is_same_name(&c.name, first)) {
            Some(Column { name, ty, nullable }) => {
                Resolution::Found { ty: ty.clone(), nullable: *nullable, used: 1, path: name.clone() }
            }
            None => Resolution::Unknown {
                part: 0,
                message: None,
                candidates: self.iter().map(|c| c.name.clone()).collect(),
            },
        }
    }
}

/// What may stand in an expression, and how the place is called in messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExprPlace {
    /// As in "aggregate `sum` is not allowed in {name}".
    pub name: &'static str,
    /// Aggregates.
    pub aggregates: bool,
    /// Window functions.
    pub windows: bool,
    /// Subqueries.
    pub subqueries: bool,
    /// Functions whose result depends on the run, the session or the user.
    pub unstable: bool,
    /// `sum` and `avg` over floating point numbers.
    pub inexact_sums: bool,
}

impl ExprPlace {
    /// A row-level expression of a spec: one row in, one value out, the same in every run.
    pub const fn row(name: &'static str) -> ExprPlace {
        ExprPlace { name, aggregates: false, windows: false, subqueries: false, unstable: false, inexact_sums: false }
    }

    /// An expression over groups of rows, such as a measure.
    pub const fn measure(name: &'static str) -> ExprPlace {
        ExprPlace { aggregates: true, ..ExprPlace::row(name) }
    }

    /// A clause of a query: only aggregates and window functions are a matter of place.
    pub(super) const fn clause(name: &'static str, aggregates: bool, windows: bool) -> ExprPlace {
        ExprPlace { name, aggregates, windows, subqueries: true, unstable: true, inexact_sums: true }
    }

    /// The kind of fault for each thing that does not belong.
    pub(super) fn refuses(&self, what: Thing) -> Option<(FaultKind, &'static str)> {
        let (allowed, kind, noun) = match what {
            Thing::Aggregate => (self.aggregates, FaultKind::AggregateNotAllowed, "aggregate"),
            Thing::Window => (self.windows, FaultKind::WindowNotAllowed, "window function"),
        };
        (!allowed).then_some((kind, noun))
    }
}

/// What [`ExprPlace::refuses`] is asked about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Thing {
    Aggregate,
    Window,
}
