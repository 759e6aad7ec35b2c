//! Files by id, spans as byte ranges, lines and columns only on demand.
//!
//! Passes only keep [`Span`]s; [`SourceMap`] turns a span into a path, a line and a column when a diagnostic is
//! rendered. Nothing here reads the disk.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

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
    /// As read, with line ends and byte-order mark; all places are bytes in it.
    pub text: Arc<str>,
    /// Found when the first place in the file is drawn.
    lines: OnceLock<LineStarts>,
}

/// What is needed to count lines and columns.
#[derive(Debug, Clone)]
struct LineStarts {
    /// Where each line starts.
    starts: Vec<usize>,
    /// How many characters begin before each stretch of [`STRETCH`] bytes: a line may be as long as the file.
    characters: Vec<usize>,
}

impl Source {
    /// The line that holds a byte offset, from 0, and the offset at which it starts.
    fn line(&self, offset: usize) -> (usize, usize) {
        let starts = &self.lines().starts;
        let index = starts.partition_point(|start| *start <= offset).saturating_sub(1);
        (index, starts.get(index).copied().unwrap_or(0))
    }

    fn lines(&self) -> &LineStarts {
        self.lines.get_or_init(|| {
            let after_breaks = self.text.match_indices('\n').map(|(i, _)| i + 1);
            let stretches = self.text.as_bytes().chunks(STRETCH).scan(0, |sum, stretch| {
                let before = *sum;
                *sum += begins(stretch);
                Some(before)
            });
            LineStarts { starts: std::iter::once(0).chain(after_breaks).collect(), characters: stretches.collect() }
        })
    }

    /// Characters between two bytes; a byte-order mark at the begin of the file is none.
    fn characters(&self, range: Range<usize>) -> usize {
        let is_marked = range.start == 0 && range.end > 0 && self.text.starts_with('\u{feff}');
        let count = self.characters_before(range.end).saturating_sub(self.characters_before(range.start));
        count - usize::from(is_marked)
    }

    /// Characters that begin before a byte offset.
    fn characters_before(&self, offset: usize) -> usize {
        let stretch = offset / STRETCH;
        match self.lines().characters.get(stretch) {
            Some(before) => before + begins(self.text.as_bytes().get(stretch * STRETCH..offset).unwrap_or(&[])),
            // The end of a text whose last stretch is full.
            None => stretch.checked_sub(1).map_or(0, |last| {
                let before = self.lines().characters.get(last).copied().unwrap_or(0);
                before + begins(self.text.as_bytes().get(last * STRETCH..).unwrap_or(&[]))
            }),
        }
    }
}

/// Bytes whose characters are counted at once.
const STRETCH: usize = 4096;

/// How many characters begin in these bytes of UTF-8.
fn begins(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
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
    /// Files that are another one once more, by that file and a number.
    views: BTreeMap<(FileId, usize), FileId>,
    /// Of each of these: the file, and what it is seen for.
    viewed: BTreeMap<FileId, (FileId, Span)>,
}

impl SourceMap {
    /// Adds a file and returns its id.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(Source { path: path.into(), text: text.into(), lines: OnceLock::new() });
        id
    }

    /// A file once more, under an id of its own: as it is seen for number `index` of several things that are made from it,
    /// which stands at `cause`. The same number gives the same id.
    pub fn view(&mut self, of: FileId, index: usize, cause: Span) -> FileId {
        if let Some(id) = self.views.get(&(of, index)) {
            return *id;
        }
        let (path, text) = self.get(of).map_or_else(Default::default, |s| (s.path.clone(), Arc::clone(&s.text)));
        let id = self.add(path, text);
        self.views.insert((of, index), id);
        self.viewed.insert(id, (of, cause));
        id
    }

    /// Which file an id is a view of, and what it is seen for; `None` for a file itself.
    pub fn viewed(&self, id: FileId) -> Option<(FileId, Span)> {
        self.viewed.get(&id).copied()
    }

    /// How many views of a file there are.
    pub fn views(&self, of: FileId) -> usize {
        self.views.range((of, 0)..=(of, usize::MAX)).count()
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

    /// Line and column of a byte offset; an offset past the end counts as the end.
    pub fn line_column(&self, file: FileId, offset: usize) -> LineColumn {
        let Some(source) = self.get(file) else { return LineColumn { line: 1, column: 1 } };
        let offset = source.text.floor_char_boundary(offset);
        let (line, start) = source.line(offset);
        LineColumn { line: line + 1, column: source.characters(start..offset) + 1 }
    }

    /// The offset at which the line of a byte offset starts.
    pub fn line_start(&self, file: FileId, offset: usize) -> usize {
        self.get(file).map_or(0, |source| source.line(offset).1)
    }

    /// Files with their ids, in order.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files.iter().enumerate().map(|(i, s)| (FileId(i as u32), s))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_lines_and_characters_from_one() {
        let mut sources = SourceMap::default();
        let file = sources.add("a", "é1\n\n  x");
        let place = |offset| {
            let LineColumn { line, column } = sources.line_column(file, offset);
            (line, column)
        };
        // The second byte of a character counts as its first; what lies beyond the end counts as the end.
        let expected = [(0, (1, 1)), (1, (1, 1)), (2, (1, 2)), (3, (1, 3)), (4, (2, 1)), (7, (3, 3)), (99, (3, 4))];
        for (offset, place_of_it) in expected {
            assert_eq!(place(offset), place_of_it, "offset {offset}");
        }
        assert_eq!(sources.line_start(file, 7), 5);
    }
}
