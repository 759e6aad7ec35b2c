//! The syntax tree of Lakeflow SQL: our own nodes for statements, around sqlparser's expressions and queries.
//!
//! A tree represents what was written and nothing else: no defaults are filled in, no names are resolved. Two trees
//! are equal if they mean the same text; positions (byte ranges, token spans) never count. Clauses that may be written
//! in any order are fields, so their order is not part of a tree either.
//!
//! The statements that define a pipeline and control access to it have nodes of their own; all other statements are
//! [`Command`]s, sequences of typed parts. Text that is not in the grammar has no node: there is no variant for "other
//! SQL".

mod command;
mod flow;
mod function;
mod governance;
mod metric;
mod plain_table;
mod privilege;
mod table;
mod view;

use std::ops::Range;

use sqlparser::ast::{Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, SetExpr};

pub use command::{Command, CommandPart};
pub use flow::{
    ApplyChanges, AutoCdc, CdcSource, ColumnSelection, CreateFlow, FlowBody, IgnoreNullUpdates, InsertFlow, Replace,
    ScdType,
};
pub use function::{CreateFunction, FunctionBody, FunctionCredential, Language, Parameter, PythonTraits, Returns};
pub use governance::{
    Alter, AlterAction, ColumnAction, CommentOn, CommentTarget, CreatePolicy, CreateSchema, CreateVolume, DropPolicy,
    Grant, MatchColumn, PolicyKind, Revoke, Securable, Tag,
};
pub use metric::{CreateMetricView, MetricExpr, MetricJoin, MetricView};
pub use plain_table::{AsOf, CreateTable, TableOrigin};
pub use privilege::{Privilege, SecurableKind};
pub use sqlparser::ast::{DataType as TypeName, Expr, Ident, ObjectName, ObjectNamePart, Query};
pub use table::{
    CreateMaterializedView, CreateStreamingTable, DeclaredColumn, Expectation, ForeignKey, Generated, InlineKey,
    KeyOption, Layout, MaskClause, Property, RefreshPolicy, RowFilterClause, ScheduleClause, ScheduleUnit,
    TableConstraint, TableConstraintKind, TableDefinition, TableSource, Violation,
};
pub use view::{CreateView, SchemaBinding, ViewColumn};

/// A text in another language, with its place, so that its own parser can report in terms of this file.
#[derive(Debug, Clone)]
pub struct Text {
    /// The text, without the signs around it.
    pub value: String,
    /// Where it stands in the file.
    pub range: Range<usize>,
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// One statement of a file.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Bytes of the file from the first token to the last, without the `;`.
    pub range: Range<usize>,
    /// Comment lines that stand before the statement, without `--` and the blank after it.
    pub comments: Vec<String>,
    /// What the statement is.
    pub kind: StatementKind,
}

impl PartialEq for Statement {
    fn eq(&self, other: &Self) -> bool {
        self.comments == other.comments && self.kind == other.kind
    }
}

/// A query that is nothing but its body.
pub fn bare_query(body: SetExpr) -> Query {
    Query {
        with: None,
        body: Box::new(body),
        order_by: None,
        limit_clause: None,
        fetch: None,
        locks: vec![],
        for_clause: None,
        settings: None,
        format_clause: None,
        pipe_operators: vec![],
    }
}

/// A call with nothing behind its arguments.
pub fn bare_call(name: Ident, args: FunctionArguments) -> Function {
    Function {
        name: name.into(),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args,
        filter: None,
        null_treatment: None,
        over: None,
        within_group: vec![],
    }
}

/// `name(args)`, to be put into a tree.
pub fn call_of(name: &str, args: impl IntoIterator<Item = Expr>) -> Function {
    let args = args.into_iter().map(|arg| FunctionArg::Unnamed(FunctionArgExpr::Expr(arg))).collect();
    let list = FunctionArgumentList { duplicate_treatment: None, args, clauses: vec![] };
    bare_call(Ident::new(name), FunctionArguments::List(list))
}

/// The arguments of a call that are given by their place and are expressions.
pub fn arguments_of(function: &Function) -> impl Iterator<Item = &Expr> {
    let list = match &function.args {
        FunctionArguments::List(list) => list.args.as_slice(),
        _ => &[],
    };
    list.iter().filter_map(|argument| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    })
}

/// All the statements there are.
#[derive(Debug, Clone, PartialEq)]
pub enum StatementKind {
    /// `CREATE [OR REFRESH] [PRIVATE] STREAMING TABLE`.
    CreateStreamingTable(Box<CreateStreamingTable>),
    /// `CREATE [OR REFRESH] [PRIVATE] MATERIALIZED VIEW`.
    CreateMaterializedView(Box<CreateMaterializedView>),
    /// `CREATE [TEMPORARY] VIEW .. AS query`.
    CreateView(Box<CreateView>),
    /// `CREATE VIEW .. WITH METRICS LANGUAGE YAML`.
    CreateMetricView(Box<CreateMetricView>),
    /// `CREATE FLOW`.
    CreateFlow(Box<CreateFlow>),
    /// `APPLY CHANGES INTO`, the legacy spelling of `CREATE FLOW .. AS AUTO CDC INTO`.
    ApplyChanges(Box<ApplyChanges>),
    /// `CREATE TABLE`.
    CreateTable(Box<CreateTable>),
    /// `SET key = value`: key and value as written.
    Set {
        /// All parts with their dots, as written: `spark.sql.ansi.enabled`.
        key: String,
        /// The text after `=`, trimmed.
        value: String,
    },
    /// `SET`, `SET -v` or `SET key`, which show what is set: the key, if one is named.
    ShowSet(Option<String>),
    /// `USE CATALOG c`.
    UseCatalog(ObjectName),
    /// `SET CATALOG c`, which means the same; Spark knows no other spelling.
    SetCatalog(ObjectName),
    /// `USE [SCHEMA | DATABASE] [c.]s`.
    UseSchema(ObjectName),
    /// A bare query.
    Query(Box<Query>),
    /// `CREATE SCHEMA`.
    CreateSchema(CreateSchema),
    /// `CREATE VOLUME`.
    CreateVolume(CreateVolume),
    /// `CREATE FUNCTION .. RETURN expression`.
    CreateFunction(Box<CreateFunction>),
    /// `CREATE POLICY`.
    CreatePolicy(Box<CreatePolicy>),
    /// `DROP POLICY`.
    DropPolicy(DropPolicy),
    /// `GRANT`.
    Grant(Grant),
    /// `REVOKE`.
    Revoke(Revoke),
    /// `ALTER` of tags, masks, row filters and metric view bodies.
    Alter(Box<Alter>),
    /// `COMMENT ON`.
    CommentOn(CommentOn),
    /// A statement that the grammar under `grammar/` gives: maintenance, lookups, changes of rows and objects.
    Command(Box<Command>),
}

impl StatementKind {
    /// What it is, as one lower-case word: `create_streaming_table`, `grant`, `vacuum`.
    pub fn name(&self) -> &'static str {
        match self {
            StatementKind::CreateStreamingTable(_) => "create_streaming_table",
            StatementKind::CreateMaterializedView(_) => "create_materialized_view",
            StatementKind::CreateView(_) => "create_view",
            StatementKind::CreateMetricView(_) => "create_metric_view",
            StatementKind::CreateFlow(_) => "create_flow",
            StatementKind::ApplyChanges(_) => "apply_changes",
            StatementKind::CreateTable(_) => "create_table",
            StatementKind::Set { .. } | StatementKind::ShowSet(_) => "set",
            StatementKind::UseCatalog(_) | StatementKind::SetCatalog(_) => "use_catalog",
            StatementKind::UseSchema(_) => "use_schema",
            StatementKind::Query(_) => "query",
            StatementKind::CreateSchema(_) => "create_schema",
            StatementKind::CreateVolume(_) => "create_volume",
            StatementKind::CreateFunction(_) => "create_function",
            StatementKind::CreatePolicy(_) => "create_policy",
            StatementKind::DropPolicy(_) => "drop_policy",
            StatementKind::Grant(_) => "grant",
            StatementKind::Revoke(_) => "revoke",
            StatementKind::Alter(_) => "alter",
            StatementKind::CommentOn(_) => "comment_on",
            StatementKind::Command(command) => command.rule,
        }
    }
}
