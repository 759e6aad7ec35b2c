//! The rules over tokens, one family per file. Each function is one rule; `registry.rs` gives it a name, and
//! `<name>.md` in this directory explains it, with the section of the reference that it comes from.

pub(super) mod datasets;
pub(super) mod files;
pub(super) mod flows;
pub(super) mod functions;
pub(super) mod governance;
pub(super) mod legacy;
pub(super) mod metric;
pub(super) mod nulls;
pub(super) mod options;
pub(super) mod parameters;
pub(super) mod policy;
pub(super) mod privilege;
pub(super) mod spelling;
pub(super) mod streams;
pub(super) mod tables;
pub(super) mod tags;
pub(super) mod views;
