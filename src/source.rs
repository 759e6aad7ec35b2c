//! Files by id, spans as byte ranges, lines and columns only on demand.
//!
//! A [`Span`] is all that a pass keeps of a place; [`SourceMap`] turns it into a path, a line and a column when a
//! diagnostic is drawn. Nothing here reads the disk.

use std::ops::Range;
use std::sync::Arc;

/// Identifies one file of a [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A byte range (`start..end`, end excluded) in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file the range lies in.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span of `range` in `file`; ranges past 4 GiB are clamped (no file that large is ever loaded).
    pub fn new(file: FileId, range: Range<usize>) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span { file, start: clamp(range.start), end: clamp(range.end) }
    }

    /// The bytes covered, as a range for slicing.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// One file: its path as shown to people (relative to the project, `/`-separated) and its text.
#[derive(Debug, Clone)]
pub struct Source {
    /// Path as it is shown in diagnostics.
    pub path: String,
    /// The whole text.
    pub text: Arc<str>,
}

/// A place as people count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// All files of one run, in the order in which they were added.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    files: Vec<Source>,
}

impl SourceMap {
    /// Adds a file and returns its id.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(Source { path: path.into(), text: text.into() });
        id
    }

    /// The file behind `id`, or `None` for an id of another map.
    pub fn get(&self, id: FileId) -> Option<&Source> {
        self.files.get(id.0 as usize)
    }

    /// The path shown for `id`; `?` for an id of another map.
    pub fn path(&self, id: FileId) -> &str {
        self.get(id).map_or("?", |s| s.path.as_str())
    }

    /// The text of `id`; empty for an id of another map.
    pub fn text(&self, id: FileId) -> &str {
        self.get(id).map_or("", |s| &s.text)
    }

    /// The text under `span`; empty when it does not lie on character boundaries of its file.
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.file).get(span.range()).unwrap_or("")
    }

    /// Line and column of a byte offset.
    pub fn line_column(&self, file: FileId, offset: usize) -> LineColumn {
        line_column(self.text(file), offset)
    }

    /// Files with their ids, in order.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files.iter().enumerate().map(|(i, s)| (FileId(i as u32), s))
    }
}

/// Line and column of a byte offset in `text`; an offset past the end counts as the end.
pub fn line_column(text: &str, offset: usize) -> LineColumn {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    LineColumn { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
}
