//! Tables that something else keeps, as a deployment finds them: whether they are there, have the columns that entities
//! read, and show the pipeline all that is in them.

use lakeflow::check::OutsideTable;
use lakeflow::is_same_name;

use super::client::Client;
use super::client::api::grants::{self, Securable};
use super::client::api::tables::{self, Column, Table};
use super::doctor::{DoctorCheck, fine, lacking, unknown};
use crate::model::Target;
use crate::plan::deployment;

/// What the checks are called.
const WHAT: &str = "table";

/// Looks at each table that the pipeline reads.
pub fn examine(client: &Client<'_>, outside: &[OutsideTable], target: &Target) -> Vec<DoctorCheck> {
    outside.iter().flat_map(|table| checks(client, table, target)).collect()
}

fn checks(client: &Client<'_>, outside: &OutsideTable, target: &Target) -> Vec<DoctorCheck> {
    let name = match outside.name.as_slice() {
        [schema, table] => format!("{}.{schema}.{table}", target.catalog),
        parts => parts.join("."),
    };
    let table = match tables::get(client, &name) {
        Ok(Some(table)) => table,
        Ok(None) => {
            let found = format!("cannot see `{name}`, which the pipeline reads");
            let remedy = "create it, or ask its owner for SELECT on it";
            // Whoever deploys need not see what the pipeline reads.
            let is_told = target.run_as.is_none() || deployment::deployer(target) == target.run_as.as_ref();
            return vec![if is_told { lacking(WHAT, found, remedy.to_owned()) } else { unknown(WHAT, found, remedy) }];
        }
        Err(error) => return vec![unknown(WHAT, error.to_string(), "ask its owner for SELECT on it")],
    };
    let mut checks: Vec<DoctorCheck> = vec![];
    checks.extend(access(client, &name, target));
    checks.extend(columns(outside, &table, &name));
    checks.extend(stream(outside, &table, &name));
    checks.extend(hidden(outside, &table, &name));
    if checks.is_empty() {
        checks.push(fine(WHAT, format!("`{name}` has the declared columns")));
    }
    checks
}

/// Whether the principal that the pipeline runs as may read it.
fn access(client: &Client<'_>, name: &str, target: &Target) -> Option<DoctorCheck> {
    let run_as = target.run_as.as_ref()?.id();
    let remedy = format!("grant it: `GRANT SELECT ON TABLE {name} TO `{run_as}``");
    match grants::effective(client, Securable::Table, name, Some(run_as)) {
        Ok(held) => {
            let may_read = |privilege: &str| matches!(privilege, "SELECT" | "ALL_PRIVILEGES");
            let held = held.into_values().flatten().any(|effective| may_read(&effective.privilege));
            (!held).then(|| lacking(WHAT, format!("`{run_as}` has no SELECT on `{name}`"), remedy))
        }
        Err(error) => Some(unknown(WHAT, format!("whether `{run_as}` may read `{name}`: {error}"), &remedy)),
    }
}

/// Columns that are missing, or of another type than entities declare.
fn columns(outside: &OutsideTable, table: &Table, name: &str) -> Vec<DoctorCheck> {
    let check = |declared: &lakeflow::types::Column| {
        let wanted = declared.ty.to_string().to_lowercase();
        let Some(found) = own(table, &declared.name) else {
            let remedy = format!("name another column by `from`, or add it to the table as {wanted}");
            return Some(lacking(WHAT, format!("`{name}` has no column `{}`", declared.name), remedy));
        };
        let kept = stored(&found.type_text);
        (kept != wanted).then(|| {
            let found = format!("`{}` of `{name}` is {kept}, but declared {wanted}", declared.name);
            lacking(WHAT, found, "declare the type that it has; the update would stop at `column_types`".to_owned())
        })
    };
    outside.columns.iter().filter_map(check).collect()
}

fn own<'a>(table: &'a Table, name: &str) -> Option<&'a Column> {
    table.columns.iter().find(|column| is_same_name(&column.name, name))
}

/// A type as `typeof` names it: texts of a limited length are strings to queries.
fn stored(type_text: &str) -> String {
    let text: String = type_text.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let is_text = ["varchar(", "char("].iter().any(|prefix| text.starts_with(prefix));
    if is_text { "string".to_owned() } else { text }
}

/// Whether it can be read as a stream, if that is asked for: views are computed anew, so that nothing is appended to them.
fn stream(outside: &OutsideTable, table: &Table, name: &str) -> Option<DoctorCheck> {
    let is_view = matches!(table.table_type.as_str(), "VIEW" | "MATERIALIZED_VIEW" | "METRIC_VIEW");
    (outside.is_stream && is_view).then(|| {
        let found = format!("`{name}` is a view, to which nothing is appended");
        lacking(WHAT, found, "remove `read: appends`: then each update reads all rows".to_owned())
    })
}

/// What the table may hide from the pipeline: whether it does is decided by a function.
fn hidden(outside: &OutsideTable, table: &Table, name: &str) -> Vec<DoctorCheck> {
    let remedy = "make sure that the function shows everything to whom the pipeline runs as";
    let filter = table.row_filter.as_ref().map(|filter| {
        unknown(WHAT, format!("`{}` may hide rows of `{name}` from the pipeline", filter.function_name), remedy)
    });
    let masked = outside.columns.iter().filter_map(|column| own(table, &column.name)).filter_map(|column| {
        let mask = &column.mask.as_ref()?.function_name;
        Some(unknown(WHAT, format!("`{mask}` may hide `{}` of `{name}` from the pipeline", column.name), remedy))
    });
    filter.into_iter().chain(masked).collect()
}

#[cfg(test)]
mod tests {
    use super::stored;

    #[test]
    fn types_are_compared_as_queries_see_them() {
        for (kept, seen) in [
            ("varchar(20)", "string"),
            ("CHAR(3)", "string"),
            ("decimal(10, 2)", "decimal(10,2)"),
            ("timestamp_ntz", "timestamp_ntz"),
            ("string COLLATE UTF8_LCASE", "stringcollateutf8_lcase"),
        ] {
            assert_eq!(stored(kept), seen);
        }
    }
}
