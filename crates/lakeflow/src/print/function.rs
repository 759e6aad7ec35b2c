//! Functions as text.

use std::fmt::{self, Display, Formatter};

use super::sql::{Name, Quoted, SqlText, Word};
use super::table::property_lines;
use super::{comment_line, flag, query_text};
use crate::ast::{CreateFunction, FunctionBody, Language, Parameter, PythonTraits, Returns};
use crate::type_name;

impl Display for CreateFunction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (replace, temporary) = (flag(self.or_replace, "OR REPLACE "), flag(self.temporary, "TEMPORARY "));
        let exists = flag(self.if_not_exists, "IF NOT EXISTS ");
        write!(f, "CREATE {replace}{temporary}FUNCTION {exists}{}{}", Name(&self.name), List(&self.parameters))?;
        match &self.returns {
            Some(Returns::Scalar(data_type)) => write!(f, "\nRETURNS {}", type_name::text(data_type))?,
            Some(Returns::Table(columns)) if columns.is_empty() => f.write_str("\nRETURNS TABLE")?,
            Some(Returns::Table(columns)) => write!(f, "\nRETURNS TABLE {}", List(columns))?,
            None => {}
        }
        match self.language {
            Some(Language::Sql) => f.write_str("\nLANGUAGE SQL")?,
            Some(Language::Python) => f.write_str("\nLANGUAGE PYTHON")?,
            None => {}
        }
        match self.deterministic {
            Some(true) => f.write_str("\nDETERMINISTIC")?,
            Some(false) => f.write_str("\nNOT DETERMINISTIC")?,
            None => {}
        }
        match self.reads_data {
            Some(true) => f.write_str("\nREADS SQL DATA")?,
            Some(false) => f.write_str("\nCONTAINS SQL")?,
            None => {}
        }
        match self.definer {
            Some(true) => f.write_str("\nSQL SECURITY DEFINER")?,
            Some(false) => f.write_str("\nSQL SECURITY INVOKER")?,
            None => {}
        }
        comment_line(f, self.comment.as_deref())?;
        self.python.fmt(f)?;
        match &self.body {
            FunctionBody::Expr(expr) => write!(f, "\nRETURN {}", SqlText(expr)),
            FunctionBody::Query(query) => write!(f, "\nRETURN\n{}", query_text(query)),
            FunctionBody::Code(code) if code.value.contains("$$") => write!(f, "\nAS {}", Quoted(&code.value)),
            FunctionBody::Code(code) => write!(f, "\nAS $${}$$", code.value),
            FunctionBody::Block(block) => write!(f, "\n{block}"),
        }
    }
}

impl Display for PythonTraits {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(flag(self.pandas, "\nPARAMETER STYLE PANDAS"))?;
        if let Some(handler) = &self.handler {
            write!(f, "\nHANDLER {}", Quoted(handler))?;
        }
        for (position, credential) in self.credentials.iter().enumerate() {
            write!(f, "{}{}", if position == 0 { "\nCREDENTIALS (" } else { ", " }, Word(&credential.name))?;
            if let Some(alias) = &credential.alias {
                write!(f, " AS {}", Word(alias))?;
            }
            f.write_str(flag(credential.default, " DEFAULT"))?;
        }
        f.write_str(flag(!self.credentials.is_empty(), ")"))?;
        property_lines(f, "ENVIRONMENT", &self.environment)
    }
}

struct List<'a>(&'a [Parameter]);

impl Display for List<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (position, parameter) in self.0.iter().enumerate() {
            f.write_str(if position == 0 { "" } else { ", " })?;
            parameter.fmt(f)?;
        }
        f.write_str(")")
    }
}

impl Display for Parameter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", Word(&self.name), type_name::text(&self.data_type))?;
        if let Some(default) = &self.default {
            write!(f, " DEFAULT {}", SqlText(default))?;
        }
        match &self.comment {
            Some(comment) => write!(f, " COMMENT {}", Quoted(comment)),
            None => Ok(()),
        }
    }
}
