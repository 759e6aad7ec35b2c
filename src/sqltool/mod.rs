//! Tools for Lakeflow SQL that people write: they need no project and no specs.

pub mod fmt;
