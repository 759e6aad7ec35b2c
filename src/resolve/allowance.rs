//! Warnings that were allowed, with the reason: they are not reported, but an unused `allow` is.

use lakeflow::diag::{Code, Diagnostic};
use lakeflow::source::Span;

use crate::codes;

/// A warning that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// Code of the warnings that it allows, such as `W0604`.
    pub code: Code,
    /// The stretch of a file that it is about.
    pub covers: Span,
    /// Where it is allowed.
    pub declared: Span,
}

impl Allowance {
    fn silences(&self, diagnostic: &Diagnostic) -> bool {
        let Some(label) = diagnostic.primary.as_ref().filter(|_| !diagnostic.is_error()) else { return false };
        let (covers, own) = (self.covers, label.span);
        diagnostic.code == self.code && covers.file == own.file && covers.start <= own.start && own.end <= covers.end
    }
}

/// Takes out what is allowed; gives the allowances that silence nothing, each as a warning.
pub fn silence(diagnostics: &mut Vec<Diagnostic>, allowances: &[Allowance]) -> Vec<Diagnostic> {
    let mut used = vec![false; allowances.len()];
    diagnostics.retain(|diagnostic| {
        let mut told = true;
        for (allowance, used) in allowances.iter().zip(&mut used) {
            if allowance.silences(diagnostic) {
                (told, *used) = (false, true);
            }
        }
        told
    });
    let unused = allowances.iter().zip(used).filter(|(_, used)| !used).map(|(allowance, _)| allowance);
    unused.map(idle).collect()
}

fn idle(allowance: &Allowance) -> Diagnostic {
    let message = format!("this `allow` of {} matches no warning", allowance.code.number());
    Diagnostic::warning(codes::UNUSED_ALLOW, message).at(allowance.declared).hint("remove it")
}
