//! What a workspace reports against the sources of a pipeline, shown at the specs they come from.

use lakeflow::diag::Diagnostic;
use lakeflow::is_same_name;
use lakeflow::source::{FileId, Span};

use super::Compilation;
use super::origin::at_spec;
use crate::codes;
use crate::deploy::refusal::DatasetRefusal;

/// The diagnostics of what a workspace says against the pipeline of a build.
pub fn refused(compilation: &Compilation, refusals: &[DatasetRefusal]) -> Vec<Diagnostic> {
    refusals.iter().map(|refusal| diagnostic(compilation, refusal)).collect()
}

fn diagnostic(compilation: &Compilation, refusal: &DatasetRefusal) -> Diagnostic {
    let fault = Diagnostic::error(codes::REFUSED_BY_WORKSPACE, refusal.to_string());
    let mut datasets = compilation.pipeline_files().zip(&compilation.plan.datasets);
    // Where the workspace names no dataset, it names the file.
    let found = datasets.find(|(file, dataset)| match &refusal.dataset {
        Some(name) => is_same_name(name, &dataset.name),
        None => refusal.message.contains(file.artifact.path()),
    });
    let Some((file, dataset)) = found else { return fault };
    let path = format!("generated/{}", file.artifact.path());
    let known = compilation.sources.iter().filter(|(_, source)| source.path == path).last();
    let Some((id, _)) = known else { return fault };
    at_spec(fault.at(place(id, compilation.sources.text(id), refusal)), dataset)
}

/// The first word of a text that the message quotes, but for the name of the dataset; or else the beginning.
fn place(file: FileId, text: &str, refusal: &DatasetRefusal) -> Span {
    let is_other = |word: &&str| refusal.dataset.as_ref().is_none_or(|dataset| !is_same_name(word, dataset));
    let quoted = refusal.message.split('`').skip(1).step_by(2).filter(|word| !word.is_empty()).filter(is_other);
    let at = |word: &str| find_word(text, word).map(|start| Span::new(file, start..start + word.len()));
    quoted.filter_map(at).next().unwrap_or_else(|| Span::new(file, 0..0))
}

/// Where a word stands as a whole.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut places = text.match_indices(word).map(|(at, _)| at);
    places.find(|at| {
        let (before, after) = (&text[..*at], &text[at + word.len()..]);
        !before.ends_with(is_part) && !after.starts_with(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_as_a_whole() {
        assert_eq!(find_word("amount_net, net(amount)", "amount"), Some(16));
        assert_eq!(find_word("amounts", "amount"), None);
    }
}
