//! Statements that run next to a pipeline, as text.

use std::fmt::{self, Display, Formatter};

use super::sql::{Name, NameList, Quoted, SqlText, Word};
use super::table::property_lines;
use super::{arguments, comment_line, flag};
use crate::ast::{
    Alter, AlterAction, ColumnAction, CommentOn, CommentTarget, CreatePolicy, CreateSchema, CreateVolume, DropPolicy,
    Grant, MatchColumn, PolicyKind, Privilege, Revoke, Securable, Tag,
};

impl Display for Securable {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.words())?;
        if self.kind.is_nameless() { Ok(()) } else { write!(f, " {}", Name(&self.name)) }
    }
}

impl Display for Grant {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let recipient = flag(self.recipient, "RECIPIENT ");
        write!(f, "GRANT {} ON {} TO {recipient}{}", privileges(&self.privileges), self.on, Word(&self.to))
    }
}

impl Display for Revoke {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let recipient = flag(self.recipient, "RECIPIENT ");
        write!(f, "REVOKE {} ON {} FROM {recipient}{}", privileges(&self.privileges), self.on, Word(&self.from))
    }
}

fn privileges(privileges: &[Privilege]) -> String {
    privileges.iter().map(|p| p.words()).collect::<Vec<_>>().join(", ")
}

impl Display for Alter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "ALTER {} ", self.object)?;
        match &self.action {
            AlterAction::SetTags(tags) => write!(f, "SET TAGS {}", Tags(tags)),
            AlterAction::UnsetTags(keys) => write!(f, "UNSET TAGS {}", key_list(keys)),
            AlterAction::SetRowFilter(filter) => write!(f, "SET ROW FILTER {filter}"),
            AlterAction::DropRowFilter => f.write_str("DROP ROW FILTER"),
            AlterAction::Column { name, action } => write!(f, "ALTER COLUMN {} {action}", Word(name)),
            AlterAction::MetricBody(view) => write!(f, "AS\n$${}$$", view.yaml.value),
        }
    }
}

impl Display for ColumnAction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            ColumnAction::SetTags(tags) => write!(f, "SET TAGS {}", Tags(tags)),
            ColumnAction::UnsetTags(keys) => write!(f, "UNSET TAGS {}", key_list(keys)),
            ColumnAction::SetMask(mask) => write!(f, "SET MASK {mask}"),
            ColumnAction::DropMask => f.write_str("DROP MASK"),
        }
    }
}

struct Tags<'a>(&'a [Tag]);

impl Display for Tags<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (position, tag) in self.0.iter().enumerate() {
            f.write_str(if position == 0 { "(" } else { ", " })?;
            Quoted(&tag.key).fmt(f)?;
            if let Some(value) = &tag.value {
                write!(f, " = {}", Quoted(value))?;
            }
        }
        f.write_str(")")
    }
}

fn key_list(keys: &[String]) -> String {
    let keys: Vec<String> = keys.iter().map(|key| Quoted(key).to_string()).collect();
    format!("({})", keys.join(", "))
}

impl Display for CommentOn {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.target {
            CommentTarget::Securable(securable) => write!(f, "COMMENT ON {securable} IS ")?,
            CommentTarget::Column(name) => write!(f, "COMMENT ON COLUMN {} IS ", Name(name))?,
        }
        match &self.comment {
            Some(comment) => Quoted(comment).fmt(f),
            None => f.write_str("NULL"),
        }
    }
}

impl Display for CreateSchema {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "CREATE SCHEMA {}{}", flag(self.if_not_exists, "IF NOT EXISTS "), Name(&self.name))?;
        comment_line(f, self.comment.as_deref())?;
        if let Some(path) = &self.location {
            write!(f, "\nLOCATION {}", Quoted(path))?;
        }
        if let Some(path) = &self.managed_location {
            write!(f, "\nMANAGED LOCATION {}", Quoted(path))?;
        }
        if let Some(collation) = &self.collation {
            write!(f, "\nDEFAULT COLLATION {}", Word(collation))?;
        }
        property_lines(f, "WITH DBPROPERTIES", &self.properties)
    }
}

impl Display for CreateVolume {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (external, exists) = (flag(self.external, "EXTERNAL "), flag(self.if_not_exists, "IF NOT EXISTS "));
        write!(f, "CREATE {external}VOLUME {exists}{}", Name(&self.name))?;
        if let Some(path) = &self.location {
            write!(f, "\nLOCATION {}", Quoted(path))?;
        }
        comment_line(f, self.comment.as_deref())
    }
}

impl Display for CreatePolicy {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "CREATE {}POLICY {}", flag(self.or_replace, "OR REPLACE "), Word(&self.name))?;
        write!(f, "\nON {}", self.on)?;
        comment_line(f, self.comment.as_deref())?;
        let words = match &self.kind {
            PolicyKind::RowFilter => "ROW FILTER",
            PolicyKind::ColumnMask { .. } => "COLUMN MASK",
        };
        write!(f, "\n{words} {}\nTO {}", Name(&self.function), NameList(&self.to))?;
        if !self.except.is_empty() {
            write!(f, "\nEXCEPT {}", NameList(&self.except))?;
        }
        f.write_str("\nFOR TABLES")?;
        if let Some(condition) = &self.when {
            write!(f, "\nWHEN {}", SqlText(condition))?;
        }
        for (position, column) in self.match_columns.iter().enumerate() {
            f.write_str(if position == 0 { "\nMATCH COLUMNS\n  " } else { ",\n  " })?;
            column.fmt(f)?;
        }
        if let PolicyKind::ColumnMask { on_column } = &self.kind {
            write!(f, "\nON COLUMN {}", Word(on_column))?;
        }
        if self.using_columns.is_empty() {
            return Ok(());
        }
        write!(f, "\nUSING COLUMNS {}", arguments(&self.using_columns))
    }
}

impl Display for MatchColumn {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", SqlText(&self.condition))?;
        match &self.alias {
            Some(alias) => write!(f, " AS {}", Word(alias)),
            None => Ok(()),
        }
    }
}

impl Display for DropPolicy {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "DROP POLICY {} ON {}", Word(&self.name), self.on)
    }
}
