//! Engines that run the generated SQL.

#[cfg(feature = "engine")]
pub mod local;
