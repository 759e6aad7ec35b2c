//! Names, strings, expressions and queries as text.
//!
//! sqlparser prints queries and expressions, after everything that it would print wrongly has been replaced by
//! ready-made text in a copy: strings (it does not know backslash escapes), `STREAM` (its brackets and options), maps
//! and structs. Ready-made text is passed as a placeholder or an unquoted identifier, both of which sqlparser prints
//! unchanged.

use std::fmt::{self, Display, Formatter, Write};
use std::ops::ControlFlow;

use sqlparser::ast::{
    DataType, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, JsonPathElem, ObjectName,
    ObjectNamePart, Query, Select, TableAlias, TableFactor, TableFunctionArgs, TableSampleKind, UnaryOperator, Value,
    ValueWithSpan, VisitMut, VisitorMut,
};

use super::spelling;
use crate::recursion;
use crate::stream::{StreamSource, stream_source};
use crate::type_name;
use crate::walk;

/// A string literal: `'it\'s'`.
pub fn string_text(value: &str) -> String {
    let mut text = String::with_capacity(value.len() + 2);
    // Writing to a string can't fail.
    let _ = write!(text, "{}", Quoted(value));
    text
}

/// A name of one part, in backticks when it was or must be.
pub fn ident_text(ident: &Ident) -> String {
    Word(ident).to_string()
}

/// A dotted name.
pub fn name_text(name: &ObjectName) -> String {
    Name(name).to_string()
}

/// An expression on one line.
pub fn expr_text(expr: &Expr) -> String {
    let mut copy = expr.clone();
    make_ready(&mut copy);
    copy.to_string()
}

/// A query, one column, one clause a line.
pub fn query_text(query: &Query) -> String {
    let mut copy = query.clone();
    make_ready(&mut copy);
    // sqlparser puts these two on the line of the clause before them.
    let order_by = copy.order_by.take().map_or(String::new(), |order| format!("\n{order}"));
    let limit = copy.limit_clause.take().map_or(String::new(), |limit| format!("\n{}", limit.to_string().trim_start()));
    format!("{copy:#}{order_by}{limit}")
}

/// Displays a string literal.
pub(super) struct Quoted<'a>(pub(super) &'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let needs_escape = |c: char| matches!(c, '\'' | '\\') || c.is_control();
        f.write_char('\'')?;
        let mut rest = self.0;
        while let Some((plain, behind)) = rest.find(needs_escape).and_then(|at| rest.split_at_checked(at)) {
            f.write_str(plain)?;
            let mut characters = behind.chars();
            match characters.next() {
                Some('\n') => f.write_str("\\n")?,
                Some('\r') => f.write_str("\\r")?,
                Some('\t') => f.write_str("\\t")?,
                Some(c) if c.is_control() => write!(f, "\\u{:04X}", u32::from(c))?,
                Some(c) => write!(f, "\\{c}")?,
                None => {}
            }
            rest = characters.as_str();
        }
        f.write_str(rest)?;
        f.write_char('\'')
    }
}

/// Displays a name of one part.
pub(super) struct Word<'a>(pub(super) &'a Ident);

impl Display for Word<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let value = &self.0.value;
        match self.0.quote_style {
            None if is_plain(value) => f.write_str(value),
            // The lexer leaves such a name as it was written.
            _ if value.contains("``") => write!(f, "`{value}`"),
            _ => write!(f, "`{}`", value.replace('`', "``")),
        }
    }
}

/// Whether a name needs no backticks; `$key`, `${key}` and `{{key}}` in it have none.
fn is_plain(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if name.bytes().all(is_letter) {
        return !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit());
    }
    let mut rest = name.strip_prefix('$').filter(|rest| !rest.starts_with('{')).unwrap_or(name);
    while !rest.is_empty() {
        let template = rest.strip_prefix("${").and_then(|rest| rest.split_once('}'));
        let template = template.or_else(|| rest.strip_prefix("{{").and_then(|rest| rest.split_once("}}")));
        rest = match (template, rest.strip_prefix(|c: char| c.is_ascii_alphanumeric() || c == '_')) {
            (Some((_, behind)), _) | (None, Some(behind)) => behind,
            _ => return false,
        };
    }
    !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// Displays names with commas between them.
pub(super) struct NameList<'a>(pub(super) &'a [Ident]);

impl Display for NameList<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (position, name) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str(", ")?;
            }
            Word(name).fmt(f)?;
        }
        Ok(())
    }
}

/// Displays a dotted name.
pub(super) struct Name<'a>(pub(super) &'a ObjectName);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (position, part) in self.0.0.iter().enumerate() {
            if position > 0 {
                f.write_char('.')?;
            }
            match part.as_ident() {
                Some(ident) => Word(ident).fmt(f)?,
                None => part.fmt(f)?,
            }
        }
        Ok(())
    }
}

/// Displays an expression on one line.
pub(super) struct SqlText<'a>(pub(super) &'a Expr);

impl Display for SqlText<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&expr_text(self.0))
    }
}

fn make_ready(node: &mut impl VisitMut) {
    let ControlFlow::Continue(()) = walk::visit_mut(node, &mut Ready);
}

struct Ready;

const TRUE: &str = "TRUE";
const FALSE: &str = "FALSE";

/// The value of an option (`header => true`) is text, which has small letters.
fn make_option_ready(value: &mut Expr) {
    if let Expr::Value(value) = value
        && let Value::Placeholder(text) = &mut value.value
        && (text == TRUE || text == FALSE)
    {
        text.make_ascii_lowercase();
    }
}

fn make_options_ready(arguments: &mut [FunctionArg]) {
    for argument in arguments {
        if let FunctionArg::Named { arg: FunctionArgExpr::Expr(value), .. } = argument {
            make_option_ready(value);
        }
    }
}

impl VisitorMut for Ready {
    type Break = std::convert::Infallible;

    fn post_visit_value(&mut self, value: &mut ValueWithSpan) -> ControlFlow<Self::Break> {
        match &value.value {
            Value::SingleQuotedString(text) => value.value = Value::Placeholder(string_text(text)),
            Value::Boolean(is_true) => value.value = Value::Placeholder(if *is_true { TRUE } else { FALSE }.to_owned()),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, select: &mut Select) -> ControlFlow<Self::Break> {
        spelling::put_late_clauses(select);
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Self::Break> {
        if let Expr::Function(function) = expr
            && let Some(text) = spelling::shared_table(function)
        {
            *expr = Expr::Identifier(Ident::new(text));
            return ControlFlow::Continue(());
        }
        match expr {
            Expr::Function(Function { args: FunctionArguments::List(list), .. }) => make_options_ready(&mut list.args),
            Expr::Cast { data_type, .. } => {
                *data_type = DataType::Custom(verbatim(type_name::text(data_type)), vec![]);
            }
            // sqlparser prints double quotes, which make strings.
            Expr::JsonAccess { path, .. } => {
                for element in &mut path.path {
                    if let JsonPathElem::Dot { key, quoted: quoted @ true } = element {
                        *quoted = false;
                        *key = ident_text(&Ident::with_quote('`', key.as_str()));
                    }
                }
            }
            // Without the blank, `- -a` would become a comment.
            Expr::UnaryOp { op: UnaryOperator::Minus, expr: inner } if is_negative(inner) => {
                **inner = Expr::Identifier(Ident::new(format!(" {inner}")));
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    /// The limit of a recursion stands behind the name and its columns.
    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<Self::Break> {
        for cte in query.with.iter_mut().flat_map(|with| &mut with.cte_tables) {
            if let Some(limit) = recursion::take_limit(cte) {
                let columns: Vec<String> = cte.alias.columns.drain(..).map(|column| column.to_string()).collect();
                let columns = if columns.is_empty() { String::new() } else { format!(" ({})", columns.join(", ")) };
                cte.alias.name = Ident::new(format!("{}{columns} {limit}", ident_text(&cte.alias.name)));
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<Self::Break> {
        if let TableFactor::Table { args: Some(arguments), .. } = factor {
            make_options_ready(&mut arguments.args);
        }
        let watermark = take_watermark(factor);
        make_source_ready(factor);
        if let Some(watermark) = watermark {
            put_watermark(factor, &watermark);
        }
        ControlFlow::Continue(())
    }
}

/// `STREAM`, its options, and versions.
fn make_source_ready(factor: &mut TableFactor) {
    // sqlparser prints the version behind the alias, where it can't be read.
    if let TableFactor::Table { name, version: version @ Some(_), .. } = factor
        && let Some(of) = version.take()
    {
        *name = verbatim(format!("{} {of}", name_text(name)));
    }
    let (mut text, arguments) = match stream_source(factor) {
        Some(StreamSource::Table(parts)) => {
            let parts: Vec<String> = parts.into_iter().map(ident_text).collect();
            (format!("STREAM {}", parts.join(".")), None)
        }
        Some(StreamSource::Function(function)) => match &function.args {
            FunctionArguments::List(list) => {
                let arguments = TableFunctionArgs { args: list.args.clone(), settings: None };
                (format!("STREAM {}", name_text(&function.name)), Some(arguments))
            }
            _ => return,
        },
        None => return,
    };
    if let TableFactor::Table { name, args, with_hints, .. } = factor {
        if !with_hints.is_empty() {
            // Options stand before the alias, behind the arguments: all of it becomes part of the name.
            for option in with_hints.iter_mut() {
                if let Expr::BinaryOp { right, .. } = option {
                    make_option_ready(right);
                }
            }
            let options: Vec<String> = with_hints.drain(..).map(|option| option.to_string()).collect();
            let call = arguments.map_or(String::new(), |a| call_text(&a));
            text = format!("{text}{call} WITH ({})", options.join(", "));
            *args = None;
        } else {
            *args = arguments;
        }
        *name = verbatim(text);
    }
}

/// Whether a source says how late its rows may come.
pub(crate) fn has_watermark(factor: &TableFactor) -> bool {
    watermark(factor).is_some()
}

/// The arguments of the sample that stands for `WATERMARK .. DELAY OF ..`.
fn watermark(factor: &TableFactor) -> Option<&[FunctionArg]> {
    let (TableFactor::Table { sample, .. } | TableFactor::Derived { sample, .. }) = factor else { return None };
    let (TableSampleKind::BeforeTableAlias(inner) | TableSampleKind::AfterTableAlias(inner)) = sample.as_ref()?;
    let Expr::Function(function) = &inner.quantity.as_ref()?.value else { return None };
    let FunctionArguments::List(list) = &function.args else { return None };
    function.name.to_string().eq_ignore_ascii_case("WATERMARK").then_some(list.args.as_slice())
}

/// Takes `WATERMARK .. DELAY OF ..` out of the sample that stands for it.
fn take_watermark(factor: &mut TableFactor) -> Option<String> {
    let text = match watermark(factor)? {
        [time, delay] => format!("WATERMARK {time} DELAY OF {delay}"),
        [time, name, delay] => format!("WATERMARK {time} AS {name} DELAY OF {delay}"),
        _ => return None,
    };
    if let TableFactor::Table { sample, .. } | TableFactor::Derived { sample, .. } = factor {
        *sample = None;
    }
    Some(text)
}

/// Writes it where it is read: before the alias.
fn put_watermark(factor: &mut TableFactor, text: &str) {
    match factor {
        TableFactor::Table { name, args, .. } => {
            let call = args.take().map_or(String::new(), |a| call_text(&a));
            *name = verbatim(format!("{name}{call} {text}"));
        }
        TableFactor::Derived { alias, .. } => {
            let behind = alias.take().map_or(String::new(), |alias| format!(" {alias}"));
            let name = Ident::new(format!("{text}{behind}"));
            *alias = Some(TableAlias { explicit: false, name, columns: vec![], at: None });
        }
        _ => {}
    }
}

fn is_negative(expr: &Expr) -> bool {
    matches!(expr, Expr::UnaryOp { op: UnaryOperator::Minus, .. })
}

fn call_text(arguments: &TableFunctionArgs) -> String {
    let all: Vec<String> = arguments.args.iter().map(ToString::to_string).collect();
    format!("({})", all.join(", "))
}

fn verbatim(text: String) -> ObjectName {
    ObjectName(vec![ObjectNamePart::Identifier(Ident::new(text))])
}
