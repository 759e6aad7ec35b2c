//! Where delivered files belong: below the landing directory of a target, by the patterns of the entities.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Compilation;
use crate::model::{EntitySource, Target, TargetId};
use crate::sample::Readers;

/// A file and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedFile {
    /// The file on this machine.
    pub file: PathBuf,
    /// Its path in the volume.
    pub path: String,
    /// The entities that read it.
    pub entities: Vec<String>,
}

/// Why a file has no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UploadPlaceError {
    /// The specs are at fault.
    #[error("the specs have errors")]
    Faulty,
    /// Files do not arrive in a volume.
    #[error("files of target `{0}` arrive in `{1}`, which is not a volume: upload them with the tools of that storage")]
    NoVolume(String, String),
    /// No entity reads such a file.
    #[error("no entity reads `{}`: known patterns are {}", .0.display(), .1.join(", "))]
    Unread(PathBuf, Vec<String>),
    /// More than one place would do.
    #[error("`{}` is ambiguous, it could be {}: include the directory in its name", .0.display(), .1.join(" or "))]
    Ambiguous(PathBuf, Vec<String>),
    /// Two files would be one.
    #[error("two of the files would be uploaded as `{0}`")]
    Twice(String),
}

/// The places of files, in the order in which they are given.
///
/// # Errors
/// When one has no place, or more than one.
pub fn places(
    compilation: &Compilation,
    target: TargetId,
    files: &[PathBuf],
) -> Result<Vec<PlacedFile>, UploadPlaceError> {
    let project = compilation.project.as_ref().ok_or(UploadPlaceError::Faulty)?;
    let target = project.targets.get(target.0).ok_or(UploadPlaceError::Faulty)?;
    let landing = landing(target)?;
    let readers = Readers::of(project);
    let patterns = project.entities.iter().filter_map(|entity| match &entity.source {
        // What is read from elsewhere does not arrive here.
        EntitySource::Files(files) if !files.files.starts_with('/') && !files.files.contains(':') => {
            Some(files.files.as_str())
        }
        _ => None,
    });
    let patterns: BTreeSet<&str> = patterns.collect();
    let (mut placed, mut taken) = (vec![], BTreeSet::new());
    for file in files {
        let names: BTreeSet<String> = candidates(file, &patterns);
        let read: Vec<&String> = names.iter().filter(|name| !readers.of_file(name).is_empty()).collect();
        let name = match read.as_slice() {
            [name] => *name,
            [] => {
                let patterns = patterns.iter().map(|pattern| format!("`{pattern}`")).collect();
                return Err(UploadPlaceError::Unread(file.clone(), patterns));
            }
            several => {
                let names = several.iter().map(|name| format!("`{name}`")).collect();
                return Err(UploadPlaceError::Ambiguous(file.clone(), names));
            }
        };
        let entities = readers.of_file(name).into_iter().map(|id| project.entity(id).name.clone()).collect();
        let path = format!("{landing}/{name}");
        if !taken.insert(path.clone()) {
            return Err(UploadPlaceError::Twice(path));
        }
        placed.push(PlacedFile { file: file.clone(), path, entities });
    }
    Ok(placed)
}

/// The landing directory of a target, where that is a volume.
fn landing(target: &Target) -> Result<&str, UploadPlaceError> {
    let landing = target.landing.trim_end_matches('/');
    match landing.strip_prefix("/Volumes/") {
        Some(rest) if rest.split('/').count() >= 3 => Ok(landing),
        _ => Err(UploadPlaceError::NoVolume(target.name.clone(), target.landing.clone())),
    }
}

/// What a file could be called below the landing directory: by its name, by what a pattern says of the directory, and by the
/// directories that it is given with, where a pattern leaves these open.
fn candidates(file: &Path, patterns: &BTreeSet<&str>) -> BTreeSet<String> {
    let parts: Vec<String> = file
        .components()
        .filter_map(|part| match part {
            std::path::Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
            _ => None,
        })
        .collect();
    // Names that begin so are never data (lakeflow-sql.md, "Reading files").
    let Some(name) = parts.last().filter(|name| !name.starts_with(['_', '.'])) else { return BTreeSet::new() };
    let mut names = BTreeSet::new();
    for pattern in patterns {
        let directory = pattern.rsplit_once('/').map_or("", |(directory, _)| directory);
        if directory.is_empty() {
            names.insert(name.clone());
        } else if !directory.contains(['*', '?', '[', '{']) {
            names.insert(format!("{directory}/{name}"));
        } else {
            let deep = (2..=parts.len()).filter_map(|count| parts.get(parts.len() - count..));
            names.extend(deep.map(|parts| parts.join("/")));
        }
    }
    names
}
