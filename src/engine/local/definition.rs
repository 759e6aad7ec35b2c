//! Statements that define datasets, taken apart: what fills them and what is asked of their rows.

use sqlparser::ast::{ObjectName, Query};

use super::spark::Fault;
use crate::check::Pipeline;
use crate::lakeflow::ast::{
    AutoCdc, Column, CreateFlow, Expectation, FlowBody, InsertFlow, Statement, StatementKind, TableSource,
};

/// Where a dataset's rows come from.
pub(super) enum Feed<'a> {
    /// A query.
    Query(&'a Query),
    /// Changes of another dataset.
    Changes(&'a AutoCdc),
}

/// A dataset's definition.
pub(super) struct Parts<'a> {
    /// Its name as written, without catalog and schema.
    pub name: String,
    /// `PRIVATE`.
    pub private: bool,
    /// Declared columns; empty when the query gives them.
    pub columns: &'a [Column],
    /// What every row is expected to fulfil.
    pub expectations: &'a [Expectation],
    /// Its own query or flow, then the flows that other statements write into it.
    pub feeds: Vec<Feed<'a>>,
    /// New names of a view's columns, in order; empty when the query names them.
    pub renamed: Vec<String>,
}

impl<'a> Parts<'a> {
    /// Takes a statement apart.
    ///
    /// # Errors
    /// When a flow is of a kind that this engine does not have.
    pub fn of(pipeline: &'a Pipeline, statement: &'a Statement) -> Result<Self, Fault> {
        let mut parts = Parts::own(statement)?;
        let flows = pipeline.files.iter().flat_map(|file| &file.statements).filter_map(flow);
        for flow in flows.filter(|flow| last(&flow.target).is_some_and(|t| t.eq_ignore_ascii_case(&parts.name))) {
            parts.feeds.push(feed(&flow.body)?);
        }
        Ok(parts)
    }

    fn own(statement: &'a Statement) -> Result<Self, Fault> {
        let name = name_of(&statement.kind).and_then(last).unwrap_or_default().to_owned();
        let none = Parts { name, private: false, columns: &[], expectations: &[], feeds: vec![], renamed: vec![] };
        Ok(match &statement.kind {
            StatementKind::CreateStreamingTable(t) => Parts {
                private: t.table.private,
                columns: &t.table.columns,
                expectations: &t.table.expectations,
                feeds: match &t.source {
                    None => vec![],
                    Some(TableSource::Query(query)) => vec![Feed::Query(query)],
                    Some(TableSource::Flow(body)) => vec![feed(body)?],
                },
                ..none
            },
            StatementKind::CreateMaterializedView(v) => Parts {
                private: v.table.private,
                columns: &v.table.columns,
                expectations: &v.table.expectations,
                feeds: vec![Feed::Query(&v.query)],
                ..none
            },
            StatementKind::CreateView(v) => Parts {
                expectations: &v.expectations,
                feeds: vec![Feed::Query(&v.query)],
                renamed: v.columns.iter().map(|c| c.name.value.clone()).collect(),
                ..none
            },
            _ => none,
        })
    }
}

/// The name that a statement defines.
pub(super) fn name_of(kind: &StatementKind) -> Option<&ObjectName> {
    match kind {
        StatementKind::CreateStreamingTable(t) => Some(&t.table.name),
        StatementKind::CreateMaterializedView(v) => Some(&v.table.name),
        StatementKind::CreateView(v) => Some(&v.name),
        _ => None,
    }
}

fn last(name: &ObjectName) -> Option<&str> {
    name.0.last().and_then(|part| part.as_ident()).map(|ident| ident.value.as_str())
}

fn flow(statement: &Statement) -> Option<&CreateFlow> {
    match &statement.kind {
        StatementKind::CreateFlow(flow) => Some(flow),
        _ => None,
    }
}

fn feed(body: &FlowBody) -> Result<Feed<'_>, Fault> {
    match body {
        FlowBody::Insert(InsertFlow { replace: Some(_), .. }) => Err(Fault::refused("flows that replace rows")),
        FlowBody::Insert(flow) => Ok(Feed::Query(&flow.query)),
        FlowBody::AutoCdc(cdc) => Ok(Feed::Changes(cdc)),
    }
}
