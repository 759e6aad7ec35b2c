//! Where tables and files live: schemas and volumes of Unity Catalog (workspace-api.md, "Schemas and volumes").
//!
//! Grants are separate calls and therefore not part of them.

use serde::{Deserialize, Serialize};

/// A schema. The catalog must exist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// Name, without the catalog.
    pub name: String,
    /// Name of its catalog.
    pub catalog_name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A volume: a directory of files that is governed like a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Volume {
    /// Name, without catalog and schema.
    pub name: String,
    /// Name of its catalog.
    pub catalog_name: String,
    /// Name of its schema, without the catalog.
    pub schema_name: String,
    /// Who keeps the files.
    pub volume_type: VolumeType,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// Who keeps the files of a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum VolumeType {
    /// Unity Catalog.
    Managed,
    /// An external location.
    External,
}
