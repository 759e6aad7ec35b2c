//! `gen` compiles typed YAML specs into Databricks Lakeflow pipelines and proves the result.
//!
//! Modules stand in import order: each may use only those above it (`tests/structure.rs` enforces it).

pub mod source;
pub mod diag;
pub mod lakeflow;
pub mod engine;
