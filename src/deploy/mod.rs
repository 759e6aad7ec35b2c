//! Deploys the specs to a workspace, and shows beforehand what would change.
//!
//! Everything here runs on plain threads: a build without the engine links no async runtime.

pub mod adopt;
pub mod apply;
pub mod bundled;
pub mod catalog;
pub mod change;
pub mod ci;
pub mod client;
pub mod consent;
pub mod desired;
pub mod destroy;
pub mod doctor;
pub mod drift;
pub mod effect;
pub mod field;
pub mod guard;
pub mod left;
pub mod lock;
pub mod logs;
pub mod meaning;
pub mod memory;
pub mod narrowing;
pub mod observe;
pub mod outside;
pub mod ownership;
pub mod reading;
pub mod refusal;
pub mod release;
pub mod report;
pub mod run;
pub mod saved;
pub mod sight;
pub mod unseen;
pub mod upload;
