//! Names as identifiers: in back-quotes where they need them.

use sqlparser::ast::Ident;

/// Words that some engine or parser reserves: Databricks itself takes most of them, Spark with reserved keywords and
/// others do not (lakeflow-sql.md, "Names and literals").
const RESERVED: &[&str] = &[
    "all",
    "alter",
    "and",
    "anti",
    "any",
    "array",
    "as",
    "at",
    "between",
    "both",
    "by",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "cross",
    "cube",
    "current",
    "default",
    "delete",
    "describe",
    "distinct",
    "drop",
    "else",
    "end",
    "escape",
    "except",
    "exists",
    "external",
    "false",
    "fetch",
    "filter",
    "for",
    "foreign",
    "from",
    "full",
    "function",
    "global",
    "grant",
    "group",
    "grouping",
    "having",
    "in",
    "inner",
    "insert",
    "intersect",
    "interval",
    "into",
    "is",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "local",
    "minus",
    "natural",
    "no",
    "not",
    "null",
    "of",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "partition",
    "pivot",
    "position",
    "primary",
    "qualify",
    "range",
    "references",
    "revoke",
    "right",
    "rollback",
    "rollup",
    "row",
    "rows",
    "select",
    "semi",
    "set",
    "some",
    "start",
    "stream",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "true",
    "truncate",
    "union",
    "unique",
    "unknown",
    "unpivot",
    "update",
    "user",
    "using",
    "values",
    "when",
    "where",
    "window",
    "with",
    "within",
];

/// No reserved word is longer.
const LONGEST_RESERVED: usize = 11;

/// A name of one part as an identifier, in backticks unless it is plain ASCII and no reserved word.
pub fn ident(name: &str) -> Ident {
    if needs_quotes(name) { Ident::with_quote('`', name) } else { Ident::new(name) }
}

/// Whether a name needs backticks to be read as a name, by whatever engine or parser.
pub fn needs_quotes(name: &str) -> bool {
    !is_word(name) || is_reserved(name)
}

fn is_word(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && name.starts_with(|c: char| !c.is_ascii_digit())
}

fn is_reserved(name: &str) -> bool {
    let lower = || name.bytes().map(|b| b.to_ascii_lowercase());
    name.len() <= LONGEST_RESERVED && RESERVED.binary_search_by(|word| word.bytes().cmp(lower())).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_words_are_sorted_for_the_search() {
        assert!(RESERVED.is_sorted());
        assert_eq!(RESERVED.iter().map(|word| word.len()).max(), Some(LONGEST_RESERVED));
    }

    #[test]
    fn names_that_no_engine_reads_otherwise_need_no_backticks() {
        let needing = ["order", "Order", "1st", "net-tax", "$HOME", "${x}", "größe", "x/y", "", "a b"];
        assert!(needing.iter().all(|name| needs_quotes(name)));
        assert!(["orders", "_key", "a1", "Betrag"].iter().all(|name| !needs_quotes(name)));
    }
}
