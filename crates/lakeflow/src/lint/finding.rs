//! What a rule reports about a place, before it gets the name of the rule.

use std::ops::Range;

/// A replacement of bytes; an insertion has an empty range.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// First byte that goes.
    pub start: usize,
    /// One past the last byte that goes.
    pub end: usize,
    /// What stands there instead.
    pub text: String,
}

/// One place at fault.
pub(super) struct Finding {
    pub range: Range<usize>,
    pub message: String,
    pub hint: Option<String>,
    pub fix: Vec<Edit>,
    /// Whether it is a warning even where its rule tells errors.
    pub doubtful: bool,
}

impl Finding {
    pub fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Finding { range, message: message.into(), hint: None, fix: vec![], doubtful: false }
    }

    /// Makes it a warning if that is so.
    pub fn doubtful(mut self, doubtful: bool) -> Self {
        self.doubtful |= doubtful;
        self
    }

    /// Adds a remedy.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Puts `text` in the place of `range` when findings are fixed.
    pub fn replace(mut self, range: Range<usize>, text: impl Into<String>) -> Self {
        self.fix.push(Edit { start: range.start, end: range.end, text: text.into() });
        self
    }
}
