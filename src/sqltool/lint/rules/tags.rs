//! Tags of Unity Catalog: reference section 5.

use std::ops::Range;

use sqlparser::tokenizer::Token;

use crate::sqltool::lint::finding::Finding;
use crate::sqltool::lint::view::View;

/// How many characters a key or a value may have.
const MAX_LENGTH: usize = 256;

/// Tag keys beyond `[A-Za-z0-9_]`.
pub fn tag_key_characters(view: &View<'_>) -> Vec<Finding> {
    let mut found = vec![];
    for tags in view.places("TAGS").filter(|at| view.is_token(at + 1, &Token::LParen)) {
        for (first, _) in view.parts(tags + 1) {
            let Some(key) = view.string(first) else { continue };
            if key.is_empty() || !key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                let finding = Finding::new(view.range(first, first), format!("the tag key `{key}` may be refused"));
                found.push(finding.hint("stay with letters, digits and `_`"));
            }
        }
    }
    found
}

/// The tokens that are a key or a value: of `SET TAGS ('k' = 'v')`, `SET TAG ON .. k = v`, and the values of governed tags.
fn keys_and_values(view: &View<'_>) -> Vec<usize> {
    if view.is(0, "SET TAG ON") {
        let last = view.pieces.len() - 1;
        let has_value = last > 2 && view.is_token(last - 1, &Token::Eq);
        return if has_value { vec![last - 2, last] } else { vec![last] };
    }
    let is_list = |at: &usize| {
        let words = if view.is(1, "GOVERNED TAG") { "VALUES" } else { "SET TAGS" };
        view.is(*at, words) && view.is_token(at + words.split(' ').count(), &Token::LParen)
    };
    let open = (0..view.pieces.len()).find(is_list).map(|at| if view.is(at, "VALUES") { at + 1 } else { at + 2 });
    let Some(open) = open else { return vec![] };
    (open..view.closing(open)).filter(|at| view.string(*at).is_some()).collect()
}

/// Keys and values of tags that are refused.
pub fn tag_value(view: &View<'_>) -> Vec<Finding> {
    let find = |at: usize| {
        let text = match view.token(at)? {
            Token::SingleQuotedString(text) => text,
            Token::Word(word) => &word.value,
            _ => return None,
        };
        let range = view.range(at, at);
        let length = text.chars().count();
        if length > MAX_LENGTH {
            let message = format!("a tag has {MAX_LENGTH} characters at most, this one has {length}");
            return Some(Finding::new(range, message).hint("shorten it, or say it in a comment"));
        }
        if text.trim_matches(' ').len() == text.len() {
            return None;
        }
        let finding =
            Finding::new(range.clone(), "a tag neither begins nor ends with a blank").hint("leave out the blank");
        Some(match trimmed(view, range.clone()) {
            Some(trimmed) => finding.replace(range, trimmed),
            None => finding,
        })
    };
    keys_and_values(view).into_iter().filter_map(find).collect()
}

/// A quoted text without blanks at its ends, unless nothing is left.
fn trimmed(view: &View<'_>, range: Range<usize>) -> Option<String> {
    let text = view.text.get(range)?;
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"' | '`'))?;
    let body = text.strip_prefix(quote)?.strip_suffix(quote)?.trim_matches(' ');
    (!body.is_empty()).then(|| format!("{quote}{body}{quote}"))
}
