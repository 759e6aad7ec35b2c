//! Exported notebooks: which of their bytes are SQL.
//!
//! Databricks exports a notebook as a source file in its language: a first line that identifies it, lines that
//! separate the cells, and cells in other languages as comments. SQL is in the cells of a SQL notebook, and in the
//! comments after `%sql` in any notebook. Everything else is masked, byte by byte, so that the SQL keeps its lines and
//! columns.

use std::ops::Range;

/// How comments begin in SQL, in Python and R, in Scala.
const MARKS: &[&str] = &["--", "#", "//"];
/// A line between two cells of a SQL notebook.
const SEPARATOR: &str = "\n-- COMMAND ----------";
const HEADER: &str = "Databricks notebook source";
/// What a byte that is no SQL is covered with: one that stands in no text.
pub(super) const COVER: char = '\u{1}';

/// An exported notebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notebook {
    /// How a comment begins in its language.
    pub mark: &'static str,
    /// Its cells, in order.
    pub cells: Vec<Cell>,
}

/// A cell, from behind one separating line to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Bytes of the cell in the file.
    pub range: Range<usize>,
    /// What it holds.
    pub kind: CellKind,
    /// The SQL in it, a range a line, without line ends.
    pub lines: Vec<Range<usize>>,
}

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// SQL, in a SQL notebook.
    Plain,
    /// SQL in comments, behind `%sql`.
    Magic,
    /// Anything else.
    Other,
}

/// What a line of a notebook is.
enum NotebookLine<'a> {
    /// Ends a cell.
    Separator,
    /// `MAGIC` with what follows it.
    Magic(&'a str),
    /// The header, or the title of a cell.
    Apart,
    /// Nothing.
    Blank,
    Code,
}

/// The language of the notebook that a text is, by its comments; `None` when it is none.
///
/// SQL with lines between cells is one also when its first line was lost: nobody else writes such lines, and behind them a
/// statement begins without a `;` before.
pub fn mark(text: &str) -> Option<&'static str> {
    let first = without_mark(text).lines().next()?;
    let is_header = |mark: &str| first.strip_prefix(mark).is_some_and(|rest| rest.trim() == HEADER);
    let by_header = MARKS.iter().copied().find(|mark| is_header(mark));
    by_header.or_else(|| text.contains(SEPARATOR).then_some("--"))
}

/// Reads the cells of a notebook; `None` when `text` is none.
pub fn notebook(text: &str) -> Option<Notebook> {
    let mark = mark(text)?;
    let mut cells = vec![];
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        if let NotebookLine::Separator = read(line, at, mark) {
            cells.push(cell(text, start..at, mark));
            start = at + line.len();
        }
        at += line.len();
    }
    cells.push(cell(text, start..text.len(), mark));
    Some(Notebook { mark, cells })
}

/// The text with all covered that is no SQL, line ends excepted, and a `;` between two cells; `None` for other texts.
pub(super) fn covered(text: &str) -> Option<String> {
    let Notebook { cells, .. } = notebook(text)?;
    let cover = |byte: u8| if matches!(byte, b'\n' | b'\r') { char::from(byte) } else { COVER };
    let mut out = String::with_capacity(text.len());
    for (index, cell) in cells.iter().enumerate() {
        let end = cells.get(index + 1).map_or(text.len(), |next| next.range.start);
        for line in &cell.lines {
            out.extend(text.as_bytes().get(out.len()..line.start).unwrap_or(&[]).iter().copied().map(cover));
            out.push_str(text.get(line.clone()).unwrap_or(""));
        }
        out.extend(text.as_bytes().get(out.len()..cell.range.end).unwrap_or(&[]).iter().copied().map(cover));
        if end > out.len() {
            out.push(';');
        }
        out.extend(text.as_bytes().get(out.len()..end).unwrap_or(&[]).iter().copied().map(cover));
    }
    Some(out)
}

/// Reads the line that begins at byte `at`.
fn read<'a>(line: &'a str, at: usize, mark: &str) -> NotebookLine<'a> {
    let line = if at == 0 { without_mark(line) } else { line }.trim_end_matches(['\n', '\r']);
    let Some(inner) = line.strip_prefix(mark) else {
        return if line.trim().is_empty() { NotebookLine::Blank } else { NotebookLine::Code };
    };
    let inner = if mark == "--" { inner.trim_start_matches('-') } else { inner };
    let said = inner.trim_start();
    let behind = |word: &str| said.strip_prefix(word).filter(|rest| !rest.starts_with(is_name_part));
    if said.trim_end().strip_suffix("----------").is_some_and(|before| before.trim() == "COMMAND") {
        return NotebookLine::Separator;
    }
    match behind("MAGIC") {
        Some(rest) => NotebookLine::Magic(rest.strip_prefix(' ').unwrap_or(rest)),
        None if behind("DBTITLE").is_some() || said.trim_end() == HEADER => NotebookLine::Apart,
        None => NotebookLine::Code,
    }
}

/// A text without the byte-order mark that it may begin with.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn is_name_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What follows `%sql`.
fn behind_sql(magic: &str) -> Option<&str> {
    magic.trim_start().strip_prefix("%sql").filter(|rest| !rest.starts_with(is_name_part))
}

fn cell(text: &str, range: Range<usize>, mark: &str) -> Cell {
    let mut kind = None;
    let (mut lines, mut at) = (vec![], range.start);
    for line in text.get(range.clone()).unwrap_or("").split_inclusive('\n') {
        let read = read(line, at, mark);
        kind = kind.or(match read {
            NotebookLine::Magic(magic) if behind_sql(magic).is_some() => Some(CellKind::Magic),
            NotebookLine::Magic(_) => Some(CellKind::Other),
            NotebookLine::Code if mark == "--" => Some(CellKind::Plain),
            NotebookLine::Code => Some(CellKind::Other),
            _ => None,
        });
        let end = at + line.trim_end_matches(['\n', '\r']).len();
        match (kind, read) {
            (Some(CellKind::Plain), NotebookLine::Code) => lines.push(at..end),
            (Some(CellKind::Magic), NotebookLine::Magic(magic)) => {
                let sql = if lines.is_empty() { behind_sql(magic).unwrap_or(magic) } else { magic };
                lines.push(end - sql.len()..end);
            }
            _ => {}
        }
        at += line.len();
    }
    Cell { range, kind: kind.unwrap_or(CellKind::Other), lines }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PYTHON: &str = "# Databricks notebook source\nx = 'ä'\n\n# COMMAND ----------\n\n# DBTITLE 1,Orders\n# MAGIC %sql SELECT 1;\n# MAGIC\n# MAGIC   SELECT 'a\n# MAGIC  b'\n\n# COMMAND ----------\n\n# MAGIC %md\n# MAGIC SELECT\n";

    #[test]
    fn sql_is_what_stands_in_cells_of_sql() {
        let notebook = notebook(PYTHON).unwrap();
        let kinds: Vec<CellKind> = notebook.cells.iter().map(|cell| cell.kind).collect();
        assert_eq!(kinds, [CellKind::Other, CellKind::Magic, CellKind::Other]);
        let lines: Vec<&str> = notebook.cells[1].lines.iter().map(|line| &PYTHON[line.clone()]).collect();
        assert_eq!(lines, [" SELECT 1;", "", "  SELECT 'a", " b'"]);
        assert_eq!(super::notebook("SELECT 1\n# Databricks notebook source"), None);
    }

    #[test]
    fn lines_between_cells_are_enough() {
        let text = "SELECT 1\n\n-- COMMAND ----------\n\nSELECT 2\n";
        let cells = notebook(text).map(|notebook| notebook.cells.iter().map(|cell| cell.kind).collect::<Vec<_>>());
        assert_eq!(cells, Some(vec![CellKind::Plain, CellKind::Plain]));
        assert_eq!(notebook("SELECT 1 -- COMMAND ----------\n"), None);
    }

    #[test]
    fn only_the_file_begins_with_a_byte_order_mark() {
        let text = "\u{feff}# Databricks notebook source\n# MAGIC %sql SELECT 1\n\u{feff}# COMMAND ----------\n";
        assert_eq!(notebook(text).map(|notebook| notebook.cells.len()), Some(1));
        assert_eq!(notebook(&text.replace("\n\u{feff}", "\n")).map(|notebook| notebook.cells.len()), Some(2));
    }

    #[test]
    fn what_is_covered_keeps_its_place() {
        let covered = covered(PYTHON).unwrap();
        assert_eq!(covered.len(), PYTHON.len());
        assert_eq!(covered.matches('\n').count(), PYTHON.matches('\n').count());
        assert_eq!(covered.find("SELECT 1"), PYTHON.find("SELECT 1"));
        assert_eq!(covered.replace([COVER, '\n'], ""), "; SELECT 1;  SELECT 'a b';");
    }
}
