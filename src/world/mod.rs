//! The only access to disk, environment and clock.
//!
//! Passes that need the outside get a `&dyn World`, so that tests can pass a [`MemoryWorld`], and every limit (file
//! size, symlink loops, half-written files) is enforced in one place. Nothing here knows what a spec is.

mod disk;
mod memory;
mod program;
mod staged;

pub use disk::DiskWorld;
pub use memory::MemoryWorld;
pub use staged::{is_abandoned, waits_for};

use std::fmt;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// What the compiler may do outside itself.
pub trait World: Sync {
    /// The bytes of a file of at most `limit` bytes; a larger one is refused before it is read.
    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, WorldError>;
    /// A file to be read piece by piece, however large it is.
    fn open(&self, path: &Path) -> Result<Opened, WorldError>;
    /// What is given on standard input, at most `limit` bytes. The path in an error is `-`.
    fn input(&self, limit: u64) -> Result<Vec<u8>, WorldError>;
    /// All files below a directory, sorted by path. Symbolic links are followed; faults do not hide the other files.
    fn list(&self, dir: &Path) -> Listing {
        self.list_where(dir, &|_| true)
    }
    /// The same, without the directories below it that are not to be entered.
    fn list_where(&self, dir: &Path, enter: &dyn Fn(&Path) -> bool) -> Listing;
    /// Whether a file or directory is there.
    fn exists(&self, path: &Path) -> bool;
    /// Whether a symbolic link is there, wherever it leads.
    fn is_link(&self, path: &Path) -> bool;
    /// Whether a directory is there.
    fn is_dir(&self, path: &Path) -> bool;
    /// Writes all files or none: readers of each see the old bytes or the new ones. Parent directories are made; a file
    /// that is there keeps its permissions, and is not written when they forbid it.
    fn write_all(&self, files: &[(PathBuf, &[u8])]) -> Result<(), WorldError>;
    /// Writes a whole file or nothing: readers see the old bytes or the new ones. Parent directories are made.
    fn write_atomic(&self, path: &Path, bytes: &[u8]) -> Result<(), WorldError> {
        self.write_all(&[(path.to_owned(), bytes)])
    }
    /// Removes a file.
    fn remove(&self, path: &Path) -> Result<(), WorldError>;
    /// Removes a directory that holds nothing; `false` when it stays.
    fn remove_empty_dir(&self, path: &Path) -> bool;
    /// Makes a directory and its parents.
    fn create_dir_all(&self, path: &Path) -> Result<(), WorldError>;
    /// When a file was last changed.
    fn modified(&self, path: &Path) -> Result<SystemTime, WorldError>;
    /// A variable of the environment, if it is set to valid Unicode.
    fn env(&self, name: &str) -> Option<String>;
    /// Runs a program without a shell and without input, and waits for it. Neither of its outputs may be larger than `limit`.
    fn run(&self, program: &str, arguments: &[&str], limit: u64, longest: Duration) -> Result<Ran, WorldError>;
    /// The current time. Nothing that is written to `generated/` may depend on it.
    fn now(&self) -> SystemTime;
}

/// What can be read, and read again from the beginning.
pub trait Rereadable: Read + Seek + Send {}

impl<R: Read + Seek + Send> Rereadable for R {}

/// A file that [`World::open`] opened.
pub struct Opened {
    /// Its size in bytes.
    pub size: u64,
    /// What is in it.
    pub reader: Box<dyn Rereadable>,
}

/// What a program left that [`World::run`] ran.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ran {
    /// Whether it ended as one that is content.
    pub is_success: bool,
    /// What it wrote to standard output.
    pub output: Vec<u8>,
    /// What it wrote to standard error.
    pub errors: Vec<u8>,
}

/// What [`World::list`] found.
#[derive(Debug, Default)]
pub struct Listing {
    /// Files, sorted by path.
    pub files: Vec<PathBuf>,
    /// Directories and links that could not be followed, sorted by path.
    pub faults: Vec<WorldError>,
}

/// What went wrong outside, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {fault}", path = path.display())]
pub struct WorldError {
    /// The path asked for.
    pub path: PathBuf,
    /// What is wrong with it.
    pub fault: WorldFault,
}

impl WorldError {
    fn new(path: &Path, fault: WorldFault) -> Self {
        WorldError { path: path.to_owned(), fault }
    }
}

/// Kinds of [`WorldError`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorldFault {
    /// There is nothing at this path.
    NotFound,
    /// The file is larger than the caller allows.
    TooLarge {
        /// Size in bytes.
        size: u64,
        /// Allowed size in bytes.
        limit: u64,
    },
    /// A symbolic link leads back to a directory that contains it.
    Loop,
    /// Directories are nested deeper than any project needs.
    TooDeep,
    /// Whatever else the operating system said.
    Io(String),
}

impl fmt::Display for WorldFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WorldFault::NotFound => f.write_str("file not found"),
            WorldFault::TooLarge { size, limit } => write!(f, "{size} bytes are more than the {limit} allowed"),
            WorldFault::Loop => f.write_str("the symbolic link leads back to a directory above it"),
            WorldFault::TooDeep => f.write_str("directories are nested too deeply"),
            WorldFault::Io(message) => f.write_str(message),
        }
    }
}
