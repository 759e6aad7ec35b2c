//! Values of a column that are sufficient for testing: any other value is on the same side of every literal as one of
//! them.

use lakeflow::types::DataType;

use super::literal::SpecLiteral;
use crate::model::{Constant, Double, EntityColumn};

/// A value of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Held {
    Null,
    Boolean(bool),
    /// Whole units: of a decimal its last digit, of a date days, of a time microseconds.
    Units(i128),
    Double(Double),
    Text(String),
    /// A text that is none of those in the expression.
    OtherText,
}

/// The values to try for a column that is compared with these literals; `None` where no such list is known.
pub fn of(column: &EntityColumn, literals: &[&SpecLiteral]) -> Option<Vec<Held>> {
    let mut values = match &column.validity.accepted {
        Some(accepted) => accepted.iter().chain(&column.default).map(held).collect::<Option<Vec<_>>>()?,
        None => open(column, literals)?,
    };
    // Behind a reference there may be no row, and a value that is not valid may count as none, whatever the default.
    values.push(Held::Null);
    Some(values)
}

fn open(column: &EntityColumn, literals: &[&SpecLiteral]) -> Option<Vec<Held>> {
    match &column.ty {
        DataType::Boolean => Some(vec![Held::Boolean(true), Held::Boolean(false)]),
        DataType::String => {
            let mut values = vec![Held::OtherText];
            for literal in literals {
                let SpecLiteral::Text(text) = literal else { return None };
                values.push(Held::Text(text.clone()));
            }
            Some(values)
        }
        DataType::Double => {
            let mut marks = literals.iter().map(|literal| literal.as_double()).collect::<Option<Vec<_>>>()?;
            marks.sort();
            Some(around(&marks))
        }
        ty => {
            let (least, most) = range(ty)?;
            let mut values = vec![least, most];
            for literal in literals {
                let (at, _) = literal.in_units(ty)?;
                values.extend([at.checked_sub(1)?, at, at.checked_add(1)?]);
            }
            values.retain(|value| (least..=most).contains(value));
            values.sort_unstable();
            values.dedup();
            Some(values.into_iter().map(Held::Units).collect())
        }
    }
}

/// Doubles before, at, between and behind sorted marks.
fn around(marks: &[Double]) -> Vec<Held> {
    let ends = [f64::MIN, f64::MAX].map(Double::new);
    let between = marks.windows(2).map(|pair| match pair {
        [a, b] => Double::new(a.value() / 2.0 + b.value() / 2.0),
        _ => None,
    });
    ends.into_iter().chain(between).flatten().chain(marks.iter().copied()).map(Held::Double).collect()
}

/// The least and the greatest value of a type, in its units.
fn range(ty: &DataType) -> Option<(i128, i128)> {
    let signed = |bits: u32| Some((-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1));
    match ty {
        DataType::TinyInt => signed(8),
        DataType::SmallInt => signed(16),
        DataType::Int | DataType::Date => signed(32),
        DataType::BigInt | DataType::Timestamp => signed(64),
        DataType::Decimal { precision, .. } => {
            let most = 10_i128.checked_pow(u32::from(*precision))?.checked_sub(1)?;
            Some((-most, most))
        }
        _ => None,
    }
}

fn held(value: &Constant) -> Option<Held> {
    Some(match value {
        Constant::Text(text) => Held::Text(text.clone()),
        Constant::Boolean(value) => Held::Boolean(*value),
        Constant::Integer(value) => Held::Units(i128::from(*value)),
        Constant::Decimal { unscaled, .. } => Held::Units(*unscaled),
        Constant::Double(value) => Held::Double(*value),
        Constant::Date(days) => Held::Units(i128::from(*days)),
        Constant::Timestamp(micros) => Held::Units(i128::from(*micros)),
    })
}
