//! Runs other programs, with bounds: none may run for ever or write without end.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::disk::fault;
use super::{Ran, WorldError, WorldFault};

/// How often a program is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// Runs a program to its end.
pub fn run(program: &str, arguments: &[&str], limit: u64, longest: Duration) -> Result<Ran, WorldError> {
    let fail = |e: io::Error| WorldError::new(Path::new(program), fault(&e));
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(fail)?;
    let (output, errors) = (child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        let output = scope.spawn(|| bounded(output, limit));
        let errors = scope.spawn(|| bounded(errors, limit));
        let is_success = wait(&mut child, longest).map_err(fail);
        let ended = || io::Error::other("its output could not be read");
        let output = output.join().map_err(|_| fail(ended()))?.map_err(fail)?;
        let errors = errors.join().map_err(|_| fail(ended()))?.map_err(fail)?;
        if output.len() as u64 > limit || errors.len() as u64 > limit {
            let size = (output.len() as u64).max(errors.len() as u64);
            return Err(WorldError::new(Path::new(program), WorldFault::TooLarge { size, limit }));
        }
        Ok(Ran { is_success: is_success?, output, errors })
    })
}

/// One byte more than the limit at most, by which the caller knows; the rest makes the program fail.
fn bounded(pipe: Option<impl Read>, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![];
    if let Some(pipe) = pipe {
        pipe.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

fn wait(child: &mut Child, longest: Duration) -> io::Result<bool> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if began.elapsed() > longest {
            child.kill()?;
            child.wait()?;
            return Err(io::Error::other(format!("it did not end within {} s", longest.as_secs())));
        }
        thread::sleep(LOOK);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn sh(script: &str, limit: u64, longest: Duration) -> Result<Ran, WorldError> {
        run("sh", &["-c", script], limit, longest)
    }

    #[test]
    fn a_program_is_run_within_bounds() {
        let long = Duration::from_secs(60);
        let ran = sh("echo out; echo err >&2; exit 3", 10, long).unwrap();
        assert_eq!(ran, Ran { is_success: false, output: b"out\n".to_vec(), errors: b"err\n".to_vec() });
        let error = run("no-such-program-anywhere", &[], 10, long).unwrap_err();
        assert_eq!(error.fault, WorldFault::NotFound);
        let error = sh("yes", 10, long).unwrap_err();
        assert_eq!(error.fault, WorldFault::TooLarge { size: 11, limit: 10 });
        let error = sh("exec sleep 600", 10, Duration::from_millis(50)).unwrap_err();
        assert_eq!(error.fault, WorldFault::Io("it did not end within 0 s".to_owned()));
    }
}
