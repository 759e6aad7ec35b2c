//! The list of all rules: name, severity, where it is checked, and one line on what it finds. The explanation is in
//! `rules/<name>.md`.

use super::finding::Finding;
use super::rules::{
    datasets, files, flows, functions, governance, legacy, metric, nulls, options, parameters, policy, privilege,
    spelling, streams, tables, tags, views,
};
use super::view::{FileView, StatementView};
use crate::diag::{Code, CodeEntry, Severity};

/// A rule of the linter.
#[derive(Debug)]
pub struct Lint {
    /// Its name, title and explanation.
    pub code: Code,
    /// The worst that it finds. Errors are refused by Lakeflow or wrong for sure; warnings are traps, or what one page alone says.
    pub severity: Severity,
    pub(super) find: Find,
}

/// How a rule is found.
#[derive(Debug)]
pub(super) enum Find {
    /// In the tokens of a statement.
    Statement(fn(&StatementView<'_>) -> Vec<Finding>),
    /// In a file as a whole.
    File(fn(&FileView<'_>) -> Vec<Finding>),
    /// By the compiler's own analysis of the pipeline.
    Check,
    /// In the comments that allow a finding.
    Allowance,
}

macro_rules! lints {
    ($($id:literal $severity:ident $find:ident $(($function:path))? $title:literal)*) => {
        /// Every rule, in families.
        pub static ALL: &[Lint] = &[$(Lint {
            code: Code(&CodeEntry {
                number: $id,
                title: $title,
                explanation: include_str!(concat!("rules/", $id, ".md")),
            }),
            severity: Severity::$severity,
            find: Find::$find $(($function))?,
        },)*];
    };
}

impl Lint {
    /// Name of the rule, such as `float-sum`: comments allow it by this name, `gen sql lint --rule` chooses it.
    pub fn id(&self) -> &'static str {
        self.code.number()
    }
}

/// The rule of this name.
pub fn by_id(id: &str) -> Option<&'static Lint> {
    ALL.iter().find(|lint| lint.id() == id)
}

lints! {
    "nullable-expectation" Warning Check "an expectation that may be NULL"
    "expectation-on-view" Error Check "an expectation on a view"
    "duplicate-expectation" Error Check "duplicate expectation"
    "expectation-beyond-row" Error Check "an expectation that looks beyond its row"
    "location-clause" Warning Check "`LOCATION` on a Unity Catalog table"
    "statement-outside-pipeline" Error Check "a statement that is not allowed in pipeline source"
    "bare-query" Warning Check "a query that defines nothing"
    "stream-missing" Error Check "a streaming table that does not read a stream"
    "stream-in-view" Error Check "a view that reads a stream"
    "window-over-stream" Error Check "a window function over a stream"
    "aggregate-over-stream" Warning Check "an aggregate over a stream"
    "distinct-stream" Warning Check "`DISTINCT` over a stream"
    "sorted-stream" Warning Check "`ORDER BY` over a stream"
    "limited-stream" Warning Check "`LIMIT` over a stream"
    "unstable-materialized-view" Warning Check "a non-deterministic function in a materialized view"
    "float-sum" Warning Check "a sum over floating point numbers"
    "read-files-in-materialized-view" Warning Check "a materialized view over files"
    "overwrites-without-cdc" Warning Check "overwritten files are read twice"
    "query-and-flow" Warning Check "a table with a query and a flow"
    "live-prefix" Warning Statement(legacy::live_prefix) "the prefix `LIVE.`"
    "live-object" Warning Statement(legacy::live_object) "a `LIVE` table or view"
    "apply-changes" Warning Statement(legacy::apply_changes) "`APPLY CHANGES INTO`"
    "cloud-files" Warning Statement(legacy::cloud_files) "`cloud_files(..)`"
    "input-file-name" Warning Statement(legacy::input_file_name) "`input_file_name()`"
    "or-replace-dataset" Warning Statement(legacy::or_replace_dataset) "`OR REPLACE` on a dataset"
    "temporary-table" Warning Statement(legacy::temporary_table) "a temporary table"
    "is-member" Warning Statement(legacy::is_member) "`is_member` in a filter or mask"
    "doubled-quote" Warning Statement(spelling::doubled_quote) "`''` in a string"
    "double-quoted-string" Warning Statement(spelling::double_quoted_string) "a string in double quotes"
    "unquoted-hyphen-name" Error Statement(spelling::unquoted_hyphen_name) "a hyphen in a name without backticks"
    "reserved-column-name" Warning Statement(spelling::reserved_column_name) "a column with a name reserved by the platform"
    "column-name-needs-mapping" Error Statement(spelling::column_name_needs_mapping) "a column name that Delta rejects"
    "name-too-long" Error Statement(spelling::name_too_long) "a name that is too long"
    "byte-order-mark" Error File(spelling::byte_order_mark) "a file that starts with a byte-order mark"
    "parameter-in-comment" Warning File(parameters::parameter_in_comment) "a parameter in a comment"
    "parameter-in-pattern" Warning Statement(parameters::parameter_in_pattern) "a group reference that reads as a parameter"
    "bundle-variable" Warning Statement(parameters::bundle_variable) "a bundle variable in SQL"
    "missing-format" Warning Statement(files::missing_format) "`read_files` without `format`"
    "missing-header" Warning Statement(files::missing_header) "CSV without `header`"
    "missing-escape" Warning Statement(files::missing_escape) "CSV without `escape`"
    "missing-rescue-column" Warning Statement(files::missing_rescue_column) "CSV with a schema and no rescue column"
    "evolution-with-schema" Error Statement(files::evolution_with_schema) "`addNewColumns` with an explicit schema"
    "schema-location" Warning Statement(files::schema_location) "`schemaLocation` in a pipeline"
    "schema-hints-with-schema" Warning Statement(files::schema_hints_with_schema) "`schemaHints` with an explicit schema"
    "enforced-schema-by-name" Warning Statement(files::enforced_schema_by_name) "`enforceSchema` where columns are matched by name"
    "undeclared-corrupt-record" Warning Statement(files::undeclared_corrupt_record) "an undeclared column for corrupt records"
    "mode-beside-rescue-column" Warning Statement(files::mode_beside_rescue_column) "`FAILFAST` or `DROPMALFORMED` with a rescue column"
    "hidden-path" Warning Statement(files::hidden_path) "files that are skipped because of their names"
    "inferred-column-types" Warning Statement(files::inferred_column_types) "CSV with inferred column types"
    "misspelt-option" Warning Statement(options::misspelt_option) "unknown option"
    "select-star-from-read-files" Warning Statement(files::select_star) "`SELECT *` over files without a schema"
    "ungated-full-refresh" Warning Statement(files::ungated_full_refresh) "a full refresh that loses rows"
    "union-of-streams" Warning Statement(streams::union_of_streams) "a union of streams"
    "stream-stream-join" Warning Statement(streams::stream_stream_join) "a join of two streams without a watermark"
    "stream-from-cdc-target" Warning Statement(streams::stream_from_cdc_target) "a stream over a table whose rows change"
    "partition-and-cluster" Error Statement(tables::partition_and_cluster) "`CLUSTER BY` and `PARTITIONED BY` together"
    "too-many-cluster-keys" Warning Statement(tables::too_many_cluster_keys) "more than four clustering keys"
    "cluster-key-type" Error Statement(tables::cluster_key_type) "a clustering key of a type without an order"
    "generated-column" Warning Statement(tables::generated_column) "a generated or identity column"
    "default-column" Warning Statement(tables::default_column) "a column with a default"
    "standalone-clause" Warning Statement(tables::standalone_clause) "a clause for tables outside of a pipeline"
    "check-constraint" Error Statement(tables::check_constraint) "`CHECK` on a dataset"
    "comment-without-type" Warning Statement(tables::comment_without_type) "a column comment without a type"
    "mask-on-private-table" Warning Statement(tables::mask_on_private_table) "a mask or row filter on a private table"
    "not-null-column" Warning Statement(tables::not_null_column) "`NOT NULL` in a streaming table"
    "nullable-key" Error Statement(tables::nullable_key) "a primary key that may be NULL"
    "key-option" Warning Statement(tables::key_option) "`NOT ENFORCED`, `RELY` and the like on a key"
    "duplicate-column" Error Statement(tables::duplicate_column) "duplicate column"
    "pivot" Error Statement(views::pivot) "`PIVOT` in a pipeline"
    "sorted-materialized-view" Warning Statement(views::sorted_view) "`ORDER BY` or `LIMIT` of a materialized view"
    "window-without-partition" Warning Statement(views::window_without_partition) "a window over all rows"
    "recursive-view" Warning Statement(views::recursive_view) "`WITH RECURSIVE` in a materialized view"
    "untracked-rows" Warning Statement(views::untracked_rows) "a materialized view over a table without row tracking"
    "unnamed-column" Warning Statement(views::unnamed_column) "an unnamed expression in a materialized view"
    "history-without-end" Warning Statement(views::history_without_end) "all versions of a history are read"
    "flow-without-by-name" Error Statement(flows::flow_without_by_name) "a flow without `BY NAME`"
    "dotted-flow-name" Warning Statement(flows::dotted_flow_name) "a flow whose name has several parts"
    "once-flow" Warning Statement(flows::once_flow) "a flow that runs once"
    "week-year-pattern" Error Statement(functions::week_year_pattern) "a week-based date pattern"
    "date-trunc-unit" Error Statement(functions::date_trunc_unit) "unknown unit of `date_trunc`"
    "week-with-calendar-year" Warning Statement(functions::week_with_calendar_year) "a week number with the wrong year"
    "unordered-list" Warning Statement(functions::unordered_list) "an unordered list"
    "first-without-order" Warning Statement(functions::first_without_order) "the first value of a group"
    "nullable-hash" Warning Statement(functions::nullable_hash) "a hash over nullable parts"
    "equals-null" Error Statement(nulls::equals_null) "a comparison with NULL"
    "negated-rules" Warning Statement(nulls::negated_rules) "a quarantine that loses rows"
    "grant-on-streaming-table" Warning Statement(governance::grant_on_streaming_table) "a grant on a `STREAMING TABLE`"
    "privilege-of-another-object" Error Statement(privilege::privilege_of_another_object) "a privilege that the object does not have"
    "deny-statement" Warning Statement(governance::deny_statement) "`DENY`"
    "unquoted-principal" Warning Statement(governance::unquoted_principal) "a principal without backticks"
    "mask-by-alter" Warning Statement(governance::mask_by_alter) "a mask or filter set outside the definition"
    "owner-by-alter" Warning Statement(governance::owner_by_alter) "a name or owner set outside the definition"
    "comment-by-statement" Warning Statement(datasets::comment_by_statement) "a comment set outside the definition"
    "statement-on-dataset" Error Statement(datasets::statement_on_dataset) "a statement that is not allowed on a pipeline table"
    "alter-table-on-dataset" Warning Statement(datasets::alter_table_on_dataset) "`ALTER TABLE` on a streaming table"
    "tag-key-characters" Warning Statement(tags::tag_key_characters) "a tag key that may be rejected"
    "tag-value" Error Statement(tags::tag_value) "a tag that is rejected"
    "function-without-deterministic" Warning Statement(governance::function_without_deterministic) "a function not declared `DETERMINISTIC`"
    "policy-without-except" Warning Statement(policy::policy_without_except) "a policy without `EXCEPT`"
    "policy-tag-function" Warning Statement(policy::policy_tag_function) "`hasTag` in place of `has_tag`"
    "policy-match-limit" Warning Statement(policy::policy_match_limit) "a policy that matches too many columns"
    "policy-principal-limit" Warning Statement(policy::policy_principal_limit) "a policy that names too many principals"
    "drop-policy-if-exists" Warning Statement(policy::drop_policy_if_exists) "`DROP POLICY IF EXISTS`"
    "metric-view-version" Warning Statement(metric::metric_view_version) "a metric view without a version"
    "metric-view-on" Warning Statement(metric::metric_view_on) "the key `on` without quotes"
    "unused-allowance" Warning Allowance "an unused allow comment"
    "allowance-without-reason" Warning Allowance "an allow comment without a reason"
}
