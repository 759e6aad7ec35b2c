//! Functions: of SQL or Python, of one value or of a table.

use super::{Command, Expr, Ident, ObjectName, Property, Query, Text, TypeName};

/// `CREATE [OR REPLACE] [TEMPORARY] FUNCTION ..`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateFunction {
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `TEMPORARY`: of this session.
    pub temporary: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Name of the function.
    pub name: ObjectName,
    /// In order; empty for `f()`.
    pub parameters: Vec<Parameter>,
    /// `RETURNS`; `None` when the body gives the type.
    pub returns: Option<Returns>,
    /// `LANGUAGE`, if it is spelled out.
    pub language: Option<Language>,
    /// `DETERMINISTIC` or `NOT DETERMINISTIC`.
    pub deterministic: Option<bool>,
    /// `CONTAINS SQL` (`false`) or `READS SQL DATA` (`true`).
    pub reads_data: Option<bool>,
    /// `SQL SECURITY DEFINER` (`true`) or `SQL SECURITY INVOKER`.
    pub definer: Option<bool>,
    /// `COMMENT`.
    pub comment: Option<String>,
    /// `PARAMETER STYLE`, `HANDLER` and the like, of a function in Python.
    pub python: PythonTraits,
    /// What it computes.
    pub body: FunctionBody,
}

/// How a function in Python is called, and where it runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PythonTraits {
    /// `PARAMETER STYLE PANDAS`: batches instead of rows.
    pub pandas: bool,
    /// `HANDLER`: the function in the code that is called.
    pub handler: Option<String>,
    /// `CREDENTIALS`: what it signs in with.
    pub credentials: Vec<FunctionCredential>,
    /// `ENVIRONMENT`: `dependencies` and `environment_version`.
    pub environment: Vec<Property>,
}

/// One entry of `CREDENTIALS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionCredential {
    /// A service credential.
    pub name: Ident,
    /// `AS alias`: what the code calls it.
    pub alias: Option<Ident>,
    /// `DEFAULT`: the one that is used where the code names none.
    pub default: bool,
}

/// What a function gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Returns {
    /// One value.
    Scalar(TypeName),
    /// `TABLE [(column type, ..)]`; no columns when the query gives them.
    Table(Vec<Parameter>),
}

/// In which language the body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// `SQL`.
    Sql,
    /// `PYTHON`.
    Python,
}

/// What a function computes.
#[derive(Debug, Clone, PartialEq)]
pub enum FunctionBody {
    /// `RETURN expression`.
    Expr(Box<Expr>),
    /// `RETURN query`.
    Query(Box<Query>),
    /// `AS $$ .. $$`, in Python.
    Code(Text),
    /// `BEGIN .. END`.
    Block(Box<Command>),
}

/// A parameter of a function, or a column of the table it returns.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Without parts; its `quote_style` is set if it was quoted.
    pub name: Ident,
    /// As written: a name, not yet a [`crate::types::DataType`].
    pub data_type: TypeName,
    /// `DEFAULT expression`.
    pub default: Option<Expr>,
    /// `COMMENT`.
    pub comment: Option<String>,
}
