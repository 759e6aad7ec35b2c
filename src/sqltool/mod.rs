//! Tools for hand-written SQL: they need no project and no specs.

pub mod convert;
pub mod files;
