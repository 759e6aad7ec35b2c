//! The context that is passed to every part of the pass: texts for spans, the list of errors, and what was determined
//! beforehand.

use std::collections::BTreeSet;

use lakeflow::diag::{Diagnostic, Diagnostics};
use lakeflow::source::{FileId, SourceMap, Span};
use lakeflow::types::DataType;

use super::project::OpenAudiences;
use crate::codes;
use crate::load::{Located, Lost};
use crate::model::{Audience, Classification};

/// What every part of the pass needs: texts to point into, and the place for faults.
pub struct Context<'a> {
    pub(super) sources: &'a SourceMap,
    pub(super) diagnostics: &'a mut Diagnostics,
    pub(super) audiences: &'a [Audience],
    pub(super) open_audiences: &'a OpenAudiences,
    pub(super) default_classification: Option<Classification>,
    /// Specs that could not be read; what seems unknown may be declared there.
    pub(super) lost: &'a Lost,
    /// Entities that count for nothing.
    pub(super) left_out: &'a Lost,
    /// Questions without an answer, because something else is at fault.
    pub(super) undecided: usize,
    /// Files of specs that are at fault.
    pub(super) faulty: BTreeSet<FileId>,
}

impl Context<'_> {
    /// Looks at a spec. When an error is found meanwhile, or something can't be decided, the spec is a faulty one.
    pub(super) fn judge<T>(&mut self, file: FileId, look: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.faults();
        let found = look(self);
        if self.faults() > before {
            self.faulty.insert(file);
        }
        found
    }

    /// How many errors were found so far, and questions left open.
    pub(super) fn faults(&self) -> usize {
        self.diagnostics.errors() + self.undecided
    }

    /// Keeps a fault.
    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Notes that something can't be decided because something else is at fault, which is reported there.
    pub(super) fn leave_undecided(&mut self) {
        self.undecided += 1;
    }

    pub(super) fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.diagnostics.extend(diagnostics);
    }

    /// The type that stands at `pointer`; a fault gives `Unknown`.
    pub(super) fn data_type<T>(&mut self, text: &str, pointer: &str, located: &Located<T>) -> DataType {
        match DataType::parse(text) {
            Ok(ty) => ty,
            Err(fault) => {
                let span = located.places.inside(self.sources, pointer, fault.range);
                self.push(Diagnostic::error(codes::BAD_VALUE, fault.message).at(span).maybe_hint(fault.hint));
                DataType::Unknown
            }
        }
    }

    /// The classification of a table: as declared, or the default of the project; personal data is never public.
    pub(super) fn classification(
        &mut self,
        declared: Option<Classification>,
        personal: bool,
        span: Span,
    ) -> Classification {
        if personal && declared == Some(Classification::Public) {
            let fault =
                Diagnostic::error(codes::CLASSIFICATION_TOO_LOW, "a table with personal data cannot be `public`");
            self.push(fault.at(span).hint("write `confidential`, or remove the personal data"));
        }
        let default = if personal {
            Classification::Confidential
        } else {
            self.default_classification.unwrap_or(Classification::Internal)
        };
        declared.unwrap_or(default)
    }
}
