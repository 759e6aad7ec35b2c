//! A fault that shows only in generated SQL is a fault of the spec it came from, and is reported there.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Label};
use crate::source::{FileId, Span};

/// Moves a diagnostic from a generated file to the spec that gave it; the place in the SQL stays as a second label.
/// `origins` has the place of the spec for each generated file, if it comes from one spec alone.
pub fn at_spec(mut fault: Diagnostic, origins: &BTreeMap<FileId, Option<Span>>) -> Diagnostic {
    let Some(label) = fault.primary.take() else { return fault };
    match origins.get(&label.span.file).copied().flatten() {
        None => fault.primary = Some(label),
        Some(spec) => {
            let text = if label.text.is_empty() { "in the SQL that it gives".to_owned() } else { label.text };
            fault.related.insert(0, Label { span: label.span, text });
            fault.primary = Some(Label { span: spec, text: "comes from here".to_owned() });
        }
    }
    fault
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Code;
    use crate::source::SourceMap;

    #[test]
    fn a_fault_in_generated_sql_is_shown_at_its_spec() {
        let mut sources = SourceMap::default();
        let spec = sources.add("specs/metrics/m.yml", "metric: m\n");
        let sql = sources.add("generated/m.sql", "SELECT nope");
        let shared = sources.add("generated/row_counts.sql", "SELECT nope");
        let origins = BTreeMap::from([(sql, Some(Span::new(spec, 8..9))), (shared, None)]);
        let fault = |file| Diagnostic::error(Code::UnresolvedName, "unknown column `nope`").at(Span::new(file, 7..11));
        let moved = at_spec(fault(sql), &origins);
        assert_eq!(moved.primary.map(|l| sources.slice(l.span).to_owned()), Some("m".to_owned()));
        assert_eq!(moved.related.iter().map(|l| sources.slice(l.span)).collect::<Vec<_>>(), ["nope"]);
        assert_eq!(at_spec(fault(shared), &origins), fault(shared));
    }
}
