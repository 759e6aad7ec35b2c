//! The type of an expression, node by node. Operators, calls, names and queries have files of their own.

use sqlparser::ast::{
    AccessExpr, CastKind, CeilFloorKind, DateTimeField, Expr, Ident, Interval, Query, Subscript, Value,
};

use super::analyzer::{Analyzer, Inside, Typed};
use super::call::{counted, plain_name};
use super::catalog::ExprPlace;
use super::fault::FaultKind;
use super::flow::{Dependence, ExprOutcome, Release};
use super::operators::comparable;
use super::rules;
use crate::functions::total;
use crate::types::{DataType, IntervalUnit};

impl Analyzer<'_> {
    /// The type of `expr`; faults inside it are reported.
    pub(super) fn expr(&mut self, expr: &Expr) -> Typed {
        let mark = self.flows.len();
        let mut typed = self.ungrouped(expr);
        typed.nullable &= !self.is_present(expr);
        self.settle_flows(expr, mark);
        self.record_type(expr, &typed.ty);
        typed
    }

    /// The type of `expr`; if it is a grouping key, what it uses is grouped.
    fn ungrouped(&mut self, expr: &Expr) -> Typed {
        if self.is_group_key(expr) {
            let before = self.bare.len();
            let typed = self.deeper(|a| a.node(expr)).unwrap_or_else(Typed::unknown);
            self.bare.truncate(before);
            return Typed { nullable: typed.nullable || self.has_subtotals(), ..typed };
        }
        self.deeper(|a| a.node(expr)).unwrap_or_else(Typed::unknown)
    }

    /// As [`Self::expr`], for what must be boolean; `what` is named in the message.
    pub(super) fn condition(&mut self, expr: &Expr, what: &str) -> Typed {
        let typed = self.expr(expr);
        if typed.ty != DataType::Boolean && !typed.ty.is_open() {
            let range = self.range_of_expr(expr);
            self.fault(FaultKind::NotBoolean, range, format!("{what} must be BOOLEAN, found {}", typed.ty));
        }
        typed
    }

    fn node(&mut self, expr: &Expr) -> Typed {
        match expr {
            Expr::Identifier(ident) => self.path(std::slice::from_ref(ident)),
            Expr::CompoundIdentifier(idents) => self.path(idents),
            Expr::CompoundFieldAccess { root, access_chain } => self.access(root, access_chain),
            Expr::JsonAccess { value, .. } => self.json_path(value),
            Expr::Value(value) => self.literal(&value.value),
            Expr::Nested(inner) => self.expr(inner),
            Expr::BinaryOp { .. } => self.binary(expr),
            Expr::UnaryOp { op, expr } => self.unary(*op, expr),
            Expr::Function(function) => self.call(function),
            Expr::Cast { kind, expr, data_type, .. } => self.cast(kind, expr, data_type),
            Expr::TypedString(typed) => self.typed_string(typed),
            Expr::Interval(interval) => self.interval(interval),
            Expr::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref())
            }
            Expr::Struct { values, .. } => self.structure(values),
            Expr::Tuple(values) => self.structure(values),
            Expr::Exists { subquery, .. } => {
                self.subquery(subquery, expr);
                Typed::boolean(false)
            }
            Expr::Subquery(query) => self.scalar_subquery(query, expr),
            _ => self.predicate(expr),
        }
    }

    /// Tests that give a boolean.
    fn predicate(&mut self, expr: &Expr) -> Typed {
        match expr {
            Expr::IsNull(inner) | Expr::IsNotNull(inner) => {
                let mark = self.flows.len();
                self.expr(inner);
                self.release_since(mark, Release::Presence);
                self.outcome = ExprOutcome::TOTAL;
                Typed::boolean(false)
            }
            Expr::IsTrue(inner) | Expr::IsNotTrue(inner) | Expr::IsFalse(inner) | Expr::IsNotFalse(inner) => {
                let typed = self.condition(inner, "the operand of `IS`");
                self.conclude("is_true", &[(inner, &typed)]);
                Typed::boolean(false)
            }
            Expr::IsUnknown(inner) | Expr::IsNotUnknown(inner) => {
                let mark = self.flows.len();
                self.condition(inner, "the operand of `IS`");
                self.release_since(mark, Release::Presence);
                self.outcome = ExprOutcome::TOTAL;
                Typed::boolean(false)
            }
            Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => {
                let mark = self.flows.len();
                let value = self.expr(left);
                let other = self.compared(&value, left, right);
                self.compared_with_null(&[(left, &value), (right, &other)], mark);
                self.conclude("is_distinct", &[(left, &value), (right, &other)]);
                Typed::boolean(false)
            }
            Expr::InList { expr, list, .. } => {
                // All of the list takes one type, together with the value.
                let first = self.expr(expr);
                let mut value = first.clone();
                let mut others = Vec::with_capacity(list.len());
                for item in list {
                    let other = self.compared(&value, expr, item);
                    let ty = value.ty.common(&other.ty).unwrap_or(value.ty);
                    value = Typed::new(ty, value.nullable || other.nullable);
                    others.push(other);
                }
                let operands: Vec<_> = std::iter::once((&**expr, &first)).chain(list.iter().zip(&others)).collect();
                self.conclude("in", &operands);
                Typed::boolean(value.nullable)
            }
            Expr::Between { expr, low, high, .. } => {
                let value = self.expr(expr);
                let least = self.compared(&value, expr, low);
                let greatest = self.compared(&value, expr, high);
                self.conclude("between", &[(expr, &value), (low, &least), (high, &greatest)]);
                Typed::boolean(value.nullable || least.nullable || greatest.nullable)
            }
            Expr::InSubquery { expr: value, subquery, .. } => self.in_subquery(value, subquery, expr),
            Expr::Like { expr, pattern, .. } => self.like("like", expr, pattern),
            Expr::ILike { expr, pattern, .. } => self.like("ilike", expr, pattern),
            Expr::RLike { expr, pattern, .. } => self.like("rlike", expr, pattern),
            _ => self.keyword_call(expr),
        }
    }

    /// Functions that have a syntax of their own.
    fn keyword_call(&mut self, expr: &Expr) -> Typed {
        let range = self.range_of_expr(expr);
        match expr {
            Expr::Ceil { expr, field } => self.ceil("ceil", expr, field),
            Expr::Floor { expr, field } => self.ceil("floor", expr, field),
            Expr::Position { expr, r#in } => self.call_named("position", &[expr, r#in], range),
            Expr::Substring { expr, substring_from, substring_for, .. } => {
                let rest = [substring_from, substring_for].into_iter().filter_map(|e| e.as_deref());
                let args: Vec<&Expr> = std::iter::once(&**expr).chain(rest).collect();
                self.call_named("substring", &args, range)
            }
            Expr::Trim { expr, trim_what, trim_characters, .. } => {
                let what = trim_what.as_deref().into_iter().chain(trim_characters.iter().flatten());
                let args: Vec<&Expr> = std::iter::once(&**expr).chain(what).collect();
                self.call_named("trim", &args, range)
            }
            Expr::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
                let mut args: Vec<&Expr> = vec![expr, overlay_what, overlay_from];
                args.extend(overlay_for.as_deref());
                self.call_named("overlay", &args, range)
            }
            Expr::Extract { field, expr, .. } => self.extract(field, expr),
            Expr::Collate { expr, .. } => self.expr(expr),
            Expr::Lambda(_) => {
                self.fault(
                    FaultKind::Unsupported,
                    range,
                    "a lambda can only be an argument of a function that takes one",
                );
                Typed::unknown()
            }
            Expr::Array(_) => {
                let hint = Some("write `array(..)`");
                self.fault_with(FaultKind::Unsupported, range, "array literals in brackets are not supported", hint);
                Typed::unknown()
            }
            _ => {
                self.fault(FaultKind::Unsupported, range, "this expression is not supported");
                Typed::unknown()
            }
        }
    }

    fn ceil(&mut self, name: &'static str, value: &Expr, field: &CeilFloorKind) -> Typed {
        let range = self.range_of_expr(value);
        match field {
            CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) => self.call_named(name, &[value], range),
            CeilFloorKind::Scale(places) => {
                let places = Expr::Value(places.clone());
                self.call_named(name, &[value, &places], range)
            }
            CeilFloorKind::DateTimeField(_) => {
                let hint = Some("write `date_trunc(unit, timestamp)`");
                self.fault_with(FaultKind::Unsupported, range, format!("Databricks has no `{name}(.. TO unit)`"), hint);
                Typed::unknown()
            }
        }
    }

    fn extract(&mut self, field: &DateTimeField, value: &Expr) -> Typed {
        let typed = self.expr(value);
        let word = field.to_string();
        let Some(ty) = rules::part_type(&word) else {
            let range = self.range_of_expr(value);
            self.fault(FaultKind::WrongArguments, range, format!("unknown part `{word}` of a date"));
            return Typed::unknown();
        };
        if !DataType::Timestamp.fits(&typed.ty) && !typed.ty.is_interval() {
            let range = self.range_of_expr(value);
            self.fault(
                FaultKind::TypeMismatch,
                range,
                format!("`extract` takes a date or a timestamp, found {}", typed.ty),
            );
        }
        Typed::new(ty, typed.nullable)
    }

    /// The type of `right`, which must be comparable with `value`.
    pub(super) fn compared(&mut self, value: &Typed, left: &Expr, right: &Expr) -> Typed {
        let other = self.expr(right);
        if comparable(&value.ty, &other.ty) {
            self.both_converted((left, &value.ty), (right, &other.ty));
        } else {
            let range = if value.ty.is_open() { self.range_of_expr(left) } else { self.range_of_expr(right) };
            self.fault(FaultKind::TypeMismatch, range, format!("cannot compare {} with {}", value.ty, other.ty));
        }
        other
    }

    fn like(&mut self, name: &str, value: &Expr, pattern: &Expr) -> Typed {
        let text = self.text(value);
        let mut nullable = text.nullable;
        // `LIKE ANY (..)` holds a tuple; `LIKE ALL (..)` looks like a call to the parser.
        match pattern {
            Expr::Tuple(patterns) => patterns.iter().for_each(|p| nullable |= self.pattern(name, p)),
            Expr::Function(all) if plain_name(&all.name).is_some_and(|name| name.value.eq_ignore_ascii_case("all")) => {
                super::call::arguments(all).0.into_iter().for_each(|p| nullable |= self.pattern(name, p));
            }
            single => {
                self.note_pattern(name, single);
                let pattern = self.text(single);
                nullable |= pattern.nullable;
                self.conclude(name, &[(value, &text), (single, &pattern)]);
            }
        }
        Typed::boolean(nullable)
    }

    /// Whether a pattern may be NULL.
    fn pattern(&mut self, name: &str, pattern: &Expr) -> bool {
        self.note_pattern(name, pattern);
        self.text(pattern).nullable
    }

    fn text(&mut self, expr: &Expr) -> Typed {
        let typed = self.expr(expr);
        if !DataType::String.fits(&typed.ty) {
            let range = self.range_of_expr(expr);
            self.fault(FaultKind::TypeMismatch, range, format!("expected STRING, found {}", typed.ty));
        }
        typed
    }

    fn literal(&mut self, value: &Value) -> Typed {
        match value {
            Value::Number(_, true) => Typed::new(DataType::BigInt, false),
            Value::Number(digits, false) => number_literal(digits, false),
            Value::Boolean(_) => Typed::boolean(false),
            Value::Null => Typed::new(DataType::Null, true),
            Value::HexStringLiteral(_) => Typed::new(DataType::Binary, false),
            // A parameter has whatever type it is given.
            Value::Placeholder(_) => Typed::unknown(),
            _ => Typed::new(DataType::String, false),
        }
    }

    fn cast(&mut self, kind: &CastKind, value: &Expr, to: &sqlparser::ast::DataType) -> Typed {
        let typed = self.expr(value);
        let ty = match DataType::from_sql(to) {
            Ok(ty) => ty,
            Err(message) => {
                let range = self.range_of_expr(value);
                self.fault(FaultKind::TypeMismatch, range, message);
                return Typed::unknown();
            }
        };
        if !ty.casts_from(&typed.ty) {
            let range = self.range_of_expr(value);
            self.fault(FaultKind::TypeMismatch, range, format!("cannot cast {} to {ty}", typed.ty));
        }
        let tolerant = matches!(kind, CastKind::TryCast | CastKind::SafeCast);
        if !tolerant {
            self.cast_by_word(value, &typed.ty, &ty);
        }
        self.outcome = match (tolerant, total::casts(&typed.ty, &ty)) {
            (_, true) => ExprOutcome::TOTAL,
            (true, false) => ExprOutcome::Computed(Dependence::Null),
            (false, false) => ExprOutcome::default(),
        };
        Typed::new(ty, typed.nullable || tolerant)
    }

    fn typed_string(&mut self, literal: &sqlparser::ast::TypedString) -> Typed {
        match DataType::from_sql(&literal.data_type) {
            Ok(ty) => {
                self.typed_literal(literal, &ty);
                Typed::new(ty, false)
            }
            Err(message) => {
                let range = self.range_in(literal.value.span);
                self.fault(FaultKind::TypeMismatch, range, message);
                Typed::unknown()
            }
        }
    }

    fn interval(&mut self, interval: &Interval) -> Typed {
        let value = self.expr(&interval.value);
        let from = interval.leading_field.as_ref().and_then(interval_unit);
        let to = interval.last_field.as_ref().and_then(interval_unit).or(from);
        match (from, to) {
            (Some(from), Some(to)) => Typed::new(DataType::Interval { from, to }, value.nullable),
            // `INTERVAL '1 day 2 hours'` says its units in the string.
            _ => Typed::new(DataType::CalendarInterval, value.nullable),
        }
    }

    /// `struct(a, b AS c)` and `(a, b)`: fields are named after columns and aliases, else `col1`, `col2`, ...
    fn structure(&mut self, values: &[Expr]) -> Typed {
        let mut fields: Vec<(String, DataType)> = Vec::new();
        for value in values {
            let (name, value) = match value {
                Expr::Named { expr, name } => (Some(name.value.clone()), &**expr),
                other => (field_name(other), other),
            };
            let mark = self.flows.len();
            let typed = self.expr(value);
            let name = name.unwrap_or_else(|| format!("col{}", fields.len() + 1));
            self.put_into_field(&name, mark);
            fields.push((name, typed.ty));
        }
        Typed::new(DataType::structure(fields), false)
    }

    /// The columns of a subquery inside an expression.
    fn subquery(&mut self, query: &Query, around: &Expr) -> Vec<super::OutputColumn> {
        if !self.place.subqueries {
            let range = self.range_of_expr(around);
            self.fault(
                FaultKind::SubqueryNotAllowed,
                range,
                format!("a subquery is not allowed in {}", self.place.name),
            );
            return Vec::new();
        }
        self.features.subqueries = true;
        let inside = std::mem::take(&mut self.inside);
        self.inside_expression += 1;
        self.nameless = true;
        let (flows, rows) = (self.flows.len(), self.rows.len());
        let result = self.apart(|a| a.at(ExprPlace::clause("the subquery", true, true), |a| a.query(query)));
        // Values count where the expression takes them.
        self.flows.truncate(flows);
        // Whether there is a row at all decides about everything.
        self.rows.iter_mut().skip(rows).for_each(|flow| flow.hold = flow.hold.max(Dependence::Null));
        self.inside_expression -= 1;
        self.inside = inside;
        if result.open { Vec::new() } else { result.columns }
    }

    fn scalar_subquery(&mut self, query: &Query, around: &Expr) -> Typed {
        let faults = self.faults.len();
        let columns = self.subquery(query, around);
        self.emit_values(&columns);
        match columns.as_slice() {
            [only] => Typed::new(only.column.ty.clone(), true),
            [] => Typed::unknown(),
            several => {
                if self.faults.len() == faults {
                    let message = format!("a subquery used as a value must have 1 column, not {}", several.len());
                    let range = self.range_of_expr(around);
                    self.fault(FaultKind::ColumnCount, range, message);
                }
                Typed::unknown()
            }
        }
    }

    fn in_subquery(&mut self, value: &Expr, query: &Query, around: &Expr) -> Typed {
        let typed = self.expr(value);
        let columns = self.subquery(query, around);
        self.emit_values(&columns);
        let wanted: Vec<DataType> = match (&typed.ty, value) {
            (DataType::Struct(fields), Expr::Tuple(_)) => fields.iter().map(|f| f.ty.clone()).collect(),
            (ty, _) => vec![ty.clone()],
        };
        let range = self.range_of_expr(value);
        if !columns.is_empty() && columns.len() != wanted.len() {
            let message =
                format!("expected {} in the subquery, found {}", counted(wanted.len(), "column"), columns.len());
            self.fault(FaultKind::ColumnCount, range, message);
        } else if let Some((ty, column)) = wanted.iter().zip(&columns).find(|(ty, c)| !comparable(ty, &c.column.ty)) {
            self.fault(FaultKind::TypeMismatch, range, format!("cannot compare {ty} with {}", column.column.ty));
        }
        Typed::boolean(typed.nullable || columns.iter().any(|c| c.column.nullable))
    }

    /// Runs `inner` inside the aggregate or window function that `inside` says.
    pub(super) fn within<T>(&mut self, inside: Inside, inner: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.inside, inside);
        let result = inner(self);
        self.inside = before;
        result
    }
}

/// The name that an expression lends to a column: its own last part.
pub(super) fn implied_name(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Identifier(ident) => Some(ident),
        Expr::CompoundIdentifier(idents) => idents.last(),
        Expr::CompoundFieldAccess { access_chain, .. } => match access_chain.last() {
            Some(sqlparser::ast::AccessExpr::Dot(Expr::Identifier(ident))) => Some(ident),
            _ => None,
        },
        Expr::Nested(inner) => implied_name(inner),
        _ => None,
    }
}

/// The name of a field that a struct makes of an expression; what is taken by a key bears the key.
pub(super) fn field_name(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Nested(inner) => field_name(inner),
        Expr::CompoundFieldAccess { access_chain, .. } => match access_chain.last() {
            Some(AccessExpr::Subscript(Subscript::Index { index: Expr::Value(key) })) => {
                key.value.clone().into_string()
            }
            _ => implied_name(expr).map(|ident| ident.value.clone()),
        },
        _ => implied_name(expr).map(|ident| ident.value.clone()),
    }
}

/// The type of a number as written: `1` INT, `3000000000` BIGINT, `1.10` DECIMAL(3,2), `1e3` DOUBLE.
/// What a number without a suffix is: of integers the smallest of INT, BIGINT and DECIMAL that holds it with its sign.
pub(super) fn number_literal(text: &str, is_negative: bool) -> Typed {
    if text.contains(['e', 'E']) {
        return Typed::new(DataType::Double, false);
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole = whole.trim_start_matches('0');
    let digits = (whole.len() + fraction.len()).clamp(1, 38);
    if text.contains('.') {
        return Typed::new(DataType::decimal(digits as u32, fraction.len() as u32), false);
    }
    let value = whole.parse::<i128>().map(|n| if is_negative { -n } else { n });
    let ty = match value {
        _ if whole.is_empty() => DataType::Int,
        Ok(n) if i32::try_from(n).is_ok() => DataType::Int,
        Ok(n) if i64::try_from(n).is_ok() => DataType::BigInt,
        _ => DataType::decimal(digits as u32, 0),
    };
    Typed { ty, nullable: false, digits: u8::try_from(digits).ok() }
}

fn interval_unit(field: &DateTimeField) -> Option<IntervalUnit> {
    use DateTimeField as F;
    Some(match field {
        F::Year | F::Years => IntervalUnit::Year,
        F::Month | F::Months | F::Quarter => IntervalUnit::Month,
        F::Week(_) | F::Weeks | F::Day | F::Days => IntervalUnit::Day,
        F::Hour | F::Hours => IntervalUnit::Hour,
        F::Minute | F::Minutes => IntervalUnit::Minute,
        F::Second | F::Seconds | F::Millisecond | F::Milliseconds | F::Microsecond | F::Microseconds => {
            IntervalUnit::Second
        }
        _ => return None,
    })
}
