//! Which files make up a project, and their texts.
//!
//! Everything that is rejected before YAML is parsed is rejected here: directories that can't be listed, files that
//! are too large or not UTF-8. Hidden files and leftovers of editors are not part of a project. Any other file that
//! starts like a spec but is not one by its name gives a warning, because nobody would notice that it is not read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lakeflow::diag::{Diagnostic, Diagnostics};
use lakeflow::source::{FileId, SourceMap, Span};
use rayon::prelude::*;

use super::lost::{self, Lost, LostSpec};
use crate::codes;
use crate::spec::SpecKind;
use crate::world::{World, WorldError, WorldFault};

/// The directory of all specs, below the project directory.
const SPECS: &str = "specs";
/// Directory of lookup files, below the project directory.
const LOOKUPS: &str = "specs/lookups";
/// Directory of queries, below the project directory.
const QUERIES: &str = "specs/queries";
/// Where the project file is expected.
pub(super) const PROJECT_FILE: &str = "specs/project.yml";
/// Endings of copies that editors and people put aside, and of documentation.
const ASIDE: [&str; 8] = ["bak", "disabled", "md", "off", "old", "orig", "swp", "tmp"];
/// No hand-written spec comes near this size.
const MAX_BYTES: u64 = 1024 * 1024;

/// Files of a project, in the order of paths.
#[derive(Debug, Default)]
pub struct SpecFiles {
    pub(super) specs: Vec<FileId>,
    pub(super) lookups: BTreeMap<String, FileId>,
    pub(super) queries: BTreeMap<String, FileId>,
    /// What could not be read.
    pub(super) lost: Lost,
    /// Whether the project file may be among what could not be read, although nothing says so.
    pub(super) may_lack_project: bool,
}

/// Reads all specs and lookup files below `root` into `sources`.
pub fn find(world: &dyn World, root: &Path, sources: &mut SourceMap, diags: &mut Diagnostics) -> SpecFiles {
    let mut found = SpecFiles::default();
    let specs = root.join(SPECS);
    if !world.exists(&specs) {
        return found;
    }
    let listing = world.list(&specs);
    let mut unlisted = listing.faults.into_iter().peekable();
    let wanted: Vec<(PathBuf, String, Role)> = listing.files.into_iter().filter_map(|p| role(root, p)).collect();
    let read: Vec<_> = wanted.par_iter().map(|(path, _, _)| world.read(path, MAX_BYTES)).collect();
    for ((path, shown, role), bytes) in wanted.into_iter().zip(read) {
        while let Some(error) = unlisted.next_if(|error| error.path < path) {
            found.lack(&error, root, sources, diags);
        }
        if role == Role::Other {
            diags.extend(bytes.ok().and_then(|bytes| unread(bytes, shown, sources)));
            continue;
        }
        match (add(&shown, bytes, sources), role) {
            (Ok(file), Role::Spec) => found.specs.push(file),
            (Ok(file), Role::Lookup(name)) => drop(found.lookups.insert(name, file)),
            (Ok(file), Role::Query(name)) => drop(found.queries.insert(name, file)),
            (Err((fault, file)), Role::Spec) => {
                let lost = lost::of_text(sources.text(file));
                found.may_lack_project |= lost.iter().any(|spec| spec.kind.is_none());
                found.lost.specs.extend(lost);
                diags.push(*fault);
            }
            (_, Role::Other) => {}
            (Err((fault, _)), Role::Lookup(name)) => {
                found.lost.lookups.insert(Some(name));
                diags.push(*fault);
            }
            (Err((fault, _)), Role::Query(name)) => {
                found.lost.queries.insert(Some(name));
                diags.push(*fault);
            }
        }
    }
    for error in unlisted {
        found.lack(&error, root, sources, diags);
    }
    found
}

impl SpecFiles {
    /// Reports a directory that can't be listed.
    fn lack(&mut self, error: &WorldError, root: &Path, sources: &mut SourceMap, diags: &mut Diagnostics) {
        // What a link leads back to is found on the straight way.
        if error.fault != WorldFault::Loop {
            self.lost.specs.push(LostSpec { kind: None, name: None });
            self.lost.lookups.insert(None);
            self.lost.queries.insert(None);
            self.may_lack_project = true;
        }
        let shown = shown_path(root, &error.path);
        let fault = Diagnostic::error(codes::UNREADABLE_FILE, format!("cannot read `{shown}`: {}", error.fault));
        diags.push(fault.at(Span::new(sources.add(shown, ""), 0..0)));
    }
}

/// Whether a path is that of the project file, which a fault elsewhere must not be blamed on.
pub(super) fn is_project_file(path: &str) -> bool {
    path.eq_ignore_ascii_case(PROJECT_FILE) || path.eq_ignore_ascii_case("specs/project.yaml")
}

#[derive(PartialEq, Eq)]
enum Role {
    Spec,
    /// A lookup file, with its name.
    Lookup(String),
    /// A query, with the name of its file.
    Query(String),
    /// Nothing that is read.
    Other,
}

/// What a file is for, by its name; `None` for files that are none of our business. Letter case tells nothing: some systems
/// write names in capitals.
fn role(root: &Path, path: PathBuf) -> Option<(PathBuf, String, Role)> {
    let shown = shown_path(root, &path);
    let name = path.file_name()?.to_string_lossy().into_owned();
    if name.starts_with('.') || name.ends_with('~') {
        return None;
    }
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let below = |folder: &str| shown.strip_prefix(folder)?.strip_prefix('/').map(str::to_owned);
    let role = match ending.as_str() {
        "yml" | "yaml" => Role::Spec,
        "csv" => Role::Lookup(below(LOOKUPS)?),
        "sql" if let Some(name) = below(QUERIES) => Role::Query(name),
        ending if ASIDE.contains(&ending) => return None,
        _ => Role::Other,
    };
    Some((path, shown, role))
}

/// The warning of a file that begins like a spec and is not read.
fn unread(bytes: Vec<u8>, shown: String, sources: &mut SourceMap) -> Option<Diagnostic> {
    let text = String::from_utf8(bytes).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let is_content = |line: &&str| !line.trim().is_empty() && !line.starts_with(['#', '%']) && line.trim() != "---";
    let first = text.lines().find(is_content)?;
    // JSON is YAML, too.
    let (key, _) = first.trim_start_matches(['{', ' ', '"']).split_once(':')?;
    if SpecKind::ALL.iter().all(|kind| kind.key() != key.trim_end_matches(['"', ' '])) {
        return None;
    }
    let message = format!("`{shown}` looks like a spec but is not read");
    let start = text.find(first).unwrap_or(0);
    let place = Span::new(sources.add(shown, text), start..start + first.len());
    let hint =
        "rename it to end in `.yml` or `.yaml`; if it is not a spec, move it elsewhere or start its name with a dot";
    Some(Diagnostic::warning(codes::UNREAD_SPEC, message).at(place).hint(hint))
}

/// Adds the text of a file, or says why it has none that can be used.
fn add(
    shown: &str,
    bytes: Result<Vec<u8>, WorldError>,
    sources: &mut SourceMap,
) -> Result<FileId, (Box<Diagnostic>, FileId)> {
    let bytes = bytes.map_err(|error| {
        let (code, message) = match error.fault {
            WorldFault::TooLarge { size, limit } => (
                codes::FILE_TOO_LARGE,
                format!("`{shown}` is too large: {size} bytes, a spec may have at most {limit}"),
            ),
            fault => (codes::UNREADABLE_FILE, format!("cannot read `{shown}`: {fault}")),
        };
        let file = sources.add(shown, "");
        (Box::new(Diagnostic::error(code, message).at(Span::new(file, 0..0))), file)
    })?;
    match String::from_utf8(bytes) {
        // A byte-order mark is no text; without it, offsets count from what people see as the first character.
        Ok(text) => Ok(sources.add(shown, text.strip_prefix('\u{feff}').unwrap_or(&text))),
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            let byte = error.as_bytes().get(offset).copied().unwrap_or(0);
            let message = format!("`{shown}` is not UTF-8: byte 0x{byte:02X} at offset {offset}");
            // Up to the fault the lossy text has the same offsets, and there it shows U+FFFD.
            let file = sources.add(shown, String::from_utf8_lossy(error.as_bytes()));
            let place = Span::new(file, offset..offset + '\u{fffd}'.len_utf8());
            let fault = Diagnostic::error(codes::NOT_UTF8, message).at(place).hint("save the file as UTF-8");
            Err((Box::new(fault), file))
        }
    }
}

/// A path as people see it: below the project, with slashes.
fn shown_path(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    below.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
