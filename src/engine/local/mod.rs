//! The embedded engine: runs Lakeflow SQL on this machine.

pub mod spark;
