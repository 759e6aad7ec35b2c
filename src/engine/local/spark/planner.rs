//! Operators, field access and literals as Spark means them, decided where DataFusion knows the types.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::{
    Column, DFSchema, Result, ScalarValue, TableReference, not_impl_err, plan_datafusion_err, plan_err,
};
use datafusion::functions_nested::make_array::make_array_udf;
use datafusion::functions_nested::map::map_udf;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr, RawFieldAccessExpr};
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, GetFieldAccess, Operator, lit};
use sqlparser::ast::BinaryOperator;

use super::arithmetic::literal_as_decimal;
use super::functions::Registry;
use super::{types, unify};

/// The unit under which the rewriter hides a number: the only hook by which a literal gets a type of ours.
pub(super) const NUMBER: &str = "__number";

/// Plans what the rewriter left to types.
#[derive(Debug)]
pub(super) struct SparkPlanner {
    registry: Arc<Registry>,
}

impl SparkPlanner {
    /// A planner that calls functions of `registry`.
    pub fn new(registry: Arc<Registry>) -> Self {
        SparkPlanner { registry }
    }

    fn call(&self, name: &str, args: Vec<Expr>) -> Result<Expr> {
        let function = self.registry.scalar(name).ok_or_else(|| plan_datafusion_err!("`{name}` is not registered"))?;
        Ok(Expr::ScalarFunction(ScalarFunction::new_udf(function, args)))
    }

    fn cast(&self, expr: Expr, to: &DataType) -> Result<Expr> {
        unify::cast(expr, to, &self.registry)
    }

    /// A text in arithmetic: a BIGINT beside a whole number, a DOUBLE beside others. It is read as leniently as the
    /// function is that wants it.
    fn number(&self, name: &str, expr: Expr, own: &DataType, other: &DataType) -> Result<Expr> {
        if *own != DataType::Utf8 || !(other.is_numeric() || *other == DataType::Utf8) {
            return Ok(expr);
        }
        let to = if other.is_integer() { DataType::Int64 } else { DataType::Float64 };
        let cast = if name.starts_with("try_") { "__try_cast" } else { "__cast" };
        self.call(cast, vec![expr, lit(types::show(&to))])
    }

    fn arithmetic(&self, name: &str, left: Expr, right: Expr, types: (DataType, DataType)) -> Result<Option<Expr>> {
        use DataType as T;
        let adds = matches!(name, "__add" | "try_add");
        let moves = adds || matches!(name, "__subtract" | "try_subtract");
        match types {
            (T::Date32, T::Int64) if moves => plan_err!("a number of days is an INT, not BIGINT: cast it"),
            (T::Date32, day) if moves && day.is_integer() => {
                self.call(if adds { "date_add" } else { "date_sub" }, vec![left, right]).map(Some)
            }
            (day, T::Date32) if adds && day.is_integer() => self.call("date_add", vec![right, left]).map(Some),
            (T::Date32, T::Interval(_)) if moves => {
                let left = if has_time(&right) { self.cast(left, &types::timestamp())? } else { left };
                Ok(Some(binary(left, if adds { Operator::Plus } else { Operator::Minus }, right)))
            }
            (T::Date32 | T::Timestamp(..), T::Date32 | T::Timestamp(..)) if moves && !adds => {
                let timestamp = types::timestamp();
                Ok(Some(binary(self.cast(left, &timestamp)?, Operator::Minus, self.cast(right, &timestamp)?)))
            }
            (T::Timestamp(..), T::Interval(_)) if moves => {
                Ok(Some(binary(left, if adds { Operator::Plus } else { Operator::Minus }, right)))
            }
            (T::Interval(_), T::Date32 | T::Timestamp(..)) if adds => {
                self.arithmetic(name, right, left, (T::Date32, T::Null))
            }
            (l, r) => {
                let (left, right) = (self.number(name, left, &l, &r)?, self.number(name, right, &r, &l)?);
                let left = if is_decimal(&r) { as_decimal(left) } else { left };
                let right = if is_decimal(&l) { as_decimal(right) } else { right };
                self.call(name, vec![left, right]).map(Some)
            }
        }
    }

    /// A text compared with another type is read as that type; integers as BIGINT (ANSI coercion). Numbers of different
    /// types are compared in the type that both have in common.
    fn comparable(&self, expr: Expr, own: &DataType, other: &DataType) -> Result<Expr> {
        if let Some(common) = unify::common(&[own.clone(), other.clone()]) {
            return if *own == common { Ok(expr) } else { self.cast(expr, &common) };
        }
        if *own == DataType::Date32 && matches!(other, DataType::Timestamp(..)) {
            return self.cast(expr, other);
        }
        if *own != DataType::Utf8 || matches!(other, DataType::Utf8 | DataType::Null) {
            return Ok(expr);
        }
        match other {
            DataType::Boolean | DataType::Date32 | DataType::Timestamp(..) => self.cast(expr, other),
            ty if ty.is_integer() => self.cast(expr, &DataType::Int64),
            ty if ty.is_numeric() => self.cast(expr, &DataType::Float64),
            ty => plan_err!("STRING and {} cannot be compared", types::show(ty)),
        }
    }
}

fn is_decimal(ty: &DataType) -> bool {
    matches!(ty, DataType::Decimal128(..))
}

fn as_decimal(expr: Expr) -> Expr {
    match &expr {
        Expr::Literal(value, metadata) => {
            literal_as_decimal(value).map_or_else(|| expr.clone(), |value| Expr::Literal(value, metadata.clone()))
        }
        _ => expr,
    }
}

fn binary(left: Expr, op: Operator, right: Expr) -> Expr {
    Expr::BinaryExpr(BinaryExpr::new(Box::new(left), op, Box::new(right)))
}

fn has_time(interval: &Expr) -> bool {
    matches!(interval, Expr::Literal(ScalarValue::IntervalMonthDayNano(Some(i)), _) if i.nanoseconds != 0)
}

impl ExprPlanner for SparkPlanner {
    fn plan_binary_op(&self, expr: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
        let whole = |operand| unify::unified(operand, schema, &self.registry);
        let expr = RawBinaryExpr { op: expr.op, left: whole(expr.left)?, right: whole(expr.right)? };
        let name = match &expr.op {
            BinaryOperator::Plus => "__add",
            BinaryOperator::Minus => "__subtract",
            BinaryOperator::Multiply => "__multiply",
            BinaryOperator::Divide => "__divide",
            BinaryOperator::Modulo => "mod",
            BinaryOperator::MyIntegerDivide => "__integer_divide",
            BinaryOperator::Custom(function) => function,
            BinaryOperator::StringConcat => {
                return self.call("concat", vec![expr.left, expr.right]).map(PlannerResult::Planned);
            }
            BinaryOperator::Eq
            | BinaryOperator::NotEq
            | BinaryOperator::Lt
            | BinaryOperator::LtEq
            | BinaryOperator::Gt
            | BinaryOperator::GtEq
            | BinaryOperator::Spaceship => {
                let (Ok(l), Ok(r)) = (expr.left.get_type(schema), expr.right.get_type(schema)) else {
                    return Ok(PlannerResult::Original(expr));
                };
                let left = if is_decimal(&r) { as_decimal(expr.left) } else { expr.left };
                let right = if is_decimal(&l) { as_decimal(expr.right) } else { expr.right };
                let (l, r) = (left.get_type(schema)?, right.get_type(schema)?);
                let (left, right) = (self.comparable(left, &l, &r)?, self.comparable(right, &r, &l)?);
                return Ok(PlannerResult::Original(RawBinaryExpr { op: expr.op, left, right }));
            }
            _ => return Ok(PlannerResult::Original(expr)),
        };
        let (Ok(l), Ok(r)) = (expr.left.get_type(schema), expr.right.get_type(schema)) else {
            // A column that does not resolve: DataFusion reports it better.
            return Ok(PlannerResult::Original(expr));
        };
        match self.arithmetic(name, expr.left.clone(), expr.right.clone(), (l, r))? {
            Some(planned) => Ok(PlannerResult::Planned(planned)),
            None => Ok(PlannerResult::Original(expr)),
        }
    }

    fn plan_field_access(&self, raw: RawFieldAccessExpr, _: &DFSchema) -> Result<PlannerResult<RawFieldAccessExpr>> {
        let planned = match raw.field_access {
            GetFieldAccess::NamedStructField { name } => {
                self.call("__field", vec![raw.expr, Expr::Literal(name, None)])
            }
            GetFieldAccess::ListIndex { key } => self.call("__subscript", vec![raw.expr, *key]),
            GetFieldAccess::ListRange { .. } => not_impl_err!("array ranges are not Spark SQL"),
        };
        planned.map(PlannerResult::Planned)
    }

    fn plan_compound_identifier(
        &self,
        field: &Field,
        qualifier: Option<&TableReference>,
        nested_names: &[String],
    ) -> Result<PlannerResult<Vec<Expr>>> {
        let mut expr = Expr::Column(Column::from((qualifier, field)));
        for name in nested_names {
            expr = self.call("__field", vec![expr, lit(name.as_str())])?;
        }
        Ok(PlannerResult::Planned(expr))
    }

    fn plan_extract(&self, args: Vec<Expr>) -> Result<PlannerResult<Vec<Expr>>> {
        let [Expr::Literal(unit, _), value] = args.as_slice() else { return Ok(PlannerResult::Original(args)) };
        match unit.try_as_str().flatten() {
            Some(NUMBER) => Ok(PlannerResult::Planned(match value {
                Expr::Literal(ScalarValue::Int64(Some(n)), metadata) => match i32::try_from(*n) {
                    Ok(n) => Expr::Literal(ScalarValue::Int32(Some(n)), metadata.clone()),
                    Err(_) => value.clone(),
                },
                _ => value.clone(),
            })),
            _ => self.call("date_part", args).map(PlannerResult::Planned),
        }
    }

    fn plan_position(&self, args: Vec<Expr>) -> Result<PlannerResult<Vec<Expr>>> {
        self.call("instr", args).map(PlannerResult::Planned)
    }

    fn plan_make_map(&self, args: Vec<Expr>) -> Result<PlannerResult<Vec<Expr>>> {
        let (mut keys, mut values) = (vec![], vec![]);
        for pair in args.chunks(2) {
            let [key, value] = pair else { return plan_err!("`map` needs a value for every key") };
            keys.push(key.clone());
            values.push(value.clone());
        }
        let array = |items| Expr::ScalarFunction(ScalarFunction::new_udf(make_array_udf(), items));
        let map = ScalarFunction::new_udf(map_udf(), vec![array(keys), array(values)]);
        Ok(PlannerResult::Planned(Expr::ScalarFunction(map)))
    }
}
