//! Expectations: counted on the rows of a result, before any of them is dropped (lakeflow-sql.md, "Expectations").

use datafusion::arrow::array::{AsArray, BooleanArray};
use datafusion::arrow::compute::and;
use lakeflow::ast::{Expectation, Ident, StatementKind, Violation};
use lakeflow::expr_text;
use sqlparser::ast::{Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments};

use super::RunFault;
use super::culprit;
use super::report::ExpectationReport;
use super::spark::{LastPart, Session, is_true, select_over};
use super::table::Table;

/// Applies all expectations of a dataset to its result: what is left, and how each of them was met. A predicate that is
/// NULL is not met.
pub async fn apply(
    session: &Session,
    dataset: &str,
    expectations: &[Expectation],
    table: Table,
    statement: &StatementKind,
) -> Result<(Table, Vec<ExpectationReport>), RunFault> {
    if expectations.is_empty() {
        return Ok((table, vec![]));
    }
    const RESULT: &str = "__result";
    table.register(session, RESULT)?;
    let met = expectations.iter().enumerate().map(|(i, e)| (is_true(&e.predicate), format!("e{i}")));
    let query = select_over(Ident::new(RESULT).into(), false, met.collect());
    let (schema, batches) = session.query(&query, &mut LastPart).await.map_err(|e| RunFault::of(dataset, e))?;
    let judged = Table::of(&schema, &batches).map_err(|e| RunFault::failed(dataset, e))?;
    let mut keep = BooleanArray::from(vec![true; table.rows()]);
    let mut reports = vec![];
    for (index, expectation) in expectations.iter().enumerate() {
        let met = judged.batch.column(index).as_boolean();
        let passed = met.true_count();
        let failed = met.len() - passed;
        let name = expectation.name.value.clone();
        match expectation.on_violation {
            Some(Violation::FailUpdate) if failed > 0 => {
                let first = met.iter().position(|met| met != Some(true)).unwrap_or(0);
                return Err(RunFault::Expectation {
                    dataset: dataset.to_owned(),
                    expectation: name,
                    failed,
                    rows: table.rows(),
                    demand: expr_text(demand(&expectation.predicate)),
                    figures: culprit::figures(statement, &table, first, &expectation.predicate),
                });
            }
            Some(Violation::DropRow) => keep = and(&keep, met).map_err(|e| RunFault::failed(dataset, e))?,
            _ => {}
        }
        reports.push(ExpectationReport { name, action: expectation.on_violation, passed, failed });
    }
    let table = table.filter(&keep).map_err(|e| RunFault::failed(dataset, e))?;
    Ok((table, reports))
}

/// A predicate without the `coalesce(.., FALSE)` that makes an unknown outcome one that is not met.
fn demand(predicate: &Expr) -> &Expr {
    if let Expr::Function(Function { name, args: FunctionArguments::List(list), .. }) = predicate
        && name.to_string().eq_ignore_ascii_case("coalesce")
        && let [FunctionArg::Unnamed(FunctionArgExpr::Expr(inner)), _] = list.args.as_slice()
    {
        return inner;
    }
    predicate
}
