//! Statements that run beside a pipeline: objects, functions, grants, tags, masks, policies, comments.
//!
//! Sources of the grammar: reference sections 4 and 5. None of them may stand in pipeline source (section 1.8); that
//! rule belongs to the checker, which knows what a file is for.

use super::{Expr, Ident, Mask, ObjectName, RowFilter, Text, TypeName};

/// A thing that can be granted on, tagged, or commented.
#[derive(Debug, Clone, PartialEq)]
pub struct Securable {
    /// What it is.
    pub kind: SecurableKind,
    /// What it is called.
    pub name: ObjectName,
}

/// The kinds of securable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecurableKind {
    /// `CATALOG`.
    Catalog,
    /// `SCHEMA`.
    Schema,
    /// `TABLE`; in a grant also when nothing is written.
    Table,
    /// `STREAMING TABLE`; only in `ALTER`.
    StreamingTable,
    /// `MATERIALIZED VIEW`.
    MaterializedView,
    /// `VIEW`.
    View,
    /// `FUNCTION`.
    Function,
    /// `VOLUME`.
    Volume,
    /// `EXTERNAL LOCATION`.
    ExternalLocation,
}

/// `GRANT privilege, .. ON securable TO principal`.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// At least one.
    pub privileges: Vec<Privilege>,
    /// On what.
    pub on: Securable,
    /// Group, user or application id of a service principal.
    pub to: Ident,
}

/// `REVOKE privilege, .. ON securable FROM principal`.
#[derive(Debug, Clone, PartialEq)]
pub struct Revoke {
    /// At least one.
    pub privileges: Vec<Privilege>,
    /// On what.
    pub on: Securable,
    /// Group, user or application id of a service principal.
    pub from: Ident,
}

/// The privileges of Unity Catalog that the reference lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each variant is named as the privilege it stands for")]
pub enum Privilege {
    AllPrivileges,
    ApplyTag,
    Browse,
    CreateFunction,
    CreateMaterializedView,
    CreateSchema,
    CreateTable,
    CreateVolume,
    Execute,
    Manage,
    Modify,
    ReadFiles,
    ReadVolume,
    Refresh,
    Select,
    UseCatalog,
    UseSchema,
    WriteFiles,
    WriteVolume,
}

/// `ALTER securable ..`.
#[derive(Debug, Clone, PartialEq)]
pub struct Alter {
    /// What is changed.
    pub object: Securable,
    /// The change.
    pub action: AlterAction,
}

/// The changes of an object.
#[derive(Debug, Clone, PartialEq)]
pub enum AlterAction {
    /// `SET TAGS ('k' = 'v', ..)`.
    SetTags(Vec<Tag>),
    /// `UNSET TAGS ('k', ..)`.
    UnsetTags(Vec<String>),
    /// `SET ROW FILTER function ON (..)`.
    SetRowFilter(RowFilter),
    /// `DROP ROW FILTER`.
    DropRowFilter,
    /// `ALTER COLUMN c ..`.
    Column {
        /// Which column.
        name: Ident,
        /// The change.
        action: ColumnAction,
    },
    /// `AS $$..$$`: the new body of a metric view.
    MetricBody(Text),
}

/// The changes of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnAction {
    /// `SET TAGS ('k' = 'v', ..)`.
    SetTags(Vec<Tag>),
    /// `UNSET TAGS ('k', ..)`.
    UnsetTags(Vec<String>),
    /// `SET MASK function [USING COLUMNS (..)]`.
    SetMask(Mask),
    /// `DROP MASK`.
    DropMask,
}

/// A tag with or without a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value; a tag of a key alone has none.
    pub value: Option<String>,
}

/// `COMMENT ON .. IS ..`.
#[derive(Debug, Clone, PartialEq)]
pub struct CommentOn {
    /// What is commented.
    pub target: CommentTarget,
    /// The comment; `None` for `IS NULL`, which removes it.
    pub comment: Option<String>,
}

/// What `COMMENT ON` reaches.
#[derive(Debug, Clone, PartialEq)]
pub enum CommentTarget {
    /// An object.
    Securable(Securable),
    /// `COLUMN table.column`.
    Column(ObjectName),
}

/// `CREATE SCHEMA [IF NOT EXISTS] name [COMMENT ..]`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateSchema {
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Name of the schema.
    pub name: ObjectName,
    /// `COMMENT`.
    pub comment: Option<String>,
}

/// `CREATE VOLUME [IF NOT EXISTS] name [COMMENT ..]`: managed volumes only.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateVolume {
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Name of the volume.
    pub name: ObjectName,
    /// `COMMENT`.
    pub comment: Option<String>,
}

/// `CREATE [OR REPLACE] FUNCTION .. RETURNS type .. RETURN expression`: scalar SQL functions only.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateFunction {
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Name of the function.
    pub name: ObjectName,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// Type of the result.
    pub returns: TypeName,
    /// `LANGUAGE SQL`, spelled out.
    pub language_sql: bool,
    /// `DETERMINISTIC` or `NOT DETERMINISTIC`.
    pub deterministic: Option<bool>,
    /// `COMMENT`.
    pub comment: Option<String>,
    /// The expression after `RETURN`.
    pub body: Expr,
}

/// A parameter of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub data_type: TypeName,
    /// `DEFAULT expression`.
    pub default: Option<Expr>,
    /// `COMMENT`.
    pub comment: Option<String>,
}

/// `CREATE [OR REPLACE] POLICY`: attribute-based row filters and column masks.
#[derive(Debug, Clone, PartialEq)]
pub struct CreatePolicy {
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// Name of the policy.
    pub name: Ident,
    /// A catalog, a schema or a table.
    pub on: Securable,
    /// `COMMENT`.
    pub comment: Option<String>,
    /// Filter or mask.
    pub kind: PolicyKind,
    /// The function applied.
    pub function: ObjectName,
    /// `TO`: whom it binds; at least one.
    pub to: Vec<Ident>,
    /// `EXCEPT`: whom it spares.
    pub except: Vec<Ident>,
    /// `WHEN`: a condition on the tags of the table.
    pub when: Option<Expr>,
    /// `MATCH COLUMNS`: conditions on the tags of columns, all of which must match.
    pub match_columns: Vec<MatchColumn>,
    /// `USING COLUMNS`: arguments of the function, aliases or literals.
    pub using_columns: Vec<Expr>,
}

/// What a policy does.
#[derive(Debug, Clone, PartialEq)]
pub enum PolicyKind {
    /// `ROW FILTER`.
    RowFilter,
    /// `COLUMN MASK .. ON COLUMN alias`.
    ColumnMask {
        /// The alias of a matched column.
        on_column: Ident,
    },
}

/// `condition [[AS] alias]` of `MATCH COLUMNS`.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchColumn {
    /// A condition on the tags of a column.
    pub condition: Expr,
    /// The name under which the matched column is used.
    pub alias: Option<Ident>,
}

/// `DROP POLICY name ON securable`.
#[derive(Debug, Clone, PartialEq)]
pub struct DropPolicy {
    /// Name of the policy.
    pub name: Ident,
    /// Where it hangs.
    pub on: Securable,
}

impl SecurableKind {
    /// The keywords that name it.
    pub fn words(self) -> &'static str {
        match self {
            SecurableKind::Catalog => "CATALOG",
            SecurableKind::Schema => "SCHEMA",
            SecurableKind::Table => "TABLE",
            SecurableKind::StreamingTable => "STREAMING TABLE",
            SecurableKind::MaterializedView => "MATERIALIZED VIEW",
            SecurableKind::View => "VIEW",
            SecurableKind::Function => "FUNCTION",
            SecurableKind::Volume => "VOLUME",
            SecurableKind::ExternalLocation => "EXTERNAL LOCATION",
        }
    }
}

impl Privilege {
    /// All of them, in order.
    pub const ALL: &[Privilege] = &[
        Privilege::AllPrivileges,
        Privilege::ApplyTag,
        Privilege::Browse,
        Privilege::CreateFunction,
        Privilege::CreateMaterializedView,
        Privilege::CreateSchema,
        Privilege::CreateTable,
        Privilege::CreateVolume,
        Privilege::Execute,
        Privilege::Manage,
        Privilege::Modify,
        Privilege::ReadFiles,
        Privilege::ReadVolume,
        Privilege::Refresh,
        Privilege::Select,
        Privilege::UseCatalog,
        Privilege::UseSchema,
        Privilege::WriteFiles,
        Privilege::WriteVolume,
    ];

    /// The keywords that name it.
    pub fn words(self) -> &'static str {
        match self {
            Privilege::AllPrivileges => "ALL PRIVILEGES",
            Privilege::ApplyTag => "APPLY TAG",
            Privilege::Browse => "BROWSE",
            Privilege::CreateFunction => "CREATE FUNCTION",
            Privilege::CreateMaterializedView => "CREATE MATERIALIZED VIEW",
            Privilege::CreateSchema => "CREATE SCHEMA",
            Privilege::CreateTable => "CREATE TABLE",
            Privilege::CreateVolume => "CREATE VOLUME",
            Privilege::Execute => "EXECUTE",
            Privilege::Manage => "MANAGE",
            Privilege::Modify => "MODIFY",
            Privilege::ReadFiles => "READ FILES",
            Privilege::ReadVolume => "READ VOLUME",
            Privilege::Refresh => "REFRESH",
            Privilege::Select => "SELECT",
            Privilege::UseCatalog => "USE CATALOG",
            Privilege::UseSchema => "USE SCHEMA",
            Privilege::WriteFiles => "WRITE FILES",
            Privilege::WriteVolume => "WRITE VOLUME",
        }
    }
}
