//! Units of intervals: a single list for the lexer, the parser and the checks.

/// All units, each of which may also end in `S`.
pub(super) const UNITS: &[&str] =
    &["YEAR", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND"];

/// The unit that a word names, of one or of many.
pub(super) fn unit(word: &str) -> Option<&'static str> {
    let one = word.strip_suffix(['S', 's']).unwrap_or(word);
    UNITS.iter().copied().find(|unit| unit.eq_ignore_ascii_case(one))
}

/// Whether a word is a unit of intervals.
pub(super) fn is_interval_unit(word: &str) -> bool {
    unit(word).is_some()
}
