//! Tools for SQL that people write: what a text says beyond what the compiler needs of it.

pub mod lint;
