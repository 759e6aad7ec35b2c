//! The analyser: names, types, NULLs and places of Databricks SQL, over the parser's own tree.
//!
//! [`analyze_expr`] analyses a single expression against a [`Scope`] (when specs are checked), [`analyze_query`] a
//! whole query against a [`Catalog`] (after rendering). Both report every error, once for each cause: a faulty part
//! gets the type [`DataType::Unknown`], which fits everywhere. Nothing is read from outside and nothing is evaluated.
//!
//! Types and coercions are those of Spark 4 in ANSI mode and of Databricks (`types`, `functions`). NULLs are tracked
//! as far as the signatures allow; everything else counts as nullable.

mod access;
mod analyzer;
mod apply;
mod call;
mod calls;
mod case;
mod catalog;
mod expr;
mod fault;
mod flow;
mod from;
mod generate;
mod group;
mod guard;
mod names;
mod operators;
mod pivot;
mod query;
mod risk;
mod rules;
mod select;
mod table_function;
mod telling;
mod written;

use std::ops::Range;
use std::sync::Arc;

use sqlparser::ast::{Expr, Query};

pub use calls::aggregates;
pub use catalog::{Catalog, ExprPlace, NoCatalog, Relation, Resolution, Scope, UserFunction};
pub use fault::{FaultKind, TypeFault};
pub use flow::{Dependence, Flow, Influence, Release};
pub use risk::Risk;
pub(super) use rules::part_type;

use crate::functions::Stability;
use crate::types::{Column, DataType};
use analyzer::Analyzer;

/// A column that an expression or query names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnUse {
    /// The bytes of the whole path.
    pub range: Range<usize>,
    /// The path as written.
    pub parts: Vec<String>,
    /// The name that the [`Scope`] knows it by; `None` inside queries and after a fault.
    pub resolved: Option<String>,
    /// The aggregate or window function around it.
    pub inside_aggregate: Option<&'static str>,
    /// Why its values do not show in the expression, if they do not; not known inside queries.
    pub release: Option<Release>,
}

/// A column of a table that a query reads: places in [`QueryInfo::reads`] and in [`Relation::column`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// Which read.
    pub read: usize,
    /// Which column of its relation.
    pub column: usize,
}

impl Origin {
    /// The read of a column that no query knows: the column is then the place of its use.
    const OUTSIDE: usize = usize::MAX;
}

/// A call of a function that does not always give the same result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnstableCall {
    /// The bytes of the function's name.
    pub range: Range<usize>,
    /// Name of the function; of a text that is read by the clock, the text.
    pub function: String,
    /// On what the result depends.
    pub stability: Stability,
}

/// The types of the parts of an expression, by where they lie in memory: sqlparser's nodes have no names.
///
/// They hold as long as the expression is not moved; parts below the root may be changed in place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NodeTypes {
    of: Vec<(usize, DataType)>,
}

impl NodeTypes {
    fn note(&mut self, expr: &Expr, ty: &DataType) {
        self.of.push((std::ptr::from_ref(expr).addr(), ty.clone()));
    }

    /// Those that were noted, to be looked up. Most are never asked for, so there is no map.
    fn sorted(mut self) -> Self {
        self.of.sort_by_key(|(place, _)| *place);
        self
    }

    /// The type of a part, as it was noted last; `None` for what is no value by itself.
    pub fn of(&self, expr: &Expr) -> Option<&DataType> {
        let place = std::ptr::from_ref(expr).addr();
        let behind = self.of.partition_point(|(noted, _)| *noted <= place);
        let (noted, ty) = self.of.get(behind.checked_sub(1)?)?;
        (*noted == place).then_some(ty)
    }
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExprInfo {
    /// [`DataType::Unknown`] after a fault.
    pub ty: DataType,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// Whether it holds an aggregate that is no window function.
    pub aggregates: bool,
    /// Whether it holds a window function.
    pub windows: bool,
    /// Whether it holds a subquery.
    pub subqueries: bool,
    /// Calls whose result may change.
    pub unstable: Vec<UnstableCall>,
    /// Places of sums and averages over floating point numbers.
    pub inexact_sums: Vec<Range<usize>>,
    /// What one row can make fail, and no other form of it avoids.
    pub risks: Vec<Risk>,
    /// The columns it names, in order.
    pub columns: Vec<ColumnUse>,
    /// The types of its parts.
    pub types: NodeTypes,
    /// Texts, no literals, that are cast without a word: SQL takes them, and fails for a row whose text is none.
    pub casts: Vec<TypeFault>,
    /// All faults, by place.
    pub faults: Vec<TypeFault>,
}

impl ExprInfo {
    /// Whether the same rows always give the same result (in whatever order they come).
    pub fn deterministic(&self) -> bool {
        self.unstable.iter().all(|call| call.stability <= Stability::RowOrder)
    }
}

/// A table that a query reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRead {
    /// The name in parts, as written; the function's name for `read_files` and its kind.
    pub name: Arc<[String]>,
    /// The bytes of the name.
    pub range: Range<usize>,
    /// Whether it stands in `STREAM(..)`.
    pub stream: bool,
    /// Whether it is a table function, not a table.
    pub function: bool,
    /// The files that `read_files` reads, as written.
    pub path: Option<String>,
    /// All that can be named of it, used or not.
    pub relation: Arc<Relation>,
}

/// A column of a query's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputColumn {
    /// Name, type, NULLs.
    pub column: Column,
    /// Whether the query names it; otherwise the name is the text of the expression.
    pub named: bool,
    /// How table columns have a part in its values.
    pub flows: Vec<Flow>,
}

/// What a query uses, as places: what a stream or an incremental refresh may not do can be looked up here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Features {
    /// What is done to rows.
    pub all: Uses,
    /// The part of it that is done to the rows of a stream; a table that is read beside one is none.
    pub over_stream: Uses,
    /// Whether there are subqueries inside expressions.
    pub subqueries: bool,
    /// Joins, with what is joined.
    pub joins: Vec<JoinUse>,
    /// Generators.
    pub generators: Vec<Range<usize>>,
    /// Whether a source says how late its rows may come.
    pub watermark: bool,
}

/// What is done to rows that depends on more than one of them, as places.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Uses {
    /// Window functions.
    pub windows: Vec<Range<usize>>,
    /// Aggregates that are no window functions.
    pub aggregates: Vec<Range<usize>>,
    /// `SELECT DISTINCT` and set operations that remove duplicates.
    pub distinct: Vec<Range<usize>>,
    /// `LIMIT` and `OFFSET`.
    pub limit: Vec<Range<usize>>,
    /// `ORDER BY` of a query.
    pub order_by: Vec<Range<usize>>,
}

/// A join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinUse {
    /// The bytes of the right side.
    pub range: Range<usize>,
    /// What becomes of rows without a match.
    pub kind: JoinKind,
    /// Whether the left side is a stream.
    pub left_streaming: bool,
    /// Whether the right side is a stream.
    pub right_streaming: bool,
}

/// Kinds of join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    /// Only matches.
    Inner,
    /// All of the left side.
    Left,
    /// All of the right side.
    Right,
    /// All of both sides.
    Full,
    /// Left rows that have a match.
    Semi,
    /// Left rows that have none.
    Anti,
    /// Every pair.
    Cross,
}

/// What a query is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryInfo {
    /// Columns of the result, in order, with `*` expanded.
    pub columns: Vec<OutputColumn>,
    /// After a fault, or over files of unknown schema: there may be further columns.
    pub open: bool,
    /// Whether a table of a `WITH` reads itself, so that columns can't be followed through it.
    pub recursive: bool,
    /// Whether it reads a stream.
    pub streaming: bool,
    /// Whether it may read one all the same: of a source it is not known what it is.
    pub perhaps_streaming: bool,
    /// The tables it reads, unknown ones too, in order of appearance; a table read twice is here twice.
    pub reads: Vec<TableRead>,
    /// How table columns have a part in which rows there are, in what order.
    pub rows: Vec<Flow>,
    /// Calls whose result may change.
    pub unstable: Vec<UnstableCall>,
    /// Places of sums and averages over floating point numbers.
    pub inexact_sums: Vec<Range<usize>>,
    /// What it is made of.
    pub features: Features,
    /// All faults, by place.
    pub faults: Vec<TypeFault>,
}

impl QueryInfo {
    /// The columns of its result, without origins.
    pub fn schema(&self) -> Arc<[Column]> {
        self.columns.iter().map(|c| c.column.clone()).collect()
    }

    /// Whether the same tables always give the same result.
    pub fn deterministic(&self) -> bool {
        self.unstable.iter().all(|call| call.stability <= Stability::RowOrder)
    }

    /// The table and column behind an origin.
    pub fn origin(&self, origin: Origin) -> Option<(&TableRead, &Column)> {
        let read = self.reads.get(origin.read)?;
        Some((read, read.relation.column(origin.column)?))
    }
}

/// Judges one expression. `text` is what it was parsed from.
pub fn analyze_expr(expr: &Expr, text: &str, scope: &(impl Scope + ?Sized), place: ExprPlace) -> ExprInfo {
    let mut analyzer = Analyzer::new(text, scope.catalog(), place);
    let resolve = |path: &[&str]| scope.resolve(path);
    analyzer.outer = Some(&resolve);
    analyzer.records_uses = true;
    let typed = analyzer.expr(expr);
    analyzer.into_expr_info(typed)
}

/// As [`analyze_expr`], for a condition: it must be boolean.
pub fn analyze_condition(expr: &Expr, text: &str, scope: &(impl Scope + ?Sized), place: ExprPlace) -> ExprInfo {
    let mut analyzer = Analyzer::new(text, scope.catalog(), place);
    let resolve = |path: &[&str]| scope.resolve(path);
    analyzer.outer = Some(&resolve);
    analyzer.records_uses = true;
    let typed = analyzer.condition(expr, place.name);
    analyzer.into_expr_info(typed)
}

/// As [`analyze_condition`]; a column that may be NULL is none where a part of the condition sees to that, as in
/// `a IS NOT NULL AND a > 0`.
pub fn analyze_guarded(expr: &Expr, text: &str, scope: &(impl Scope + ?Sized), place: ExprPlace) -> ExprInfo {
    let mut info = analyze_condition(expr, text, scope, place);
    if info.nullable {
        let mut analyzer = Analyzer::new(text, scope.catalog(), place);
        let resolve = |path: &[&str]| scope.resolve(path);
        analyzer.outer = Some(&resolve);
        info.nullable = analyzer.may_be_null(expr);
    }
    info
}

/// Judges a whole query. `text` is what it was parsed from.
pub fn analyze_query(query: &Query, text: &str, catalog: &dyn Catalog) -> QueryInfo {
    let mut analyzer = Analyzer::new(text, catalog, ExprPlace::clause("the query", true, true));
    let result = analyzer.query(query);
    analyzer.into_query_info(result)
}
