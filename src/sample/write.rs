//! Sample files on the disk, with the modification times that decide between rows.
//!
//! Git keeps no modification times, so they also stand in `_modified.json`, which the local engine reads. The directory
//! belongs to the sample alone: files that an earlier sample did not write are never touched, and stop the writing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use std::{fs, io};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{SampleFile, calendar};
use crate::world::{DiskWorld, World as _, WorldError, is_abandoned};

/// Name of the file that holds modification times.
pub const MODIFIED: &str = "_modified.json";

/// Why sample files were not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The directory holds something that no sample wrote.
    #[error("`{path}` is not part of an earlier sample: choose an empty directory", path = .0.display())]
    Foreign(PathBuf),
    /// A file of an earlier sample was changed by hand.
    #[error("`{path}` was changed since it was written: move it away, or choose an empty directory", path = .0.display())]
    Edited(PathBuf),
    /// The list of an earlier sample is none.
    #[error("`{path}` is not a list of sample files: choose an empty directory", path = .0.display())]
    NoList(PathBuf),
    /// The disk refused; nothing was changed.
    #[error("nothing is written: {0}")]
    Disk(#[from] WorldError),
    /// The disk refused.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// An entry of `_modified.json`.
#[derive(Debug, Serialize, Deserialize)]
struct ModifiedEntry {
    file: String,
    modified: String,
    sha256: String,
}

/// Writes files and their times, all or none, and removes those of an earlier sample that are gone. What was changed by
/// hand since is not touched either.
pub fn write(dir: &Path, files: &[SampleFile]) -> Result<(), WriteError> {
    fs::create_dir_all(dir).map_err(at(dir))?;
    let earlier = earlier(dir)?;
    let mut left = vec![];
    for path in tree(dir)? {
        let name = path.strip_prefix(dir).map(|p| p.to_string_lossy().replace('\\', "/")).unwrap_or_default();
        match earlier.get(&name) {
            _ if name == MODIFIED => {}
            Some(entry) if hex(&Sha256::digest(fs::read(&path).map_err(at(&path))?)) == entry.sha256 => {}
            Some(_) => return Err(WriteError::Edited(path)),
            None if is_left(&path) => left.push(path),
            None => return Err(WriteError::Foreign(path)),
        }
    }
    let list = modified_json(files);
    let mut all: Vec<(PathBuf, &[u8])> = files.iter().map(|f| (dir.join(&f.name), f.bytes.as_slice())).collect();
    all.push((dir.join(MODIFIED), list.as_bytes()));
    DiskWorld.write_all(&all)?;
    let gone = earlier.keys().filter(|name| !files.iter().any(|f| f.name == **name)).map(|name| dir.join(name));
    for path in gone.chain(left).filter(|path| path.exists()) {
        fs::remove_file(&path).map_err(at(&path))?;
    }
    files.iter().try_for_each(|file| set_time(&dir.join(&file.name), file.modified))
}

/// Whether a file is what a writing left that was killed.
fn is_left(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(is_abandoned)
}

fn set_time(path: &Path, modified: u64) -> Result<(), WriteError> {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(modified);
    let handle = fs::File::options().write(true).open(path).map_err(at(path))?;
    handle.set_modified(time).map_err(at(path))
}

/// The text of `_modified.json`.
pub fn modified_json(files: &[SampleFile]) -> String {
    let entries: Vec<ModifiedEntry> = files
        .iter()
        .map(|file| ModifiedEntry {
            file: file.name.clone(),
            modified: calendar::rfc3339(file.modified),
            sha256: hex(&Sha256::digest(&file.bytes)),
        })
        .collect();
    // Strings alone can always be written as JSON.
    serde_json::to_string_pretty(&entries).unwrap_or_default() + "\n"
}

/// The files of an earlier sample, by name.
fn earlier(dir: &Path) -> Result<BTreeMap<String, ModifiedEntry>, WriteError> {
    let path = dir.join(MODIFIED);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(source) => return Err(WriteError::Io { path, source }),
    };
    let entries: Vec<ModifiedEntry> = serde_json::from_str(&text).unwrap_or_default();
    // A name that leads elsewhere would lead to files of somebody else.
    if entries.is_empty() && text.trim() != "[]" || !entries.iter().all(|entry| is_inside(&entry.file)) {
        return Err(WriteError::NoList(path));
    }
    Ok(entries.into_iter().map(|e| (e.file.clone(), e)).collect())
}

/// Whether a name stays below its directory on every system.
fn is_inside(name: &str) -> bool {
    !name.contains(['\\', ':']) && name.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// All files below a directory; links are not followed.
fn tree(dir: &Path) -> Result<Vec<PathBuf>, WriteError> {
    let mut files = vec![];
    for entry in fs::read_dir(dir).map_err(at(dir))? {
        let entry = entry.map_err(at(dir))?;
        let kind = entry.file_type().map_err(at(dir))?;
        if kind.is_dir() { files.extend(tree(&entry.path())?) } else { files.push(entry.path()) }
    }
    files.sort();
    Ok(files)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> WriteError {
    let path = path.to_owned();
    move |source| WriteError::Io { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> SampleFile {
        SampleFile { name: name.to_owned(), bytes: text.as_bytes().to_vec(), modified: 1_704_067_200 }
    }

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(dir)
            .into_iter()
            .flatten()
            .flatten()
            .map(|e| e.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn files_get_their_times_on_disk_and_in_the_list() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        write(dir.path(), &[file("a.csv", "x\n")])?;
        let modified = fs::metadata(dir.path().join("a.csv"))?.modified()?;
        assert_eq!(modified.duration_since(SystemTime::UNIX_EPOCH)?.as_secs(), 1_704_067_200);
        let list = fs::read_to_string(dir.path().join(MODIFIED))?;
        let sha = "73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac";
        assert!(list.contains("\"modified\": \"2024-01-01T00:00:00Z\"") && list.contains(sha), "{list}");
        Ok(())
    }

    #[test]
    fn an_earlier_sample_is_replaced() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        write(dir.path(), &[file("a.csv", "x\n"), file("b.csv", "y\n")])?;
        write(dir.path(), &[file("b.csv", "z\n")])?;
        assert_eq!(names(dir.path()), [MODIFIED, "b.csv"]);
        Ok(())
    }

    #[test]
    fn nothing_outside_and_nothing_edited_is_touched() -> Result<(), Box<dyn std::error::Error>> {
        let above = tempfile::tempdir()?;
        let dir = above.path().join("samples");
        fs::create_dir(&dir)?;
        fs::write(above.path().join("precious.csv"), "mine")?;
        for name in ["../precious.csv", "a/../../precious.csv", "/etc/hosts", "C:x"] {
            let list = format!("[{{\"file\": \"{name}\", \"modified\": \"\", \"sha256\": \"\"}}]");
            fs::write(dir.join(MODIFIED), list)?;
            assert!(matches!(write(&dir, &[]), Err(WriteError::NoList(_))), "{name}");
        }
        fs::write(dir.join(MODIFIED), "{\"of\": \"another tool\"}")?;
        assert!(matches!(write(&dir, &[]), Err(WriteError::NoList(_))));
        assert_eq!(fs::read_to_string(above.path().join("precious.csv"))?, "mine");
        fs::remove_file(dir.join(MODIFIED))?;
        write(&dir, &[file("a.csv", "x\n")])?;
        fs::write(dir.join("a.csv"), "x\nmine\n")?;
        assert!(matches!(write(&dir, &[file("b.csv", "y\n")]), Err(WriteError::Edited(_))));
        assert_eq!(names(&dir), [MODIFIED, "a.csv"]);
        Ok(())
    }

    #[test]
    fn what_cannot_be_written_whole_changes_nothing() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        write(dir.path(), &[file("a.csv", "x\n")])?;
        // A directory of that name is in the way of the last file, as a full disk would be.
        fs::create_dir(dir.path().join("z.csv"))?;
        assert!(matches!(write(dir.path(), &[file("b.csv", "y\n"), file("z.csv", "z\n")]), Err(WriteError::Disk(_))));
        assert_eq!(names(dir.path()), [MODIFIED, "a.csv", "z.csv"]);
        // What a killed writing left goes with the next one.
        fs::remove_dir(dir.path().join("z.csv"))?;
        fs::write(dir.path().join(".b.csv.12.tmp"), "y")?;
        write(dir.path(), &[file("b.csv", "y\n")])?;
        assert_eq!(names(dir.path()), [MODIFIED, "b.csv"]);
        Ok(())
    }

    #[test]
    fn a_foreign_file_stops_the_writing_before_it_begins() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        fs::write(dir.path().join("mine.csv"), "precious")?;
        let refused = write(dir.path(), &[file("a.csv", "x\n")]);
        assert!(matches!(refused, Err(WriteError::Foreign(path)) if path.ends_with("mine.csv")));
        assert_eq!(names(dir.path()), ["mine.csv"]);
        Ok(())
    }
}
