//! Lakeflow SQL: syntax tree, parser, printer, types. Usable as a library on its own.

pub mod functions;
pub mod infer;
pub mod types;
