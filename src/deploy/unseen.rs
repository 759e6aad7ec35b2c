//! Error messages without rows: what a workspace reports about a failed update may quote the input.
//!
//! An error that is found before rows are read contains parts of the SQL but no values: its SQLSTATE is in class 42
//! (syntax, names, types, privileges) or 0A (not supported). For any other error only its condition is shown, which is
//! a word from a fixed list.

use std::sync::LazyLock;

use regex::Regex;

/// The condition that a message begins with, behind the name of a dataset if there is one.
static CONDITION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?:`?[\w.]+`?: )?\[([A-Z][A-Z0-9_]*(?:\.[A-Z][A-Z0-9_]*)*)\]").ok());

/// The end of a first line that says of which class the error is, with the place in the SQL.
static BEFORE_ROWS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"SQLSTATE: (?:42|0A)[0-9A-Z]{3}(?:[;,.]? ?\(?line \d+,? pos(?:ition)? \d+\)?)?[;.]?\s*$").ok()
});

/// Conditions that are raised before rows are read, where a message has no SQLSTATE.
const KNOWN: [&str; 12] = [
    "AMBIGUOUS_REFERENCE",
    "DATATYPE_MISMATCH",
    "INSUFFICIENT_PERMISSIONS",
    "NO_TABLES_IN_PIPELINE",
    "PARSE_SYNTAX_ERROR",
    "SCHEMA_NOT_FOUND",
    "TABLE_OR_VIEW_NOT_FOUND",
    "UNRESOLVED_COLUMN",
    "UNRESOLVED_FIELD",
    "UNRESOLVED_ROUTINE",
    "UNRESOLVABLE_TABLE_VALUED_FUNCTION",
    "WRONG_NUM_ARGS",
];

/// What is said in place of a message that may quote rows.
const HIDDEN: &str = "message hidden because it may contain data; see the event log";

/// The condition of an error, such as `UNRESOLVED_COLUMN.WITH_SUGGESTION`.
pub fn condition(message: &str) -> Option<&str> {
    let found = CONDITION.as_ref()?.captures(message)?;
    found.get(1).map(|found| found.as_str())
}

/// A message as it may be shown.
pub fn without_rows(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default().trim();
    let Some(condition) = condition(first) else { return HIDDEN.to_owned() };
    let class = condition.split('.').next().unwrap_or(condition);
    let is_before_rows = BEFORE_ROWS.as_ref().is_some_and(|end| end.is_match(first));
    if is_before_rows || KNOWN.contains(&class) {
        return first.to_owned();
    }
    format!("[{condition}] {HIDDEN}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_before_rows_are_read_is_shown() {
        for message in [
            "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column `amuont` cannot be resolved. SQLSTATE: 42703",
            "[TABLE_OR_VIEW_NOT_FOUND] The table `x` cannot be found. SQLSTATE: 42P01; line 3 pos 5",
            "[PARSE_SYNTAX_ERROR] Syntax error at or near 'FORM'. SQLSTATE: 42601 (line 1, pos 9)",
            "customers: [UNRESOLVED_ROUTINE] function mask_email does not exist",
            "[NOT_SUPPORTED_COMMAND_FOR_V2_TABLE] SHOW is not supported. SQLSTATE: 0A000",
        ] {
            assert_eq!(without_rows(&format!("{message}\n'Project [x]")), message);
        }
    }

    #[test]
    fn what_may_quote_a_row_is_not_shown() {
        for message in [
            "[CAST_INVALID_INPUT] The value 'ada@example.com' cannot be cast to \"INT\". SQLSTATE: 22018",
            "[EXPECTATION_VIOLATION.VERBOSITY_ALL] Flow 'x' failed. Input data: '{\"mail\":\"ada@example.com\"}'.",
            "[CAST_INVALID_INPUT] The value 'ada@example.com SQLSTATE: 42703' cannot be cast. SQLSTATE: 22018",
            "[DELTA_VIOLATE_CONSTRAINT_WITH_VALUES] violated by row with values: ada@example.com SQLSTATE: 23001",
            "java.lang.NumberFormatException: For input string: \"ada@example.com\"",
            "ada@example.com: [PARSE_SYNTAX_ERROR] is a text of a row",
            "",
        ] {
            let shown = without_rows(message);
            assert!(shown.ends_with(HIDDEN) && !shown.contains("ada"), "{shown}");
        }
        let shown = without_rows("[CAST_INVALID_INPUT] The value 'ada' is no number. SQLSTATE: 22018");
        assert!(shown.starts_with("[CAST_INVALID_INPUT] "), "{shown}");
    }
}
