//! What was found in the specs of rows, as it is told: at the word of the template, once, with the row that it is about.

use std::collections::{BTreeMap, BTreeSet};

use lakeflow::diag::{Code, Diagnostic, Diagnostics, Label};
use lakeflow::source::{FileId, SourceMap, Span};

use crate::codes;

/// Warnings that something is of no use: if it is of use in one row, the template needs it.
const OF_NO_USE: [Code; 2] = [codes::UNUSED_ALLOW, codes::IDLE_REASON];

/// A word of a template, a code, and the number of its kind among those of a row.
type Word = (Span, Code, usize);

/// Brings together what was found in views: for each word of a template and each code, what the first row gave.
pub fn told(found: Vec<Diagnostic>, sources: &SourceMap) -> Vec<Diagnostic> {
    let is_seen = |label: &Label| sources.viewed(label.span.file).is_some();
    if !found.iter().any(|fault| fault.primary.iter().chain(&fault.related).any(is_seen)) {
        return found;
    }
    let mut told = Diagnostics::default();
    let mut words: BTreeMap<Word, Vec<Diagnostic>> = BTreeMap::new();
    let mut numbers: BTreeMap<(Span, Code), usize> = BTreeMap::new();
    for fault in found {
        match fault.primary.as_ref().filter(|label| is_seen(label)).map(|label| label.span) {
            Some(span) => {
                let number = numbers.entry((span, fault.code)).or_default();
                *number += 1;
                words.entry((in_template(span, sources), fault.code, *number)).or_default().push(fault);
            }
            None => told.push(moved(fault, sources)),
        }
    }
    for ((word, code, _), faults) in words {
        let rows: BTreeSet<FileId> =
            faults.iter().filter_map(|fault| Some(fault.primary.as_ref()?.span.file)).collect();
        let all = sources.views(word.file);
        if rows.len() < all && OF_NO_USE.contains(&code) {
            continue;
        }
        let is_same = faults.windows(2).all(|pair| pair[0].message == pair[1].message);
        let Some(first) = faults.into_iter().next() else { continue };
        let row = first.primary.as_ref().and_then(|label| sources.viewed(label.span.file)).map(|(_, row)| row);
        let text = match rows.len() {
            count if count == all && is_same => None,
            count if count == all => Some("for this row, and likewise for the others".to_owned()),
            1 => Some("for this row".to_owned()),
            2 => Some("for this row, and one more".to_owned()),
            count => Some(format!("for this row, and {} more", count - 1)),
        };
        let mut fault = moved(first, sources);
        fault.related.extend(row.zip(text).map(|(span, text)| Label { span, text }));
        told.push(fault);
    }
    told.into_sorted()
}

/// A place in a view as the place in the file itself.
fn in_template(span: Span, sources: &SourceMap) -> Span {
    sources.viewed(span.file).map_or(span, |(file, _)| Span { file, ..span })
}

/// A diagnostic with all its places in the files themselves; of another row than its own, it says which.
fn moved(mut fault: Diagnostic, sources: &SourceMap) -> Diagnostic {
    let own = fault.primary.as_ref().map(|label| label.span.file);
    let others = fault.related.iter().filter(|label| Some(label.span.file) != own);
    let rows: BTreeSet<Span> = others.filter_map(|label| Some(sources.viewed(label.span.file)?.1)).collect();
    for label in fault.primary.iter_mut().chain(&mut fault.related) {
        label.span = in_template(label.span, sources);
    }
    fault.related.extend(rows.into_iter().map(|span| Label { span, text: "of this row".to_owned() }));
    fault
}
