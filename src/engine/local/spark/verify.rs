//! Refuses what would be converted by other rules than Spark's: texts beside numbers where types have to agree.
//!
//! Spark's ANSI mode reads the text as the other type and fails on one that is none; DataFusion would turn the number
//! into a text and compare letters. Comparisons are given their casts by the planner; what is left is looked at here.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::DFSchema;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{Case, Expr, ExprSchemable, Join, LogicalPlan};

use super::fault::QueryFault;
use super::{types, unify};

/// Calls whose arguments all have to be of one type.
pub(super) const SAME_TYPE: [&str; 4] = ["coalesce", "greatest", "least", "make_array"];

/// Checks a plan that was made but not yet optimized.
///
/// # Errors
/// When a text meets another type.
pub(super) fn verify(plan: &LogicalPlan) -> Result<(), QueryFault> {
    let mut found = None;
    plan.apply_with_subqueries(|node| {
        let schema = merge_schema(&node.inputs());
        node.apply_expressions(|expr| {
            expr.apply(|part| {
                found = found.take().or_else(|| clash(part, &schema));
                Ok(TreeNodeRecursion::Continue)
            })
        })?;
        if let LogicalPlan::Union(union) = node {
            found = found.take().or_else(|| union_clash(&union.inputs));
        }
        if let LogicalPlan::Join(join) = node {
            found = found.take().or_else(|| join_clash(join));
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    found.map_or(Ok(()), Err)
}

fn clash(expr: &Expr, schema: &DFSchema) -> Option<QueryFault> {
    if let Expr::AggregateFunction(call) = expr
        && matches!(call.func.name(), "min" | "max")
        && call.params.args.first()?.get_type(schema).ok()?.is_nested()
    {
        // NULL in a struct is less than everything else in Spark, and greater here.
        return Some(QueryFault::refused(format!("`{}` of an array or a struct", call.func.name())));
    }
    let (what, parts): (&str, Vec<&Expr>) = match expr {
        Expr::InList(list) => ("IN", std::iter::once(list.expr.as_ref()).chain(&list.list).collect()),
        Expr::InSubquery(query) => {
            let column = query.subquery.subquery.schema().fields().first()?.data_type().clone();
            return mixed("IN", &[query.expr.get_type(schema).ok()?, column]);
        }
        Expr::Case(case) if case.expr.is_some() && operand_clash(case, schema).is_some() => {
            return operand_clash(case, schema);
        }
        Expr::Case(case) => {
            let results = case.when_then_expr.iter().map(|(_, then)| then.as_ref());
            ("CASE", results.chain(case.else_expr.as_deref()).collect())
        }
        Expr::ScalarFunction(call) if SAME_TYPE.contains(&call.name()) => (call.name(), call.args.iter().collect()),
        _ => return None,
    };
    let types: Vec<DataType> = parts.iter().filter_map(|part| part.get_type(schema).ok()).collect();
    mixed(what, &types)
}

/// `CASE x WHEN y`: `x` is compared with each `y`.
fn operand_clash(case: &Case, schema: &DFSchema) -> Option<QueryFault> {
    let compared = case.expr.iter().chain(case.when_then_expr.iter().map(|(when, _)| when));
    mixed("CASE", &compared.filter_map(|part| part.get_type(schema).ok()).collect::<Vec<_>>())
}

/// Columns of USING, of EXCEPT and of INTERSECT.
fn join_clash(join: &Join) -> Option<QueryFault> {
    join.on.iter().find_map(|(left, right)| {
        let types = [left.get_type(join.left.schema()).ok()?, right.get_type(join.right.schema()).ok()?];
        mixed("JOIN", &types)
    })
}

fn union_clash(inputs: &[std::sync::Arc<LogicalPlan>]) -> Option<QueryFault> {
    let width = inputs.first()?.schema().fields().len();
    (0..width).find_map(|column| {
        let types = inputs.iter().filter_map(|input| input.schema().fields().get(column));
        let types = types.map(|f| f.data_type().clone()).collect::<Vec<_>>();
        mixed("UNION", &types).or_else(|| {
            let apart = unify::is_lossy(&types);
            apart.then(|| {
                QueryFault::refused("numbers of types as different as these in `UNION`; cast them to one type")
            })
        })
    })
}

fn mixed(what: &str, types: &[DataType]) -> Option<QueryFault> {
    let is_text = |ty: &&DataType| matches!(ty, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    types.iter().find(is_text)?;
    // A text among dates is read as a date by both.
    let exempt = |ty: &DataType| ty.is_null() || (what == "IN" && ty.is_temporal());
    let other = types.iter().find(|ty| !is_text(ty) && !exempt(ty))?;
    let other = types::show(other);
    Some(QueryFault::refused(format!("STRING and {other} together in `{}`; cast one of them", what.to_uppercase())))
}
