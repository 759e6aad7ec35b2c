//! The codes of what this crate finds; the explanation of each stands in `explain/<number>.md`.
//!
//! Numbers are one list for `gen` as a whole: a program around this crate adds its own by the macro
//! [`codes!`](crate::codes!). A retired number is not used again.

crate::codes! {
    YAML_SYNTAX "E0104" "the text is not valid YAML"
    DUPLICATE_KEY "E0105" "a key stands twice in one mapping"
    YAML_BUDGET "E0106" "nesting or aliases go beyond what a spec may hold"
    UNKNOWN_KEY "E0201" "a key that the spec language does not know"
    UNKNOWN_COLUMN "E0305" "a column that is not declared"
    UNKNOWN_FUNCTION "E0602" "a function that is not known"
    WRONG_ARGUMENTS "E0603" "a function gets the wrong number of arguments"
    TYPE_MISMATCH "E0604" "an expression has the wrong type"
    NOT_BOOLEAN "E0605" "a condition is not boolean"
    SUBQUERY_NOT_ALLOWED "E0606" "a subquery stands where none may"
    AGGREGATE_NOT_ALLOWED "E0607" "an aggregate stands where none may"
    WINDOW_NOT_ALLOWED "E0608" "a window function stands where none may"
    NESTED_AGGREGATE "E0610" "an aggregate stands inside another"
    NOT_DETERMINISTIC "E0611" "a function whose result changes from run to run"
    INEXACT_SUM "E0614" "a sum over floating point numbers"
    PIPELINE_SYNTAX "E0801" "a pipeline statement does not parse"
    UNRESOLVED_NAME "E0802" "a name in a pipeline statement does not resolve"
    COLUMN_MISMATCH "E0803" "declared columns and query differ"
    STREAMING_MISMATCH "E0804" "a stream where a batch belongs, or the reverse"
    DATASET_CYCLE "E0805" "datasets read each other in a cycle"
    FORBIDDEN_STATEMENT "E0806" "a statement that may not stand in a pipeline"
    BAD_EXPECTATION "E0807" "an expectation that Lakeflow refuses or that may be NULL"
    NOT_INCREMENTAL "E0808" "something non-deterministic in a materialized view"
    OVERWRITES_NEED_CDC "E0809" "overwritten files would be read twice"
    DUPLICATE_DATASET "E0810" "a dataset or flow is defined twice"
    STREAMING_OPERATION "E0811" "an operation that a stream does not support"
    FLOAT_SUM "W0801" "a sum over floating point numbers in a materialized view"
    READS_FILES_AGAIN "W0802" "a materialized view that reads files"
}
