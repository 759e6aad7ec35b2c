//! Errors of the parser: a byte range, a message, and possibly a remedy.
//!
//! Diagnostic codes and files are up to the caller: the same text may come from a file, a spec or a template.

use std::ops::Range;

/// One fault in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseFault {
    /// The bytes at fault, never empty unless the text ends too early.
    pub range: Range<usize>,
    /// What is wrong: lower case, code words in backticks, no final period.
    pub message: String,
    /// A remedy.
    pub hint: Option<String>,
}

impl ParseFault {
    /// A fault without a remedy.
    pub fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        ParseFault { range, message: message.into(), hint: None }
    }

    /// Adds a remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds a remedy if there is one.
    #[must_use]
    pub fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint.or(self.hint);
        self
    }
}
