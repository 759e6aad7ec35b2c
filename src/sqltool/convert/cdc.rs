//! Change data capture: `APPLY CHANGES INTO` becomes a flow; a statement with a clause that Spark does not support is
//! dropped.
//!
//! Each of those clauses determines what happens to rows; without it the target would be a different table.

use lakeflow::ast::{
    ApplyChanges, AutoCdc, CdcSource, CreateFlow, Expr, FlowBody, Ident, ObjectName, ScdType, StatementKind,
};
use lakeflow::{ParseFault, expr_text, ident_text, name_text, parse, query_text};

use super::names::{last, parts};
use super::note::Loss;
use super::scope::ConversionScope;
use super::statement::Rewritten;

/// The legacy statement names no flow; a filter of it, which `AUTO CDC` lacks, becomes a view.
pub(super) fn apply_changes(apply: ApplyChanges, scope: &mut ConversionScope<'_>) -> Rewritten {
    let ApplyChanges { mut target, mut cdc } = apply;
    scope.settle(&mut target);
    scope.dataset = parts(&target).into_iter().cloned().collect();
    let mut statements = vec![];
    let filter = cdc.filter.take();
    clauses(&mut cdc, scope);
    if let Some(filter) = filter {
        let view = Ident::new(scope.project.free_name(&format!("{}_filtered", last(&target))));
        statements.extend(filtered(&view, &cdc.source, filter, scope)?);
        cdc.source = CdcSource::Stream(ObjectName::from(vec![view]));
    }
    let name = Ident::new(scope.project.free_name(&format!("{}_changes", last(&target))));
    let name = ObjectName::from(vec![name]);
    let flow = CreateFlow { name, comment: None, target, body: FlowBody::AutoCdc(Box::new(cdc)) };
    statements.push(StatementKind::CreateFlow(Box::new(flow)));
    Ok(statements)
}

/// A view of the changes that count.
fn filtered(
    view: &Ident,
    source: &CdcSource,
    mut filter: Expr,
    scope: &mut ConversionScope<'_>,
) -> Result<Vec<StatementKind>, ParseFault> {
    scope.rewrite(&mut filter);
    let source = match source {
        CdcSource::Stream(name) => format!("STREAM {}", name_text(name)),
        CdcSource::Table(name) => name_text(name),
        CdcSource::Query(query) => format!("({})", query_text(query)),
    };
    let (view, filter) = (ident_text(view), expr_text(&filter));
    let text = format!("CREATE TEMPORARY VIEW {view} AS SELECT * FROM {source} WHERE {filter}");
    let statements = parse(&text).map_err(|mut faults| faults.remove(0))?;
    Ok(statements.into_iter().map(|statement| statement.kind).collect())
}

/// Rewrites the clauses of `AUTO CDC`; the printer has them in the order that Spark asks for.
pub(super) fn clauses(cdc: &mut AutoCdc, scope: &mut ConversionScope<'_>) {
    match &mut cdc.source {
        CdcSource::Stream(name) | CdcSource::Table(name) => scope.settle(name),
        CdcSource::Query(query) => scope.rewrite(&mut **query),
    }
    let lacking = [
        (cdc.once, "ONCE"),
        (cdc.ignore_null_updates.is_some(), "IGNORE NULL UPDATES"),
        (cdc.apply_as_truncate.is_some(), "APPLY AS TRUNCATE"),
        (cdc.system_sequence_by.is_some(), "SYSTEM SEQUENCE BY"),
        (cdc.stored_as == Some(ScdType::Bitemporal), "STORED AS BITEMPORAL"),
        (cdc.columns_to_update.is_some(), "COLUMNS TO UPDATE"),
    ];
    for (_, words) in lacking.iter().filter(|(given, _)| *given) {
        let message = format!("flow left out: the `AUTO CDC` of Spark has no `{words}`");
        scope.note(words, Loss::Unconverted, message);
    }
    if let Some(condition) = &mut cdc.apply_as_delete {
        scope.rewrite(condition);
    }
    scope.rewrite(&mut cdc.sequence_by);
}
