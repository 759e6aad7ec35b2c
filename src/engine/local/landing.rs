//! The files of a landing directory: which ones a pattern means, and when they were changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use globset::GlobBuilder;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::RunFault;

/// Name of the file that keeps modification times, which copies and checkouts lose.
const MODIFIED: &str = "_modified.json";

/// A file, read whole.
pub struct LandedFile {
    /// Path under which it was read.
    pub path: PathBuf,
    /// The last part of the path, which patterns are matched with.
    pub name: String,
    /// When it was changed, in microseconds since 1970 in UTC.
    pub modified: i64,
    /// What is in it.
    pub bytes: Vec<u8>,
}

#[derive(Debug, Deserialize)]
struct LandingEntry {
    file: String,
    modified: String,
    sha256: String,
}

/// The files below `root` whose relative path matches `pattern`, by path. `*` does not cross a `/`; names that begin
/// with `_` or `.` are never data (lakeflow-sql.md, "Reading files": `ignoredPathSegmentRegex`, `useStrictGlobber`).
pub fn files(root: &Path, pattern: &str) -> Result<Vec<LandedFile>, RunFault> {
    if !root.is_dir() {
        return Err(RunFault::landing(root, "directory not found"));
    }
    // A directory stands for all files below it.
    let below = root.join(pattern).is_dir().then(|| format!("{}/**", pattern.trim_end_matches('/')));
    let pattern = below.as_deref().unwrap_or(pattern);
    let glob = GlobBuilder::new(pattern).literal_separator(true).backslash_escape(false).build();
    let glob = glob.map_err(|e| RunFault::landing(&root.join(pattern), e.kind()))?.compile_matcher();
    let times = recorded_times(root)?;
    let mut paths = vec![];
    walk(root, String::new(), pattern.contains('/'), &mut paths)?;
    paths.retain(|(relative, _)| glob.is_match(relative));
    paths.sort();
    for (relative, path) in &paths {
        if path.to_str().is_none() {
            return Err(RunFault::landing(path, "the name of the file is not UTF-8: rename it"));
        }
        // A pipe or a device would be read for ever.
        if !fs::metadata(path).map_err(|e| RunFault::landing(path, e))?.is_file() {
            return Err(RunFault::landing(path, format!("`{relative}` is not a regular file: move it away")));
        }
    }
    paths.into_iter().map(|(relative, path)| read(relative, path, &times)).collect()
}

fn walk(dir: &Path, below: String, deep: bool, found: &mut Vec<(String, PathBuf)>) -> Result<(), RunFault> {
    for entry in fs::read_dir(dir).map_err(|e| RunFault::landing(dir, e))? {
        let entry = entry.map_err(|e| RunFault::landing(dir, e))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(['_', '.']) {
            continue;
        }
        let path = entry.path();
        let kind = entry.file_type().map_err(|e| RunFault::landing(&path, e))?;
        if kind.is_dir() && deep {
            walk(&path, format!("{below}{name}/"), deep, found)?;
        } else if !path.is_dir() {
            found.push((format!("{below}{name}"), path));
        }
    }
    Ok(())
}

/// One file, by its path below `root`.
pub fn file(root: &Path, relative: &str) -> Result<LandedFile, RunFault> {
    read(relative.to_owned(), root.join(relative), &BTreeMap::new())
}

fn read(relative: String, path: PathBuf, times: &BTreeMap<(String, String), i64>) -> Result<LandedFile, RunFault> {
    let bytes = fs::read(&path).map_err(|e| RunFault::landing(&path, e))?;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let recorded = if times.is_empty() { None } else { times.get(&(relative, digest(&bytes))) };
    let modified = match recorded {
        Some(time) => *time,
        None => on_disk(&path)?,
    };
    Ok(LandedFile { path, name, modified, bytes })
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn on_disk(path: &Path) -> Result<i64, RunFault> {
    let time = fs::metadata(path).and_then(|m| m.modified()).map_err(|e| RunFault::landing(path, e))?;
    let counted = |d: std::time::Duration| i64::try_from(d.as_micros()).unwrap_or(i64::MAX);
    Ok(time.duration_since(UNIX_EPOCH).map_or_else(|before| -counted(before.duration()), counted))
}

/// The recorded times by path and content: a record holds only for the very content it was made for.
fn recorded_times(root: &Path) -> Result<BTreeMap<(String, String), i64>, RunFault> {
    let path = root.join(MODIFIED);
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    let text = fs::read_to_string(&path).map_err(|e| RunFault::landing(&path, e))?;
    let entries: Vec<LandingEntry> = serde_json::from_str(&text).map_err(|e| RunFault::landing(&path, e))?;
    let time = |entry: LandingEntry| {
        let moment = chrono::DateTime::parse_from_rfc3339(&entry.modified);
        let moment = moment.map_err(|e| RunFault::landing(&path, format!("`{}`: {e}", entry.file)))?;
        Ok(((entry.file, entry.sha256), moment.timestamp_micros()))
    };
    entries.into_iter().map(time).collect()
}
