//! Lets go of what a dataset was judged by.
//!
//! A tree takes some sixty times the room of its text, and first touching that room takes longer than making the tree. All
//! that later passes ask of the query of a dataset stands in [`QueryInfo`](crate::lakeflow::infer::QueryInfo); whoever
//! has to run it reads the text again ([`Pipeline::trees`](super::Pipeline::trees)).

use std::sync::{Arc, LazyLock};

use sqlparser::ast::{SetExpr, Table};

use crate::lakeflow::ast::{FlowBody, Query, StatementKind, TableDefinition, TableSource, Violation, bare_query};

/// What stands for every query that was let go: the mere shell of one takes some kilobytes.
static EMPTY: LazyLock<Arc<Query>> =
    LazyLock::new(|| Arc::new(bare_query(SetExpr::Table(Box::new(Table { table_name: None, schema_name: None })))));

/// Replaces the query of a dataset by an empty one, and keeps of its columns and expectations those that concern others:
/// columns with a mask, and expectations that drop rows.
pub fn forget(kind: &mut StatementKind) {
    match kind {
        StatementKind::CreateStreamingTable(create) => {
            forget_parts(&mut create.table);
            match &mut create.source {
                Some(TableSource::Query(query)) => query.clone_from(&EMPTY),
                Some(TableSource::Flow(FlowBody::Insert(flow))) => flow.query.clone_from(&EMPTY),
                Some(TableSource::Flow(FlowBody::AutoCdc(_))) | None => {}
            }
        }
        StatementKind::CreateMaterializedView(create) => {
            forget_parts(&mut create.table);
            create.query.clone_from(&EMPTY);
        }
        StatementKind::CreateView(view) => view.query.clone_from(&EMPTY),
        _ => {}
    }
}

fn forget_parts(table: &mut TableDefinition) {
    table.columns.retain(|column| column.mask.is_some());
    table.columns.shrink_to_fit();
    table.expectations.retain(|expectation| expectation.on_violation == Some(Violation::DropRow));
    table.expectations.shrink_to_fit();
}
