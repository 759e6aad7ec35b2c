//! The requirements of a column on its texts: the values that specs give for it, and whether the requirements can ever
//! be met.
//!
//! A text is normalised first, and must meet all requirements at once. An accepted value that no text can become would
//! silently send rows to the quarantine for ever.

use lakeflow::diag::Diagnostic;
use lakeflow::pattern;
use lakeflow::types::DataType;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::constant::{self, Misfit, normalized};
use super::context::Context;
use crate::codes;
use crate::load::Located;
use crate::model::{Constant, EntityColumn, Normalize, Reading};
use crate::spec::{ColumnSpec, EntitySpec};

/// The accepted values of a column.
pub fn accepted(
    column: &ColumnSpec,
    ty: &DataType,
    reading: &Reading,
    pointer: &str,
    spec: &Located<EntitySpec>,
    context: &mut Context<'_>,
) -> Option<Vec<Constant>> {
    let texts = column.accepted.as_ref()?;
    if texts.is_empty() {
        let fault = Diagnostic::error(codes::BAD_VALUE, "`accepted` is empty, so no value would be valid");
        context.push(fault.at(spec.key(&format!("{pointer}/accepted"))).hint("list the values, or remove it"));
    }
    let mut values = vec![];
    for (index, text) in texts.iter().enumerate() {
        let pointer = format!("{pointer}/accepted/{index}");
        values.extend(stated(("accepted value", text), ty, reading, &pointer, spec, context));
    }
    // Behind a fault nobody can say what is not accepted.
    (values.len() == texts.len()).then_some(values)
}

/// The value of rows that have none.
pub fn default(
    column: &ColumnSpec,
    ty: &DataType,
    reading: &Reading,
    pointer: &str,
    spec: &Located<EntitySpec>,
    context: &mut Context<'_>,
) -> Option<Constant> {
    stated(("default", column.default.as_ref()?), ty, reading, &format!("{pointer}/default"), spec, context)
}

/// The value that stands at `pointer`; a fault is reported there.
fn stated(
    (what, text): (&str, &str),
    ty: &DataType,
    reading: &Reading,
    pointer: &str,
    spec: &Located<EntitySpec>,
    context: &mut Context<'_>,
) -> Option<Constant> {
    match constant::exact_as(text, ty, reading) {
        Ok(value) => Some(value),
        Err(Misfit { why, hint }) => {
            let fault = Diagnostic::error(codes::TYPE_MISMATCH, format!("the {what} `{text}` {why}"));
            context.push(fault.at(spec.value(pointer)).maybe_hint(hint));
            None
        }
    }
}

/// Reports demands of a column that no text can meet.
pub fn check(column: &EntityColumn, pointer: &str, spec: &Located<EntitySpec>, context: &mut Context<'_>) {
    let mut fault = |message: String, key: &str, hint: Option<String>| {
        let span = spec.value(&format!("{pointer}/{key}"));
        context.push(Diagnostic::error(codes::OPTION_CONFLICT, message).at(span).maybe_hint(hint));
    };
    if let Some(normalize) = column.normalize {
        if !matches!(column.ty, DataType::String | DataType::Unknown) {
            let message = format!("`normalize` requires a STRING column, but `{}` is {}", column.name, column.ty);
            fault(message, "normalize", Some("remove it: other types have no letter case".to_owned()));
        } else if let Some(pattern) = &column.validity.matches
            && let Some(hir) = hir_of(pattern)
            && !can_match(&hir, normalize)
        {
            let message = format!("no value {} can match `{pattern}`", case(normalize));
            fault(message, "matches", Some("values are normalized before they are matched".to_owned()));
        }
    }
    let accepted = spec.spec.columns.get(&column.name).and_then(|entry| entry.full()?.accepted.as_ref());
    for (index, text) in accepted.into_iter().flatten().enumerate() {
        // What is no value of the type was reported before.
        if let Ok(value) = constant::exact_as(text, &column.ty, &column.reading)
            && let Some(Misfit { why, hint }) = unmet(column, &value)
        {
            fault(format!("the accepted value `{text}` can never match: {why}"), &format!("accepted/{index}"), hint);
        }
    }
}

/// Why no text of a column can become a value.
pub fn unmet(column: &EntityColumn, value: &Constant) -> Option<Misfit> {
    // A value of another type has many spellings.
    let Constant::Text(text) = value else { return None };
    let changed = normalized(text, column.normalize);
    if let Some(normalize) = column.normalize.filter(|_| changed != *text) {
        let why = format!("every value of `{}` is {}", column.name, case(normalize));
        return Some(Misfit { why, hint: Some(format!("write `{changed}`")) });
    }
    let matches = column.validity.matches.as_ref()?;
    let misses = pattern::compiled(matches).is_ok_and(|regex| !regex.is_match(text));
    misses.then(|| Misfit { why: format!("it does not match `{matches}`"), hint: None })
}

fn case(normalize: Normalize) -> &'static str {
    match normalize {
        Normalize::Lower => "in lower case",
        Normalize::Upper => "in upper case",
    }
}

/// What a pattern of Java is made of.
fn hir_of(pattern: &str) -> Option<Hir> {
    regex_syntax::parse(&pattern::translate(pattern).ok()?.regex).ok()
}

/// Whether a pattern matches some text that the normalisation leaves as it is. Anchors and word boundaries count as
/// kept, so that a doubtful pattern passes.
fn can_match(hir: &Hir, normalize: Normalize) -> bool {
    let is_kept = |c: char| match normalize {
        Normalize::Lower => c.to_lowercase().eq([c]),
        Normalize::Upper => c.to_uppercase().eq([c]),
    };
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(Class::Bytes(_)) => true,
        HirKind::Literal(literal) => String::from_utf8_lossy(&literal.0).chars().all(is_kept),
        HirKind::Class(Class::Unicode(class)) => class.iter().any(|r| (r.start()..=r.end()).any(is_kept)),
        HirKind::Repetition(repetition) => repetition.min == 0 || can_match(&repetition.sub, normalize),
        HirKind::Capture(capture) => can_match(&capture.sub, normalize),
        HirKind::Concat(parts) => parts.iter().all(|part| can_match(part, normalize)),
        HirKind::Alternation(parts) => parts.iter().any(|part| can_match(part, normalize)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_no_normalised_text_matches_are_found() {
        let can = |pattern: &str, normalize| hir_of(pattern).is_some_and(|hir| can_match(&hir, normalize));
        for pattern in ["^[A-Z]{2}$", "US|UK", "^[a-z]+X[a-z]*$", "^(A|B)$"] {
            assert!(!can(pattern, Normalize::Lower), "{pattern}");
        }
        // Some capital letters have no small one.
        assert!(can("^[\u{3d2}]", Normalize::Lower));
        for pattern in ["^[A-Za-z]{2}$", "(?i)US", "^[A-Z]*[0-9]$", "^x|Y$", "^.+@.+$", r"^\d{2}$", "", "^(A)?b"] {
            assert!(can(pattern, Normalize::Lower), "{pattern}");
        }
        assert!(!can("^[a-z]", Normalize::Upper) && !can("ß", Normalize::Upper));
        assert!(can("^[0-9a-z]", Normalize::Upper));
    }
}
