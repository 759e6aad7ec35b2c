//! Tools for SQL that people write: they need no project and no specs.

pub mod convert;
pub mod files;
