//! Conditions whose result is always the same, found by trying every value that matters.
//!
//! A condition is a tree of comparisons between columns and literals; anything else is assumed to be able to give
//! TRUE, FALSE and NULL, and the same text to give the same result. So a verdict holds whatever the rest computes; if
//! there would be too much to try, there is no verdict.

use std::cmp::Ordering;

use lakeflow::range_of_node;
use lakeflow::types::DataType;
use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator};

use super::domain::{self, Held};
use super::literal::SpecLiteral;
use super::{Asked, ColumnTypes, Doubt, bare, named};
use crate::codes;
use crate::model::EntityColumn;

/// So many rows are tried at most.
const ROWS: usize = 20_000;

/// The doubt about a condition that always has the same outcome.
pub fn foregone(expr: &Expr, sql: &str, asked: Asked, columns: &dyn ColumnTypes) -> Option<Doubt> {
    if asked == Asked::Value {
        return None;
    }
    let mut reader = ConditionReader { columns, found: vec![], unknown: vec![] };
    let condition = reader.condition(expr);
    let outcomes = reader.outcomes(&condition)?;
    let (message, hint) = match asked {
        Asked::Rule if !outcomes.holds => ("every row breaks this rule", "correct the condition"),
        Asked::Rule if !outcomes.fails => ("no row can break this rule", "correct the condition, or remove the rule"),
        Asked::Rows if !outcomes.holds => ("no row can meet this condition", "correct the condition"),
        _ => return None,
    };
    let range = range_of_node(sql, expr).unwrap_or(0..sql.len());
    let hint = Some(hint.to_owned());
    Some(Doubt { code: codes::FOREGONE, range, message: message.to_owned(), hint, because: None })
}

/// What comes out for some row.
struct Outcomes {
    /// TRUE.
    holds: bool,
    /// FALSE or NULL.
    fails: bool,
}

/// A condition as far as it is understood.
enum KnownCondition {
    Known(Option<bool>),
    And(Box<KnownCondition>, Box<KnownCondition>),
    Or(Box<KnownCondition>, Box<KnownCondition>),
    Not(Box<KnownCondition>),
    /// Whether a condition is this, never NULL.
    Is(Box<KnownCondition>, Option<bool>),
    /// Whether a column is NULL.
    Missing(usize),
    /// The value of a boolean column.
    Column(usize),
    /// A column beside a literal, as an index into those of the column.
    Compared(usize, Test, usize),
    /// Whether a column is the same as itself in a way that NULL is not.
    Itself(usize, Test),
    /// Something else.
    Unknown(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Test {
    Equal,
    Different,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A column of a condition, with all that it is compared with.
struct ComparedColumn<'a> {
    /// The path to it, as `named` has it.
    path: String,
    column: &'a EntityColumn,
    literals: Vec<SpecLiteral>,
}

/// A row that is tried: for each column one of its values, and what is not understood.
struct Row<'a> {
    held: Vec<&'a Held>,
    unknown: Vec<Option<bool>>,
}

struct ConditionReader<'a> {
    columns: &'a dyn ColumnTypes,
    found: Vec<ComparedColumn<'a>>,
    /// The texts of what is not understood.
    unknown: Vec<String>,
}

impl<'a> ConditionReader<'a> {
    fn condition(&mut self, expr: &Expr) -> KnownCondition {
        use BinaryOperator as Op;
        let is = |of: KnownCondition, what, negated| {
            let is = KnownCondition::Is(Box::new(of), what);
            if negated { KnownCondition::Not(Box::new(is)) } else { is }
        };
        match bare(expr) {
            Expr::BinaryOp { left, op: Op::And, right } => {
                KnownCondition::And(Box::new(self.condition(left)), Box::new(self.condition(right)))
            }
            Expr::BinaryOp { left, op: Op::Or, right } => {
                KnownCondition::Or(Box::new(self.condition(left)), Box::new(self.condition(right)))
            }
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => KnownCondition::Not(Box::new(self.condition(expr))),
            Expr::IsTrue(inner) => is(self.condition(inner), Some(true), false),
            Expr::IsNotTrue(inner) => is(self.condition(inner), Some(true), true),
            Expr::IsFalse(inner) => is(self.condition(inner), Some(false), false),
            Expr::IsNotFalse(inner) => is(self.condition(inner), Some(false), true),
            Expr::IsNull(inner) if self.is_condition(inner) => is(self.condition(inner), None, false),
            Expr::IsNotNull(inner) if self.is_condition(inner) => is(self.condition(inner), None, true),
            Expr::IsNull(inner) => self.missing(expr, inner, false),
            Expr::IsNotNull(inner) => self.missing(expr, inner, true),
            Expr::BinaryOp { left, op, right } => self.comparison(expr, left, op, right),
            Expr::InList { expr: inner, list, negated } => {
                let equal = |reader: &mut Self, item: &Expr| reader.comparison(expr, inner, &Op::Eq, item);
                let mut all = KnownCondition::Known(Some(false));
                for item in list {
                    all = KnownCondition::Or(Box::new(all), Box::new(equal(self, item)));
                }
                if *negated { KnownCondition::Not(Box::new(all)) } else { all }
            }
            Expr::Between { expr: inner, negated, low, high } => {
                let above = self.comparison(expr, inner, &Op::GtEq, low);
                let below = self.comparison(expr, inner, &Op::LtEq, high);
                let both = KnownCondition::And(Box::new(above), Box::new(below));
                if *negated { KnownCondition::Not(Box::new(both)) } else { both }
            }
            part => match (SpecLiteral::of(part), named(part, self.columns)) {
                (Some(SpecLiteral::Boolean(value)), _) => KnownCondition::Known(Some(value)),
                (Some(SpecLiteral::Null), _) => KnownCondition::Known(None),
                (None, Some(column)) if column.1.ty == DataType::Boolean => KnownCondition::Column(self.index(column)),
                _ => self.unknown(expr),
            },
        }
    }

    /// Whether an expression is read as a condition where it stands before `IS NULL`.
    fn is_condition(&self, expr: &Expr) -> bool {
        let part = bare(expr);
        matches!(part, Expr::BinaryOp { op, .. } if Test::of(op).is_some()
            || matches!(op, BinaryOperator::And | BinaryOperator::Or))
            || matches!(part, Expr::UnaryOp { op: UnaryOperator::Not, .. } | Expr::InList { .. } | Expr::Between { .. })
    }

    fn missing(&mut self, whole: &Expr, expr: &Expr, negated: bool) -> KnownCondition {
        let Some(column) = named(expr, self.columns) else { return self.unknown(whole) };
        let missing = KnownCondition::Missing(self.index(column));
        if negated { KnownCondition::Not(Box::new(missing)) } else { missing }
    }

    fn comparison(&mut self, whole: &Expr, left: &Expr, op: &BinaryOperator, right: &Expr) -> KnownCondition {
        let Some(test) = Test::of(op) else { return self.unknown(whole) };
        match (named(left, self.columns), named(right, self.columns)) {
            (Some(a), Some(b)) if a.0 == b.0 => KnownCondition::Itself(self.index(a), test),
            (Some(column), None) => self.with_literal(whole, column, test, right),
            (None, Some(column)) => self.with_literal(whole, column, test.turned(), left),
            _ => match (SpecLiteral::of(left), SpecLiteral::of(right)) {
                (Some(a), Some(b)) => literals(&a, &b)
                    .map_or_else(|| self.unknown(whole), |order| KnownCondition::Known(Some(test.holds(order)))),
                _ => self.unknown(whole),
            },
        }
    }

    fn with_literal(
        &mut self,
        whole: &Expr,
        column: (String, &'a EntityColumn),
        test: Test,
        other: &Expr,
    ) -> KnownCondition {
        let is_ordered = !matches!(test, Test::Equal | Test::Different);
        let understood = |literal: &SpecLiteral| match &column.1.ty {
            // Which text comes first is a matter of collations.
            DataType::String => matches!(literal, SpecLiteral::Text(_)) && !is_ordered,
            DataType::Double => literal.as_double().is_some(),
            DataType::Boolean => matches!(literal, SpecLiteral::Boolean(_)) && !is_ordered,
            ty => literal.in_units(ty).is_some(),
        };
        let Some(literal) = SpecLiteral::of(other).filter(understood) else { return self.unknown(whole) };
        let column = self.index(column);
        let Some(ComparedColumn { literals, .. }) = self.found.get_mut(column) else { return self.unknown(whole) };
        let at = literals.iter().position(|known| *known == literal).unwrap_or_else(|| {
            literals.push(literal);
            literals.len() - 1
        });
        KnownCondition::Compared(column, test, at)
    }

    /// The place of a column among those that were found. Two ways to one column are two: what holds for all their
    /// values holds for equal ones.
    fn index(&mut self, (path, column): (String, &'a EntityColumn)) -> usize {
        self.found.iter().position(|found| found.path == path).unwrap_or_else(|| {
            self.found.push(ComparedColumn { path, column, literals: vec![] });
            self.found.len() - 1
        })
    }

    fn unknown(&mut self, expr: &Expr) -> KnownCondition {
        let text = expr.to_string();
        let at = self.unknown.iter().position(|known| *known == text).unwrap_or_else(|| {
            self.unknown.push(text);
            self.unknown.len() - 1
        });
        KnownCondition::Unknown(at)
    }

    /// What comes out of a condition; `None` where too much would have to be tried, or nobody knows what.
    fn outcomes(&self, condition: &KnownCondition) -> Option<Outcomes> {
        let domain = |found: &ComparedColumn<'_>| domain::of(found.column, &found.literals.iter().collect::<Vec<_>>());
        let domains: Vec<Vec<Held>> = self.found.iter().map(domain).collect::<Option<_>>()?;
        let sizes = domains.iter().map(Vec::len).chain(self.unknown.iter().map(|_| UNKNOWN.len()));
        let rows = sizes.clone().try_fold(1_usize, |all, size| all.checked_mul(size))?;
        if rows > ROWS {
            return None;
        }
        let mut outcomes = Outcomes { holds: false, fails: false };
        for row in 0..rows {
            let mut rest = row;
            let mut pick = |size: usize| {
                let at = rest % size.max(1);
                rest /= size.max(1);
                at
            };
            let held = domains.iter().filter_map(|domain| domain.get(pick(domain.len()))).collect();
            let unknown = self.unknown.iter().filter_map(|_| UNKNOWN.get(pick(UNKNOWN.len())).copied()).collect();
            match self.value(condition, &Row { held, unknown }) {
                Some(true) => outcomes.holds = true,
                Some(false) | None => outcomes.fails = true,
            }
        }
        Some(outcomes)
    }

    /// The value of a condition for a row, in the logic of SQL.
    fn value(&self, condition: &KnownCondition, row: &Row<'_>) -> Option<bool> {
        match condition {
            KnownCondition::Known(value) => *value,
            KnownCondition::And(a, b) => match (self.value(a, row), self.value(b, row)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            KnownCondition::Or(a, b) => match (self.value(a, row), self.value(b, row)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            KnownCondition::Not(inner) => self.value(inner, row).map(|value| !value),
            KnownCondition::Is(inner, what) => Some(self.value(inner, row) == *what),
            KnownCondition::Missing(column) => Some(row.held.get(*column) == Some(&&Held::Null)),
            KnownCondition::Column(column) => match row.held.get(*column)? {
                Held::Boolean(value) => Some(*value),
                _ => None,
            },
            KnownCondition::Compared(column, test, literal) => {
                let found = self.found.get(*column)?;
                let order = compare(row.held.get(*column)?, found.literals.get(*literal)?, &found.column.ty)?;
                Some(test.holds(order))
            }
            KnownCondition::Itself(column, test) => match row.held.get(*column)? {
                Held::Null => None,
                _ => Some(test.holds(Ordering::Equal)),
            },
            KnownCondition::Unknown(at) => row.unknown.get(*at).copied().flatten(),
        }
    }
}

/// What something that is not understood can give.
const UNKNOWN: [Option<bool>; 3] = [Some(true), Some(false), None];

impl Test {
    fn of(op: &BinaryOperator) -> Option<Test> {
        match op {
            BinaryOperator::Eq => Some(Test::Equal),
            BinaryOperator::NotEq => Some(Test::Different),
            BinaryOperator::Lt => Some(Test::Less),
            BinaryOperator::LtEq => Some(Test::LessOrEqual),
            BinaryOperator::Gt => Some(Test::Greater),
            BinaryOperator::GtEq => Some(Test::GreaterOrEqual),
            _ => None,
        }
    }

    /// The test with its sides exchanged.
    fn turned(self) -> Test {
        match self {
            Test::Less => Test::Greater,
            Test::LessOrEqual => Test::GreaterOrEqual,
            Test::Greater => Test::Less,
            Test::GreaterOrEqual => Test::LessOrEqual,
            same => same,
        }
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Test::Equal => order.is_eq(),
            Test::Different => order.is_ne(),
            Test::Less => order.is_lt(),
            Test::LessOrEqual => order.is_le(),
            Test::Greater => order.is_gt(),
            Test::GreaterOrEqual => order.is_ge(),
        }
    }
}

/// How a value of a column stands to a literal; `None` for NULL. Texts are the same or not.
fn compare(held: &Held, literal: &SpecLiteral, ty: &DataType) -> Option<Ordering> {
    let same = |is: bool| if is { Ordering::Equal } else { Ordering::Greater };
    match (held, literal) {
        (Held::Null, _) => None,
        (Held::Boolean(value), SpecLiteral::Boolean(other)) => Some(value.cmp(other)),
        (Held::Text(text), SpecLiteral::Text(other)) => Some(same(text == other)),
        (Held::OtherText, _) => Some(Ordering::Greater),
        (Held::Double(value), literal) => Some(value.cmp(&literal.as_double()?)),
        (Held::Units(value), literal) => {
            let (at, is_exact) = literal.in_units(ty)?;
            // A literal between two units is less than the upper and greater than the lower one.
            Some(if is_exact || *value != at { value.cmp(&at) } else { Ordering::Less })
        }
        _ => None,
    }
}

/// How two literals stand to each other.
fn literals(a: &SpecLiteral, b: &SpecLiteral) -> Option<Ordering> {
    match (a, b) {
        (SpecLiteral::Number(_), SpecLiteral::Number(_)) => {
            let ty = DataType::Decimal { precision: 38, scale: 18 };
            match (a.in_units(&ty)?, b.in_units(&ty)?) {
                ((a, true), (b, true)) => Some(a.cmp(&b)),
                _ => None,
            }
        }
        (SpecLiteral::Text(a), SpecLiteral::Text(b)) if a == b => Some(Ordering::Equal),
        (SpecLiteral::Boolean(a), SpecLiteral::Boolean(b)) => Some(a.cmp(b)),
        _ => None,
    }
}
