//! From rendered files to the disk: what would change, shown as a diff, then either everything is written or nothing.
//!
//! [`ChangeSet::compute`] only reads; [`ChangeSet::apply`] only writes what was computed. Files that `gen` does not
//! own are never overwritten or removed: if one is in the place of an output file, that is an error (E0901).

mod manifest;
mod record;
#[cfg(test)]
mod tests;
mod unified;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use manifest::FILE_NAME as MANIFEST;
pub use record::{read_record, record_name};
pub use unified::text_diff;

use crate::codes;
use crate::plan::Folder;
use crate::world::{World, WorldError, WorldFault, is_abandoned, waits_for};
use lakeflow::diag::{Diagnostic, Diagnostics};
use manifest::Manifest;

/// An output larger than this was never written by `gen`.
const MAX_FILE: u64 = 64 << 20;

/// The file that a temporary one becomes, if it is one.
fn awaited(file: &Path) -> Option<PathBuf> {
    let target = waits_for(file.file_name()?.to_str()?)?;
    Some(file.with_file_name(target))
}

/// What happens to one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// It is not there yet.
    Created,
    /// It differs from what the specs give now.
    Changed,
    /// It was edited by hand since `gen` wrote it; the edit is undone.
    Restored,
    /// The specs no longer give it.
    Removed,
    /// It stays, and is not written.
    Unchanged,
}

/// One file of the output directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Path below the output directory, `/`-separated.
    pub path: String,
    /// What happens to it.
    pub kind: ChangeKind,
    /// What is there and what takes its place; of a file that stays neither is kept.
    before: Option<Vec<u8>>,
    after: Option<Arc<str>>,
}

impl FileChange {
    fn new(path: &str, kind: ChangeKind, before: Option<Vec<u8>>, after: Option<Arc<str>>) -> FileChange {
        let differs = kind != ChangeKind::Unchanged;
        FileChange { path: path.to_owned(), kind, before: before.filter(|_| differs), after: after.filter(|_| differs) }
    }
}

/// The difference between the disk and what the specs give.
#[derive(Debug)]
pub struct ChangeSet {
    out: PathBuf,
    changes: Vec<FileChange>,
    /// The record beside the directory, where one is kept.
    record: Option<FileChange>,
    manifest: FileChange,
    /// The manifest while files are replaced: all that was there and all that comes. Without it, a build that is killed
    /// would leave files that nobody owns. `None` where no file is added.
    claim: Option<String>,
    /// What builds that were killed left: temporary files, and orphans that are gone but for their directories.
    left: Vec<PathBuf>,
}

impl ChangeSet {
    /// Compares `files` (path below `out` to text) and the record of what builds have given, if one is kept, with the disk.
    /// Faults: a foreign file in the way (E0901), a file that can't be read (E0902), a record that was there and is not any
    /// more (E0904); a set with faults must not be applied.
    pub fn compute(
        world: &dyn World,
        out: &Path,
        files: &BTreeMap<&str, Arc<str>>,
        record: Option<&str>,
        diagnostics: &mut Diagnostics,
    ) -> ChangeSet {
        let disk = Disk { world, out, plain: RefCell::default() };
        let Some((old, manifest_before)) = disk.manifest(diagnostics) else {
            // A directory whose manifest can't be read would be the same fault again for every file.
            let manifest = FileChange::new(MANIFEST, ChangeKind::Unchanged, None, None);
            return ChangeSet {
                out: out.to_owned(),
                changes: vec![],
                record: None,
                manifest,
                claim: None,
                left: vec![],
            };
        };
        let is_new = manifest_before.is_none() && !world.exists(out);
        let orphans = old.paths().filter(|path| !files.contains_key(path)).map(|path| (path, None));
        let mut all: Vec<(&str, Option<&Arc<str>>)> = files.iter().map(|(path, text)| (*path, Some(text))).collect();
        all.extend(orphans);
        all.sort_by_key(|(path, _)| *path);
        let mut changes = Vec::with_capacity(all.len());
        let mut gone = vec![];
        for (path, after) in all {
            match if is_new { Ok(None) } else { disk.read(path) } {
                Ok(before) => match kind(path, before.as_deref(), after.map(|text| &**text), &old) {
                    Some(kind) => changes.push(FileChange::new(path, kind, before, after.cloned())),
                    None if after.is_some() => {
                        diagnostics.push(foreign(out, path, "there is a file that `gen` did not write"))
                    }
                    // An orphan that is gone already, and may have left its directory.
                    None => gone.push(out.join(path)),
                },
                Err(fault) => diagnostics.push(*fault),
            }
        }
        let mut left = if is_new { vec![] } else { disk.left(|path| files.contains_key(path) || old.owns(path)) };
        left.append(&mut gone);
        let claim = old.claiming(files.iter().map(|(path, text)| (*path, text.as_bytes())));
        let record = record.and_then(|text| disk.record(text, &old, diagnostics));
        let kept = record.as_ref().and_then(|change| change.after.as_deref());
        let files = files.iter().map(|(path, text)| (*path, text.as_bytes()));
        let new = manifest::text(files, kept.map(str::as_bytes));
        let kind = match &manifest_before {
            None => ChangeKind::Created,
            Some(before) if *before == new.as_bytes() => ChangeKind::Unchanged,
            Some(_) => ChangeKind::Changed,
        };
        let manifest = FileChange::new(MANIFEST, kind, manifest_before, Some(new.into()));
        ChangeSet { out: out.to_owned(), changes, record, manifest, claim, left }
    }

    /// Files by path, without the manifest.
    pub fn changes(&self) -> &[FileChange] {
        &self.changes
    }

    /// How many files share a fate.
    pub fn count(&self, kind: ChangeKind) -> usize {
        self.changes.iter().filter(|c| c.kind == kind).count()
    }

    /// How many files the specs give.
    pub fn total(&self) -> usize {
        self.changes.len() - self.count(ChangeKind::Removed)
    }

    /// Whether the disk holds just what the specs give.
    pub fn is_fresh(&self) -> bool {
        self.manifest.kind == ChangeKind::Unchanged
            && !self.differs_in_record()
            && self.count(ChangeKind::Unchanged) == self.changes.len()
    }

    /// Whether the record of what builds have given is not that of the specs.
    pub fn differs_in_record(&self) -> bool {
        self.record
            .as_ref()
            .is_some_and(|record| record.before.as_deref() != record.after.as_deref().map(str::as_bytes))
    }

    /// Files below the output directory that neither this build gives nor an earlier one has written, as messages name
    /// them. What the Databricks command line keeps beside a bundle, and what systems put into every directory, is none.
    pub fn strays(&self, world: &dyn World) -> Vec<String> {
        let known: BTreeSet<&str> = self.changes.iter().map(|change| change.path.as_str()).collect();
        let listing = world.list(&self.out);
        let below = |file: &PathBuf| file.strip_prefix(&self.out).ok().map(slashed);
        let files = listing.files.iter().filter_map(below);
        let is_known = |path: &str| path == MANIFEST || known.contains(path);
        // One that another build writes at this moment, or that a killed one left.
        let is_temporary = |path: &str| awaited(Path::new(path)).is_some_and(|target| is_known(&slashed(&target)));
        let strays = files.filter(|path| !is_known(path) && !is_temporary(path) && !is_of_a_tool(path));
        strays.map(|path| shown(&self.out, &path)).collect()
    }

    /// Unified diff from the disk to what the specs give; empty when all is fresh. The manifest follows from the other
    /// files, so it is shown only when it alone differs.
    pub fn diff(&self, colour: bool) -> String {
        let stale: Vec<&FileChange> = self.changes.iter().filter(|c| c.kind != ChangeKind::Unchanged).collect();
        let record = self.record.iter().filter(|_| self.differs_in_record());
        let record: String = record.map(|change| unified::diff(&change.path, change, colour)).collect();
        let told = if stale.is_empty() && record.is_empty() && !self.is_fresh() { vec![&self.manifest] } else { stale };
        let files = told.iter().map(|change| unified::diff(&shown(&self.out, &change.path), change, colour));
        files.chain([record]).collect()
    }

    /// Makes the disk hold what the specs give. Unchanged files are not touched. New bytes replace old ones all together
    /// or not at all; then orphans go, with directories that they leave empty. The manifest knows of new files before they
    /// are there, and of orphans until they are gone: whenever a build is killed, the next one owns what it finds, and
    /// removes the temporary files.
    ///
    /// # Errors
    /// The first file that could not be written or removed.
    pub fn apply(&self, world: &dyn World) -> Result<(), WorldError> {
        for path in &self.left {
            match world.remove(path) {
                Err(error) if error.fault != WorldFault::NotFound => return Err(error),
                _ => self.remove_empty_directories(world, path),
            }
        }
        if self.is_fresh() {
            return Ok(());
        }
        let manifest = self.out.join(MANIFEST);
        if let Some(claim) = &self.claim {
            world.write_all(&[(manifest.clone(), claim.as_bytes())])?;
        }
        let mut written: Vec<(PathBuf, &[u8])> = self.changes.iter().filter_map(|c| self.bytes(c)).collect();
        let record = self.record.as_ref().filter(|_| self.differs_in_record());
        let record = record.and_then(|change| change.after.as_ref());
        written.extend(record.map(|text| (record::record_path(&self.out), text.as_bytes())));
        if let Err(error) = world.write_all(&written) {
            // Nothing was replaced. What fails here can't be helped: the fault that led here is the one to report.
            let _ = match &self.manifest.before {
                Some(before) => world.write_all(&[(manifest, before)]),
                None => world.remove(&manifest),
            };
            world.remove_empty_dir(&self.out);
            return Err(error);
        }
        for change in self.changes.iter().filter(|c| c.kind == ChangeKind::Removed) {
            let path = self.out.join(&change.path);
            match world.remove(&path) {
                Err(error) if error.fault != WorldFault::NotFound => return Err(error),
                _ => self.remove_empty_directories(world, &path),
            }
        }
        world.write_all(&self.bytes(&self.manifest).into_iter().collect::<Vec<_>>())
    }

    fn bytes<'a>(&self, change: &'a FileChange) -> Option<(PathBuf, &'a [u8])> {
        change.after.as_ref().map(|after| (self.out.join(&change.path), after.as_bytes()))
    }

    fn remove_empty_directories(&self, world: &dyn World, removed: &Path) {
        let above = removed.ancestors().skip(1).take_while(|dir| *dir != self.out);
        // A directory that still holds something stays, and so do those above it.
        let _ = above.map(|dir| world.remove_empty_dir(dir)).find(|removed| !removed);
    }
}

/// The text of a file without the carriage returns before its line breaks. No file of a build has any.
fn with_plain_line_ends(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.contains(&b'\r') {
        let next: Vec<Option<u8>> = bytes.iter().skip(1).copied().map(Some).chain([None]).collect();
        let mut next = next.into_iter();
        bytes.retain(|byte| !(next.next().flatten() == Some(b'\n') && *byte == b'\r'));
    }
    bytes
}

/// A relative path with `/` between its parts.
fn slashed(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Whether another tool puts a file of this path there of its own accord.
fn is_of_a_tool(path: &str) -> bool {
    let state = format!("{}/.databricks/", Folder::Bundle.name());
    path.starts_with(&state) || matches!(path.rsplit('/').next(), Some(".gitignore" | ".DS_Store" | "Thumbs.db"))
}

/// A file as messages and diffs name it: no absolute path, so that two machines say the same.
fn shown(out: &Path, path: &str) -> String {
    let directory = out.file_name().map(|name| name.to_string_lossy().into_owned());
    directory.map_or_else(|| path.to_owned(), |directory| format!("{directory}/{path}"))
}

/// The output directory as it is now.
struct Disk<'a> {
    world: &'a dyn World,
    out: &'a Path,
    /// Directories that are known to be no links.
    plain: RefCell<BTreeSet<String>>,
}

impl Disk<'_> {
    /// The bytes of a file, with the line ends that `gen` writes; `None` when there is none. Version control may change
    /// line ends when it writes a file, which is no edit.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Box<Diagnostic>> {
        if let Some(link) = self.link(path) {
            let message = format!("a symbolic link is at `{}`", shown(self.out, link));
            let hint = "`gen` writes to plain files below the output directory only: remove the link";
            return Err(Box::new(Diagnostic::error(codes::FOREIGN_FILE, message).hint(hint)));
        }
        let full = self.out.join(path);
        match self.world.read(&full, MAX_FILE) {
            Ok(bytes) => Ok(Some(with_plain_line_ends(bytes))),
            Err(error) if error.fault == WorldFault::NotFound => Ok(None),
            Err(_) if self.world.is_dir(&full) => Err(Box::new(foreign(self.out, path, "there is a directory"))),
            Err(error) => {
                let message = format!("`{}`: {}", shown(self.out, path), error.fault);
                Err(Box::new(Diagnostic::error(codes::CANNOT_WRITE, message)))
            }
        }
    }

    /// The first part of a path that is a symbolic link: what is written there would land elsewhere.
    fn link<'p>(&self, path: &'p str) -> Option<&'p str> {
        let ends = path.match_indices('/').map(|(end, _)| end);
        for directory in ends.filter_map(|end| path.get(..end)) {
            if self.plain.borrow().contains(directory) {
                continue;
            }
            if self.world.is_link(&self.out.join(directory)) {
                return Some(directory);
            }
            self.plain.borrow_mut().insert(directory.to_owned());
        }
        self.world.is_link(&self.out.join(path)).then_some(path)
    }

    /// Temporary files of files of ours, of the manifest or of the record that builds have left. Those of a build that runs at
    /// this moment are its own.
    fn left(&self, is_ours: impl Fn(&str) -> bool) -> Vec<PathBuf> {
        let below = |file: &PathBuf| {
            let target = awaited(file).and_then(|target| target.strip_prefix(self.out).ok().map(slashed));
            target.is_some_and(|path| path == MANIFEST || is_ours(&path))
        };
        let mut left: Vec<PathBuf> = self.world.list(self.out).files.into_iter().filter(below).collect();
        let record = record::record_path(self.out);
        let above = record.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let beside = self.world.list_where(above, &|_| false).files;
        let is_record = |file: &PathBuf| awaited(file).is_some_and(|target| target.file_name() == record.file_name());
        left.extend(beside.into_iter().filter(is_record));
        left.retain(|file| file.file_name().and_then(|name| name.to_str()).is_some_and(is_abandoned));
        left
    }

    /// The record as it becomes; `None` when there is none and nothing to write into it.
    fn record(&self, text: &str, old: &Manifest, diagnostics: &mut Diagnostics) -> Option<FileChange> {
        let name = record::record_name(self.out);
        let before = match self.world.read(&record::record_path(self.out), u64::MAX) {
            Ok(bytes) => Some(with_plain_line_ends(bytes)),
            Err(error) if error.fault == WorldFault::NotFound => None,
            // It was read before, and the fault was told then.
            Err(_) => return None,
        };
        if before.is_none() && old.has_record() {
            let message = format!(
                "`{name}` is missing: privileges granted by earlier builds are unknown and would not be revoked"
            );
            let hint = format!(
                "restore it from version control; only if nothing was ever deployed, remove `{}` too and build again",
                shown(self.out, MANIFEST)
            );
            diagnostics.push(Diagnostic::error(codes::BAD_RECORD, message).hint(hint));
        }
        let kind = if before.is_some() { ChangeKind::Changed } else { ChangeKind::Created };
        let is_kept = before.is_some() || !text.is_empty();
        is_kept.then(|| FileChange::new(&name, kind, before, Some(text.into())))
    }

    /// What `gen` wrote before; `None` if the directory can't be read at all.
    fn manifest(&self, diagnostics: &mut Diagnostics) -> Option<(Manifest, Option<Vec<u8>>)> {
        if self.world.exists(self.out) && !self.world.is_dir(self.out) {
            let message = format!("`{}` is a file, not a directory", self.out.display());
            diagnostics.push(Diagnostic::error(codes::CANNOT_WRITE, message));
            return None;
        }
        let bytes = self.read(MANIFEST).map_err(|fault| diagnostics.push(*fault)).ok()?;
        let Some(text) = &bytes else { return Some((Manifest::default(), None)) };
        let parsed = std::str::from_utf8(text).ok().and_then(Manifest::parse);
        if parsed.is_none() {
            let message = format!("`{}` is not a manifest of `gen`", shown(self.out, MANIFEST));
            let hint = "restore it from version control, or remove the whole output directory and build again";
            diagnostics.push(Diagnostic::error(codes::FOREIGN_FILE, message).hint(hint));
        }
        Some((parsed.unwrap_or_default(), bytes))
    }
}

/// What happens to a file; `None` when there is nothing that may be done to it.
fn kind(path: &str, before: Option<&[u8]>, after: Option<&str>, old: &Manifest) -> Option<ChangeKind> {
    match (before, after) {
        (None, None) => None,
        (None, Some(_)) => Some(ChangeKind::Created),
        (Some(_), None) => Some(ChangeKind::Removed),
        (Some(before), Some(after)) if before == after.as_bytes() => Some(ChangeKind::Unchanged),
        (Some(before), Some(_)) if old.wrote(path, before) => Some(ChangeKind::Changed),
        (Some(_), Some(_)) => old.owns(path).then_some(ChangeKind::Restored),
    }
}

fn foreign(out: &Path, path: &str, what: &str) -> Diagnostic {
    Diagnostic::error(codes::FOREIGN_FILE, format!("{what} at `{}`", shown(out, path)))
        .hint("the specs generate a file of that name: move yours elsewhere")
}
