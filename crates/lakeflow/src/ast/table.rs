//! Streaming tables and materialized views: columns, expectations, constraints, table clauses.
//!
//! Sources of the grammar: lakeflow-sql.md, "Streaming tables" and "Materialized views", and the stand-alone
//! statements of Databricks SQL, which add `IF NOT EXISTS`, `SCHEDULE`, `TRIGGER` and `DEFAULT COLLATION`. The checker
//! decides which of these clauses are allowed in a pipeline.

use std::sync::Arc;

use super::{Expr, FlowBody, Ident, ObjectName, Query, TypeName};

/// `CREATE [OR REFRESH] [PRIVATE] STREAMING TABLE ..`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateStreamingTable {
    /// Name, columns and clauses.
    pub table: TableDefinition,
    /// Where its rows come from; `None` when separate flows write into it.
    pub source: Option<TableSource>,
}

/// What fills a streaming table in its own statement.
#[expect(clippy::large_enum_variant, reason = "statements are few, and a box would be in the way of every match")]
#[derive(Debug, Clone, PartialEq)]
pub enum TableSource {
    /// `AS query`.
    Query(Arc<Query>),
    /// `FLOW ..`.
    Flow(FlowBody),
}

/// `CREATE [OR REFRESH] [PRIVATE] MATERIALIZED VIEW .. AS query`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateMaterializedView {
    /// Name, columns and clauses.
    pub table: TableDefinition,
    /// `REFRESH POLICY`.
    pub refresh_policy: Option<RefreshPolicy>,
    /// The query after `AS`.
    pub query: Arc<Query>,
}

/// `REFRESH POLICY` of a materialized view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshPolicy {
    /// `AUTO`: the engine chooses.
    Auto,
    /// `INCREMENTAL`: refused at creation when it cannot be.
    Incremental,
    /// `INCREMENTAL STRICT`: a refresh fails rather than recompute.
    IncrementalStrict,
    /// `FULL`.
    Full,
}

/// What streaming tables and materialized views have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct TableDefinition {
    /// `OR REFRESH`.
    pub or_refresh: bool,
    /// `OR REPLACE`; stand-alone materialized views only.
    pub or_replace: bool,
    /// `PRIVATE`, once spelled `TEMPORARY`: visible in this pipeline only.
    pub private: bool,
    /// `LIVE`, the legacy spelling: a streaming table is a `STREAMING LIVE TABLE`, a materialized view a `LIVE TABLE`.
    pub live: bool,
    /// `IF NOT EXISTS`; not in a pipeline.
    pub if_not_exists: bool,
    /// One to three parts.
    pub name: ObjectName,
    /// Declared columns; empty when the query gives the schema.
    pub columns: Vec<DeclaredColumn>,
    /// `CONSTRAINT .. EXPECT`, in order.
    pub expectations: Vec<Expectation>,
    /// Primary and foreign keys of the table.
    pub constraints: Vec<TableConstraint>,
    /// `USING format`.
    pub using: Option<Ident>,
    /// `PARTITIONED BY` or `CLUSTER BY`, which cannot be combined.
    pub layout: Option<Layout>,
    /// `LOCATION`.
    pub location: Option<String>,
    /// `COMMENT`.
    pub comment: Option<String>,
    /// `TBLPROPERTIES`, in order; keys are distinct.
    pub properties: Vec<Property>,
    /// `WITH ROW FILTER`.
    pub row_filter: Option<RowFilterClause>,
    /// `SCHEDULE` or `TRIGGER`; not in a pipeline.
    pub schedule: Option<ScheduleClause>,
    /// `DEFAULT COLLATION`.
    pub collation: Option<Ident>,
    /// `OPTIONS` of the data source; plain tables only.
    pub options: Vec<Property>,
}

/// When a stand-alone streaming table or materialized view is refreshed.
#[expect(clippy::large_enum_variant, reason = "statements are few, and a box would be in the way of every match")]
#[derive(Debug, Clone, PartialEq)]
pub enum ScheduleClause {
    /// `SCHEDULE [REFRESH] EVERY count unit`.
    Every {
        /// How many units.
        count: i64,
        /// Of which length.
        unit: ScheduleUnit,
    },
    /// `SCHEDULE [REFRESH] CRON 'expression' [AT TIME ZONE 'zone']`.
    Cron {
        /// In Quartz's notation.
        expression: String,
        /// Name of a time zone.
        zone: Option<String>,
    },
    /// `TRIGGER ON UPDATE [AT MOST EVERY interval]`.
    OnUpdate {
        /// The shortest time between two refreshes.
        at_most_every: Option<Expr>,
    },
}

/// Units of `EVERY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is named as the unit it stands for")]
pub enum ScheduleUnit {
    Minutes,
    Hours,
    Days,
    Weeks,
}

impl ScheduleUnit {
    /// All of them with their keyword.
    pub const ALL: &[(ScheduleUnit, &str)] = &[
        (ScheduleUnit::Minutes, "MINUTES"),
        (ScheduleUnit::Hours, "HOURS"),
        (ScheduleUnit::Days, "DAYS"),
        (ScheduleUnit::Weeks, "WEEKS"),
    ];

    /// As it is printed, in the plural: `HOURS`.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(unit, _)| *unit == self).map_or("", |(_, word)| *word)
    }

    /// How many of them `EVERY` takes at most; of minutes the documentation says nothing.
    pub fn most(self) -> i64 {
        match self {
            ScheduleUnit::Minutes => i64::MAX,
            ScheduleUnit::Hours => 72,
            ScheduleUnit::Days => 31,
            ScheduleUnit::Weeks => 8,
        }
    }
}

/// How the files of a table are laid out.
#[derive(Debug, Clone, PartialEq)]
pub enum Layout {
    /// `PARTITIONED BY (c, ..)`.
    PartitionedBy(Vec<Ident>),
    /// `PARTITIONED BY (c type, ..)`: columns that are not in the list of columns.
    PartitionColumns(Vec<(Ident, TypeName)>),
    /// `PARTITIONED BY (years(c), ..)`.
    PartitionTransforms(Vec<Expr>),
    /// `CLUSTER BY (c, ..)`; a column may be a path into a struct.
    ClusterBy(Vec<ObjectName>),
    /// `CLUSTER BY AUTO`.
    ClusterByAuto,
    /// `CLUSTER BY NONE`.
    ClusterByNone,
}

/// One declared column. There are many, and few say more than a name, a type and a comment: hence the boxes.
#[derive(Debug, Clone, PartialEq)]
pub struct DeclaredColumn {
    /// Without parts; its `quote_style` is set if it was quoted.
    pub name: Ident,
    /// Its type as written; a nameless one behind `${key}`, which stands for any columns.
    pub data_type: TypeName,
    /// `NOT NULL`.
    pub not_null: bool,
    /// `GENERATED ..`.
    pub generated: Option<Box<Generated>>,
    /// `DEFAULT expression`.
    pub default: Option<Box<Expr>>,
    /// `[CONSTRAINT name] PRIMARY KEY` behind the column.
    pub primary_key: Option<Box<InlineKey>>,
    /// `UNIQUE` behind the column, which Spark reads; plain tables only.
    pub unique: bool,
    /// `[CONSTRAINT name] [FOREIGN KEY] REFERENCES ..` behind the column.
    pub foreign_key: Option<Box<(InlineKey, ForeignKey)>>,
    /// `COLLATE`.
    pub collation: Option<Ident>,
    /// `COMMENT`.
    pub comment: Option<String>,
    /// `MASK`.
    pub mask: Option<MaskClause>,
}

impl DeclaredColumn {
    /// A column of which nothing else is said.
    pub fn new(name: Ident, data_type: TypeName) -> DeclaredColumn {
        DeclaredColumn {
            name,
            data_type,
            not_null: false,
            generated: None,
            default: None,
            primary_key: None,
            unique: false,
            foreign_key: None,
            collation: None,
            comment: None,
            mask: None,
        }
    }
}

/// `GENERATED` columns.
#[expect(clippy::large_enum_variant, reason = "statements are few, and a box would be in the way of every match")]
#[derive(Debug, Clone, PartialEq)]
pub enum Generated {
    /// `GENERATED ALWAYS AS (expression)`.
    Always(Expr),
    /// `GENERATED {ALWAYS | BY DEFAULT} AS IDENTITY [(START WITH n INCREMENT BY n)]`.
    Identity {
        /// `ALWAYS` rather than `BY DEFAULT`.
        always: bool,
        /// `START WITH`.
        start: Option<i64>,
        /// `INCREMENT BY`.
        increment: Option<i64>,
    },
}

/// `MASK function [USING COLUMNS (argument, ..)]`.
#[derive(Debug, Clone, PartialEq)]
pub struct MaskClause {
    /// The masking function; the column itself is its first argument.
    pub function: ObjectName,
    /// Further arguments: column names or literals.
    pub using_columns: Vec<Expr>,
}

/// `ROW FILTER function ON (argument, ..)`.
#[derive(Debug, Clone, PartialEq)]
pub struct RowFilterClause {
    /// Name as written: from the catalog on, or in the current schema.
    pub function: ObjectName,
    /// Its arguments, possibly none: column names or literals.
    pub on: Vec<Expr>,
}

/// `CONSTRAINT name EXPECT (predicate) [ON VIOLATION ..]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// The name under which violations are counted.
    pub name: Ident,
    /// What every row is expected to fulfil.
    pub predicate: Expr,
    /// What becomes of a row that does not; `None`: it is kept and counted.
    pub on_violation: Option<Violation>,
}

/// The action of an expectation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// `DROP ROW`.
    DropRow,
    /// `FAIL UPDATE`.
    FailUpdate,
}

/// What is said of a key that stands behind its column.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InlineKey {
    /// `CONSTRAINT name`.
    pub name: Option<Ident>,
    /// `NOT ENFORCED`, `RELY` and the like.
    pub options: Vec<KeyOption>,
}

/// A constraint of the whole table; keys are informational, never enforced.
#[derive(Debug, Clone, PartialEq)]
pub struct TableConstraint {
    /// `CONSTRAINT name`.
    pub name: Option<Ident>,
    /// Which constraint.
    pub kind: TableConstraintKind,
    /// `NOT ENFORCED`, `RELY` and the like.
    pub options: Vec<KeyOption>,
}

/// The kinds of table constraint.
#[expect(clippy::large_enum_variant, reason = "statements are few, and a box would be in the way of every match")]
#[derive(Debug, Clone, PartialEq)]
pub enum TableConstraintKind {
    /// `PRIMARY KEY (c, .., t TIMESERIES)`.
    PrimaryKey {
        /// The columns of the key.
        columns: Vec<Ident>,
        /// The one among them that says when a row holds.
        timeseries: Option<Ident>,
    },
    /// `FOREIGN KEY (c, ..) REFERENCES ..`.
    ForeignKey {
        /// Columns of this table, as listed behind `FOREIGN KEY`.
        columns: Vec<Ident>,
        /// What they refer to.
        references: ForeignKey,
    },
    /// `UNIQUE (c, ..)`, which Spark reads; plain tables only.
    Unique(Vec<Ident>),
    /// `CHECK (predicate)`; plain tables only.
    Check(Expr),
}

/// What may be said of a constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each variant is named as the words it stands for")]
pub enum KeyOption {
    NotEnforced,
    Enforced,
    Deferrable,
    InitiallyDeferred,
    MatchFull,
    OnUpdateNoAction,
    OnDeleteNoAction,
    Rely,
    NoRely,
}

impl KeyOption {
    /// Whether the two say opposite things.
    pub fn excludes(self, other: KeyOption) -> bool {
        use KeyOption::{Enforced, NoRely, NotEnforced, Rely};
        matches!((self, other), (Enforced, NotEnforced) | (NotEnforced, Enforced) | (Rely, NoRely) | (NoRely, Rely))
    }

    /// All of them with their words, in the order they are printed in.
    pub const ALL: &[(KeyOption, &str)] = &[
        (KeyOption::NotEnforced, "NOT ENFORCED"),
        (KeyOption::Enforced, "ENFORCED"),
        (KeyOption::Deferrable, "DEFERRABLE"),
        (KeyOption::InitiallyDeferred, "INITIALLY DEFERRED"),
        (KeyOption::MatchFull, "MATCH FULL"),
        (KeyOption::OnUpdateNoAction, "ON UPDATE NO ACTION"),
        (KeyOption::OnDeleteNoAction, "ON DELETE NO ACTION"),
        (KeyOption::Rely, "RELY"),
        (KeyOption::NoRely, "NORELY"),
    ];
}

/// `REFERENCES table [(c, ..)]`.
#[derive(Debug, Clone, PartialEq)]
pub struct ForeignKey {
    /// The table referred to.
    pub table: ObjectName,
    /// Its columns; empty when they are not named.
    pub columns: Vec<Ident>,
}

/// One entry of `TBLPROPERTIES`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// The key, unquoted.
    pub key: String,
    /// The value; a number or a truth value is kept as its text.
    pub value: String,
}

impl Property {
    /// Whether it is `${key}` alone, which stands for whatever properties a pipeline puts there.
    pub fn is_parameter(&self) -> bool {
        self.value.is_empty() && self.key.starts_with("${") && self.key.ends_with('}')
    }
}
