//! String literals where a value of another type is expected: `order_date < '2024-02-30'`, `CAST('x' AS INT)`.
//!
//! Spark casts such a string when the query runs, in the same way for every row. If it is not a valid value of the
//! type, the query fails there, so it is an error here, at the string. If it depends on the clock, it counts as a
//! function that does.

use std::ops::Range;

use sqlparser::ast::{BinaryOperator, Expr, TypedString, Value};

use super::analyzer::{Analyzer, Typed};
use super::apply::Match;
use super::fault::{FaultKind, TypeFault};
use super::rules::string_literal;
use crate::cast::{CastReading, reading};
use crate::functions::{Class, Function, Param, Stability, TypePattern};
use crate::types::DataType;

/// Functions that are casts of their first argument, with the type they cast to; those with a second argument read by
/// its format.
const CASTS: [(&str, DataType); 11] = [
    ("date", DataType::Date),
    ("timestamp", DataType::Timestamp),
    ("to_date", DataType::Date),
    ("to_timestamp", DataType::Timestamp),
    ("boolean", DataType::Boolean),
    ("tinyint", DataType::TinyInt),
    ("smallint", DataType::SmallInt),
    ("int", DataType::Int),
    ("bigint", DataType::BigInt),
    ("float", DataType::Float),
    ("double", DataType::Double),
];

impl Analyzer<'_> {
    /// Judges `expr`, of type `own`, which is cast to `to` for what it stands beside.
    pub(super) fn converted(&mut self, expr: &Expr, own: &DataType, to: &DataType) {
        if string_literal(expr).is_some() {
            self.cast_by_word(expr, own, to);
        } else if self.records_uses && *own == DataType::String && *to != DataType::String && !to.is_open() {
            let range = self.range_of_expr(expr);
            // What is summed is exact; so is what a decimal is beside.
            let named = if *to == DataType::Double { "DECIMAL(18,2)".to_owned() } else { to.to_string() };
            let text = match expr {
                Expr::Identifier(_) | Expr::CompoundIdentifier(_) => self.text.get(range.clone()).unwrap_or(".."),
                _ => "..",
            };
            let hint = Some(format!("write the cast: `CAST({text} AS {named})`"));
            let message = format!("expected {to}, found STRING");
            self.casts.push(TypeFault { kind: FaultKind::TypeMismatch, range, message, hint });
        }
    }

    /// The same for a cast that is written out, which is seen where it stands.
    pub(super) fn cast_by_word(&mut self, expr: &Expr, own: &DataType, to: &DataType) {
        if let (DataType::String, Some(text)) = (own, string_literal(expr)) {
            let range = self.range_of_expr(expr);
            self.text_as(text, to, range);
        }
    }

    /// Judges two values that meet in their common type.
    pub(super) fn both_converted(&mut self, (left, own): (&Expr, &DataType), (right, other): (&Expr, &DataType)) {
        if (*own == DataType::String) != (*other == DataType::String)
            && let Some(common) = own.common(other)
        {
            self.converted(left, own, &common);
            self.converted(right, other, &common);
        }
    }

    /// A typed literal; one that is no value of its type was refused by the parser.
    pub(super) fn typed_literal(&mut self, literal: &TypedString, ty: &DataType) {
        if let Value::SingleQuotedString(text) = &literal.value.value {
            let range = self.range_in(literal.value.span);
            self.text_as(text, ty, range);
        }
    }

    fn text_as(&mut self, text: &str, ty: &DataType, range: Range<usize>) {
        if text.contains(['$', '{']) {
            return; // A parameter: known when it runs.
        }
        match reading(text, ty) {
            CastReading::Value => {}
            CastReading::ByClock => self.unstable_call(text, Stability::Volatile, &range),
            CastReading::Fails => {
                let hint = match ty {
                    DataType::Date => Some("write a date as `DATE'2024-12-31'`"),
                    DataType::Timestamp => Some("write a timestamp as `TIMESTAMP'2024-12-31 23:59:00'`"),
                    _ => None,
                };
                self.fault_with(FaultKind::TypeMismatch, range, format!("`{text}` is not a valid {ty}"), hint);
            }
        }
    }

    /// Texts among the operands of arithmetic.
    pub(super) fn operands_converted(
        &mut self,
        op: &BinaryOperator,
        (left, own): (&Expr, &DataType),
        (right, other): (&Expr, &DataType),
    ) {
        use BinaryOperator as Op;
        let is_condition = |ty: &DataType| *ty == DataType::Boolean;
        if *op == Op::StringConcat && self.records_uses && (is_condition(own) || is_condition(other)) {
            let range = self.range_of_expr(left).start..self.range_of_expr(right).end;
            let message = "`||` joins strings, found BOOLEAN".to_owned();
            let hint = Some("write `or` between conditions".to_owned());
            self.casts.push(TypeFault { kind: FaultKind::TypeMismatch, range, message, hint });
        }
        if matches!(op, Op::PGBitwiseShiftLeft | Op::PGBitwiseShiftRight | Op::Custom(_)) {
            self.converted(left, own, &DataType::Int);
            self.converted(right, other, &DataType::Int);
        }
        if matches!(op, Op::Plus | Op::Minus | Op::Multiply | Op::Divide | Op::Modulo | Op::MyIntegerDivide) {
            for (expr, own, beside) in [(left, own, other), (right, other, own)] {
                if let Some(ty) = operand_type(beside) {
                    self.converted(expr, own, &ty);
                }
            }
        }
    }

    /// Texts among the arguments of a function.
    pub(super) fn arguments_converted(&mut self, function: &Function, args: &[&Expr], found: &Match) {
        if function.name.starts_with("try_") {
            return; // NULL is what it is there for.
        }
        for (index, (arg, typed)) in args.iter().zip(&found.typed).enumerate() {
            let Some(Typed { ty: DataType::String, .. }) = typed else { continue };
            if let Some((_, wanted)) = named_cast(function, args.len()) {
                self.cast_by_word(arg, &DataType::String, wanted);
            } else if let Some(wanted) = self.wanted_type(function, index, found) {
                self.converted(arg, &DataType::String, &wanted);
            }
        }
    }

    fn wanted_type(&self, function: &Function, index: usize, found: &Match) -> Option<DataType> {
        if (function.name, index) == ("nullif", 1) {
            return found.typed.first()?.as_ref().map(|first| first.ty.clone());
        }
        let params = &found.signature.params;
        let Param { pattern, .. } = params.get(index).or_else(|| params.last())?;
        wanted_by(pattern, found)
    }
}

/// The type that a text is cast to where a pattern is; `None` where it stays a text.
fn wanted_by(pattern: &TypePattern, found: &Match) -> Option<DataType> {
    match pattern {
        TypePattern::Is(ty) => Some(ty.clone()),
        TypePattern::Var(var, _) => found.bindings.get(var.index()).cloned().flatten(),
        TypePattern::Class(Class::Number) => Some(DataType::Double),
        TypePattern::Class(Class::Integral) => Some(DataType::BigInt),
        TypePattern::Class(Class::Days) => Some(DataType::Int),
        TypePattern::Class(Class::Time) => Some(DataType::Timestamp),
        TypePattern::Either(choices) => {
            let takes_texts = |choice: &TypePattern| {
                matches!(choice, TypePattern::Any | TypePattern::Is(DataType::String) | TypePattern::Class(Class::Text))
            };
            let wanted = || choices.iter().find_map(|choice| wanted_by(choice, found));
            if choices.iter().any(takes_texts) { None } else { wanted() }
        }
        _ => None,
    }
}

/// The type that a function of one argument is a cast to.
fn named_cast(function: &Function, count: usize) -> Option<&'static (&'static str, DataType)> {
    CASTS.iter().find(|(name, _)| count == 1 && *name == function.name)
}

/// What a text counts as beside an operand of arithmetic.
fn operand_type(beside: &DataType) -> Option<DataType> {
    match beside {
        DataType::Date => Some(DataType::Date),
        ty if ty.is_integral() => Some(DataType::BigInt),
        ty if ty.is_numeric() || *ty == DataType::String => Some(DataType::Double),
        ty if ty.is_interval() => Some(DataType::Timestamp),
        _ => None,
    }
}
