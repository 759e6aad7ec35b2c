//! Writing many files so that a fault leaves the disk as it was.
//!
//! All bytes are written to temporary files next to their targets first, since that is where writing fails (no space, no
//! permission). Only then are they renamed; a rename that fails puts back what was there before.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Writes all files or none; parent directories are made. The path in the error is the file that failed.
pub fn write_all(files: &[(PathBuf, &[u8])]) -> Result<(), (PathBuf, io::Error)> {
    let mut stage = Stage::default();
    let files: Vec<(PathBuf, &[u8])> = files.iter().map(|(path, bytes)| (behind_link(path), *bytes)).collect();
    let written = stage.write(&files).and_then(|()| stage.rename(&files));
    if written.is_err() {
        stage.undo();
    }
    written
}

/// The file that a symbolic link leads to, which is written in place of the link.
fn behind_link(path: &Path) -> PathBuf {
    let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    let target = is_link.then(|| fs::canonicalize(path).ok()).flatten();
    target.unwrap_or_else(|| path.to_owned())
}

/// The permissions of a file that is there and may be written.
fn permissions(path: &Path) -> io::Result<Option<fs::Permissions>> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.permissions().readonly() => Err(io::ErrorKind::ReadOnlyFilesystem.into()),
        Ok(metadata) => Ok(metadata.is_file().then(|| metadata.permissions())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes a file with these permissions; until it has them, nobody else can read it.
fn write_new(path: &Path, bytes: &[u8], permissions: Option<fs::Permissions>) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if permissions.is_some() {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    permissions.map_or(Ok(()), |permissions| fs::set_permissions(path, permissions))
}

#[derive(Default)]
struct Stage {
    /// Directories that were made, outer ones first.
    directories: Vec<PathBuf>,
    /// Temporary files that were not renamed yet.
    temporary: Vec<PathBuf>,
    /// Files that were replaced, with the bytes and permissions they had.
    replaced: Vec<(PathBuf, Option<Vec<u8>>, Option<fs::Permissions>)>,
}

impl Stage {
    fn write(&mut self, files: &[(PathBuf, &[u8])]) -> Result<(), (PathBuf, io::Error)> {
        for (path, bytes) in files {
            let fail = |error| (path.clone(), error);
            self.make_parents(path).map_err(fail)?;
            let permissions = permissions(path).map_err(fail)?;
            let temporary = temporary_name(path);
            self.temporary.push(temporary.clone());
            write_new(&temporary, bytes, permissions).map_err(fail)?;
        }
        Ok(())
    }

    fn make_parents(&mut self, path: &Path) -> io::Result<()> {
        let Some(parent) = path.parent() else { return Ok(()) };
        let missing: Vec<&Path> =
            parent.ancestors().take_while(|dir| !dir.as_os_str().is_empty() && !dir.exists()).collect();
        self.directories.extend(missing.into_iter().rev().map(Path::to_owned));
        fs::create_dir_all(parent)
    }

    fn rename(&mut self, files: &[(PathBuf, &[u8])]) -> Result<(), (PathBuf, io::Error)> {
        for (path, _) in files {
            let before = match fs::read(path) {
                Ok(bytes) => Some(bytes),
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(error) => return Err((path.clone(), error)),
            };
            let permissions = permissions(path).map_err(|error| (path.clone(), error))?;
            fs::rename(temporary_name(path), path).map_err(|error| (path.clone(), error))?;
            self.replaced.push((path.clone(), before, permissions));
        }
        Ok(())
    }

    /// Takes everything back. What fails here can't be helped: the fault that led here is the one to report.
    fn undo(self) {
        for (path, before, permissions) in self.replaced.into_iter().rev() {
            let temporary = temporary_name(&path);
            let _ = match before {
                Some(bytes) => write_new(&temporary, &bytes, permissions).and_then(|()| fs::rename(&temporary, &path)),
                None => fs::remove_file(&path),
            };
        }
        for temporary in self.temporary {
            let _ = fs::remove_file(temporary);
        }
        for directory in self.directories.into_iter().rev() {
            let _ = fs::remove_dir(directory);
        }
    }
}

/// A name next to `path` (a rename must not cross file systems) that no other process uses.
fn temporary_name(path: &Path) -> PathBuf {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_in_the_last_file_takes_all_others_back() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("old"), "before").unwrap();
        #[cfg(unix)]
        fs::set_permissions(at("old"), std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
        fs::create_dir_all(at("taken/inner")).unwrap();
        let files = [(at("old"), b"after".as_slice()), (at("new/deep/file"), b"x"), (at("taken"), b"y")];
        let (path, _) = write_all(&files).unwrap_err();
        assert_eq!(path, at("taken"));
        assert_eq!(fs::read_to_string(at("old")).unwrap(), "before");
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(at("old")).unwrap().permissions()) & 0o777,
            0o640
        );
        let mut left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["old", "taken"]);
    }

    #[test]
    fn a_file_that_cannot_be_staged_leaves_no_trace() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), "").unwrap();
        let files = [(dir.path().join("a/b"), b"x".as_slice()), (dir.path().join("file/c"), b"y")];
        assert!(write_all(&files).is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
