//! Lakeflow SQL: syntax tree, parser, printer, types. Usable as a library on its own.

pub mod ast;
mod fault;

pub use ast::{Statement, StatementKind};
pub use fault::Fault;
