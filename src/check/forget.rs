//! Lets go of the tree of a query once it was judged.
//!
//! A tree takes some sixty times the room of its text, and first touching that room takes longer than making the tree. All
//! that later passes ask of the query of a dataset stands in [`QueryInfo`](crate::lakeflow::infer::QueryInfo); whoever
//! has to run it reads the text again ([`Pipeline::trees`](super::Pipeline::trees)).

use std::sync::{Arc, LazyLock};

use sqlparser::ast::{SetExpr, Table};

use crate::lakeflow::ast::{FlowBody, Query, StatementKind, TableSource, bare_query};

/// What stands for every query that was let go: the mere shell of one takes some kilobytes.
static EMPTY: LazyLock<Arc<Query>> =
    LazyLock::new(|| Arc::new(bare_query(SetExpr::Table(Box::new(Table { table_name: None, schema_name: None })))));

/// Replaces the query of a dataset by an empty one.
pub fn forget_query(kind: &mut StatementKind) {
    let query = match kind {
        StatementKind::CreateStreamingTable(table) => match &mut table.source {
            Some(TableSource::Query(query)) => query,
            Some(TableSource::Flow(FlowBody::Insert(flow))) => &mut flow.query,
            _ => return,
        },
        StatementKind::CreateMaterializedView(view) => &mut view.query,
        StatementKind::CreateView(view) => &mut view.query,
        _ => return,
    };
    query.clone_from(&EMPTY);
}
