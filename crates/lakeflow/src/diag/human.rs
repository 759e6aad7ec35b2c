//! Diagnostics for people: the offending line, carets under the word, related places, remedies.
//!
//! This module only renders. No content of a file can break the output: control characters are shown as symbols, long
//! lines are cut to the given width around the caret, and a span beyond the end of its file is moved back into it.

use std::cell::Cell;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str};

use crate::source::{FileId, SourceMap, Span};

use super::{Diagnostic, Severity};

/// How to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether to colour with ANSI escapes.
    pub color: bool,
    /// Width of the terminal in columns.
    pub width: usize,
}

/// Draws all diagnostics, an empty line between two.
pub fn render(diagnostics: &[Diagnostic], sources: &SourceMap, style: Style) -> String {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(style.width.max(MIN_WIDTH));
    let left = Cell::new(DRAWN);
    let drawn = diagnostics.iter().map(|d| renderer.render(&[group(d, sources, &left)]) + "\n");
    drawn.collect::<Vec<_>>().join("\n")
}

/// Bytes of lines that are looked at for all pictures together; behind them places are told without their lines. A text may be
/// one line, with a finding in every word of it.
const DRAWN: usize = 8 << 20;

/// Below this, more of a line is lost than shown.
const MIN_WIDTH: usize = 40;

fn group<'a>(diagnostic: &'a Diagnostic, sources: &'a SourceMap, left: &Cell<usize>) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(&*diagnostic.message).id(diagnostic.code.number()));
    for (file, marks) in by_file(diagnostic) {
        let affordable = |(shown, ..): &(&str, usize, usize)| {
            let rest = left.get().checked_sub(shown.len());
            left.set(rest.unwrap_or(0));
            rest.is_some()
        };
        group = match window(sources, file, &marks).filter(affordable) {
            Some((shown, first_line, start)) => {
                let mut snippet = Snippet::source(shown).path(sources.path(file)).line_start(first_line);
                for mark in marks {
                    let range = clip(shown, mark.span, start);
                    let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
                    let label = Some(mark.text).filter(|text| !text.is_empty()).map(normalize_untrusted_str);
                    snippet = snippet.annotation(kind.span(range).label(label));
                }
                group.element(snippet)
            }
            None => {
                let place = marks.first().map(|mark| sources.line_column(file, mark.span.range().start));
                let origin = Origin::path(sources.path(file));
                group.element(match place.filter(|_| !sources.text(file).is_empty()) {
                    Some(place) => origin.line(place.line).char_column(place.column),
                    None => origin,
                })
            }
        };
    }
    let hints = diagnostic.hints.iter().map(|hint| Level::HELP.message(normalize_untrusted_str(hint)));
    group.elements(hints)
}

#[derive(Clone, Copy)]
struct Mark<'a> {
    span: Span,
    text: &'a str,
    primary: bool,
}

/// Marks of one file that lie further apart are drawn apart: all lines between them would be looked at.
const NEAR: u32 = 20_000;

/// The marks of each file; the file of the fault comes first.
fn by_file(diagnostic: &Diagnostic) -> Vec<(FileId, Vec<Mark<'_>>)> {
    let primary = diagnostic.primary.iter().map(|label| (label, true));
    let mut files: Vec<(FileId, Vec<Mark<'_>>)> = vec![];
    for (label, primary) in primary.chain(diagnostic.related.iter().map(|label| (label, false))) {
        let mark = Mark { span: label.span, text: &label.text, primary };
        let is_near = |other: &Mark<'_>| other.span.start.abs_diff(label.span.start) < NEAR;
        match files.iter_mut().find(|(file, marks)| *file == label.span.file && marks.iter().any(is_near)) {
            Some((_, marks)) => marks.push(mark),
            None => files.push((label.span.file, vec![mark])),
        }
    }
    files
}

/// The lines of `file` that hold all marks, the number of the first, and its offset; `None` for an empty file.
fn window<'a>(sources: &'a SourceMap, file: FileId, marks: &[Mark<'_>]) -> Option<(&'a str, usize, usize)> {
    let text = sources.text(file);
    let lowest = marks.iter().map(|m| m.span.range().start).min()?.min(text.len());
    let highest = marks.iter().map(|m| m.span.range().start).max()?.min(text.len());
    let start = sources.line_start(file, lowest);
    let highest = text.floor_char_boundary(highest);
    let end = text[highest..].find('\n').map_or(text.len(), |i| highest + i);
    (!text.is_empty()).then(|| (&text[start..end], sources.line_column(file, start).line, start))
}

/// A span as a range of `shown`, which starts at offset `start` of its file: on one line, on character boundaries.
fn clip(shown: &str, span: Span, start: usize) -> Range<usize> {
    let range = span.range();
    let first = shown.floor_char_boundary(range.start.saturating_sub(start).min(shown.len()));
    let line_end = shown[first..].find('\n').map_or(shown.len(), |i| first + i);
    let last = shown.floor_char_boundary(range.end.saturating_sub(start).clamp(first, line_end));
    first..last
}
