//! Streaming tables and materialized views as text.

use std::fmt::{self, Display, Formatter};

use super::sql::{Name, Quoted, SqlText, Word};
use super::{arguments, columns, comment_line, flag, query_text};
use crate::ast::{
    CreateMaterializedView, CreateStreamingTable, DeclaredColumn, Expectation, ForeignKey, Generated, InlineKey,
    KeyOption, Layout, MaskClause, Property, RefreshPolicy, RowFilterClause, ScheduleClause, TableConstraint,
    TableConstraintKind, TableDefinition, TableSource, Violation,
};
use crate::type_name;

impl Display for CreateStreamingTable {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        head(f, &self.table, if self.table.live { "STREAMING LIVE TABLE" } else { "STREAMING TABLE" })?;
        clauses(f, &self.table)?;
        match &self.source {
            Some(TableSource::Query(query)) => write!(f, "\nAS\n{}", query_text(query)),
            Some(TableSource::Flow(flow)) => write!(f, "\nFLOW {}", super::flow::Inline(flow)),
            None => Ok(()),
        }
    }
}

impl Display for CreateMaterializedView {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        head(f, &self.table, if self.table.live { "LIVE TABLE" } else { "MATERIALIZED VIEW" })?;
        clauses(f, &self.table)?;
        match self.refresh_policy {
            Some(RefreshPolicy::Auto) => f.write_str("\nREFRESH POLICY AUTO")?,
            Some(RefreshPolicy::Incremental) => f.write_str("\nREFRESH POLICY INCREMENTAL")?,
            Some(RefreshPolicy::IncrementalStrict) => f.write_str("\nREFRESH POLICY INCREMENTAL STRICT")?,
            Some(RefreshPolicy::Full) => f.write_str("\nREFRESH POLICY FULL")?,
            None => {}
        }
        write!(f, "\nAS\n{}", query_text(&self.query))
    }
}

fn head(f: &mut Formatter<'_>, table: &TableDefinition, words: &str) -> fmt::Result {
    let refresh = if table.or_replace { "OR REPLACE " } else { flag(table.or_refresh, "OR REFRESH ") };
    let private = flag(table.private, "PRIVATE ");
    let exists = flag(table.if_not_exists, "IF NOT EXISTS ");
    write!(f, "CREATE {refresh}{private}{words} {exists}{}", Name(&table.name))?;
    elements(f, table)
}

/// Columns, expectations, constraints.
pub(super) fn elements(f: &mut Formatter<'_>, table: &TableDefinition) -> fmt::Result {
    let mut elements: Vec<&dyn Display> = vec![];
    elements.extend(table.columns.iter().map(|c| c as &dyn Display));
    elements.extend(table.expectations.iter().map(|e| e as &dyn Display));
    elements.extend(table.constraints.iter().map(|c| c as &dyn Display));
    element_lines(f, &elements)
}

/// ` (`, one element a line, `)`; nothing when there are none.
pub(super) fn element_lines(f: &mut Formatter<'_>, elements: &[&dyn Display]) -> fmt::Result {
    for (position, element) in elements.iter().enumerate() {
        f.write_str(if position == 0 { " (\n  " } else { ",\n  " })?;
        element.fmt(f)?;
    }
    f.write_str(if elements.is_empty() { "" } else { "\n)" })
}

pub(super) fn clauses(f: &mut Formatter<'_>, table: &TableDefinition) -> fmt::Result {
    if let Some(format) = &table.using {
        match format.quote_style {
            None => write!(f, "\nUSING {}", format.value)?, // perhaps a class, whose dots are part of it
            Some(_) => write!(f, "\nUSING {}", Word(format))?,
        }
    }
    if !table.options.is_empty() {
        property_lines(f, "OPTIONS", &table.options)?;
    }
    match &table.layout {
        Some(Layout::PartitionedBy(names)) => write!(f, "\nPARTITIONED BY {}", columns(names))?,
        Some(Layout::PartitionColumns(typed)) => {
            let typed: Vec<String> = typed
                .iter()
                .map(|(name, data_type)| format!("{} {}", Word(name), type_name::text(data_type)))
                .collect();
            write!(f, "\nPARTITIONED BY ({})", typed.join(", "))?;
        }
        Some(Layout::PartitionTransforms(transforms)) => write!(f, "\nPARTITIONED BY {}", arguments(transforms))?,
        Some(Layout::ClusterBy(names)) => {
            let names: Vec<String> = names.iter().map(|name| Name(name).to_string()).collect();
            write!(f, "\nCLUSTER BY ({})", names.join(", "))?;
        }
        Some(Layout::ClusterByAuto) => f.write_str("\nCLUSTER BY AUTO")?,
        Some(Layout::ClusterByNone) => f.write_str("\nCLUSTER BY NONE")?,
        None => {}
    }
    if let Some(path) = &table.location {
        write!(f, "\nLOCATION {}", Quoted(path))?;
    }
    comment_line(f, table.comment.as_deref())?;
    properties(f, &table.properties)?;
    if let Some(filter) = &table.row_filter {
        write!(f, "\nWITH ROW FILTER {filter}")?;
    }
    if let Some(collation) = &table.collation {
        write!(f, "\nDEFAULT COLLATION {}", Word(collation))?;
    }
    match &table.schedule {
        Some(schedule) => write!(f, "\n{schedule}"),
        None => Ok(()),
    }
}

impl Display for ScheduleClause {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            ScheduleClause::Every { count, unit } => {
                write!(f, "SCHEDULE EVERY {count} {}", unit.word())
            }
            ScheduleClause::Cron { expression, zone } => {
                write!(f, "SCHEDULE CRON {}", Quoted(expression))?;
                zone.as_ref().map_or(Ok(()), |zone| write!(f, " AT TIME ZONE {}", Quoted(zone)))
            }
            ScheduleClause::OnUpdate { at_most_every } => {
                f.write_str("TRIGGER ON UPDATE")?;
                at_most_every.as_ref().map_or(Ok(()), |interval| write!(f, " AT MOST EVERY {}", SqlText(interval)))
            }
        }
    }
}

/// `TBLPROPERTIES`, one a line; nothing when there are none.
pub(super) fn properties(f: &mut Formatter<'_>, properties: &[Property]) -> fmt::Result {
    property_lines(f, "TBLPROPERTIES", properties)
}

/// The same under another heading.
pub(super) fn property_lines(f: &mut Formatter<'_>, heading: &str, properties: &[Property]) -> fmt::Result {
    for (position, property) in properties.iter().enumerate() {
        match position {
            0 => write!(f, "\n{heading} (\n  ")?,
            _ => f.write_str(",\n  ")?,
        }
        match property.is_parameter() {
            true => f.write_str(&property.key)?,
            false => write!(f, "{} = {}", Quoted(&property.key), Quoted(&property.value))?,
        }
    }
    f.write_str(if properties.is_empty() { "" } else { "\n)" })
}

impl Display for DeclaredColumn {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Word(&self.name).fmt(f)?;
        let data_type = type_name::text(&self.data_type);
        write!(f, "{}{data_type}", flag(!data_type.is_empty(), " "))?;
        if let Some(collation) = &self.collation {
            write!(f, " COLLATE {}", Word(collation))?;
        }
        f.write_str(if self.not_null { " NOT NULL" } else { "" })?;
        match self.generated.as_deref() {
            Some(Generated::Always(expr)) => write!(f, " GENERATED ALWAYS AS ({})", SqlText(expr))?,
            Some(Generated::Identity { always, start, increment }) => identity(f, *always, *start, *increment)?,
            None => {}
        }
        if let Some(default) = &self.default {
            write!(f, " DEFAULT {}", SqlText(default))?;
        }
        if let Some(key) = self.primary_key.as_deref() {
            write!(f, "{} PRIMARY KEY{}", KeyName(key), KeyOptions(&key.options))?;
        }
        f.write_str(flag(self.unique, " UNIQUE"))?;
        if let Some((key, references)) = self.foreign_key.as_deref() {
            write!(f, "{} {references}{}", KeyName(key), KeyOptions(&key.options))?;
        }
        if let Some(comment) = &self.comment {
            write!(f, " COMMENT {}", Quoted(comment))?;
        }
        match &self.mask {
            Some(mask) => write!(f, " MASK {mask}"),
            None => Ok(()),
        }
    }
}

fn identity(f: &mut Formatter<'_>, always: bool, start: Option<i64>, increment: Option<i64>) -> fmt::Result {
    write!(f, " GENERATED {} AS IDENTITY", if always { "ALWAYS" } else { "BY DEFAULT" })?;
    let start = start.map(|n| format!("START WITH {n}"));
    let increment = increment.map(|n| format!("INCREMENT BY {n}"));
    let options: Vec<String> = start.into_iter().chain(increment).collect();
    if options.is_empty() { Ok(()) } else { write!(f, " ({})", options.join(" ")) }
}

impl Display for MaskClause {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Name(&self.function))?;
        if self.using_columns.is_empty() {
            return Ok(());
        }
        write!(f, " USING COLUMNS {}", arguments(&self.using_columns))
    }
}

impl Display for RowFilterClause {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} ON {}", Name(&self.function), arguments(&self.on))
    }
}

impl Display for Expectation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "CONSTRAINT {} EXPECT ({})", Word(&self.name), SqlText(&self.predicate))?;
        match self.on_violation {
            Some(Violation::DropRow) => f.write_str(" ON VIOLATION DROP ROW"),
            Some(Violation::FailUpdate) => f.write_str(" ON VIOLATION FAIL UPDATE"),
            None => Ok(()),
        }
    }
}

impl Display for TableConstraint {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "CONSTRAINT {} ", Word(name))?;
        }
        match &self.kind {
            TableConstraintKind::PrimaryKey { columns, timeseries } => {
                f.write_str("PRIMARY KEY (")?;
                for (position, column) in columns.iter().enumerate() {
                    let mark = if timeseries.as_ref() == Some(column) { " TIMESERIES" } else { "" };
                    write!(f, "{}{}{mark}", if position == 0 { "" } else { ", " }, Word(column))?;
                }
                f.write_str(")")?;
            }
            TableConstraintKind::ForeignKey { columns: names, references } => {
                write!(f, "FOREIGN KEY {} {references}", columns(names))?;
            }
            TableConstraintKind::Unique(names) => write!(f, "UNIQUE {}", columns(names))?,
            TableConstraintKind::Check(predicate) => write!(f, "CHECK ({})", SqlText(predicate))?,
        }
        KeyOptions(&self.options).fmt(f)
    }
}

/// ` CONSTRAINT name`, if it has one.
struct KeyName<'a>(&'a InlineKey);

impl Display for KeyName<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.name.as_ref().map_or(Ok(()), |name| write!(f, " CONSTRAINT {}", Word(name)))
    }
}

struct KeyOptions<'a>(&'a [KeyOption]);

impl Display for KeyOptions<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let words = KeyOption::ALL.iter().filter(|(option, _)| self.0.contains(option));
        words.map(|(_, words)| words).try_for_each(|words| write!(f, " {words}"))
    }
}

impl Display for ForeignKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "REFERENCES {}", Name(&self.table))?;
        if self.columns.is_empty() { Ok(()) } else { write!(f, " {}", columns(&self.columns)) }
    }
}
