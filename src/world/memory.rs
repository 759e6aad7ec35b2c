//! A world in memory, for tests: no disk, a fixed clock, an environment of its own.
//!
//! A directory exists if there is a file below it or [`World::create_dir_all`] created it; there are no links.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::{Listing, Opened, Ran, World, WorldError, WorldFault};

/// Files, variables and a time that only the test changes.
#[derive(Debug)]
pub struct MemoryWorld {
    state: Mutex<MemoryState>,
    variables: BTreeMap<String, String>,
    programs: BTreeMap<String, Ran>,
    input: Vec<u8>,
    now: SystemTime,
}

#[derive(Debug, Default)]
struct MemoryState {
    files: BTreeMap<PathBuf, (Vec<u8>, SystemTime)>,
    dirs: BTreeSet<PathBuf>,
}

impl Default for MemoryWorld {
    fn default() -> Self {
        let now = SystemTime::UNIX_EPOCH;
        MemoryWorld {
            state: Mutex::default(),
            variables: BTreeMap::new(),
            programs: BTreeMap::new(),
            input: vec![],
            now,
        }
    }
}

impl MemoryWorld {
    /// Adds a file, changed at the world's time.
    #[must_use]
    pub fn with_file(self, path: impl Into<PathBuf>, bytes: impl Into<Vec<u8>>) -> Self {
        let now = self.now;
        self.lock().files.insert(path.into(), (bytes.into(), now));
        self
    }

    /// Sets a variable of the environment.
    #[must_use]
    pub fn with_env(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Sets what a program leaves that is called like this: its name and arguments with blanks between.
    #[must_use]
    pub fn with_program(mut self, line: &str, ran: Ran) -> Self {
        self.programs.insert(line.to_owned(), ran);
        self
    }

    /// Sets what is given on standard input.
    #[must_use]
    pub fn with_input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = bytes.into();
        self
    }

    /// Sets the time; files added or written from now on bear it.
    #[must_use]
    pub fn at(mut self, now: SystemTime) -> Self {
        self.now = now;
        self
    }

    fn lock(&self) -> MutexGuard<'_, MemoryState> {
        // No call leaves the maps half changed, so a panic elsewhere does not spoil them.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn not_found(path: &Path) -> WorldError {
    WorldError::new(path, WorldFault::NotFound)
}

impl World for MemoryWorld {
    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, WorldError> {
        let state = self.lock();
        let (bytes, _) = state.files.get(path).ok_or_else(|| not_found(path))?;
        let size = bytes.len() as u64;
        if size > limit {
            return Err(WorldError::new(path, WorldFault::TooLarge { size, limit }));
        }
        Ok(bytes.clone())
    }

    fn open(&self, path: &Path) -> Result<Opened, WorldError> {
        let bytes = self.read(path, u64::MAX)?;
        Ok(Opened { size: bytes.len() as u64, reader: Box::new(Cursor::new(bytes)) })
    }

    fn input(&self, limit: u64) -> Result<Vec<u8>, WorldError> {
        let size = self.input.len() as u64;
        let too_large = || WorldError::new(Path::new("-"), WorldFault::TooLarge { size, limit });
        if size > limit { Err(too_large()) } else { Ok(self.input.clone()) }
    }

    fn list_where(&self, dir: &Path, enter: &dyn Fn(&Path) -> bool) -> Listing {
        let entered = |path: &&PathBuf| {
            path.starts_with(dir) && path.ancestors().skip(1).take_while(|above| *above != dir).all(enter)
        };
        let files: Vec<_> = self.lock().files.keys().filter(entered).cloned().collect();
        let faults = if files.is_empty() && !self.exists(dir) { vec![not_found(dir)] } else { vec![] };
        Listing { files, faults }
    }

    fn exists(&self, path: &Path) -> bool {
        let state = self.lock();
        state.files.keys().chain(&state.dirs).any(|p| p.starts_with(path))
    }

    fn write_all(&self, files: &[(PathBuf, &[u8])]) -> Result<(), WorldError> {
        let mut state = self.lock();
        for (path, bytes) in files {
            state.files.insert(path.clone(), (bytes.to_vec(), self.now));
        }
        Ok(())
    }

    fn remove(&self, path: &Path) -> Result<(), WorldError> {
        self.lock().files.remove(path).map(|_| ()).ok_or_else(|| not_found(path))
    }

    fn is_link(&self, _: &Path) -> bool {
        false
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.exists(path) && !self.lock().files.contains_key(path)
    }

    fn remove_empty_dir(&self, path: &Path) -> bool {
        let mut state = self.lock();
        let holds_nothing = !state.files.keys().chain(&state.dirs).any(|p| p != path && p.starts_with(path));
        holds_nothing && {
            state.dirs.remove(path);
            true
        }
    }

    fn create_dir_all(&self, path: &Path) -> Result<(), WorldError> {
        self.lock().dirs.insert(path.to_owned());
        Ok(())
    }

    fn modified(&self, path: &Path) -> Result<SystemTime, WorldError> {
        self.lock().files.get(path).map(|(_, time)| *time).ok_or_else(|| not_found(path))
    }

    fn env(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    fn run(&self, program: &str, arguments: &[&str], _: u64, _: Duration) -> Result<Ran, WorldError> {
        let line = [&[program], arguments].concat().join(" ");
        self.programs.get(&line).cloned().ok_or_else(|| not_found(Path::new(program)))
    }

    fn now(&self) -> SystemTime {
        self.now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_and_go() {
        let world = MemoryWorld::default().with_file("p/b", "2").with_file("p/a", "1").with_file("q", "3");
        assert_eq!(world.list(Path::new("p")).files, [Path::new("p/a"), Path::new("p/b")]);
        assert!(world.exists(Path::new("p")));
        world.remove(Path::new("p/a")).unwrap();
        world.remove(Path::new("p/b")).unwrap();
        assert!(!world.exists(Path::new("p")));
        assert_eq!(world.remove(Path::new("p/a")).unwrap_err().fault, WorldFault::NotFound);
        assert_eq!(world.read(Path::new("q"), 0).unwrap_err().fault, WorldFault::TooLarge { size: 1, limit: 0 });
    }
}
