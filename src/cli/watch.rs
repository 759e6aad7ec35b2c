//! `gen watch`: checks, and optionally builds, whenever a spec is saved.

use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use notify::{EventKind, RecursiveMode, Watcher as _};

use super::shell::Shell;
use super::{Ended, Failure, Status, build, check};
use crate::driver;
use crate::world::World;

/// Editors write a file in several steps; this long after the last one the file is whole.
const QUIET: Duration = Duration::from_millis(100);

/// Check again whenever a spec is saved, until Ctrl-C
#[derive(Debug, Args)]
#[command(after_help = "Example: gen watch --build")]
pub struct WatchArgs {
    /// Also write the pipeline whenever the specs have no errors
    #[arg(long)]
    build: bool,
}

enum Signal {
    Changed,
    Broken(anyhow::Error),
    Stop,
}

pub fn run(args: &WatchArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    let specs = root.join("specs");
    let (sender, receiver) = mpsc::channel();
    let stop = sender.clone();
    // A signal nobody waits for any more is of no interest.
    ctrlc::set_handler(move || drop(stop.send(Signal::Stop))).context("cannot handle Ctrl-C")?;
    let cannot_watch = |error: notify::Error| Failure::Input(format!("cannot watch `{}`: {error}", specs.display()));
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let signal = match event {
            Ok(event) if matches!(event.kind, EventKind::Access(_)) => return,
            Ok(_) => Signal::Changed,
            Err(error) => Signal::Broken(error.into()),
        };
        drop(sender.send(signal));
    })
    .map_err(cannot_watch)?;
    watcher.watch(&specs, RecursiveMode::Recursive).map_err(cannot_watch)?;
    loop {
        if args.build {
            build::build_default(root, shell, world)?;
        } else {
            check::report(&driver::check(world, root)?, shell)?;
        }
        shell.flush()?;
        if !wait(&receiver)? {
            return Ok(Status::Done);
        }
    }
}

/// Waits for a change and for the quiet after it; `false` when it is time to stop.
fn wait(receiver: &Receiver<Signal>) -> Result<bool, Failure> {
    let mut signal = receiver.recv().map_err(|_| RecvTimeoutError::Disconnected);
    loop {
        match signal {
            Ok(Signal::Changed) => signal = receiver.recv_timeout(QUIET),
            Ok(Signal::Broken(error)) => {
                return Err(Failure::Engine(error.context("cannot watch the specs any longer")));
            }
            Err(RecvTimeoutError::Timeout) => return Ok(true),
            Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => return Ok(false),
        }
    }
}
