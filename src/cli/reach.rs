//! What commands that work on a target share: its project, the choice of the target, and a connection to its
//! workspace.

use std::path::Path;

use lakeflow::is_same_name;

use super::plan::{self, PlaceArgs};
use super::shell::Shell;
use super::{Ended, Failure, Status};
use crate::deploy::client::Client;
use crate::deploy::lock::{Lock, LockError, SILENT};
use crate::driver::deploy::{self, DeployError, TargetThere};
use crate::driver::{self, Compilation, own};
use crate::model::TargetId;
use crate::world::World;

/// A target within reach.
pub struct Reached<'a> {
    /// Disk, environment and clock.
    pub world: &'a dyn World,
    /// Directory of the project.
    pub root: &'a Path,
    /// The build of the specs as they are now.
    pub compilation: &'a Compilation,
    /// Index of the target in the project.
    pub target: TargetId,
    /// A client of its workspace.
    pub client: &'a Client<'a>,
}

/// Compiles the project, connects to the workspace of the target that is meant, and goes on with both. Whatever lies in
/// the output directory does not matter; of a development target the build is that of whoever asks.
pub fn reach(
    place: &PlaceArgs,
    root: &Path,
    shell: &mut Shell,
    world: &dyn World,
    then: impl FnOnce(&Reached<'_>, &mut Shell) -> Ended,
) -> Ended {
    let network = plan::network(world)?;
    let Some(compilation) = plan::faultless(root, shell, world)? else { return Ok(Status::Fault) };
    let (id, target) = plan::target(&compilation, place.target.as_deref())?;
    let client = plan::connect(world, &network, target, place)?;
    let compilation = own::of_user(world, root, &client, compilation, id).map_err(plan::failure)?;
    then(&Reached { world, root, compilation: &compilation, target: id, client: &client }, shell)
}

impl Reached<'_> {
    /// The name of the target.
    pub fn target_name(&self) -> &str {
        let targets = self.compilation.project.as_ref().map(|project| &project.targets);
        targets.and_then(|targets| targets.get(self.target.0)).map_or("", |target| target.name.as_str())
    }

    /// What is deployed to the target.
    pub fn deployed(&self) -> Result<TargetThere, Failure> {
        let there = deploy::there(self.world, self.root, self.client, self.compilation, self.target);
        there.map_err(plan::failure)
    }
}

/// Does something while the lock of a target is held, so that nobody else changes it. `place` is its folder, and who
/// asks.
pub fn locked<T>(
    (client, world): (&Client<'_>, &dyn World),
    place: (&str, &str),
    take_over: bool,
    act: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let lock = Lock::take(client, world, place.0, place.1, take_over).map_err(held)?;
    let ended = act();
    // A lock that stays is told by whoever comes next; what went wrong before matters more.
    let released = lock.release();
    let ended = ended?;
    released.map_err(|error| Failure::Engine(anyhow::Error::msg(format!("the lock is still held: {error}"))))?;
    Ok(ended)
}

fn held(error: LockError) -> Failure {
    match error {
        LockError::Held { .. } => Failure::Input(format!(
            "{error}\n  = help: wait, or pass `--take-over` if that deployment has ended; after {} minutes without activity the lock is taken over",
            SILENT.as_secs() / 60
        )),
        LockError::Client(error) => Failure::Engine(anyhow::Error::msg(error.to_string())),
    }
}

/// Refuses a name that is none of the pipeline: it would mean nothing, or everything.
pub fn known<'a>(compilation: &Compilation, names: impl Iterator<Item = &'a String>) -> Result<(), Failure> {
    let datasets = &compilation.plan.datasets;
    for name in names {
        if !datasets.iter().any(|dataset| is_same_name(&dataset.name, name)) {
            let near = lakeflow::diag::did_you_mean(name, datasets.iter().map(|dataset| dataset.name.as_str()));
            let near = near.map(|near| format!("; {near}")).unwrap_or_default();
            return Err(Failure::Usage(format!("unknown dataset `{name}`{near}")));
        }
    }
    Ok(())
}

/// A failure of an area of the driver, as the exit status tells it.
pub fn failed<E: Into<DeployError>>(error: E) -> Failure {
    plan::failure(error.into())
}

/// A fault at a place of a spec, as `path:line:column`, where there is one.
pub fn shown_place(compilation: &Compilation, span: Option<lakeflow::source::Span>) -> Option<String> {
    span.map(|span| driver::origin::shown(&compilation.sources, span))
}
