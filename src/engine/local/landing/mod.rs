//! The landing directory: which files a pattern stands for, and when each was last changed.
//!
//! Works as the file reader of Databricks does with strict patterns (reference section 2): `*` does not cross a `/`, and
//! what starts with `_` or `.` is not data. Nothing is ever written here.

mod csv;
mod options;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::DateTime;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use globset::GlobBuilder;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use sqlparser::ast::FunctionArg;

use super::spark::Fault;
use crate::world::{World, WorldFault};
use options::Options;

/// No delivered file is larger: files are read whole.
const MAX_FILE: u64 = 2 << 30;

/// Where modification times stand that a copy of the files would lose, such as those of files in git.
const RECORDED: &str = "_modified.json";

/// A delivered file.
#[derive(Debug)]
pub(super) struct DeliveredFile {
    /// Its path as queries see it.
    pub path: String,
    /// Its name.
    pub name: String,
    /// When it was last changed, in microseconds since 1970.
    pub modified: i64,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The directory into which files are delivered.
pub(super) struct Landing<'a> {
    world: &'a dyn World,
    root: &'a Path,
    recorded: BTreeMap<(String, String), i64>,
}

#[derive(Deserialize)]
struct RecordedTime {
    file: String,
    modified: String,
    sha256: String,
}

impl<'a> Landing<'a> {
    /// Opens the directory.
    ///
    /// # Errors
    /// When it is not there, or its record of modification times cannot be used.
    pub fn open(world: &'a dyn World, root: &'a Path) -> Result<Self, Fault> {
        if !world.is_dir(root) {
            return Err(Fault::Landing(format!("there is no landing directory `{}`", root.display())));
        }
        let path = root.join(RECORDED);
        let mut recorded = BTreeMap::new();
        if world.exists(&path) {
            let unusable = |reason: String| Fault::Landing(format!("`{}` cannot be used: {reason}", path.display()));
            let bytes = world.read(&path, MAX_FILE).map_err(|e| unusable(e.fault.to_string()))?;
            let entries: Vec<RecordedTime> = serde_json::from_slice(&bytes).map_err(|e| unusable(e.to_string()))?;
            for entry in entries {
                let time = DateTime::parse_from_rfc3339(&entry.modified);
                let time = time.map_err(|_| unusable(format!("`{}` is no time", entry.modified)))?;
                recorded.insert((entry.file, entry.sha256.to_lowercase()), time.timestamp_micros());
            }
        }
        Ok(Landing { world, root, recorded })
    }

    /// Runs a call of `read_files`: its files as rows.
    ///
    /// # Errors
    /// When an option is not supported, or a file cannot be read.
    pub fn read_files(&self, args: &[FunctionArg]) -> Result<(SchemaRef, Vec<RecordBatch>), Fault> {
        let options = Options::parse(args)?;
        let schema = csv::schema(&options);
        let files = self.files(&options)?;
        let batches = files.iter().map(|file| csv::read(file, &options, &schema)).collect::<Result<Vec<_>, _>>()?;
        Ok((schema, batches))
    }

    /// The files that the path of a call stands for, sorted by path.
    fn files(&self, options: &Options) -> Result<Vec<DeliveredFile>, Fault> {
        let root = self.root.display().to_string();
        let root = root.trim_end_matches('/');
        let pattern = options.path.strip_prefix(root).and_then(|rest| rest.strip_prefix('/'));
        let Some(pattern) = pattern.or((options.path == root).then_some("")) else {
            let path = &options.path;
            return Err(Fault::refused(format!(
                "`{path}`: only files of the landing directory `${{landing}}` are read"
            )));
        };
        let is_directory = self.world.is_dir(&self.root.join(pattern));
        let pattern = match (is_directory, pattern.trim_end_matches('/')) {
            (true, "") => "**".to_owned(),
            (true, directory) => format!("{directory}/**"),
            (false, pattern) => pattern.to_owned(),
        };
        let glob = |pattern: &str| {
            let glob = GlobBuilder::new(pattern).literal_separator(true).build();
            glob.map(|g| g.compile_matcher()).map_err(|e| Fault::failed(format!("`{pattern}` is no file pattern: {e}")))
        };
        let by_path = glob(&pattern)?;
        let by_name = options.file_name_pattern.as_deref().map(glob).transpose()?;
        let mut files = vec![];
        for path in self.world.list(self.root).files {
            let Some((relative, name)) = self.relative(&path) else { continue };
            let is_data = !relative.split('/').any(|part| part.starts_with(['_', '.']));
            if is_data && by_path.is_match(&relative) && by_name.as_ref().is_none_or(|g| g.is_match(&name)) {
                files.push(self.open_file(&path, format!("{root}/{relative}"), name)?);
            }
        }
        Ok(files)
    }

    fn relative(&self, path: &Path) -> Option<(String, String)> {
        let relative = path.strip_prefix(self.root).ok()?;
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        Some((parts.join("/"), parts.last()?.clone()))
    }

    fn open_file(&self, path: &PathBuf, shown: String, name: String) -> Result<DeliveredFile, Fault> {
        let unreadable = |fault: WorldFault| Fault::Landing(format!("`{shown}` cannot be read: {fault}"));
        let bytes = self.world.read(path, MAX_FILE).map_err(|e| unreadable(e.fault))?;
        let digest = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let modified = match self.recorded.get(&(name.clone(), digest)) {
            Some(recorded) => *recorded,
            None => micros(self.world.modified(path).map_err(|e| unreadable(e.fault))?),
        };
        Ok(DeliveredFile { path: shown, name, modified, bytes })
    }
}

/// Whole microseconds since 1970, rounded down.
fn micros(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_micros()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos().div_ceil(1000)).map_or(i64::MIN, |n| -n),
    }
}
