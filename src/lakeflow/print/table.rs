//! Streaming tables and materialized views as text.

use std::fmt::{self, Display, Formatter};

use super::sql::{Name, Quoted, Sql, Word};
use super::{arguments, columns, comment_line, flag, query_text};
use crate::lakeflow::ast::{
    Column, CreateMaterializedView, CreateStreamingTable, Expectation, ForeignKey, Generated, Layout, Mask, Property,
    RefreshPolicy, RowFilter, TableConstraint, TableConstraintKind, TableDefinition, TableSource, Violation,
};
use crate::lakeflow::type_name;

impl Display for CreateStreamingTable {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        head(f, &self.table, "STREAMING TABLE")?;
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
        head(f, &self.table, "MATERIALIZED VIEW")?;
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
    let (refresh, private) = (flag(table.or_refresh, "OR REFRESH "), flag(table.private, "PRIVATE "));
    write!(f, "CREATE {refresh}{private}{words} {}", Name(&table.name))?;
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

fn clauses(f: &mut Formatter<'_>, table: &TableDefinition) -> fmt::Result {
    if let Some(format) = &table.using {
        write!(f, "\nUSING {}", Word(format))?;
    }
    match &table.layout {
        Some(Layout::PartitionedBy(names)) => write!(f, "\nPARTITIONED BY {}", columns(names))?,
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
    Ok(())
}

/// `TBLPROPERTIES`, one a line; nothing when there are none.
pub(super) fn properties(f: &mut Formatter<'_>, properties: &[Property]) -> fmt::Result {
    for (position, property) in properties.iter().enumerate() {
        f.write_str(if position == 0 { "\nTBLPROPERTIES (\n  " } else { ",\n  " })?;
        write!(f, "{} = {}", Quoted(&property.key), Quoted(&property.value))?;
    }
    f.write_str(if properties.is_empty() { "" } else { "\n)" })
}

impl Display for Column {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", Word(&self.name), type_name::text(&self.data_type))?;
        f.write_str(if self.not_null { " NOT NULL" } else { "" })?;
        match &self.generated {
            Some(Generated::Always(expr)) => write!(f, " GENERATED ALWAYS AS ({})", Sql(expr))?,
            Some(Generated::Identity { always, start, increment }) => identity(f, *always, *start, *increment)?,
            None => {}
        }
        if let Some(default) = &self.default {
            write!(f, " DEFAULT {}", Sql(default))?;
        }
        f.write_str(if self.primary_key { " PRIMARY KEY" } else { "" })?;
        if let Some(key) = &self.foreign_key {
            write!(f, " {key}")?;
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

impl Display for Mask {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Name(&self.function))?;
        if self.using_columns.is_empty() {
            return Ok(());
        }
        write!(f, " USING COLUMNS {}", arguments(&self.using_columns))
    }
}

impl Display for RowFilter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} ON {}", Name(&self.function), arguments(&self.on))
    }
}

impl Display for Expectation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "CONSTRAINT {} EXPECT ({})", Word(&self.name), Sql(&self.predicate))?;
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
            TableConstraintKind::PrimaryKey(names) => write!(f, "PRIMARY KEY {}", columns(names)),
            TableConstraintKind::ForeignKey { columns: names, references } => {
                write!(f, "FOREIGN KEY {} {references}", columns(names))
            }
        }
    }
}

impl Display for ForeignKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "REFERENCES {}", Name(&self.table))?;
        if self.columns.is_empty() { Ok(()) } else { write!(f, " {}", columns(&self.columns)) }
    }
}
