//! Numbers of several types where one type has to come out: branches of CASE, arguments of `coalesce`, lists of IN.
//!
//! DataFusion makes decimals of doubles and gives up digits in other places than Spark. Here every such place gets its
//! casts before DataFusion looks at it; the common type is that of [`lakeflow::types`].

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, Result, plan_datafusion_err};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, lit};
use lakeflow::types as ours;

use super::functions::Registry;
use super::types;
use super::verify::SAME_TYPE;

/// Gives a plan the casts that numbers of different types need.
///
/// # Errors
/// When the plan can't be put together again.
pub(super) fn unify(plan: LogicalPlan, registry: &Arc<Registry>) -> Result<LogicalPlan> {
    let plan = plan.transform_up_with_subqueries(|node| {
        let schema = merge_schema(&node.inputs());
        let names = NamePreserver::new(&node);
        let changed = node.map_expressions(|expr| {
            let name = names.save(&expr);
            let changed = expr.transform_up(|part| one_type(part, &schema, registry))?;
            Ok(changed.update_data(|expr| name.restore(expr)))
        })?;
        if changed.transformed { changed.map_data(LogicalPlan::recompute_schema) } else { Ok(changed) }
    })?;
    Ok(plan.data)
}

/// An expression of a plan that is not made yet, with the casts that [`unify`] gives: what an operator does depends on the
/// types of its operands, and DataFusion takes a CASE for one of the type of its first branch.
///
/// # Errors
/// When a cast can't be made.
pub(super) fn unified(expr: Expr, schema: &DFSchema, registry: &Arc<Registry>) -> Result<Expr> {
    Ok(expr.transform_up(|part| one_type(part, schema, registry))?.data)
}

fn one_type(mut expr: Expr, schema: &DFSchema, registry: &Arc<Registry>) -> Result<Transformed<Expr>> {
    let changed = match &mut expr {
        Expr::Case(case) => {
            let compared = case.expr.iter_mut().map(AsMut::as_mut);
            let whens = case.when_then_expr.iter_mut().map(|(when, _)| when.as_mut());
            // Conditions of the form without an operand are no numbers.
            let mut changed = cast_all(compared.chain(whens).collect(), schema, registry)?;
            let results = case.when_then_expr.iter_mut().map(|(_, then)| then.as_mut());
            changed |= cast_all(results.chain(case.else_expr.as_deref_mut()).collect(), schema, registry)?;
            changed
        }
        Expr::InList(list) => {
            cast_all(std::iter::once(list.expr.as_mut()).chain(&mut list.list).collect(), schema, registry)?
        }
        Expr::ScalarFunction(call) if SAME_TYPE.contains(&call.name()) => {
            cast_all(call.args.iter_mut().collect(), schema, registry)?
        }
        _ => false,
    };
    Ok(if changed { Transformed::yes(expr) } else { Transformed::no(expr) })
}

fn cast_all(parts: Vec<&mut Expr>, schema: &DFSchema, registry: &Arc<Registry>) -> Result<bool> {
    let Ok(given) = parts.iter().map(|part| part.get_type(schema)).collect::<Result<Vec<_>>>() else {
        return Ok(false);
    };
    let Some(common) = common(&given) else { return Ok(false) };
    for (part, _) in parts.into_iter().zip(&given).filter(|(_, ty)| **ty != common && !ty.is_null()) {
        let value = std::mem::take(part);
        *part = cast(value, &common, registry)?;
    }
    Ok(true)
}

/// `CAST(expr AS to)` by Spark's rules.
pub(super) fn cast(expr: Expr, to: &DataType, registry: &Registry) -> Result<Expr> {
    let function = registry.scalar("__cast").ok_or_else(|| plan_datafusion_err!("`__cast` is not registered"))?;
    Ok(Expr::ScalarFunction(ScalarFunction::new_udf(function, vec![expr, lit(types::show(to))])))
}

/// The type that numbers take where a decimal or a float stands among them and they differ; `None` where nothing is to
/// be done.
pub(super) fn common(given: &[DataType]) -> Option<DataType> {
    let mut numbers = given.iter().filter(|ty| !ty.is_null());
    if !numbers.clone().all(DataType::is_numeric) || numbers.clone().all(DataType::is_integer) {
        return None;
    }
    let first = numbers.next()?;
    if numbers.clone().all(|ty| ty == first) {
        return None;
    }
    let ours = |ty: &DataType| ours::DataType::parse(&types::show(ty)).ok();
    let together = numbers.try_fold(ours(first)?, |together, ty| together.common(&ours(ty)?))?;
    types::parse(&together.to_string()).ok()
}

/// Whether numbers of these types can't meet in one type without a loss: decimals beside floats, or more digits than a
/// decimal has.
pub(super) fn is_lossy(given: &[DataType]) -> bool {
    let Some(common) = common(given) else { return false };
    let decimals = given.iter().filter_map(|ty| match ty {
        DataType::Decimal128(precision, scale) => Some((i32::from(*precision), i32::from(*scale))),
        _ => None,
    });
    let whole = decimals.clone().map(|(precision, scale)| precision - scale).max();
    let scale = decimals.map(|(_, scale)| scale).max();
    let (Some(whole), Some(scale)) = (whole, scale) else { return false };
    common.is_floating() || whole + scale > i32::from(types::MAX_PRECISION)
}
