//! Statements that run next to a pipeline: schemas, volumes, grants, tags, masks, policies, comments.
//!
//! Sources of the grammar: lakeflow-sql.md, "Masks, row filters and policies" and "Grants, tags and comments". None of
//! them is allowed in pipeline source (the same page, "What pipeline source may hold"); that rule belongs to the
//! checker, which knows what a file is used for.

use super::{Expr, Ident, MaskClause, MetricView, ObjectName, Privilege, Property, RowFilterClause, SecurableKind};

/// A thing that can be granted on, tagged, or commented.
#[derive(Debug, Clone, PartialEq)]
pub struct Securable {
    /// What it is.
    pub kind: SecurableKind,
    /// What it is called; of no parts for `METASTORE` and `ANY FILE`.
    pub name: ObjectName,
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
    /// `TO RECIPIENT`: the other end of a share.
    pub recipient: bool,
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
    /// `FROM RECIPIENT`: the other end of a share.
    pub recipient: bool,
}

/// `ALTER securable ..`.
#[derive(Debug, Clone, PartialEq)]
pub struct Alter {
    /// What is changed.
    pub object: Securable,
    /// What the statement does to the object.
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
    SetRowFilter(RowFilterClause),
    /// `DROP ROW FILTER`.
    DropRowFilter,
    /// `ALTER COLUMN c ..`.
    Column {
        /// Which column.
        name: Ident,
        /// What is done to the column.
        action: ColumnAction,
    },
    /// `AS $$..$$`: the new body of a metric view.
    MetricBody(Box<MetricView>),
}

/// The changes of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnAction {
    /// `SET TAGS ('k' = 'v', ..)`.
    SetTags(Vec<Tag>),
    /// `UNSET TAGS ('k', ..)`.
    UnsetTags(Vec<String>),
    /// `SET MASK function [USING COLUMNS (..)]`.
    SetMask(MaskClause),
    /// `DROP MASK`.
    DropMask,
}

/// A tag with or without a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Without quotes.
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

/// `CREATE SCHEMA [IF NOT EXISTS] name ..`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateSchema {
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Name of the schema.
    pub name: ObjectName,
    /// `COMMENT`.
    pub comment: Option<String>,
    /// `LOCATION`; of the Hive metastore.
    pub location: Option<String>,
    /// `MANAGED LOCATION`.
    pub managed_location: Option<String>,
    /// `DEFAULT COLLATION`.
    pub collation: Option<Ident>,
    /// `WITH DBPROPERTIES`.
    pub properties: Vec<Property>,
}

/// `CREATE [EXTERNAL] VOLUME [IF NOT EXISTS] name [LOCATION ..] [COMMENT ..]`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateVolume {
    /// `EXTERNAL`.
    pub external: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Name of the volume.
    pub name: ObjectName,
    /// `LOCATION`; external volumes only.
    pub location: Option<String>,
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
    /// Name of the function behind `ROW FILTER` or `COLUMN MASK`, as written.
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
