//! Everything that is tested from outside, in one binary: one link instead of many.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod errors;
mod lakeflow;
mod lakeflow_round_trip;
mod schemas;
