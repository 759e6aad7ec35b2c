//! Views as text.

use std::fmt::{self, Display, Formatter};

use super::sql::{Name, Quoted, Word};
use super::table::{element_lines, properties};
use super::{comment_line, flag, query_text};
use crate::ast::{CreateMetricView, CreateView, SchemaBinding, ViewColumn};

impl Display for CreateView {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (replace, temporary) = (flag(self.or_replace, "OR REPLACE "), flag(self.temporary, "TEMPORARY "));
        let (exists, global) = (flag(self.if_not_exists, "IF NOT EXISTS "), flag(self.global, "GLOBAL "));
        let live = match (self.live, self.streaming) {
            (true, true) => "STREAMING LIVE ",
            (true, false) => "LIVE ",
            _ => "",
        };
        write!(f, "CREATE {replace}{global}{temporary}{live}VIEW {exists}{}", Name(&self.name))?;
        let mut elements: Vec<&dyn Display> = vec![];
        elements.extend(self.columns.iter().map(|c| c as &dyn Display));
        elements.extend(self.expectations.iter().map(|e| e as &dyn Display));
        element_lines(f, &elements)?;
        comment_line(f, self.comment.as_deref())?;
        properties(f, &self.properties)?;
        if let Some(collation) = &self.collation {
            write!(f, "\nDEFAULT COLLATION {}", Word(collation))?;
        }
        if let Some(binding) = &self.schema_binding {
            let words = SchemaBinding::ALL.iter().find(|(other, _)| other == binding).map_or("", |(_, words)| words);
            write!(f, "\nWITH SCHEMA {words}")?;
        }
        write!(f, "\nAS\n{}", query_text(&self.query))
    }
}

impl Display for ViewColumn {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Word(&self.name))?;
        match &self.comment {
            Some(comment) => write!(f, " COMMENT {}", Quoted(comment)),
            None => Ok(()),
        }
    }
}

impl Display for CreateMetricView {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (replace, exists) = (flag(self.or_replace, "OR REPLACE "), flag(self.if_not_exists, "IF NOT EXISTS "));
        write!(f, "CREATE {replace}VIEW {exists}{}", Name(&self.name))?;
        let columns: Vec<&dyn Display> = self.columns.iter().map(|c| c as &dyn Display).collect();
        element_lines(f, &columns)?;
        comment_line(f, self.comment.as_deref())?;
        properties(f, &self.properties)?;
        write!(f, "\nWITH METRICS LANGUAGE YAML AS\n$${}$$", self.definition.yaml.value)
    }
}
