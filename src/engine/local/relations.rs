//! What the names of a query stand for: datasets by the last part of their name, and files behind `read_files`.

use std::path::Path;

use lakeflow::check::parts;
use sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, FunctionArguments, ObjectName, ObjectNamePart, TableFactor, Value,
};

use super::RunFault;
use super::header::LandingNote;
use super::outside::OutsideNames;
use super::read_files::{self, ReadFiles};
use super::spark::{FILES_PREFIX, QueryFault, Relations, Session};

/// Resolves the names of one query; files are read when they are asked for.
pub struct PipelineRelations<'a> {
    pub session: &'a Session,
    pub landing: &'a Path,
    /// Tables outside of the pipeline.
    pub outside: &'a OutsideNames,
    pub parameters: &'a dyn Fn(&str) -> Result<String, QueryFault>,
    /// Calls of `read_files` so far.
    pub reads: usize,
    /// Lines read from files.
    pub rows_read: usize,
    /// What is told of the files.
    pub notes: Vec<LandingNote>,
    /// A fault of the landing directory, which the session can't carry.
    pub fault: Option<RunFault>,
}

impl Relations for PipelineRelations<'_> {
    fn table(&mut self, name: &ObjectName) -> Result<String, QueryFault> {
        if let Some((registered, _)) = self.outside.get(&parts(name).join(".")) {
            return Ok(registered.clone());
        }
        let last = name.0.last().and_then(ObjectNamePart::as_ident);
        last.map(|i| i.value.to_lowercase()).ok_or_else(|| QueryFault::failed(format!("`{name}` is not a table name")))
    }

    fn function(&mut self, factor: &TableFactor) -> Result<Option<String>, QueryFault> {
        let TableFactor::Table { name, args: Some(args), .. } = factor else { return Ok(None) };
        let (name, args) = match args.args.as_slice() {
            [FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Function(inner)))]
                if name.to_string().eq_ignore_ascii_case("stream") =>
            {
                let FunctionArguments::List(list) = &inner.args else { return Ok(None) };
                (&inner.name, list.args.as_slice())
            }
            args => (name, args),
        };
        if !name.to_string().eq_ignore_ascii_case("read_files") {
            return Ok(None);
        }
        let call = call(args, self.parameters)?;
        let table = read_files::read(&call, self.landing).map_err(|fault| {
            let text = fault.to_string();
            self.fault = Some(fault);
            QueryFault::failed(text)
        })?;
        let (table, notes) = table;
        self.notes.extend(notes);
        self.rows_read += table.rows();
        // A query may read files more than once: each read is a table of its own.
        self.reads += 1;
        let registered = format!("{FILES_PREFIX}_{}", self.reads);
        table.register(self.session, &registered).map_err(|e| QueryFault::failed(e.to_string()))?;
        Ok(Some(registered))
    }
}

/// The arguments of `read_files`; options that change nothing here are passed over, others are refused.
fn call(
    args: &[FunctionArg],
    parameters: &dyn Fn(&str) -> Result<String, QueryFault>,
) -> Result<ReadFiles, QueryFault> {
    let mut call = ReadFiles { format: "csv".into(), ..ReadFiles::default() };
    for arg in args {
        let (name, value) = match arg {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(value)) => ("path".to_owned(), value),
            FunctionArg::Named { name, arg: FunctionArgExpr::Expr(value), .. } => (name.value.to_lowercase(), value),
            FunctionArg::ExprNamed { name: Expr::Identifier(name), arg: FunctionArgExpr::Expr(value), .. } => {
                (name.value.to_lowercase(), value)
            }
            other => return Err(QueryFault::refused(format!("the argument `{other}` of `read_files`"))),
        };
        let text =
            literal(value).ok_or_else(|| QueryFault::refused(format!("`{name}` of `read_files` as an expression")))?;
        match name.as_str() {
            "path" => call.path = keep_landing(&text, parameters)?,
            "format" => call.format = text,
            "schema" => call.schema = text,
            "sep" | "delimiter" => call.delimiter = Some(text),
            "header" => call.header = text.eq_ignore_ascii_case("true"),
            "quote" => call.quote = Some(text),
            "escape" => call.escape = Some(text),
            "comment" => call.comment = Some(text),
            "skiprows" => {
                let refused = || QueryFault::refused(format!("`skipRows => {text}` of `read_files`"));
                call.skip_rows = text.parse().map_err(|_| refused())?;
            }
            "encoding" | "charset" => call.encoding = Some(text),
            "wholetext" => call.whole_text = text.eq_ignore_ascii_case("true"),
            "columnnameofcorruptrecord" => call.corrupt = Some(text),
            // Nothing else is read here.
            "allowsinglequotes" | "allownonnumericnumbers" if text.eq_ignore_ascii_case("false") => {
                call.is_strict += 1;
            }
            "rescueddatacolumn" => call.rescued = Some(text),
            // What was written in the calendar of old is told by its reader.
            "datetimerebasemode" | "int96rebasemode" if text.eq_ignore_ascii_case("corrected") => {}
            "mode" if text.eq_ignore_ascii_case("permissive") => {}
            "multiline" => call.multi_line = text.eq_ignore_ascii_case("true"),
            "allowoverwrites" | "includeexistingfiles" | "maxfilespertrigger" => {}
            other => return Err(QueryFault::refused(format!("the option `{other}` of `read_files`"))),
        }
    }
    Ok(call)
}

/// A path with its parameters filled in, except for the landing directory, which is one of this machine.
fn keep_landing(path: &str, parameters: &dyn Fn(&str) -> Result<String, QueryFault>) -> Result<String, QueryFault> {
    match path.strip_prefix("${landing}") {
        Some(rest) => Ok(format!("${{landing}}{}", parameters(rest)?)),
        None => parameters(path),
    }
}

fn literal(expr: &Expr) -> Option<String> {
    let Expr::Value(value) = expr else { return None };
    match &value.value {
        Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) | Value::Number(text, _) => {
            Some(text.clone())
        }
        Value::Boolean(truth) => Some(truth.to_string()),
        _ => None,
    }
}
