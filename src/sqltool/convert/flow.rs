//! Flows that append the rows of a query to a table.

use std::sync::Arc;

use lakeflow::ParseFault;
use lakeflow::ast::{CreateFlow, FlowBody, InsertFlow, ObjectName, Query, Replace, StatementKind};

use super::body::QueryBody;
use super::checks::Checks;
use super::names::parts;
use super::note::Loss;
use super::scope::ConversionScope;
use super::statement::Rewritten;
use super::{cdc, names};

pub(super) fn flow(create: CreateFlow, scope: &mut ConversionScope<'_>) -> Rewritten {
    let CreateFlow { mut name, comment, mut target, body } = create;
    if name.0.len() > 1 {
        let place = scope.name(&name);
        let plain = names::parts(&name).last().map(|part| (*part).clone());
        name = ObjectName::from(plain.into_iter().collect::<Vec<_>>());
        scope.note_at(place, Loss::Dropped, "schema of the flow left out: the name of a flow has one part");
    }
    scope.settle(&mut target);
    scope.dataset = parts(&name).into_iter().cloned().collect();
    let body = match body {
        FlowBody::Insert(insert) => {
            let checks = scope.project.checks(&target);
            let query = appended(insert, checks, scope)?;
            FlowBody::Insert(InsertFlow { once: false, replace: None, query })
        }
        FlowBody::AutoCdc(mut flow) => {
            cdc::clauses(&mut flow, scope);
            FlowBody::AutoCdc(flow)
        }
    };
    Ok(vec![StatementKind::CreateFlow(Box::new(CreateFlow { name, comment, target, body }))])
}

/// The query of a flow that appends, with what its target checks.
pub(super) fn appended(
    insert: InsertFlow,
    checks: Checks,
    scope: &mut ConversionScope<'_>,
) -> Result<Arc<Query>, ParseFault> {
    let InsertFlow { once, replace, query } = insert;
    if once {
        scope.note(
            "ONCE",
            Loss::Unconverted,
            "flow left out: Spark runs every flow in every update, so `ONCE` is not possible",
        );
    }
    if let Some(replace) = replace {
        let words = match replace {
            Replace::Where(_) => "REPLACE WHERE",
            Replace::Using { .. } => "REPLACE USING",
        };
        let message = format!("flow left out: Spark flows can only append, without `{words}`");
        scope.note(words, Loss::Unconverted, message);
    }
    let body = QueryBody::rewritten(query, scope);
    checks.around(body, scope)
}
