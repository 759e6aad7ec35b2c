//! Spark's SQL on DataFusion: plans a parsed query and gives the rows that Spark 4 in ANSI mode gives, in UTC.
//!
//! Three layers: the syntax tree is rewritten (`syntax`), the planner asks for the meaning of operators and literals
//! (`planner`), and every function that a query may call is listed (`functions`). What would give other rows than
//! Spark is refused by name; this module never falls back on another meaning.

mod arithmetic;
mod cast;
mod fault;
mod functions;
mod multiset;
mod native;
mod planner;
mod session;
mod syntax;
mod types;
mod unify;
mod values;
mod verify;

pub(super) use cast::texts as texts_of;
pub use fault::QueryFault;
pub use functions::variant_text;
pub use session::{LastPart, Session};
pub use syntax::{Relations, is_true, select_over};
pub use types::of as arrow_type;

/// Prefix of the names under which files are registered as tables; [`METADATA`] of such a table is hidden from `*`.
pub(super) const FILES_PREFIX: &str = "__read_files";
/// What tables outside of the pipeline are called in a session.
pub(super) const OUTSIDE_PREFIX: &str = "__outside";

/// The column that describes a row's file.
pub(super) const METADATA: &str = "_metadata";
