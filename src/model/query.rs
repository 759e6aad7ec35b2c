//! The query that gives the rows of an entity.

use std::ops::Range;

use lakeflow::source::{FileId, Span};

use super::entity::EntityId;
use super::metric::MetricId;

/// A query over tables of the project, as somebody wrote it: comments and layout are theirs, so it is kept as text.
#[derive(Debug, Clone)]
pub struct TableQuery {
    /// One query, without a semicolon at its end.
    pub text: String,
    /// File that it stands in, relative to the project: an SQL file, or the spec.
    pub path: String,
    /// Where the text stands.
    pub place: TextPlace,
    /// Entities whose tables it reads, each once.
    pub entities: Vec<EntityId>,
    /// Metrics of which it reads tables, each once.
    pub metrics: Vec<MetricId>,
}

/// Where a text of several lines stands in a file in which each line may be indented.
#[derive(Debug, Clone)]
pub struct TextPlace {
    /// The file.
    pub file: FileId,
    /// Where each line begins: in the text, and in the file.
    pub lines: Vec<(usize, usize)>,
}

impl TextPlace {
    /// The place of a part of the text.
    pub fn of(&self, range: Range<usize>) -> Span {
        let place = |offset: usize| {
            let line = self.lines.iter().rev().find(|(begins, _)| *begins <= offset);
            line.map_or(offset, |(begins, at)| at + offset - begins)
        };
        Span::new(self.file, place(range.start)..place(range.end).max(place(range.start)))
    }
}
