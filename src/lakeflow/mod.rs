//! Lakeflow SQL: syntax tree, parser, printer, formatter, types. Usable as a library on its own.
//!
//! The statement shell (what stands around a query) is read and written here; expressions and queries are sqlparser's.
//! Text goes `lex` (our tokens) → `parse` (our statements, sqlparser inside) → [`ast`] → `print`, and back again to an
//! equal tree. [`fmt`] sets text in lines for people and keeps its comments. No disk, no specs, no meaning: names and
//! types are resolved by whoever needs them.

pub mod ast;
pub mod build;
pub mod cast;
mod dialect;
mod fault;
pub mod fmt;
mod fold;
pub mod functions;
mod grammar;
pub mod infer;
mod lex;
pub mod notebook;
mod parse;
pub mod pattern;
mod place;
mod print;
mod recursion;
mod reserved;
mod stream;
mod strict;
mod tokens;
mod type_name;
pub mod types;
mod unit;

pub use ast::{Statement, StatementKind};
pub use fault::Fault;
pub use fold::{folded, is_same_name};
pub use parse::{Attempt, Parses, parse, parse_each, parse_expr, parse_query, parses, visit_each};
pub use place::{offset_of, range_of, range_of_node};
pub use print::{expr_text, ident_text, name_text, print, query_text, string_text};
pub use reserved::{ident, needs_quotes};
pub use stream::{StreamSource, stream_source};
pub use tokens::{Piece, PieceKind, Tokens, tokens};
