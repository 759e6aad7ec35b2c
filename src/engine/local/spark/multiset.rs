//! `EXCEPT` and `INTERSECT` as Spark means them: ALL counts rows, and the columns of both sides meet in one type.
//!
//! DataFusion plans both as a join of rows that equal each other, NULL included, with the types of the left side. With ALL it
//! leaves out every copy of a row that the right side has once. Numbering the copies makes the n-th of one side meet the
//! n-th of the other.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, JoinType, NullEquality, Result, not_impl_err, plan_datafusion_err};
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::{
    Distinct, Expr, ExprFunctionExt, Join, LogicalPlan, LogicalPlanBuilder, WindowFunctionDefinition,
};
use lakeflow::types as ours;

use super::functions::Registry;
use super::{types, unify};

/// The number of a row among those that equal it.
const COPY: &str = "__copy";

/// Gives the set operations of a plan their meaning.
///
/// # Errors
/// When the columns of two sides have no type in common.
pub(super) fn count_copies(plan: LogicalPlan, registry: &Registry) -> Result<LogicalPlan> {
    let plan = plan.transform_up_with_subqueries(|node| match node {
        LogicalPlan::Join(join) if is_set_operation(&join) => rewritten(&join, registry).map(Transformed::yes),
        other => Ok(Transformed::no(other)),
    })?;
    if plan.transformed { plan.data.transform_up(recomputed).map(|plan| plan.data) } else { Ok(plan.data) }
}

fn recomputed(node: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    node.recompute_schema().map(Transformed::yes)
}

/// No join that a query writes lets NULL equal NULL before the optimizer has seen it.
fn is_set_operation(join: &Join) -> bool {
    join.null_equality == NullEquality::NullEqualsNull
        && matches!(join.join_type, JoinType::LeftAnti | JoinType::LeftSemi)
}

fn rewritten(join: &Join, registry: &Registry) -> Result<LogicalPlan> {
    let columns = |plan: &LogicalPlan| plan.schema().columns();
    let (distinct, left) = match join.left.as_ref() {
        LogicalPlan::Distinct(Distinct::All(input)) => (true, input),
        _ => (false, &join.left),
    };
    let fields = left.schema().fields().iter().zip(join.right.schema().fields());
    let common = fields.map(|(l, r)| common(l.data_type(), r.data_type())).collect::<Result<Vec<_>>>()?;
    let (left, right) = (cast(left, &common, registry)?, cast(&join.right, &common, registry)?);
    let (mut left_keys, mut right_keys) = (columns(&left), columns(&right));
    if distinct {
        let left = LogicalPlanBuilder::from(left).distinct()?;
        return left.join_detailed(right, join.join_type, (left_keys, right_keys), None, join.null_equality)?.build();
    }
    let kept: Vec<Expr> = left_keys.iter().cloned().map(Expr::Column).collect();
    let (left, right) = (numbered(left, registry)?, numbered(right, registry)?);
    left_keys.push(Column::from_name(COPY));
    right_keys.push(Column::from_name(COPY));
    let keys = (left_keys, right_keys);
    let joined = LogicalPlanBuilder::from(left).join_detailed(right, join.join_type, keys, None, join.null_equality)?;
    joined.project(kept)?.build()
}

fn common(left: &DataType, right: &DataType) -> Result<DataType> {
    if left == right || right.is_null() {
        return Ok(left.clone());
    }
    if left.is_null() {
        return Ok(right.clone());
    }
    let parsed = |ty: &DataType| ours::DataType::parse(&types::show(ty)).ok();
    let together = if left.is_numeric() && right.is_numeric() && !unify::is_lossy(&[left.clone(), right.clone()]) {
        parsed(left)
            .zip(parsed(right))
            .and_then(|(l, r)| l.common(&r))
            .and_then(|ty| types::parse(&ty.to_string()).ok())
    } else {
        None
    };
    match together {
        Some(ty) => Ok(ty),
        None => not_impl_err!(
            "{} and {} as columns of one set operation; cast them to one type",
            types::show(left),
            types::show(right)
        ),
    }
}

fn cast(plan: &Arc<LogicalPlan>, to: &[DataType], registry: &Registry) -> Result<LogicalPlan> {
    if plan.schema().fields().iter().zip(to).all(|(field, ty)| field.data_type() == ty) {
        return Ok(plan.as_ref().clone());
    }
    let mut items = vec![];
    for ((qualifier, field), ty) in plan.schema().iter().zip(to) {
        let column = Expr::Column(Column::from((qualifier, field)));
        items.push(match field.data_type() == ty {
            true => column,
            false => unify::cast(column, ty, registry)?.alias_qualified(qualifier.cloned(), field.name()),
        });
    }
    LogicalPlanBuilder::from(plan.as_ref().clone()).project(items)?.build()
}

fn numbered(plan: LogicalPlan, registry: &Registry) -> Result<LogicalPlan> {
    let columns: Vec<Expr> = plan.schema().columns().into_iter().map(Expr::Column).collect();
    let row_number =
        registry.window("row_number").ok_or_else(|| plan_datafusion_err!("`row_number` is not registered"))?;
    let function = WindowFunction::new(WindowFunctionDefinition::WindowUDF(row_number), vec![]);
    let number = Expr::from(function).partition_by(columns.clone()).build()?;
    let name = number.schema_name().to_string();
    let items = columns.into_iter().chain([Expr::Column(Column::from_name(name)).alias(COPY)]);
    LogicalPlanBuilder::from(plan).window([number])?.project(items)?.build()
}
