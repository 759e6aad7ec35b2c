//! `${..}`, which a pipeline replaces before the text is parsed: lakeflow-sql.md, "Session statements and parameters".

use std::ops::Range;

use crate::lint::finding::Finding;
use crate::lint::view::{FileView, StatementView};

/// `${..}` in a comment: lakeflow-sql.md, "Session statements and parameters".
pub fn parameter_in_comment(file: &FileView<'_>) -> Vec<Finding> {
    let find = |comment: &Range<usize>| {
        let text = file.text.get(comment.clone())?;
        let start = comment.start + text.find("${")?;
        let end = file.text.get(start..comment.end)?.find('}').map_or(comment.end, |length| start + length + 1);
        let finding = Finding::new(start..end, "parameters are also expanded in comments");
        Some(finding.hint("remove the `$` or the braces"))
    };
    file.tokens.comments.iter().filter_map(find).collect()
}

/// The key of each `${key}` in the text of a token, with its bytes in the file, braces included.
fn keys<'a>(view: &StatementView<'a>, at: usize) -> Vec<(&'a str, Range<usize>)> {
    let (text, start) = (view.slice(at, at), view.range(at, at).start);
    let key = |(open, _): (usize, &str)| {
        let key = text.get(open + 2..)?.split_once('}')?.0;
        Some((key, start + open..start + open + key.len() + 3))
    };
    text.match_indices("${").filter_map(key).collect()
}

/// `${1}` and `${name}` in patterns and replacements, which a pipeline takes for parameters.
pub fn parameter_in_pattern(view: &StatementView<'_>) -> Vec<Finding> {
    let strings = (0..view.pieces.len()).filter(|at| view.string(*at).is_some());
    let mut found = vec![];
    for at in strings {
        // The replacement of `regexp_replace(text, pattern, replacement)`.
        if !view.slice(at, at).contains("${") {
            continue;
        }
        let arguments = view.opening(at).filter(|open| *open > 0 && view.is(open - 1, "regexp_replace"));
        let arguments = arguments.map_or(vec![], |open| view.parts(open));
        let is_replacement = arguments.get(2).is_some_and(|(first, last)| (*first..=*last).contains(&at));
        let pattern = arguments.get(1).map_or("", |(first, last)| view.slice(*first, *last));
        for (key, range) in keys(view, at) {
            let is_number = !key.is_empty() && key.chars().all(|c| c.is_ascii_digit());
            let is_group = is_replacement && pattern.contains(&format!("(?<{key}>"));
            if !is_number && !is_group {
                continue;
            }
            let finding = Finding::new(range.clone(), format!("a pipeline expands `${{{key}}}` as a parameter"));
            let finding = finding.hint("refer to a group by number: `$1`");
            let runs_on = view.text.get(range.end..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            let is_safe = is_number && is_replacement && !runs_on;
            found.push(if is_safe { finding.replace(range, format!("${key}")) } else { finding });
        }
    }
    found
}

/// `${var.x}` of a bundle, which is replaced in its YAML and nowhere else.
pub fn bundle_variable(view: &StatementView<'_>) -> Vec<Finding> {
    let of_bundle = |(key, _): &(&str, Range<usize>)| ["var.", "resources."].iter().any(|root| key.starts_with(root));
    let find = |(key, range): (&str, Range<usize>)| {
        let finding = Finding::new(range, format!("bundles do not expand `${{{key}}}` in SQL files"));
        finding.hint("pass it in the `configuration` of the pipeline and use its key: `${key}`")
    };
    (0..view.pieces.len()).flat_map(|at| keys(view, at)).filter(of_bundle).map(find).collect()
}
