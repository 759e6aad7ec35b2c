//! Notebooks: each SQL cell is formatted as a separate text, everything else is kept byte for byte.

use std::ops::Range;

use super::{Formatted, has_carriage_returns, statements, with_carriage_returns};
use crate::ParseFault;
use crate::notebook::{Cell, CellKind, notebook};

/// A cell in its layout: what stands in its place, and what of it was left as written.
type InPlace = (Range<usize>, Formatted);

/// Formats the cells of a notebook; `None` for other texts.
pub fn format(text: &str) -> Option<Formatted> {
    let notebook = notebook(text)?;
    let (mut out, mut end) = (String::with_capacity(text.len()), 0);
    let mut as_written = vec![];
    for cell in &notebook.cells {
        let (range, formatted) = match cell.kind {
            CellKind::Plain => plain(text, cell),
            CellKind::Magic => magic(text, cell, notebook.mark),
            CellKind::Other => continue,
        };
        out.push_str(text.get(end..range.start).unwrap_or(""));
        out.push_str(&formatted.text);
        end = range.end;
        as_written.extend(formatted.as_written);
    }
    let rest = text.get(end..).unwrap_or("");
    let ends_in_sql = notebook.cells.last().is_some_and(|cell| cell.kind != CellKind::Other);
    out.push_str(match rest.contains('\n') || !ends_in_sql {
        true => rest,
        false if has_carriage_returns(text) => "\r\n",
        false => "\n",
    });
    if let Some(plain) = out.strip_prefix('\u{feff}') {
        out = plain.to_owned();
    }
    Some(Formatted { text: out, as_written, is_foreign: false })
}

/// A cell of a SQL notebook, from its first line of SQL to its last; the lines before them name and title it.
fn plain(text: &str, cell: &Cell) -> InPlace {
    let start = cell.lines.first().map_or(cell.range.end, |line| line.start);
    let inside = text.get(start..cell.range.end).unwrap_or("");
    // Blanks behind the last word go with it.
    let (sql, behind) = inside.split_at(inside.trim_end().len());
    let blanks = behind.len() - behind.trim_start_matches([' ', '\t']).len();
    let range = start..start + sql.len() + blanks;
    let moved = |range: Range<usize>| range.start + start..range.end + start;
    let mut formatted = in_place(sql, moved);
    if has_carriage_returns(text) {
        formatted.text = with_carriage_returns(&formatted.text);
    }
    (range, formatted)
}

/// A cell of SQL in comments, from behind `%sql` on.
fn magic(text: &str, cell: &Cell, mark: &str) -> InPlace {
    let range = cell.lines.first().map_or(0, |line| line.start)..cell.lines.last().map_or(0, |line| line.end);
    // Lines are joined by `\n`, and what a string over several lines holds must not depend on that.
    let inside = text.get(range.clone()).unwrap_or("");
    let (ends, returns) = (inside.matches('\n').count(), inside.matches("\r\n").count());
    if 0 < returns && returns < ends {
        let left = ParseFault::new(range.clone(), "left as written: it mixes two kinds of line ends");
        let formatted = Formatted { text: inside.to_owned(), as_written: vec![left], is_foreign: false };
        return (range, formatted);
    }
    let has_returns = if ends > 0 { returns > 0 } else { has_carriage_returns(text) };
    let slice = |line: &Range<usize>| text.get(line.clone()).unwrap_or("");
    let sql = cell.lines.iter().map(slice).collect::<Vec<_>>().join("\n");
    // Where each line begins, in the cell and in the notebook.
    let mut starts: Vec<(usize, usize)> = vec![];
    for line in &cell.lines {
        let before = starts.last().zip(cell.lines.get(starts.len().wrapping_sub(1)));
        starts.push((before.map_or(0, |((start, _), line)| start + line.len() + 1), line.start));
    }
    let place = |offset: usize| {
        let at = starts.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
        starts.get(at).map_or(offset, |(start, line)| line + (offset - start))
    };
    let mut formatted = in_place(&sql, |range| place(range.start)..place(range.end));
    let is_one_line = !formatted.text.contains('\n');
    let on_first_line = is_one_line && cell.lines.first().is_some_and(|line| !slice(line).trim().is_empty());
    let mut lines = String::new();
    for (index, line) in formatted.text.lines().enumerate() {
        if index > 0 || !on_first_line {
            lines.extend(["\n", mark, " MAGIC"]);
        }
        if !line.is_empty() {
            lines.extend([" ", line]);
        }
    }
    if has_returns {
        lines = lines.replace('\n', "\r\n");
    }
    formatted.text = lines;
    (range, formatted)
}

/// Formats the SQL of a cell, without a line end behind it; places are `moved` to the notebook.
fn in_place(sql: &str, moved: impl Fn(Range<usize>) -> Range<usize>) -> Formatted {
    let mut formatted = statements(sql);
    formatted.text.truncate(formatted.text.trim_end().len());
    let as_written = formatted.as_written.into_iter();
    formatted.as_written = as_written.map(|fault| ParseFault { range: moved(fault.range.clone()), ..fault }).collect();
    formatted
}
