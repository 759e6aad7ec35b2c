//! Grants, masks and functions, next to a pipeline: lakeflow-sql.md, "Masks, row filters and policies" and "Grants,
//! tags and comments".

use crate::lint::finding::Finding;
use crate::lint::view::{Created, StatementView};

fn is_grant(view: &StatementView<'_>) -> bool {
    view.is(0, "GRANT") || view.is(0, "REVOKE")
}

/// `GRANT .. ON STREAMING TABLE t`.
pub fn grant_on_streaming_table(view: &StatementView<'_>) -> Vec<Finding> {
    let find = |at: usize| {
        let range = view.range(at + 1, at + 2);
        let finding = Finding::new(range.clone(), "`STREAMING TABLE` is not allowed in a grant");
        finding.hint("write `TABLE`").replace(range, "TABLE")
    };
    view.places("ON STREAMING TABLE").filter(|_| is_grant(view)).map(find).collect()
}

/// `TO data-eng`: a principal without backticks.
pub fn unquoted_principal(view: &StatementView<'_>) -> Vec<Finding> {
    let keyword = if view.is(0, "GRANT") { "TO" } else { "FROM" };
    let Some(at) = view.places(keyword).last().filter(|_| is_grant(view)) else { return vec![] };
    let last = (at + 1..view.pieces.len()).take_while(|index| !view.is(*index, "WITH")).last();
    let Some(last) = last.filter(|_| view.word(at + 1).is_some()) else { return vec![] };
    let name = view.slice(at + 1, last);
    if name.contains(char::is_whitespace) {
        return vec![]; // `TO RECIPIENT r`: of a share, and not of Unity Catalog's groups
    }
    let finding = Finding::new(view.range(at + 1, last), "the name of a principal must be in backticks");
    let finding = finding.hint(format!("write `` `{name}` ``"));
    let is_name = name.chars().all(|c| c.is_alphanumeric() || "-_.@".contains(c));
    vec![if is_name { finding.replace(view.range(at + 1, last), format!("`{name}`")) } else { finding }]
}

/// A mask or row filter that the next update takes back.
pub fn mask_by_alter(view: &StatementView<'_>) -> Vec<Finding> {
    let is_dataset = view.is(0, "ALTER STREAMING TABLE") || view.is(0, "ALTER MATERIALIZED VIEW");
    let changes = view.places("SET MASK").chain(view.places("SET ROW FILTER")).filter(|_| is_dataset);
    let find = |at: usize| {
        let finding =
            Finding::new(view.range(at, at + 1), "the next update resets this to the definition in the pipeline");
        finding.hint("declare the mask or filter in the `CREATE` of the dataset")
    };
    changes.map(find).collect()
}

/// A name or an owner of a dataset that the pipeline decides on.
pub fn owner_by_alter(view: &StatementView<'_>) -> Vec<Finding> {
    let is_dataset = view.is(0, "ALTER STREAMING TABLE") || view.is(0, "ALTER MATERIALIZED VIEW");
    let changes = ["OWNER TO", "RENAME TO"].into_iter().flat_map(|words| view.places(words).collect::<Vec<_>>());
    let find = |at: usize| {
        let finding =
            Finding::new(view.range(at, at + 1), "a pipeline dataset cannot be renamed or given another owner");
        finding
            .hint("rename it in its definition, or change the owner of the pipeline; grant `MANAGE` for anything else")
    };
    changes.filter(|_| is_dataset).map(find).collect()
}

/// `DENY`, which the old metastore has.
pub fn deny_statement(view: &StatementView<'_>) -> Vec<Finding> {
    if !view.is(0, "DENY") || view.has("hive_metastore") {
        return vec![];
    }
    let finding = Finding::new(view.range(0, 0), "Unity Catalog has no `DENY`");
    vec![finding.hint("grant to fewer principals, `REVOKE` the grant, or hide rows and columns with a policy")]
}

/// Functions whose result depends on who asks, or when.
const CONTEXT: &[&str] = &[
    "current_user",
    "session_user",
    "is_account_group_member",
    "is_member",
    "rand",
    "randn",
    "uuid",
    "now",
    "current_timestamp",
    "current_date",
];

/// `CREATE FUNCTION` that could say `DETERMINISTIC` and does not.
pub fn function_without_deterministic(view: &StatementView<'_>) -> Vec<Finding> {
    let asks_a_model =
        (0..view.pieces.len()).any(|at| view.word(at).is_some_and(|word| word.to_lowercase().starts_with("ai_")));
    let is_pure = !asks_a_model && !CONTEXT.iter().any(|name| view.has(name));
    let Some((_, name)) = view.created().filter(|_| view.creates(Created::Function) && is_pure) else { return vec![] };
    if view.has("DETERMINISTIC") || view.has("SELECT") || view.has("PYTHON") {
        return vec![];
    }
    let end = view.name_at(name).map_or(name, |(_, behind)| behind - 1);
    let finding =
        Finding::new(view.range(name, end), "missing `DETERMINISTIC`: the function counts as non-deterministic");
    vec![finding.hint("add `DETERMINISTIC` before `RETURN`, so that materialized views over it refresh incrementally")]
}
