//! The arguments of `read_files`. An option that would change which rows come, and is not done here, is refused by name.

use datafusion::arrow::datatypes::{DataType, Fields};
use sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr, Value};

use super::super::spark::{Fault, parse_type};

/// What a call asks for.
#[derive(Debug)]
pub(super) struct Options {
    /// Path with wildcards.
    pub path: String,
    /// Declared columns, in order.
    pub fields: Fields,
    /// Whether the first record names the columns.
    pub header: bool,
    /// Between fields.
    pub separator: u8,
    /// Around fields.
    pub quote: u8,
    /// Before a quote inside a quoted field; the quote itself in RFC 4180.
    pub escape: u8,
    /// Whether quoted fields may span lines.
    pub multi_line: bool,
    /// Column for what has no column, as JSON.
    pub rescued: Option<String>,
    /// `fileNamePattern`.
    pub file_name_pattern: Option<String>,
}

/// Options that change nothing in a run that reads every file once.
const WITHOUT_EFFECT: &[&str] = &[
    "allowoverwrites",
    "includeexistingfiles",
    "maxfilespertrigger",
    "maxbytespertrigger",
    "ignoremissingfiles",
    "schemalocation",
    "mergeschema",
    "infercolumntypes",
];

/// Options that are done for one value only.
const ONE_VALUE: &[(&str, &str)] = &[
    ("format", "csv"),
    ("mode", "permissive"),
    ("encoding", "utf-8"),
    ("charset", "utf-8"),
    ("schemaevolutionmode", "rescue"),
    ("schemaevolutionmode", "none"),
    ("recursivefilelookup", "false"),
    ("usestrictglobber", "true"),
    ("readercasesensitive", "true"),
    ("ignorecorruptfiles", "false"),
    ("ignoreleadingwhitespace", "false"),
    ("ignoretrailingwhitespace", "false"),
    ("partitioncolumns", ""),
    ("nullvalue", ""),
    ("emptyvalue", ""),
];

impl Options {
    /// Reads the arguments of a call.
    ///
    /// # Errors
    /// When one is missing, wrong or not supported.
    pub fn parse(args: &[FunctionArg]) -> Result<Self, Fault> {
        let mut options = Options {
            path: String::new(),
            fields: Fields::empty(),
            header: false,
            separator: b',',
            quote: b'"',
            escape: b'\\',
            multi_line: false,
            rescued: None,
            file_name_pattern: None,
        };
        let (mut is_csv, mut has_schema) = (false, false);
        for arg in args {
            match named(arg)? {
                (None, path) => options.path = path,
                (Some(name), value) => {
                    is_csv |= name == "format" && value.eq_ignore_ascii_case("csv");
                    has_schema |= name == "schema";
                    options.set(&name, value)?;
                }
            }
        }
        if options.path.is_empty() {
            return Err(Fault::failed("`read_files` needs a path"));
        }
        if !is_csv || !has_schema {
            return Err(Fault::refused("`read_files` without `format => 'csv'` and a `schema`"));
        }
        Ok(options)
    }

    fn set(&mut self, name: &str, value: String) -> Result<(), Fault> {
        match name {
            "schema" => self.fields = fields(&value)?,
            "header" => self.header = is_true(name, &value)?,
            "multiline" => self.multi_line = is_true(name, &value)?,
            "sep" | "delimiter" => self.separator = single(name, &value)?,
            "quote" => self.quote = single(name, &value)?,
            "escape" => self.escape = single(name, &value)?,
            "rescueddatacolumn" => self.rescued = Some(value).filter(|v| !v.is_empty()),
            "filenamepattern" | "pathglobfilter" => self.file_name_pattern = Some(value),
            other if WITHOUT_EFFECT.contains(&other) => {}
            other => {
                let done = ONE_VALUE.iter().any(|(name, only)| *name == other && value.eq_ignore_ascii_case(only));
                if !done {
                    return Err(Fault::refused(format!("`{other} => '{value}'` of `read_files`")));
                }
            }
        }
        Ok(())
    }
}

/// Name in lower case, `None` for the path, and value of an argument.
fn named(arg: &FunctionArg) -> Result<(Option<String>, String), Fault> {
    let (name, value) = match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(value)) => (None, value),
        FunctionArg::Named { name, arg: FunctionArgExpr::Expr(value), .. } => (Some(name.value.to_lowercase()), value),
        FunctionArg::ExprNamed { name: Expr::Identifier(name), arg: FunctionArgExpr::Expr(value), .. } => {
            (Some(name.value.to_lowercase()), value)
        }
        other => return Err(Fault::refused(format!("the argument `{other}` of `read_files`"))),
    };
    let Expr::Value(literal) = value else {
        return Err(Fault::refused(format!("`{value}` as an argument of `read_files`: it has to be a literal")));
    };
    let value = match &literal.value {
        Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => text.clone(),
        other => other.to_string(),
    };
    Ok((name, value))
}

fn is_true(name: &str, value: &str) -> Result<bool, Fault> {
    match value.to_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Fault::failed(format!("`{name}` of `read_files` is true or false, not `{value}`"))),
    }
}

fn single(name: &str, value: &str) -> Result<u8, Fault> {
    match value.as_bytes() {
        [byte] => Ok(*byte),
        b"\\t" => Ok(b'\t'),
        _ => Err(Fault::refused(format!("`{name} => '{value}'` of `read_files`: only one ASCII character"))),
    }
}

/// The columns of `a STRING, b INT`.
fn fields(schema: &str) -> Result<Fields, Fault> {
    match parse_type(&format!("STRUCT<{schema}>")) {
        Ok(DataType::Struct(fields)) => Ok(fields),
        _ => Err(Fault::failed(format!("`{schema}` is no schema"))),
    }
}
