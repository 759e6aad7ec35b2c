//! Lakeflow SQL of Databricks: parser, printer, formatter, types, checks and linter, without a workspace and without an
//! engine. Nothing is read from disk, and nothing is run.
//!
//! # Trees
//!
//! [`parse`] reads a text into [`Statement`]s, or gives the faults, each with its place. What stands around a query
//! (`CREATE OR REFRESH STREAMING TABLE`, expectations, flows, masks, policies) is read and written here; expressions and
//! queries are sqlparser's. [`print()`] writes a tree in one canonical form, which is read back into an equal tree.
//!
//! ```
//! let statements = lakeflow::parse("drop view if exists `a b`; grant select on view v to `x@y.org`").unwrap();
//! assert_eq!(lakeflow::print(&statements[0]), "DROP VIEW IF EXISTS `a b`");
//! assert_eq!(lakeflow::parse(&lakeflow::print(&statements[1])).as_deref(), Ok(&statements[1..]));
//!
//! let faults = lakeflow::parse("CREATE STREAMING TABEL t").unwrap_err();
//! assert_eq!(faults[0].range, 17..22);
//! assert_eq!(faults[0].hint.as_deref(), Some("did you mean `TABLE`?"));
//! ```
//!
//! # Layout
//!
//! [`fmt::format`] sets a text in lines for people. It works on tokens, keeps comments, and proves that the meaning is the
//! same; a statement that does not parse stays as it is written.
//!
//! ```
//! let text = "select a, -- the first\n b from t where a>0";
//! assert_eq!(
//!     lakeflow::fmt::format(text).text,
//!     "SELECT\n  a, -- the first\n  b\nFROM t\nWHERE a > 0\n"
//! );
//! ```
//!
//! # Types
//!
//! [`infer`] finds names, types and NULLs of an expression over a row, or of a query over a catalog, as Spark 4 does in ANSI
//! mode. [`cast`] says which text Spark reads as a value of a type, [`pattern`] which regular expressions mean the same in
//! Java and Rust, [`functions`] which functions there are.
//!
//! ```
//! use lakeflow::infer::{NoCatalog, analyze_query};
//! use lakeflow::types::{Column, DataType};
//!
//! let text = "SELECT CAST(2 AS DECIMAL(5,2)) * 3 AS price, length('a') AS n";
//! let query = lakeflow::parse_query(text).unwrap();
//! let columns = analyze_query(&query, text, &NoCatalog).schema();
//! assert_eq!(columns[0], Column::required("price", DataType::decimal(7, 2)));
//! assert_eq!(columns[1], Column::required("n", DataType::Int));
//! ```
//!
//! # Pipelines
//!
//! [`check`] judges all files of a pipeline together: it follows names and types through the graph of datasets and refuses
//! what Lakeflow refuses. [`lint`] adds named rules for traps. Both give [diagnostics](diag), which a renderer draws.
//!
//! ```
//! use lakeflow::diag::human;
//! use lakeflow::source::SourceMap;
//!
//! let mut sources = SourceMap::default();
//! let file = sources.add("orders.sql", "CREATE OR REFRESH MATERIALIZED VIEW v AS SELECT id FROM LIVE.orders;");
//! let found: Vec<_> = lakeflow::lint::lint(&[file], &sources, &[]).into_iter().map(|report| report.diagnostic).collect();
//! assert_eq!(found[0].code.number(), "live-prefix");
//! let drawn = human::render(&found, &sources, human::Style { color: false, width: 80 });
//! assert!(drawn.starts_with("warning[live-prefix]"));
//! ```

pub mod ast;
pub mod build;
pub mod cast;
pub mod check;
pub mod codes;
pub mod diag;
mod dialect;
mod fault;
pub mod fmt;
mod fold;
pub mod functions;
mod grammar;
pub mod infer;
mod lex;
pub mod lint;
pub mod notebook;
mod parse;
pub mod pattern;
mod place;
mod print;
mod recursion;
mod reserved;
pub mod source;
mod stream;
mod strict;
mod tokens;
mod type_name;
pub mod types;
mod unit;
pub mod walk;
pub mod yaml;

pub use ast::{Statement, StatementKind};
pub use fault::ParseFault;
pub use fold::{NameIndex, folded, is_same_name};
pub use parse::{Attempt, Parses, parse, parse_each, parse_expr, parse_query, parses, visit_each};
pub use place::{offset_of, range_of, range_of_node};
pub use print::{expr_text, ident_text, name_text, print, query_text, string_text};
pub use reserved::{ident, needs_quotes};
pub use stream::{StreamSource, stream_source};
pub use tokens::{Piece, PieceKind, Tokens, tokens};
