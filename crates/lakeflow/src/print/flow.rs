//! Flows as text.

use std::fmt::{self, Display, Formatter};

use super::sql::{Name, SqlText, Word};
use super::{columns, comment_line, flag, query_text};
use crate::ast::{
    ApplyChanges, AutoCdc, CdcSource, ColumnSelection, CreateFlow, FlowBody, IgnoreNullUpdates, Replace, ScdType,
};

impl Display for CreateFlow {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "CREATE FLOW {}", Name(&self.name))?;
        comment_line(f, self.comment.as_deref())?;
        match &self.body {
            FlowBody::Insert(flow) => {
                let once = flag(flow.once, "ONCE ");
                write!(f, "\nAS INSERT {once}INTO {} BY NAME", Name(&self.target))?;
                if let Some(replace) = &flow.replace {
                    write!(f, "\n{replace}")?;
                }
                write!(f, "\n{}", query_text(&flow.query))
            }
            FlowBody::AutoCdc(cdc) => {
                write!(f, "\nAS AUTO CDC {}INTO {}\n{cdc}", flag(cdc.once, "ONCE "), Name(&self.target))
            }
        }
    }
}

impl Display for ApplyChanges {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "APPLY CHANGES INTO {}\n{}", Name(&self.target), self.cdc)
    }
}

/// What stands behind `FLOW` in a table.
pub(super) struct Inline<'a>(pub(super) &'a FlowBody);

impl Display for Inline<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            FlowBody::Insert(flow) => {
                match &flow.replace {
                    Some(replace) => write!(f, "{replace} BY NAME")?,
                    None => write!(f, "INSERT {}BY NAME", flag(flow.once, "ONCE "))?,
                }
                write!(f, "\n{}", query_text(&flow.query))
            }
            FlowBody::AutoCdc(cdc) => write!(f, "AUTO CDC{}\n{cdc}", flag(cdc.once, " ONCE")),
        }
    }
}

impl Display for Replace {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Replace::Where(predicate) => write!(f, "REPLACE WHERE {}", SqlText(predicate)),
            Replace::Using { keys, sequence_by } => {
                write!(f, "REPLACE USING {} SEQUENCE BY {}", columns(keys), SqlText(sequence_by))
            }
        }
    }
}

impl Display for AutoCdc {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.source {
            CdcSource::Stream(name) => write!(f, "FROM STREAM({})", Name(name))?,
            CdcSource::Table(name) => write!(f, "FROM {}", Name(name))?,
            CdcSource::Query(query) => write!(f, "FROM (\n{}\n)", query_text(query))?,
        }
        write!(f, "\nKEYS {}", columns(&self.keys))?;
        match &self.ignore_null_updates {
            Some(IgnoreNullUpdates::All) => f.write_str("\nIGNORE NULL UPDATES")?,
            Some(IgnoreNullUpdates::On(selection)) => write!(f, "\nIGNORE NULL UPDATES ON {selection}")?,
            None => {}
        }
        if let Some(filter) = &self.filter {
            write!(f, "\nWHERE {}", SqlText(filter))?;
        }
        if let Some(condition) = &self.apply_as_delete {
            write!(f, "\nAPPLY AS DELETE WHEN {}", SqlText(condition))?;
        }
        if let Some(condition) = &self.apply_as_truncate {
            write!(f, "\nAPPLY AS TRUNCATE WHEN {}", SqlText(condition))?;
        }
        write!(f, "\nSEQUENCE BY {}", SqlText(&self.sequence_by))?;
        if let Some(sequence) = &self.system_sequence_by {
            write!(f, "\nSYSTEM SEQUENCE BY {}", SqlText(sequence))?;
        }
        if let Some(selection) = &self.columns {
            write!(f, "\nCOLUMNS {selection}")?;
        }
        match self.stored_as {
            Some(ScdType::ScdType1) => f.write_str("\nSTORED AS SCD TYPE 1")?,
            Some(ScdType::ScdType2) => f.write_str("\nSTORED AS SCD TYPE 2")?,
            Some(ScdType::Bitemporal) => f.write_str("\nSTORED AS BITEMPORAL")?,
            None => {}
        }
        if let Some(selection) = &self.track_history {
            write!(f, "\nTRACK HISTORY ON {selection}")?;
        }
        match &self.columns_to_update {
            Some(column) => write!(f, "\nCOLUMNS TO UPDATE {}", Word(column)),
            None => Ok(()),
        }
    }
}

impl Display for ColumnSelection {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            ColumnSelection::Only(names) => f.write_str(&columns(names)),
            ColumnSelection::AllExcept(names) => write!(f, "* EXCEPT {}", columns(names)),
        }
    }
}
