//! One run at a time on a warehouse: a lock that the system takes back when a process ends, however it ends.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::RunFault;

/// The beginning of the text of a lock: what bears another text is somebody else's file.
const MARK: &str = "gen run, process ";

/// How often a lock that is held is tried.
const PAUSE: Duration = Duration::from_millis(50);

/// A warehouse that is held by this process, until this value goes.
#[derive(Debug)]
pub struct Hold {
    _file: File,
}

/// Holds a warehouse; waits as long as `patience` for another process that does.
///
/// # Errors
/// When another process holds it still, or when the lock can't be made.
pub fn hold(warehouse: &Path, patience: Duration) -> Result<Hold, RunFault> {
    let path = beside(warehouse, "lock");
    let failed = |e: std::io::Error| RunFault::warehouse(&path, e);
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
        return Err(RunFault::warehouse(&path, "the lock of the warehouse is not a file"));
    }
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
    let begin = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if begin.elapsed() < patience => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => {
                let holder = read(&mut file).and_then(|text| text.strip_prefix(MARK).map(|pid| pid.trim().to_owned()));
                return Err(RunFault::Busy { warehouse: warehouse.to_owned(), holder });
            }
            Err(TryLockError::Error(e)) => return Err(failed(e)),
        }
    }
    // Only a help for people: the lock counts, not its text.
    if read(&mut file).is_some_and(|text| text.is_empty() || text.starts_with(MARK)) {
        let text = format!("{MARK}{}\n", std::process::id());
        let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(text.as_bytes()));
        written.map_err(failed)?;
    }
    Ok(Hold { _file: file })
}

fn read(file: &mut File) -> Option<String> {
    file.rewind().ok()?;
    let mut text = String::new();
    file.take(64).read_to_string(&mut text).ok()?;
    Some(text)
}

/// A path beside a warehouse: `.NAME.SUFFIX`.
pub(super) fn beside(warehouse: &Path, suffix: &str) -> PathBuf {
    let name = warehouse.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    warehouse.with_file_name(format!(".{name}.{suffix}"))
}
