//! The codes of the diagnostics of this crate; each is explained in `explain/<number>.md`.
//!
//! Numbers are unique in `gen` as a whole: a program that uses this crate adds its own codes with the macro
//! [`codes!`](crate::codes!). The number of a retired code is not used again.

crate::codes! {
    YAML_SYNTAX "E0104" "invalid YAML"
    DUPLICATE_KEY "E0105" "duplicate key"
    YAML_BUDGET "E0106" "nesting or aliases exceed the limits of a spec"
    UNKNOWN_KEY "E0201" "unknown key"
    UNKNOWN_COLUMN "E0305" "unknown column"
    UNKNOWN_FUNCTION "E0602" "unknown function"
    WRONG_ARGUMENTS "E0603" "wrong number or type of arguments"
    TYPE_MISMATCH "E0604" "an expression has the wrong type"
    NOT_BOOLEAN "E0605" "a condition is not boolean"
    SUBQUERY_NOT_ALLOWED "E0606" "subquery not allowed here"
    AGGREGATE_NOT_ALLOWED "E0607" "aggregate not allowed here"
    WINDOW_NOT_ALLOWED "E0608" "window function not allowed here"
    NESTED_AGGREGATE "E0610" "nested aggregate"
    NOT_DETERMINISTIC "E0611" "a function whose result changes from run to run"
    INEXACT_SUM "E0614" "a sum over floating point numbers"
    PIPELINE_SYNTAX "E0801" "a pipeline statement does not parse"
    UNRESOLVED_NAME "E0802" "a name in a pipeline statement does not resolve"
    COLUMN_MISMATCH "E0803" "declared columns and query differ"
    STREAMING_MISMATCH "E0804" "a streaming read where a batch read is expected, or the reverse"
    DATASET_CYCLE "E0805" "datasets read each other in a cycle"
    FORBIDDEN_STATEMENT "E0806" "a statement that is not allowed in a pipeline"
    BAD_EXPECTATION "E0807" "an expectation that Lakeflow rejects or that may be NULL"
    NOT_INCREMENTAL "E0808" "non-deterministic expression in a materialized view"
    OVERWRITES_NEED_CDC "E0809" "overwritten files would be read twice"
    DUPLICATE_DATASET "E0810" "a dataset or flow is defined twice"
    STREAMING_OPERATION "E0811" "operation not supported on a stream"
    FLOAT_SUM "W0801" "a sum over floating point numbers in a materialized view"
    READS_FILES_AGAIN "W0802" "a materialized view that reads files"
}
