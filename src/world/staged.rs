//! Writes many files so that a failure leaves the disk as it was.
//!
//! All bytes are written to temporary files next to their targets first, since that is where writing fails (no space,
//! no permission). Only then are they renamed; if a rename fails, the previous files are put back.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Writes all files or none; parent directories are made. The path in the error is the file that failed.
pub fn write_all(files: &[(PathBuf, &[u8])]) -> Result<(), (PathBuf, io::Error)> {
    let mut stage = StageFolder::default();
    let written = stage.write(files).and_then(|()| stage.rename());
    if written.is_err() {
        stage.undo();
    }
    written
}

/// A file that is to be written.
struct StagedFile {
    /// Where it is: for a symbolic link, where that leads.
    path: PathBuf,
    /// Where its bytes wait.
    temporary: PathBuf,
    /// The permissions of the file that is there already, if one is.
    permissions: Option<fs::Permissions>,
}

impl StagedFile {
    fn new(path: &Path, permissions: Option<fs::Permissions>) -> StagedFile {
        StagedFile { path: path.to_owned(), temporary: temporary_name(path), permissions }
    }

    /// A file that may be there already.
    fn of(path: &Path) -> io::Result<StagedFile> {
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_symlink() => match fs::canonicalize(path) {
                Ok(target) => return StagedFile::of(&target),
                // It leads nowhere: the link itself is replaced.
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(StagedFile::new(path, None)),
                Err(error) => return Err(error),
            },
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(StagedFile::new(path, None)),
            Err(error) => return Err(error),
        };
        if metadata.permissions().readonly() {
            return Err(io::ErrorKind::ReadOnlyFilesystem.into());
        }
        let permissions = metadata.is_file().then(|| metadata.permissions());
        Ok(StagedFile::new(path, permissions))
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
struct StageFolder {
    /// Directories that were made, outer ones first.
    directories: Vec<PathBuf>,
    /// The directory of the file before, and whether it was made for it.
    parent: Option<(PathBuf, bool)>,
    /// Files with their bytes next to them, in the order in which they are renamed; some may be already.
    staged: Vec<StagedFile>,
    /// What the files that were renamed had replaced.
    replaced: Vec<Option<Vec<u8>>>,
}

impl StageFolder {
    fn write(&mut self, files: &[(PathBuf, &[u8])]) -> Result<(), (PathBuf, io::Error)> {
        for (path, bytes) in files {
            self.write_one(path, bytes).map_err(|error| (path.clone(), error))?;
        }
        Ok(())
    }

    fn write_one(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        // In a directory that was just made nothing can be in the way.
        let is_new = self.parent.as_ref().is_some_and(|(parent, made)| *made && path.parent() == Some(parent));
        let target = if is_new { StagedFile::new(path, None) } else { StagedFile::of(path)? };
        self.make_parents(&target.path)?;
        self.staged.push(target);
        self.staged.last().map_or(Ok(()), |target| write_new(&target.temporary, bytes, target.permissions.clone()))
    }

    fn make_parents(&mut self, path: &Path) -> io::Result<()> {
        let is_known = |parent: &&Path| self.parent.as_ref().is_some_and(|(known, _)| known == parent);
        let Some(parent) = path.parent().filter(|parent| !is_known(parent)) else { return Ok(()) };
        let missing: Vec<&Path> =
            parent.ancestors().take_while(|dir| !dir.as_os_str().is_empty() && !dir.exists()).collect();
        let is_made = !missing.is_empty();
        self.directories.extend(missing.into_iter().rev().map(Path::to_owned));
        fs::create_dir_all(parent)?;
        self.parent = Some((parent.to_owned(), is_made));
        Ok(())
    }

    fn rename(&mut self) -> Result<(), (PathBuf, io::Error)> {
        for StagedFile { path, temporary, permissions } in &self.staged {
            let fail = |error| (path.clone(), error);
            let before = permissions.as_ref().map(|_| fs::read(path)).transpose().map_err(fail)?;
            fs::rename(temporary, path).map_err(fail)?;
            self.replaced.push(before);
        }
        Ok(())
    }

    /// Takes everything back. What fails here can't be helped: the fault that led here is the one to report.
    fn undo(self) {
        let renamed = self.replaced.len();
        for (StagedFile { path, temporary, permissions }, before) in self.staged.iter().zip(self.replaced).rev() {
            let _ = match before {
                Some(bytes) => {
                    write_new(temporary, &bytes, permissions.clone()).and_then(|()| fs::rename(temporary, path))
                }
                None => fs::remove_file(path),
            };
        }
        for StagedFile { temporary, .. } in self.staged.iter().skip(renamed) {
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

/// The name of the file whose bytes wait in a temporary file of this name, if it is one.
pub fn waits_for(name: &str) -> Option<&str> {
    parts(name).map(|(target, _)| target)
}

/// Whether nobody will rename or remove a temporary file of this name any more: its process was stopped before. Where the
/// system does not list processes, nobody can tell, and it counts as stopped.
pub fn is_abandoned(name: &str) -> bool {
    let processes = Path::new("/proc");
    parts(name).is_some_and(|(_, process)| !processes.join("self").exists() || !processes.join(process).exists())
}

/// The file that a temporary file of this name becomes, and the number of the process that writes it.
fn parts(name: &str) -> Option<(&str, &str)> {
    let (target, process) = name.strip_prefix('.')?.strip_suffix(".tmp")?.rsplit_once('.')?;
    let is_number = !process.is_empty() && process.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !target.is_empty()).then_some((target, process))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_file_tells_what_it_waits_for() {
        let temporary = temporary_name(Path::new("a/orders.sql"));
        assert_eq!(waits_for(temporary.file_name().unwrap().to_str().unwrap()), Some("orders.sql"));
        for name in ["orders.sql", ".orders.sql.tmp", ".orders.sql.1x.tmp", "orders.sql.1.tmp", "..1.tmp", ".1.tmp"] {
            assert_eq!(waits_for(name), None, "{name}");
            assert!(!is_abandoned(name), "{name}");
        }
        // No system has as many processes.
        assert!(is_abandoned(".orders.sql.4294967295.tmp"));
        let ours = temporary.file_name().unwrap().to_str().unwrap();
        assert_eq!(is_abandoned(ours), !Path::new("/proc/self").exists());
    }

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

    #[cfg(unix)]
    #[test]
    fn a_link_is_written_through_replaced_or_left_by_where_it_leads() {
        use std::os::unix::fs::symlink;

        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("file"), "before").unwrap();
        symlink(at("file"), at("good")).unwrap();
        symlink(at("nowhere"), at("dangling")).unwrap();
        symlink(at("loop"), at("loop")).unwrap();
        write_all(&[(at("good"), b"after".as_slice()), (at("dangling"), b"x")]).unwrap();
        assert_eq!(fs::read_to_string(at("file")).unwrap(), "after");
        assert!(at("good").is_symlink() && !at("dangling").is_symlink() && !at("nowhere").exists());
        let (path, _) = write_all(&[(at("new"), b"y".as_slice()), (at("loop"), b"y")]).unwrap_err();
        assert_eq!(path, at("loop"));
        assert!(at("loop").is_symlink() && !at("new").exists());
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
