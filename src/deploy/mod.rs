//! Brings a workspace to what the specs say, and shows before what would change.
//!
//! Everything here runs on plain threads: a build without the engine links no async runtime.

pub mod apply;
pub mod bundled;
pub mod catalog;
pub mod change;
pub mod ci;
pub mod client;
pub mod consent;
pub mod desired;
pub mod effect;
pub mod field;
pub mod guard;
pub mod lock;
pub mod meaning;
pub mod memory;
pub mod narrowing;
pub mod observe;
pub mod reading;
pub mod refusal;
pub mod release;
pub mod report;
pub mod run;
pub mod saved;
pub mod sight;
