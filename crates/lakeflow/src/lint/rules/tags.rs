//! Tags of Unity Catalog: lakeflow-sql.md, "Grants, tags and comments".

use std::ops::Range;

use sqlparser::tokenizer::Token;

use crate::lint::finding::Finding;
use crate::lint::view::StatementView;

/// How many characters a key or a value may have.
const MAX_LENGTH: usize = 256;

/// Tag keys beyond `[A-Za-z0-9_]`.
pub fn tag_key_characters(view: &StatementView<'_>) -> Vec<Finding> {
    let lists = view.places("TAGS").filter(|at| view.is_token(at + 1, &Token::LParen));
    let listed =
        lists.flat_map(|tags| view.parts(tags + 1)).map(|(first, _)| first).filter(|at| view.string(*at).is_some());
    let find = |at: usize| {
        let key = text(view, at)
            .filter(|key| !key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') || key.is_empty())?;
        let finding = Finding::new(view.range(at, at), format!("the tag key `{key}` may be refused"));
        Some(finding.hint("use only letters, digits and `_`"))
    };
    listed.chain(tag_on(view).map(|(key, _)| key)).filter_map(find).collect()
}

/// The key of `SET TAG ON .. k = v` or `UNSET TAG ON .. k`, and the value.
fn tag_on(view: &StatementView<'_>) -> Option<(usize, Option<usize>)> {
    let last = view.pieces.len().checked_sub(1).filter(|_| view.is(0, "SET TAG ON") || view.is(0, "UNSET TAG ON"))?;
    let has_value = last > 2 && view.is_token(last - 1, &Token::Eq);
    Some(if has_value { (last - 2, Some(last)) } else { (last, None) })
}

/// A key or a value as it is meant.
fn text<'a>(view: &'a StatementView<'_>, at: usize) -> Option<&'a str> {
    match view.token(at)? {
        Token::SingleQuotedString(text) => Some(text),
        Token::Word(word) => Some(&word.value),
        _ => None,
    }
}

/// The tokens that are a key or a value: of `SET TAGS ('k' = 'v')`, `SET TAG ON .. k = v`, and the values of governed tags.
fn keys_and_values(view: &StatementView<'_>) -> Vec<usize> {
    if let Some((key, value)) = tag_on(view) {
        return std::iter::once(key).chain(value).collect();
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
pub fn tag_value(view: &StatementView<'_>) -> Vec<Finding> {
    let find = |at: usize| {
        let text = text(view, at)?;
        let range = view.range(at, at);
        let length = text.chars().count();
        if length > MAX_LENGTH {
            let message = format!("a tag can have at most {MAX_LENGTH} characters, found {length}");
            return Some(Finding::new(range, message).hint("shorten it, or use a comment instead"));
        }
        if text.trim_matches(' ').len() == text.len() {
            return None;
        }
        let finding = Finding::new(range.clone(), "a tag must not start or end with a space").hint("remove the space");
        Some(match trimmed(view, range.clone()) {
            Some(trimmed) => finding.replace(range, trimmed),
            None => finding,
        })
    };
    keys_and_values(view).into_iter().filter_map(find).collect()
}

/// A quoted text without blanks at its ends, unless nothing is left.
fn trimmed(view: &StatementView<'_>, range: Range<usize>) -> Option<String> {
    let text = view.text.get(range)?;
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"' | '`'))?;
    let body = text.strip_prefix(quote)?.strip_suffix(quote)?.trim_matches(' ');
    (!body.is_empty()).then(|| format!("{quote}{body}{quote}"))
}
