//! The complete list of codes: a number, a name and a title each; the explanation is in `explain/<number>.md`.
//!
//! Codes about SQL and YAML belong to [`lakeflow`]; the others are here. Numbers are stable; that of a retired code is
//! not used again.

pub use lakeflow::codes::*;

use lakeflow::diag::Code;

lakeflow::codes! {
    UNREADABLE_FILE "E0101" "a file or directory cannot be read"
    NOT_UTF8 "E0102" "a file is not UTF-8"
    FILE_TOO_LARGE "E0103" "a file is too large for a spec"
    NO_PROJECT "E0107" "there is no project file"
    EMPTY_FILE "E0108" "a spec is empty or not a mapping"
    UNKNOWN_FILE_KIND "E0109" "a file declares neither a project, an entity nor a metric"
    MISSING_KEY "E0202" "a required key is missing"
    WRONG_TYPE "E0203" "a value has the wrong type"
    BAD_VALUE "E0204" "a value is not allowed here"
    EXPANDED_TEXT "E0205" "text that would be expanded on deployment"
    BAD_NAME "E0301" "invalid name"
    RESERVED_NAME "E0302" "reserved name"
    DUPLICATE_NAME "E0303" "duplicate name"
    UNKNOWN_ENTITY "E0304" "unknown entity"
    UNKNOWN_AUDIENCE "E0306" "unknown audience"
    UNKNOWN_PRINCIPAL "E0307" "unknown principal"
    UNKNOWN_DIMENSION "E0308" "unknown dimension or measure"
    UNKNOWN_REFRESH "E0309" "a schedule refreshes an unknown entity or metric"
    AMBIGUOUS_REFERENCE "E0310" "ambiguous reference"
    REFERENCE_CYCLE "E0401" "references between entities form a cycle"
    REFERENCE_TYPE "E0402" "a reference and the key it names differ in type"
    REFERENCE_KEY "E0403" "a reference does not hold the key of an entity"
    LOAD_NEEDS_KEY "E0404" "this kind of load requires a key"
    OPTION_CONFLICT "E0405" "conflicting or inapplicable option"
    DEFINITION_CYCLE "E0406" "measures or dimensions are defined in terms of each other"
    DEFAULT_TARGET "E0407" "exactly one target must be the default"
    BAD_GLOB "E0408" "invalid file pattern"
    EMPTY_METRIC "E0409" "a metric has nothing to compute"
    EACH_ROWS "E0410" "the rows of an `each` cannot be used"
    EACH_KEY_TWICE "E0411" "two rows of an `each` have the same key"
    UNKNOWN_PARAMETER "E0412" "unknown parameter"
    MISPLACED_PARAMETER "E0413" "a parameter may not stand here"
    NAME_OF_ROWS "E0414" "a name does not tell the rows of an `each` apart"
    LOOKUP_FILE "E0501" "a lookup file cannot be used"
    LOOKUP_VALUE "E0502" "a lookup value does not fit its column"
    LOOKUP_DUPLICATE_KEY "E0503" "duplicate lookup key"
    QUERY_FILE "E0504" "a query file cannot be used"
    QUERY_COLUMN "E0505" "a query does not give the declared columns"
    SQL_SYNTAX "E0601" "invalid SQL expression"
    NOT_AN_AGGREGATE "E0609" "a measure is not an aggregate"
    MEASURE_TYPE "E0612" "a measure does not fit its declared type"
    BAD_PATTERN "E0613" "invalid regular expression"
    EXPRESSION_TOO_LARGE "E0615" "expression too large"
    REPEATED_VALUE "E0616" "an aggregate counts a referenced value once per row"
    AUDIENCE_MAY_NOT_SEE "E0701" "personal data reaches an audience that may not see it"
    UNKNOWN_PERSONAL_KIND "E0702" "unknown kind of personal data"
    BAD_CRON "E0703" "invalid cron expression"
    BAD_TIMEZONE "E0704" "unknown time zone"
    CLASSIFICATION_TOO_LOW "E0705" "the classification is too low for the data"
    NOBODY_NOTIFIED "E0706" "alerts without recipients"
    PERSONAL_LOOKUP "E0707" "personal data in the definition of a view"
    NO_REASON "E0708" "a reason that explains nothing"
    BAD_PLACE "E0712" "invalid path or host"
    FOREIGN_FILE "E0901" "a file that `gen` does not own is in the way"
    CANNOT_WRITE "E0902" "a file cannot be written"
    STRAY_FILE "E0903" "a file in the output directory that `gen` did not write"
    BAD_RECORD "E0904" "the record of granted privileges is damaged or missing"
    LANDING "E1001" "the landing directory cannot be used"
    NOT_RUNNABLE_LOCALLY "E1002" "the local engine cannot run a statement"
    EXPECTATION_FAILED "E1003" "an expectation stopped the update"
    QUERY_FAILED "E1004" "a query failed on the local engine"
    REFUSED_BY_WORKSPACE "E1101" "the workspace rejected a value of a spec"
    UNUSED_ALLOW "W0101" "unused `allow`"
    UNREAD_SPEC "W0102" "a file that looks like a spec is not read"
    SAME_FILES "W0401" "two entities read the same files"
    UNUSED_PARAMETER "W0402" "a parameter that nothing uses"
    UNUSED_DEFAULT "W0403" "a default that nothing takes"
    DEPRECATED "W0404" "something deprecated is read"
    ROUNDED_TWICE "W0601" "a value may be rounded twice"
    ROW_MAY_FAIL "W0602" "a single row can fail the update"
    NULL_COMPARISON "W0603" "a comparison with NULL"
    NEVER_HELD "W0604" "comparison with a value that a column never has"
    FOREGONE "W0605" "a condition that is always true or always false"
    LACKS_LOCALLY "W0606" "a construct that the local engine does not support"
    UNORDERED "W0607" "an aggregate depends on the order of rows"
    SAME_PRINCIPAL "W0701" "one principal has two roles"
    EVERYBODY_SEES "W0702" "everybody sees personal data"
    WEAK_MASK "W0703" "weak mask"
    NO_APPLICATION_ID "W0704" "invalid application id of a service principal"
    SOUNDS_PERSONAL "W0705" "a column name suggests personal data"
    IDLE_REASON "W0706" "unused reason to declassify"
    GONE_TARGET "W0901" "privileges granted in a removed target may still exist"
}

/// Every code, by number; without the rules of the linter.
pub fn all() -> Vec<Code> {
    let mut all = [lakeflow::codes::ALL, ALL].concat();
    all.sort_unstable();
    all
}

/// The code with this number, in any letter case.
pub fn from_number(number: &str) -> Option<Code> {
    all().into_iter().find(|code| code.number().eq_ignore_ascii_case(number))
}

#[cfg(test)]
mod tests;
