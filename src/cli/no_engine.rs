//! What `gen run` and `gen query` report in a build without the engine.

use std::path::Path;

use super::query::QueryArgs;
use super::run::RunArgs;
use super::shell::Shell;
use super::{Ended, Failure};
use crate::world::World;

/// Refuses to run.
pub fn run(_: &RunArgs, _: &Path, _: &mut Shell, _: &dyn World) -> Ended {
    refuse()
}

/// Refuses to query.
pub fn query(_: &QueryArgs, _: Option<&Path>, _: &mut Shell, _: &dyn World) -> Ended {
    refuse()
}

fn refuse() -> Ended {
    let message = "this `gen` was built without the engine: build it with `cargo build --features engine`";
    Err(Failure::Usage(message.to_owned()))
}
