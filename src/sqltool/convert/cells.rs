//! Cells of a notebook that contain no SQL: in a Spark pipeline they have to be separate files, if they are supported
//! at all.

use std::ops::Range;

use lakeflow::notebook::{Cell, CellKind, notebook};

use super::note::{ConversionNote, Loss};
use super::{Converted, ConvertedPart};

/// Adds the cells in other languages to what became of a notebook.
pub(super) fn leave_out(text: &str, converted: &mut Converted) {
    let Some(notebook) = notebook(text) else { return };
    for cell in notebook.cells.iter().filter(|cell| cell.kind == CellKind::Other) {
        let Some((language, range)) = contents(text, cell, notebook.mark) else { continue };
        let (loss, message) = match language {
            Some(magic) if magic.starts_with("md") => (Loss::Dropped, format!("a cell of `%{magic}` left out")),
            Some(magic) => (Loss::Unconverted, format!("a cell of `%{magic}` left out: it is not SQL")),
            None => (Loss::Unconverted, "a cell of code left out: it is not SQL".to_owned()),
        };
        if loss == Loss::Unconverted {
            converted.parts.push(ConvertedPart { range: range.clone(), sql: vec![] });
        }
        converted.notes.push(ConversionNote { range, loss, message });
    }
    converted.parts.sort_by_key(|part| part.range.start);
    converted.notes.sort_by_key(|note| note.range.start);
}

/// The word behind the `%` of a cell, and its bytes from the first that counts; `None` when all is comment.
fn contents<'t>(text: &'t str, cell: &Cell, mark: &str) -> Option<(Option<&'t str>, Range<usize>)> {
    let inside = text.get(cell.range.clone())?;
    let mut start = cell.range.start;
    for line in inside.split_inclusive('\n') {
        let language = match line.trim().strip_prefix(mark) {
            Some(comment) => comment.trim().strip_prefix("MAGIC").and_then(|magic| magic.trim().strip_prefix('%')),
            None if line.trim().is_empty() => None,
            None => return Some((None, start..cell.range.start + inside.trim_end().len())),
        };
        if let Some(language) = language {
            let word = language.split_whitespace().next().unwrap_or("");
            return Some((Some(word), start..cell.range.start + inside.trim_end().len()));
        }
        start += line.len();
    }
    None
}
