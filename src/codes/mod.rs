//! The closed list of codes: a number, a name, a title each; the explanation stands in `explain/<number>.md`.
//!
//! Those about SQL and YAML belong to [`lakeflow`]; the others are here. Numbers are stable; a retired one is not used again.

pub use lakeflow::codes::*;

use lakeflow::diag::Code;

lakeflow::codes! {
    UNREADABLE_FILE "E0101" "a file or directory cannot be read"
    NOT_UTF8 "E0102" "a file is not UTF-8"
    FILE_TOO_LARGE "E0103" "a file is too large to be a spec"
    NO_PROJECT "E0107" "there is no project file"
    EMPTY_FILE "E0108" "a spec is empty or no mapping"
    UNKNOWN_FILE_KIND "E0109" "a file is neither a project, an entity nor a metric"
    MISSING_KEY "E0202" "a required key is missing"
    WRONG_TYPE "E0203" "a value has the wrong type"
    BAD_VALUE "E0204" "a value is not among those allowed"
    EXPANDED_TEXT "E0205" "a text that would be replaced on its way"
    BAD_NAME "E0301" "a name that Unity Catalog refuses"
    RESERVED_NAME "E0302" "a name that Lakeflow or the compiler reserves"
    DUPLICATE_NAME "E0303" "two things have the same name"
    UNKNOWN_ENTITY "E0304" "an entity that is not declared"
    UNKNOWN_AUDIENCE "E0306" "an audience that is not declared"
    UNKNOWN_PRINCIPAL "E0307" "a principal that is not declared"
    UNKNOWN_DIMENSION "E0308" "a dimension or measure that is not declared"
    UNKNOWN_REFRESH "E0309" "a schedule refreshes something that does not exist"
    AMBIGUOUS_REFERENCE "E0310" "two references to one entity need names"
    REFERENCE_CYCLE "E0401" "references between entities form a cycle"
    REFERENCE_TYPE "E0402" "a reference and the key it names differ in type"
    REFERENCE_KEY "E0403" "a reference needs an entity with a key of one column"
    LOAD_NEEDS_KEY "E0404" "this load needs a key"
    OPTION_CONFLICT "E0405" "an option does not fit what stands beside it"
    DEFINITION_CYCLE "E0406" "measures or dimensions are defined by each other"
    DEFAULT_TARGET "E0407" "exactly one target must be the default"
    BAD_GLOB "E0408" "a file pattern is not valid"
    EMPTY_METRIC "E0409" "a metric declares nothing to compute"
    LOOKUP_FILE "E0501" "a lookup file cannot be used"
    LOOKUP_VALUE "E0502" "a lookup value does not fit its column"
    LOOKUP_DUPLICATE_KEY "E0503" "a lookup key stands twice"
    SQL_SYNTAX "E0601" "an expression is not valid SQL"
    NOT_AN_AGGREGATE "E0609" "a measure is no aggregate"
    MEASURE_TYPE "E0612" "a measure does not fit its declared type"
    BAD_PATTERN "E0613" "a pattern is not a valid regular expression"
    EXPRESSION_TOO_LARGE "E0615" "an expression grows too large"
    REPEATED_VALUE "E0616" "an aggregate counts a referenced value once for each row"
    AUDIENCE_MAY_NOT_SEE "E0701" "personal data reaches an audience that may not see it"
    UNKNOWN_PERSONAL_KIND "E0702" "a kind of personal data that is not known"
    BAD_CRON "E0703" "a schedule is not a cron expression"
    BAD_TIMEZONE "E0704" "a time zone that does not exist"
    CLASSIFICATION_TOO_LOW "E0705" "the classification is too low for the data"
    NOBODY_NOTIFIED "E0706" "alerts that nobody hears of"
    PERSONAL_LOOKUP "E0707" "personal data stands in the text of a view"
    NO_REASON "E0708" "a reason that says nothing"
    BAD_PLACE "E0712" "a place that can't be read from or deployed to"
    FOREIGN_FILE "E0901" "a file that `gen` does not own is in the way"
    CANNOT_WRITE "E0902" "a file cannot be written"
    STRAY_FILE "E0903" "a file in the output directory that `gen` did not write"
    BAD_RECORD "E0904" "the record of what builds have granted is damaged or missing"
    LANDING "E1001" "the landing directory cannot be used"
    NOT_RUNNABLE_LOCALLY "E1002" "the local engine cannot run a statement"
    EXPECTATION_FAILED "E1003" "an expectation stopped the update"
    QUERY_FAILED "E1004" "a query failed on the local engine"
    REFUSED_BY_WORKSPACE "E1101" "the workspace refuses what a spec gives"
    UNUSED_ALLOW "W0101" "an allowance that silences nothing"
    UNREAD_SPEC "W0102" "a file that begins like a spec is not read"
    SAME_FILES "W0401" "two entities read the same files"
    ROUNDED_TWICE "W0601" "a figure may be rounded twice"
    ROW_MAY_FAIL "W0602" "one row can stop the update"
    NULL_COMPARISON "W0603" "a comparison with NULL"
    NEVER_HELD "W0604" "a value that a column never holds"
    FOREGONE "W0605" "a condition whose outcome is known beforehand"
    LACKS_LOCALLY "W0606" "a function that the local engine lacks"
    SAME_PRINCIPAL "W0701" "one principal reads in two roles"
    EVERYBODY_SEES "W0702" "everybody sees personal data"
    WEAK_MASK "W0703" "a mask that hides little"
    NO_APPLICATION_ID "W0704" "a service principal that statements can't name"
    SOUNDS_PERSONAL "W0705" "a column is named like personal data"
    IDLE_REASON "W0706" "a reason to declassify that releases nothing"
    GONE_TARGET "W0901" "what was granted in a target that is gone may still stand"
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
