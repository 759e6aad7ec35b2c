//! Brings a workspace to what the specs say, and shows before what would change.
//!
//! Everything here runs on plain threads: a build without the engine links no async runtime.

pub mod client;
pub mod meaning;
