//! What can be wrong with an expression or a query, as data for the passes that turn it into diagnostics.

use std::ops::Range;

use crate::codes;
use crate::diag::Code;

/// The kinds of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// No such column or struct field.
    UnknownColumn,
    /// No such table.
    UnknownTable,
    /// A column name that several relations have.
    AmbiguousColumn,
    /// No such function.
    UnknownFunction,
    /// Wrong number of arguments, a wrong constant among them, a missing or needless `OVER`.
    WrongArguments,
    /// A type that does not fit.
    TypeMismatch,
    /// A condition that is not boolean.
    NotBoolean,
    /// A subquery in a place that takes none.
    SubqueryNotAllowed,
    /// An aggregate in a place that takes none.
    AggregateNotAllowed,
    /// A window function in a place that takes none.
    WindowNotAllowed,
    /// A generator such as `explode` in a place that takes none.
    GeneratorNotAllowed,
    /// An aggregate inside an aggregate, a window function inside a window function.
    NestedAggregate,
    /// A function whose result changes from run to run, where that is not allowed.
    NotDeterministic,
    /// A sum or average over floating point numbers, where that is not allowed.
    InexactSum,
    /// A column that is neither grouped nor aggregated.
    MissingGroupBy,
    /// Numbers of columns that differ.
    ColumnCount,
    /// Something that is valid elsewhere but not understood here.
    Unsupported,
}

impl FaultKind {
    /// The code that a diagnostic of it has.
    pub fn code(self) -> Code {
        match self {
            FaultKind::UnknownColumn | FaultKind::UnknownTable | FaultKind::AmbiguousColumn => codes::UNKNOWN_COLUMN,
            FaultKind::UnknownFunction => codes::UNKNOWN_FUNCTION,
            FaultKind::WrongArguments => codes::WRONG_ARGUMENTS,
            FaultKind::NotBoolean => codes::NOT_BOOLEAN,
            FaultKind::SubqueryNotAllowed => codes::SUBQUERY_NOT_ALLOWED,
            FaultKind::AggregateNotAllowed => codes::AGGREGATE_NOT_ALLOWED,
            FaultKind::WindowNotAllowed | FaultKind::GeneratorNotAllowed => codes::WINDOW_NOT_ALLOWED,
            FaultKind::NestedAggregate => codes::NESTED_AGGREGATE,
            FaultKind::NotDeterministic => codes::NOT_DETERMINISTIC,
            FaultKind::InexactSum => codes::INEXACT_SUM,
            FaultKind::TypeMismatch | FaultKind::MissingGroupBy | FaultKind::ColumnCount | FaultKind::Unsupported => {
                codes::TYPE_MISMATCH
            }
        }
    }
}

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeFault {
    /// What kind.
    pub kind: FaultKind,
    /// The offending word, in bytes of the analysed text.
    pub range: Range<usize>,
    /// The fault in one line, in the voice of diagnostics.
    pub message: String,
    /// A remedy, if one is known.
    pub hint: Option<String>,
}
