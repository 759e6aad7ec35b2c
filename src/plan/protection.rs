//! What hides data from readers of a table: the names of mask and row filter functions, and where they are applied.
//!
//! This module makes no decisions about principals; who sees what through the functions is rendered from
//! [`access`](super::access). Only what the catalog publishes is protected: private tables and temporary views have no
//! readers.

use lakeflow::types::{Column as TypedColumn, DataType};

use super::access::{PersonalColumn, typed_personal_columns};
use super::{BuildPlan, Dataset, StoredAs};
use crate::model::{AudienceId, PersonalKind, Project, Protection, RowAccess};

/// A function that masks values of one kind and type.
#[derive(Debug, Clone, PartialEq)]
pub struct MaskFunction {
    /// Its name in the schema.
    pub name: String,
    /// The name of the policy that calls it, where policies mask.
    pub policy: String,
    /// The kind of personal data.
    pub kind: PersonalKind,
    /// The type of the column, exactly: an implicit cast would turn values into NULL (lakeflow-sql.md, "Functions of
    /// masks and filters").
    pub ty: DataType,
}

/// Name of the function that masks a kind of personal data in columns of a type: `mask_email`, `mask_birth_date_date`.
pub fn mask_name(kind: PersonalKind, ty: &DataType) -> String {
    match ty {
        DataType::String => format!("mask_{}", kind.word()),
        ty => format!("mask_{}_{}", kind.word(), type_word(ty)),
    }
}

/// A type as a part of a name: `decimal_10_2`.
pub fn type_word(ty: &DataType) -> String {
    let printed = ty.to_string().to_lowercase();
    let words: Vec<&str> =
        printed.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("_")
}

/// The function in the definition of a column; `None` without personal data, and where policies mask instead.
pub fn column_mask(project: &Project, kind: Option<PersonalKind>, ty: &DataType) -> Option<String> {
    kind.filter(|_| project.protection == Protection::Masks).map(|kind| mask_name(kind, ty))
}

/// The mask functions that published datasets need, each once, by name.
pub fn mask_functions(project: &Project, plan: &BuildPlan) -> Vec<MaskFunction> {
    let published =
        plan.datasets.iter().map(|planned| planned.dataset).filter(|d| d.kind(project) != StoredAs::Internal);
    let columns = published.flat_map(|dataset| typed_personal_columns(project, dataset));
    let function = |column: PersonalColumn| {
        let policy = mask_name(column.kind, &column.ty);
        let name = match project.protection {
            Protection::Masks => policy.clone(),
            // One that masks for everybody must not take the place of one that tables call by name: they would be read,
            // and stored, masked until the update has changed them all.
            Protection::Abac => format!("{policy}_by_tag"),
        };
        MaskFunction { name, policy, kind: column.kind, ty: column.ty }
    };
    let mut functions: Vec<MaskFunction> = columns.map(function).collect();
    functions.sort_by(|a, b| a.name.cmp(&b.name));
    functions.dedup();
    functions
}

/// A function that tells which rows of the tables of an entity or metric a reader sees.
#[derive(Debug, Clone)]
pub struct RowFilter<'a> {
    /// Its name in the schema.
    pub name: String,
    /// The columns it looks at, each once, in the order in which conditions name them.
    pub columns: Vec<TypedColumn>,
    /// Readers of the tables.
    pub audiences: &'a [AudienceId],
    /// Those of them that see some rows only.
    pub rows: &'a [RowAccess],
}

impl RowFilter<'_> {
    /// The readers that see every row.
    pub fn unlimited(&self) -> impl Iterator<Item = AudienceId> {
        let is_limited = |id: &AudienceId| self.rows.iter().any(|access| access.audience == *id);
        self.audiences.iter().copied().filter(move |id| !is_limited(id))
    }
}

/// The name of a row filter: `row_filter_accounts_by_branch_balance`. The columns belong to it, because tables go on calling
/// it with those that they know until they are updated, and could not be read if it took others.
fn filter_name(of: &str, columns: &[TypedColumn]) -> String {
    let letters = |c: char| if c.is_alphanumeric() { c } else { '_' };
    let columns: Vec<String> = columns.iter().map(|column| column.name.chars().map(letters).collect()).collect();
    let name = format!("row_filter_{of}_by_{}", columns.join("_"));
    // A name has 255 characters at most.
    if name.chars().count() > 255 { format!("row_filter_{of}_by_{}_columns", columns.len()) } else { name }
}

/// The row filter of a dataset, where some audience does not see all rows.
pub fn row_filter(project: &Project, dataset: Dataset) -> Option<RowFilter<'_>> {
    let (name, audiences, rows) = match dataset {
        Dataset::Table(id) | Dataset::Orphans(id) => {
            let entity = project.entity(id);
            (&entity.name, &entity.audiences, &entity.rows)
        }
        Dataset::MetricTable(id, _) => {
            let metric = project.metrics.get(id.0)?;
            (&metric.name, &metric.audiences, &metric.rows)
        }
        _ => return None,
    };
    if rows.is_empty() {
        return None;
    }
    let mut columns: Vec<TypedColumn> = vec![];
    for column in rows.iter().flat_map(|access| &access.columns) {
        if !columns.iter().any(|known| known.name == column.name) {
            columns.push(column.clone());
        }
    }
    Some(RowFilter { name: filter_name(name, &columns), columns, audiences, rows })
}

/// The row filters of a project, each once, by name.
pub fn row_filters<'a>(project: &'a Project, plan: &BuildPlan) -> Vec<RowFilter<'a>> {
    let mut filters: Vec<_> = plan.datasets.iter().filter_map(|planned| row_filter(project, planned.dataset)).collect();
    filters.sort_by(|a, b| a.name.cmp(&b.name));
    filters.dedup_by(|a, b| a.name == b.name);
    filters
}
