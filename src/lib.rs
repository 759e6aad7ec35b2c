//! `gen` compiles typed YAML specs into Databricks Lakeflow pipelines and verifies the result.
//!
//! Modules are listed in import order: each may only use those above it (`tests/it/structure.rs` enforces this).
#![doc = include_str!("ARCHITECTURE.md")]

pub mod codes;

pub mod world;

pub mod spec;

pub mod load;

pub mod validate;

pub mod model;

pub mod json;

pub mod resolve;

pub mod reuse;

pub mod plan;

pub mod render;

pub mod bundle;

pub mod serving;

pub mod lineage;

pub mod sqltool;

pub mod emit;

pub mod engine;

pub mod deploy;

pub mod scaffold;

pub mod sample;

pub mod driver;

pub mod cli;
