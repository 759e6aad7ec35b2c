//! The context for rewriting a statement: its text, its positions, the project, and the report.

use std::collections::BTreeSet;
use std::ops::Range;

use lakeflow::ast::Statement;
use lakeflow::{Tokens, range_of, tokens};
use sqlparser::ast::{Ident, ObjectName, ObjectNamePart, VisitMut};
use sqlparser::tokenizer::{Span, Token};

use super::body::laid_out;
use super::names::{leave_live, parts};
use super::note::{ConversionNote, Loss};
use super::places::TokenPlaces;
use super::project::SqlProject;
use super::settings::Filled;
use super::{Converted, ConvertedPart, Settings, query};

/// The state of one file's conversion.
pub(super) struct ConversionScope<'a> {
    filled: &'a Filled,
    tokens: Tokens,
    statement: Range<usize>,
    /// What the caller gives for `${key}` and `:key`.
    settings: &'a Settings,
    /// What of it was put somewhere.
    used: BTreeSet<String>,
    /// What is known of all files.
    pub(super) project: &'a mut SqlProject,
    /// Parts of the current namespace: of `USE CATALOG`, of `USE SCHEMA`.
    pub(super) catalog: Option<Ident>,
    pub(super) schema: Vec<Ident>,
    /// The text of the query of the statement at hand, once it is rewritten.
    pub(super) body: Option<String>,
    /// Bytes of the query, if it goes on as it was written.
    pub(super) kept: Option<Range<usize>>,
    /// What is being defined: the name for what is read beside it.
    pub(super) dataset: Vec<Ident>,
    setup: Vec<String>,
    notes: Vec<ConversionNote>,
    /// Whether the statement at hand can't be converted.
    failed: bool,
    /// How many notes and tables there were before it.
    before: (usize, usize),
}

impl<'a> ConversionScope<'a> {
    pub(super) fn new(filled: &'a Filled, settings: &'a Settings, project: &'a mut SqlProject) -> Self {
        ConversionScope {
            filled,
            tokens: tokens(&filled.text),
            statement: 0..0,
            settings,
            used: filled.used.clone(),
            project,
            catalog: None,
            schema: vec![],
            body: None,
            kept: None,
            dataset: vec![],
            setup: vec![],
            notes: vec![],
            failed: false,
            before: (0, 0),
        }
    }

    /// Turns to the next statement.
    pub(super) fn begin(&mut self, statement: Range<usize>) {
        self.statement = statement;
        self.failed = false;
        self.before = (self.notes.len(), self.setup.len());
        self.dataset.clear();
        (self.body, self.kept) = (None, None);
    }

    /// Whether something of this statement can't be converted; then only why not is worth a note, and nothing is set up.
    pub(super) fn gives_up(&mut self) -> bool {
        if self.failed {
            let (notes, setup) = self.before;
            let new = self.notes.split_off(notes.min(self.notes.len()));
            self.notes.extend(new.into_iter().filter(|note| note.loss == Loss::Unconverted));
            self.setup.truncate(setup);
        }
        self.failed
    }

    /// The file, with its report in order of place.
    pub(super) fn into_file(mut self, parts: Vec<ConvertedPart>) -> Converted {
        self.notes.sort_by_key(|note| (note.range.start, note.loss));
        self.notes.dedup();
        Converted { parts, setup: self.setup, notes: self.notes, used: self.used }
    }

    /// What the caller gives for a key.
    pub(super) fn setting(&mut self, key: &str) -> Option<&'a str> {
        let (key, value) = self.settings.get_key_value(key)?;
        self.used.insert(key.clone());
        Some(value)
    }

    /// Why keys of the statement can't be filled in, and where.
    pub(super) fn missing_keys(&self) -> Vec<(String, Range<usize>)> {
        among(&self.filled.missing, &self.statement, |(_, at)| at.start).to_vec()
    }

    /// How many comments stand inside of the statement, but not among the bytes that are kept; and where the first does.
    pub(super) fn lost_comments(&self, kept: Option<Range<usize>>) -> (usize, Option<Range<usize>>) {
        let end = kept.map_or(self.statement.end, |kept| kept.start);
        let lost = among(&self.tokens.comments, &(self.statement.start..end), |at| at.start);
        (lost.len(), lost.first().cloned())
    }

    /// The text with its keys filled in.
    pub(super) fn text(&self) -> &'a str {
        &self.filled.text
    }

    /// The tokens among these bytes.
    pub(super) fn pieces(&self, range: &Range<usize>) -> impl Iterator<Item = &Token> {
        among(&self.tokens.pieces, range, |piece| piece.range.start).iter().map(|piece| &piece.token)
    }

    pub(super) fn places(&self) -> TokenPlaces<'_> {
        TokenPlaces::new(&self.tokens.pieces, self.statement.clone())
    }

    /// The original bytes of a statement, for what becomes of it.
    pub(super) fn original(&self, range: &Range<usize>) -> Range<usize> {
        self.filled.original(range)
    }

    /// Notes the loss of a clause that begins with these words.
    pub(super) fn note(&mut self, words: &str, loss: Loss, message: impl Into<String>) {
        self.note_at(self.places().clause(words), loss, message);
    }

    /// Notes a loss at these bytes.
    pub(super) fn note_at(&mut self, range: Range<usize>, loss: Loss, message: impl Into<String>) {
        self.failed |= loss == Loss::Unconverted;
        self.notes.push(ConversionNote { range: self.filled.original(&range), loss, message: message.into() });
    }

    /// The bytes of a name.
    pub(super) fn ident(&self, ident: &Ident) -> Range<usize> {
        self.span(ident.span)
    }

    /// The bytes of a dotted name, or of its first part.
    pub(super) fn name(&self, name: &ObjectName) -> Range<usize> {
        parts(name).first().map_or_else(|| self.places().statement(), |first| self.ident(first))
    }

    /// The bytes of a node; the statement for one without a place.
    pub(super) fn span(&self, span: Span) -> Range<usize> {
        range_of(&self.filled.text, span).unwrap_or_else(|| self.statement.clone())
    }

    /// The bytes of the first of these words behind a name.
    pub(super) fn behind(&self, ident: &Ident, words: &str) -> Range<usize> {
        self.places().behind(self.ident(ident).end, words)
    }

    /// Rewrites what is in a query or an expression.
    pub(super) fn rewrite(&mut self, node: &mut impl VisitMut) {
        query::rewrite(node, self);
    }

    /// Writes a name as Spark finds it: without `LIVE`, and in the letters of its definition, which count there.
    pub(super) fn settle(&self, name: &mut ObjectName) {
        leave_live(name);
        let Some(defined) = self.project.defined(&parts(name)) else { return };
        for (part, ident) in name.0.iter_mut().rev().zip(defined.iter().rev()) {
            if part.as_ident().is_some_and(|written| written.value != ident.value) {
                *part = ObjectNamePart::Identifier(ident.clone());
            }
        }
    }

    /// Has a table made before the pipeline runs.
    pub(super) fn set_up(&mut self, statement: &Statement) {
        self.setup.push(laid_out(statement.to_string()));
    }
}

/// Those that begin among these bytes, of things in order of their bytes.
pub(super) fn among<'t, T>(things: &'t [T], range: &Range<usize>, start: impl Fn(&T) -> usize) -> &'t [T] {
    let first = things.partition_point(|thing| start(thing) < range.start);
    let end = things.partition_point(|thing| start(thing) < range.end);
    things.get(first..end).unwrap_or(&[])
}
