//! Which words are keywords. These are written in capitals; names and functions stay as they are.
//!
//! Few words of Spark's SQL are reserved, so most are classified by the words next to them. If this goes wrong, the
//! proof of `super` detects a changed name, and the statement keeps its spelling.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::token::Token;
use crate::PieceKind;

/// Phrases by their first word, in order.
static PHRASES: LazyLock<Vec<(&'static str, Vec<Phrase>)>> = LazyLock::new(|| {
    let mut phrases: BTreeMap<&'static str, Vec<Phrase>> = BTreeMap::new();
    for line in include_str!("phrases.txt").lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        if let Some(first) = words.first() {
            phrases.entry(first).or_default().push(words);
        }
    }
    phrases.into_iter().collect()
});

/// Words, and signs for what is no certain word.
type Phrase = Vec<&'static str>;

/// Keywords wherever they stand, unless a dot is beside them; in order.
const RESERVED: &[&str] = &[
    "ALL",
    "AND",
    "ANTI",
    "AS",
    "ASC",
    "BETWEEN",
    "BY",
    "CASE",
    "CONSTRAINT",
    "CROSS",
    "DESC",
    "DETERMINISTIC",
    "DISTINCT",
    "DIV",
    "ELSE",
    "END",
    "EXCEPT",
    "EXISTS",
    "FALSE",
    "FILTER",
    "FOREIGN",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "ILIKE",
    "IN",
    "INNER",
    "INTERSECT",
    "INTO",
    "IS",
    "JOIN",
    "LATERAL",
    "LEFT",
    "LIKE",
    "LIMIT",
    "LOCATION",
    "MINUS",
    "NATURAL",
    "NOT",
    "NULL",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "OUTER",
    "OVER",
    "PIVOT",
    "PRIMARY",
    "QUALIFY",
    "REFERENCES",
    "REGEXP",
    "RETURN",
    "RETURNS",
    "RIGHT",
    "RLIKE",
    "SELECT",
    "SEMI",
    "TBLPROPERTIES",
    "THEN",
    "TO",
    "TRUE",
    "UNION",
    "UNPIVOT",
    "USING",
    "VALUES",
    "WHEN",
    "WHERE",
    "WINDOW",
    "WITH",
    "WITHIN",
];

/// Of those, the ones that are functions before a bracket.
const ALSO_FUNCTIONS: &[&str] = &["LEFT", "RIGHT", "LIKE", "ILIKE", "RLIKE", "REGEXP", "LOCATION", "END", "WINDOW"];

/// Of those, the ones that are keywords only before a bracket.
const ONLY_BEFORE_BRACKET: &[&str] = &["OVER", "PIVOT", "UNPIVOT", "WITHIN"];

/// Types, where a type is expected; in order.
const TYPES: &[&str] = &[
    "ARRAY",
    "BIGINT",
    "BINARY",
    "BOOLEAN",
    "CHAR",
    "DATE",
    "DECIMAL",
    "DOUBLE",
    "FLOAT",
    "INT",
    "INTEGER",
    "MAP",
    "NUMERIC",
    "SMALLINT",
    "STRING",
    "STRUCT",
    "TIMESTAMP",
    "TIMESTAMP_LTZ",
    "TIMESTAMP_NTZ",
    "TINYINT",
    "VARCHAR",
    "VARIANT",
];

/// Marks the keywords of a statement, beside those that are marked already because the parser read them as such.
pub fn mark(tokens: &mut [Token<'_>]) {
    mark_part(tokens);
    let dotted = beside_dot(tokens, 0);
    if let Some(first) = tokens.first_mut() {
        first.keyword |= !dotted && first.kind == PieceKind::Word && first.text.is_ascii();
    }
}

/// The same for a part of a statement, which may begin with a name.
pub fn mark_part(tokens: &mut [Token<'_>]) {
    let types = type_places(tokens);
    let mut marks = vec![false; tokens.len()];
    for index in 0..tokens.len() {
        if types.get(index) == Some(&true) || is_reserved(tokens, index) {
            set(&mut marks, index..index + 1);
        }
        for (offset, part) in phrase(tokens, index).iter().enumerate() {
            if !part.starts_with('<') {
                set(&mut marks, index + offset..index + offset + 1);
            }
        }
        if follows_unit(tokens, index) {
            set(&mut marks, index..index + 1);
        }
    }
    for (index, mark) in marks.into_iter().enumerate() {
        let dotted = beside_dot(tokens, index);
        if let Some(token) = tokens.get_mut(index) {
            token.keyword |= mark && !dotted && token.kind == PieceKind::Word && token.text.is_ascii();
        }
    }
}

fn set(marks: &mut [bool], range: std::ops::Range<usize>) {
    if let Some(marks) = marks.get_mut(range) {
        marks.fill(true);
    }
}

fn sign_at(tokens: &[Token<'_>], index: Option<usize>, sign: &str) -> bool {
    index.and_then(|index| tokens.get(index)).is_some_and(|token| token.is_sign(sign))
}

fn word_at(tokens: &[Token<'_>], index: Option<usize>, word: &str) -> bool {
    index.and_then(|index| tokens.get(index)).is_some_and(|token| token.is_word(word))
}

fn beside_dot(tokens: &[Token<'_>], index: usize) -> bool {
    sign_at(tokens, index.checked_sub(1), ".") || sign_at(tokens, Some(index + 1), ".")
}

fn is_one_of(token: &Token<'_>, words: &[&str]) -> bool {
    token.kind == PieceKind::Word && words.iter().any(|word| token.text.eq_ignore_ascii_case(word))
}

/// How words are ordered, in any letter case.
fn compare(a: &str, b: &str) -> Ordering {
    let capital = |byte: u8| byte.to_ascii_uppercase();
    a.bytes().map(capital).cmp(b.bytes().map(capital))
}

/// Whether a word is among those of an ordered list.
fn is_in(token: &Token<'_>, words: &[&str]) -> bool {
    token.kind == PieceKind::Word && words.binary_search_by(|word| compare(word, token.text)).is_ok()
}

fn is_reserved(tokens: &[Token<'_>], index: usize) -> bool {
    let Some(token) = tokens.get(index) else { return false };
    if !is_in(token, RESERVED) {
        return false;
    }
    let before_bracket = sign_at(tokens, Some(index + 1), "(");
    let behind = |sign: &str| sign_at(tokens, index.checked_sub(1), sign);
    if token.is_word("TRUE") || token.is_word("FALSE") {
        // The value of an option or a property is text, letter case included.
        return !behind("=") && !behind("=>");
    }
    if token.is_word("FILTER") {
        return before_bracket && behind(")");
    }
    if token.is_word("EXISTS") && before_bracket {
        return ["SELECT", "WITH", "FROM"].iter().any(|word| word_at(tokens, Some(index + 2), word));
    }
    if before_bracket {
        return !is_one_of(token, ALSO_FUNCTIONS) || is_operator_place(tokens, index);
    }
    let names_window = token.is_word("OVER") && behind(")");
    !is_one_of(token, ONLY_BEFORE_BRACKET) || names_window
}

/// Whether an operand stands before, as before `LIKE (..)` and unlike before the function `like(..)`.
fn is_operator_place(tokens: &[Token<'_>], index: usize) -> bool {
    let Some(before) = index.checked_sub(1).and_then(|index| tokens.get(index)) else { return false };
    let joins = tokens.get(index).is_some_and(|token| is_one_of(token, &["LIKE", "ILIKE", "RLIKE", "REGEXP"]));
    joins && (before.kind != PieceKind::Sign || before.is_sign(")") || before.is_sign("]")) && !is_in(before, RESERVED)
        || joins && before.is_word("NOT")
}

/// The longest phrase that begins at `index`; empty when none does.
fn phrase<'p>(tokens: &[Token<'_>], index: usize) -> &'p [&'static str] {
    let Some(first) = tokens.get(index).filter(|token| token.kind == PieceKind::Word) else { return &[] };
    let Ok(found) = PHRASES.binary_search_by(|(word, _)| compare(word, first.text)) else { return &[] };
    let phrases = PHRASES.get(found).map_or(&[][..], |(_, phrases)| phrases);
    phrases
        .iter()
        .filter(|phrase| matches(phrase, tokens, index))
        .max_by_key(|phrase| phrase.len())
        .map_or(&[], Vec::as_slice)
}

/// Whether the word at `index` stands where it can only be a keyword: the unit of an interval, `10 PERCENT`, the operator
/// behind `|>`.
fn follows_unit(tokens: &[Token<'_>], index: usize) -> bool {
    let at = |back: usize| index.checked_sub(back).and_then(|index| tokens.get(index));
    let is_value = |token: &Token<'_>| matches!(token.kind, PieceKind::Number | PieceKind::Text);
    let Some(token) = tokens.get(index) else { return false };
    let unit = at(1).is_some_and(is_value) && at(2).is_some_and(|token| is_one_of(token, &["INTERVAL", "EVERY"]));
    let quantity = is_one_of(token, &["PERCENT", "ROWS"]) && at(1).is_some_and(is_value);
    unit && !is_in(token, RESERVED) || quantity || at(1).is_some_and(|token| token.is_sign("|>"))
}

fn matches(phrase: &[&str], tokens: &[Token<'_>], index: usize) -> bool {
    phrase.iter().enumerate().all(|(offset, part)| {
        tokens.get(index + offset).is_some_and(|token| match *part {
            "<text>" => token.kind == PieceKind::Text,
            "<number>" => token.kind == PieceKind::Number,
            "<name>" => matches!(token.kind, PieceKind::Word | PieceKind::Name),
            "<(>" => token.is_sign("("),
            "*" | "=" => token.is_sign(part),
            word => token.is_word(word),
        })
    })
}

/// Which tokens stand where a type is expected: behind `::`, `AS` of a cast, `RETURNS`, and the names of declared columns.
fn type_places(tokens: &[Token<'_>]) -> Vec<bool> {
    let creates = tokens.first().is_some_and(|token| token.is_word("CREATE"));
    let mut declares = creates;
    let mut casts: Vec<bool> = vec![];
    let mut angles = 0usize;
    let mut places = Vec::with_capacity(tokens.len());
    for (index, token) in tokens.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| tokens.get(index));
        let behind = |words: &[&str], signs: &[&str]| {
            before.is_some_and(|before| is_one_of(before, words) || signs.iter().any(|sign| before.is_sign(sign)))
        };
        let is_name =
            |token: &Token<'_>| matches!(token.kind, PieceKind::Word | PieceKind::Name) && !is_in(token, RESERVED);
        let declared = || declares && !casts.is_empty() && before.is_some_and(is_name);
        let in_cast = || casts.last() == Some(&true) && behind(&["AS"], &[]);
        let in_angles = || angles > 0 && behind(&[], &["<", ",", ":"]);
        let is_due = || in_cast() || in_angles() || declared() || behind(&["RETURNS"], &["::", "?::"]);
        places.push(is_in(token, TYPES) && is_due());
        match token.text {
            "(" => casts.push(behind(&["CAST", "TRY_CAST"], &[])),
            ")" => {
                casts.pop();
            }
            "<" if places.len() > 1 && places.get(index.saturating_sub(1)) == Some(&true) => angles += 1,
            ">" => angles = angles.saturating_sub(1),
            ">>" => angles = angles.saturating_sub(2),
            _ if casts.is_empty() && token.is_word("AS") => declares = false,
            _ => {}
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_in_order_for_the_search() {
        assert!(RESERVED.is_sorted() && TYPES.is_sorted());
        assert!(PHRASES.is_sorted_by(|(a, _), (b, _)| compare(a, b).is_lt()));
    }
}
