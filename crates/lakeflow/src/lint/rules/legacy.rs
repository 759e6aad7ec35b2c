//! Spellings of Delta Live Tables that Lakeflow no longer accepts, or accepts and ignores.

use sqlparser::tokenizer::Token;

use crate::check::Setting;
use crate::lint::finding::Finding;
use crate::lint::view::StatementView;

/// `LIVE.t`: lakeflow-sql.md, "Streaming reads".
pub fn live_prefix(view: &StatementView<'_>) -> Vec<Finding> {
    let is_prefix =
        |at: &usize| view.is_token(at + 1, &Token::Period) && !(*at > 0 && view.is_token(at - 1, &Token::Period));
    let find = |at: usize| {
        let finding = Finding::new(view.range(at, at), "the prefix `LIVE` is ignored");
        finding.hint("write the name alone").replace(view.range(at, at + 1), "")
    };
    view.places("LIVE").filter(is_prefix).map(find).collect()
}

/// `CREATE LIVE TABLE` and its kind: lakeflow-sql.md, "Streaming tables", "Materialized views" and "Views".
pub fn live_object(view: &StatementView<'_>) -> Vec<Finding> {
    let forms = [
        ("STREAMING LIVE TABLE", "STREAMING TABLE"),
        ("LIVE TABLE", "MATERIALIZED VIEW"),
        ("LIVE VIEW", "TEMPORARY VIEW"),
    ];
    let found = forms.into_iter().find_map(|(old, new)| Some((view.places(old).next()?, old, new)));
    let Some((at, old, new)) = found.filter(|_| view.created().is_some()) else { return vec![] };
    let range = view.range(at, at + old.split(' ').count() - 1);
    let finding = Finding::new(range.clone(), format!("`{old}` is deprecated")).hint(format!("write `{new}`"));
    // `TEMPORARY` may stand before `LIVE` already, a view takes no `OR REFRESH`, and a view that expects something is no longer one.
    let is_safe = new != "TEMPORARY VIEW" || (at == 1 && !view.has("EXPECT"));
    vec![if is_safe && !view.has("TEMPORARY LIVE") { finding.replace(range, new) } else { finding }]
}

/// `APPLY CHANGES INTO`: lakeflow-sql.md, "AUTO CDC".
pub fn apply_changes(view: &StatementView<'_>) -> Vec<Finding> {
    let find = |at: usize| {
        let finding = Finding::new(view.range(at, at + 1), "`APPLY CHANGES` is the old name of AUTO CDC");
        finding.hint("write `CREATE FLOW name AS AUTO CDC INTO ..`; a new flow starts with a new checkpoint")
    };
    view.places("APPLY CHANGES").map(find).collect()
}

/// `cloud_files(..)`: lakeflow-sql.md, "Reading files".
pub fn cloud_files(view: &StatementView<'_>) -> Vec<Finding> {
    let find = |at: usize| {
        let finding = Finding::new(view.range(at, at), "`cloud_files` is the old way to read files");
        finding.hint("write `STREAM read_files(path, format => ..)`")
    };
    view.calls("cloud_files").map(find).collect()
}

/// `input_file_name()`: lakeflow-sql.md, "Reading files".
pub fn input_file_name(view: &StatementView<'_>) -> Vec<Finding> {
    let find = |at: usize| {
        let call = view.range(at, view.closing(at + 1));
        let finding = Finding::new(call.clone(), "`input_file_name()` is not available in Unity Catalog");
        finding.hint("read `_metadata.file_path`").replace(call, "_metadata.file_path")
    };
    view.calls("input_file_name").map(find).collect()
}

/// `CREATE OR REPLACE STREAMING TABLE`: lakeflow-sql.md, "Streaming tables".
pub fn or_replace_dataset(view: &StatementView<'_>) -> Vec<Finding> {
    if !view.creates_table() || !view.is(1, "OR REPLACE") || view.setting == Setting::Beside {
        return vec![];
    }
    let finding = Finding::new(view.range(1, 2), "`OR REPLACE` is not allowed on a pipeline dataset");
    vec![finding.hint("write `OR REFRESH`").replace(view.range(1, 2), "OR REFRESH")]
}

/// `CREATE TEMPORARY STREAMING TABLE`: lakeflow-sql.md, "Streaming tables".
pub fn temporary_table(view: &StatementView<'_>) -> Vec<Finding> {
    let is_old = |at: &usize| view.creates_table() && (view.is(*at, "TEMPORARY") || view.is(*at, "TEMP"));
    let find = |at: usize| {
        let finding =
            Finding::new(view.range(at, at), "`TEMPORARY` is deprecated for a table that only the pipeline sees");
        // `PRIVATE` does not go with the spelling `LIVE`.
        let finding = finding.hint("write `PRIVATE`");
        if view.has("LIVE") { finding } else { finding.replace(view.range(at, at), "PRIVATE") }
    };
    [1, 3].into_iter().filter(is_old).map(find).collect()
}

/// `is_member('group')`: lakeflow-sql.md, "Functions of masks and filters".
pub fn is_member(view: &StatementView<'_>) -> Vec<Finding> {
    let find = |at: usize| {
        let finding = Finding::new(view.range(at, at), "`is_member` only checks workspace groups");
        finding.hint("Unity Catalog uses account groups: write `is_account_group_member('group')`")
    };
    view.calls("is_member").map(find).collect()
}
