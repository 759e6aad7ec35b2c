//! The record of what builds have granted, on the disk: next to the output directory, not in it, so that removing the
//! output and building it again does not lose it.

use std::path::{Path, PathBuf};

use lakeflow::diag::{Diagnostic, Diagnostics};
use lakeflow::source::{SourceMap, Span};

use crate::codes;
use crate::plan::record::Record;
use crate::world::{World, WorldFault};

/// A record larger than this was never written by `gen`.
const MAX_RECORD: u64 = 256 << 20;

/// What the name of the output directory is followed by.
const ENDING: &str = ".granted.jsonl";

/// The record that belongs to an output directory.
pub fn record_path(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(ENDING);
    out.with_file_name(name)
}

/// Its name, for messages.
pub fn record_name(out: &Path) -> String {
    record_path(out).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn has_directory(world: &dyn World, out: &Path) -> bool {
    out.parent().is_none_or(|above| above.as_os_str().is_empty() || world.is_dir(above))
}

/// Reads the record; it is empty when there is none. A line that is no entry is a fault (E0904): what it stands for would
/// not be taken away.
pub fn read_record(world: &dyn World, out: &Path, sources: &mut SourceMap, diagnostics: &mut Diagnostics) -> Record {
    let name = record_name(out);
    if world.is_link(&record_path(out)) {
        let message = format!("`{name}` is a symbolic link");
        let hint = "`gen` would write the record to where it points: remove the link";
        diagnostics.push(Diagnostic::error(codes::BAD_RECORD, message).hint(hint));
        return Record::default();
    }
    let bytes = match world.read(&record_path(out), MAX_RECORD) {
        Ok(bytes) => bytes,
        // Where there is no directory, there is none; that nothing can be written there is told later.
        Err(error) if error.fault == WorldFault::NotFound || !has_directory(world, out) => return Record::default(),
        Err(error) => {
            diagnostics.push(Diagnostic::error(codes::BAD_RECORD, format!("`{name}`: {}", error.fault)));
            return Record::default();
        }
    };
    let text = String::from_utf8_lossy(&bytes);
    Record::parse(&text).unwrap_or_else(|(index, fault)| {
        let start: usize = text.split_inclusive('\n').take(index).map(str::len).sum();
        let end = text.get(start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| start + length);
        let file = sources.add(name.clone(), text.clone().into_owned());
        let hint = "restore the record from version control; in a merge conflict, keep the lines of both sides";
        let message = format!("invalid line in `{name}`: {fault}");
        diagnostics.push(Diagnostic::error(codes::BAD_RECORD, message).at(Span::new(file, start..end)).hint(hint));
        Record::default()
    })
}
