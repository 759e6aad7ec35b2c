//! Tables and views of Unity Catalog (workspace-api.md, "Tables").

use serde::Deserialize;
use serde_json::json;

use super::{catalog, removed};
use crate::deploy::client::call::WorkspaceCall;
use crate::deploy::client::door::Method;
use crate::deploy::client::error::{Error, found};
use crate::deploy::client::{Client, Object};

/// A table or view.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Table {
    /// Without catalog and schema.
    pub name: String,
    /// Catalog that holds its schema, without quotes.
    #[serde(default)]
    pub catalog_name: String,
    /// Schema without the catalog.
    #[serde(default)]
    pub schema_name: String,
    /// `STREAMING_TABLE`, `MATERIALIZED_VIEW`, `VIEW`, `METRIC_VIEW`, `MANAGED`, ..
    #[serde(default)]
    pub table_type: String,
    /// Columns, unless they were left out.
    #[serde(default)]
    pub columns: Vec<Column>,
    /// `None` if it has none.
    #[serde(default)]
    pub comment: Option<String>,
    /// Who owns it.
    #[serde(default)]
    pub owner: Option<String>,
    /// The pipeline that keeps it.
    #[serde(default)]
    pub pipeline_id: Option<String>,
    /// `None` if all rows are shown.
    #[serde(default)]
    pub row_filter: Option<Function>,
    /// Id; a table that was made anew has another.
    #[serde(default)]
    pub table_id: Option<String>,
    /// Those of `TBLPROPERTIES` and those that the catalog adds.
    #[serde(default)]
    pub properties: Object,
    /// Text of a view.
    #[serde(default)]
    pub view_definition: Option<String>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Column {
    /// As the table spells it.
    pub name: String,
    /// Type, as SQL writes it.
    #[serde(default)]
    pub type_text: String,
    /// `None` if it has none.
    #[serde(default)]
    pub comment: Option<String>,
    /// `None` if the column is shown as it is stored.
    #[serde(default)]
    pub mask: Option<Function>,
}

/// The function of a mask or row filter.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Function {
    /// `catalog.schema.function`.
    #[serde(default, alias = "name")]
    pub function_name: String,
    /// Further columns that it is given; of a row filter all.
    #[serde(default, alias = "input_column_names")]
    pub using_column_names: Vec<String>,
}

/// All tables and views of a schema, with or without columns, by name.
///
/// # Errors
/// When the list can't be read to its end.
pub fn list(client: &Client<'_>, of_catalog: &str, schema: &str, with_columns: bool) -> Result<Vec<Table>, Error> {
    let call = WorkspaceCall::get(&catalog(&["tables"])).query("catalog_name", of_catalog).query("schema_name", schema);
    let call = call.query("max_results", 0).query("omit_columns", !with_columns);
    let mut tables: Vec<Table> = client.pages(&call, "tables")?;
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(tables)
}

/// A table by `catalog.schema.table`.
///
/// # Errors
/// When that can't be learned.
pub fn get(client: &Client<'_>, name: &str) -> Result<Option<Table>, Error> {
    found(client.read(&WorkspaceCall::get(&catalog(&["tables", name]))))
}

/// Gives a table to another owner.
///
/// # Errors
/// When it is not allowed.
pub fn set_owner(client: &Client<'_>, name: &str, owner: &str) -> Result<(), Error> {
    client.done(&WorkspaceCall::new(Method::Patch, &catalog(&["tables", name])).json(&json!({ "owner": owner })))
}

/// Removes a table with its rows; whether it was there.
///
/// # Errors
/// When it is not allowed.
pub fn delete(client: &Client<'_>, name: &str) -> Result<bool, Error> {
    removed(client, &WorkspaceCall::delete(&catalog(&["tables", name])))
}
