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

/// Name of the file that holds modification times.
pub const MODIFIED: &str = "_modified.json";

/// Why sample files were not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The directory holds something that no sample wrote.
    #[error("`{path}` is not part of an earlier sample: choose an empty directory", path = .0.display())]
    Foreign(PathBuf),
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
struct Entry {
    file: String,
    modified: String,
    sha256: String,
}

/// Writes files and their times, and removes those of an earlier sample that are gone.
pub fn write(dir: &Path, files: &[SampleFile]) -> Result<(), WriteError> {
    fs::create_dir_all(dir).map_err(at(dir))?;
    let earlier = earlier(dir)?;
    for path in tree(dir)? {
        let name = path.strip_prefix(dir).map(|p| p.to_string_lossy().replace('\\', "/")).unwrap_or_default();
        if name != MODIFIED && !earlier.contains_key(&name) {
            return Err(WriteError::Foreign(path));
        }
    }
    for name in earlier.keys().filter(|name| !files.iter().any(|f| f.name == **name)) {
        let path = dir.join(name);
        if path.exists() {
            fs::remove_file(&path).map_err(at(&path))?;
        }
    }
    for file in files {
        write_one(&dir.join(&file.name), file)?;
    }
    let path = dir.join(MODIFIED);
    fs::write(&path, modified_json(files)).map_err(at(&path))
}

fn write_one(path: &Path, file: &SampleFile) -> Result<(), WriteError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(at(parent))?;
    }
    fs::write(path, &file.bytes).map_err(at(path))?;
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(file.modified);
    let handle = fs::File::options().write(true).open(path).map_err(at(path))?;
    handle.set_modified(time).map_err(at(path))
}

/// The text of `_modified.json`.
pub fn modified_json(files: &[SampleFile]) -> String {
    let entries: Vec<Entry> = files
        .iter()
        .map(|file| Entry {
            file: file.name.clone(),
            modified: calendar::rfc3339(file.modified),
            sha256: hex(&Sha256::digest(&file.bytes)),
        })
        .collect();
    // Strings alone can always be written as JSON.
    serde_json::to_string_pretty(&entries).unwrap_or_default() + "\n"
}

/// The files of an earlier sample, by name.
fn earlier(dir: &Path) -> Result<BTreeMap<String, Entry>, WriteError> {
    let path = dir.join(MODIFIED);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(source) => return Err(WriteError::Io { path, source }),
    };
    let entries: Vec<Entry> = serde_json::from_str(&text).map_err(|_| WriteError::Foreign(path))?;
    Ok(entries.into_iter().map(|e| (e.file.clone(), e)).collect())
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
    fn a_foreign_file_stops_the_writing_before_it_begins() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        fs::write(dir.path().join("mine.csv"), "precious")?;
        let refused = write(dir.path(), &[file("a.csv", "x\n")]);
        assert!(matches!(refused, Err(WriteError::Foreign(path)) if path.ends_with("mine.csv")));
        assert_eq!(names(dir.path()), ["mine.csv"]);
        Ok(())
    }
}
