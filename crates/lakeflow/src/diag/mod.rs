//! Diagnostics as data: a code, a message, labelled spans, hints.
//!
//! Passes push into [`Diagnostics`] and continue; nothing here prints. Renderers turn the data into text for people,
//! JSON, SARIF or annotations. All messages have the same style: lower case, no final period, code in backticks; the
//! message states the problem, the hint the remedy.

mod code;
pub mod github;
pub mod human;
pub mod json;
mod region;
pub mod sarif;

pub use code::{Code, CodeEntry};

use crate::source::Span;

/// How bad it is. Only errors stop a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The input is at fault; nothing is written.
    Error,
    /// Worth a look; the run goes on.
    Warning,
}

impl Severity {
    /// The word for it: `error` or `warning`.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// A span with a word on what stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The bytes that are underlined.
    pub span: Span,
    /// What; may be empty for the primary label.
    pub text: String,
}

/// One fault or warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The entry of the closed list of codes.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// The place; `None` when no file is to blame.
    pub primary: Option<Label>,
    /// Further places that explain the fault.
    pub related: Vec<Label>,
    /// Remedies, one a line.
    pub hints: Vec<String>,
    /// The linter's name for the rule that was broken, where a code has several.
    pub rule: Option<&'static str>,
}

impl Diagnostic {
    /// An error without a place.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            primary: None,
            related: vec![],
            hints: vec![],
            rule: None,
        }
    }

    /// A warning without a place.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Whether it stops a run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Sets the place of the fault.
    #[must_use]
    pub fn at(self, span: Span) -> Self {
        self.at_labelled(span, "")
    }

    /// Sets the place of the fault and the words under its caret.
    #[must_use]
    pub fn at_labelled(mut self, span: Span, text: impl Into<String>) -> Self {
        self.primary = Some(Label { span, text: text.into() });
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { span, text: text.into() });
        self
    }

    /// Adds a remedy.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.hints.push(text.into());
        self
    }

    /// Names the rule that was broken.
    #[must_use]
    pub fn rule(mut self, id: &'static str) -> Self {
        self.rule = Some(id);
        self
    }

    /// Adds a remedy if there is one.
    #[must_use]
    pub fn maybe_hint(self, text: Option<impl Into<String>>) -> Self {
        match text {
            Some(text) => self.hint(text),
            None => self,
        }
    }
}

/// What a run collects.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    items: Vec<Diagnostic>,
    errors: usize,
}

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.errors += usize::from(diagnostic.is_error());
        self.items.push(diagnostic);
    }

    /// Adds many.
    pub fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        diagnostics.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }

    /// Whether any of them is an error.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// How many of them are errors.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// Sorted by place (file, offset), then code, then message, without repetitions; those without a place come first.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.items.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
        self.items.dedup();
        self.items
    }
}

fn sort_key(d: &Diagnostic) -> (Option<Span>, Code, &str) {
    (d.primary.as_ref().map(|l| l.span), d.code, &d.message)
}

/// The longest word that is compared with others: no name is as long, and the work grows with the square of the length.
const LONGEST: usize = 128;

/// The candidate nearest to `word` if it is near enough to be a typing mistake.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = match word.chars().take(LONGEST + 1).count() {
        0..=2 => 1,
        3..=5 => 2,
        _ => 3,
    };
    within(limit, word, candidates)
}

/// The candidate within `limit` changes of `word` that is nearest to it.
fn within<'a>(limit: usize, word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().take(LONGEST + 1).count();
    if length > LONGEST {
        return None;
    }
    let lower = word.to_lowercase();
    let is_as_long = |candidate: &&str| {
        let other = candidate.chars().take(length + limit + 1).count();
        other.abs_diff(length) <= limit
    };
    candidates
        .into_iter()
        .filter(|c| *c != word)
        .filter(is_as_long)
        .map(|c| (strsim::damerau_levenshtein(&lower, &c.to_lowercase()), c))
        .filter(|(distance, c)| *distance <= limit && *distance < c.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, c)| c)
}

/// The hint `did you mean ..?` for [`nearest`].
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(word, candidates).map(|c| format!("did you mean `{c}`?"))
}

/// The same for a word that decides what a whole statement does: one slip of the fingers, and no other word.
pub fn did_you_mistype<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    within(1, word, candidates).map(|c| format!("did you mean `{c}`?"))
}
