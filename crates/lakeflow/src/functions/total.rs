//! Which forms of functions, operators and casts are total: they never fail, and whether their result is NULL depends
//! only on which operands are NULL. The table is `total.txt`; Spark's results verify every line of it.
//!
//! Everything that is not listed counts as not total.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::types::DataType;

/// An operand, as far as the table asks.
#[derive(Debug, Clone, Copy)]
pub struct Operand<'a> {
    /// Type as inferred.
    pub ty: &'a DataType,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// What it is if it is written out.
    pub literal: Option<LiteralOperand>,
}

/// A value written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiteralOperand {
    /// A number that is not zero.
    NonZero,
    /// Anything else.
    Other,
}

/// What becomes of an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperandUse {
    /// Its value has a part in the result.
    Value,
    /// It is only asked whether it is there.
    Presence,
    /// Its value decides which of the others is taken.
    Choice,
}

/// What a form is known not to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormPromise {
    /// It never fails, and is NULL by which operands are NULL alone.
    Total,
    /// It never fails, but is NULL for some values.
    NeverFails,
}

/// A form: what it takes, and what is known of it.
#[derive(Debug)]
pub struct TotalForm {
    operands: Vec<(Takes, OperandUse)>,
    repeats: bool,
    /// What is known.
    pub known: FormPromise,
}

#[derive(Debug)]
struct Takes {
    word: FormWord,
    never_null: bool,
}

#[derive(Debug)]
enum FormWord {
    Type(DataType),
    Decimal,
    Number,
    Any,
    Same,
    Literal,
    NonZero,
}

struct TotalTable {
    forms: HashMap<&'static str, Vec<TotalForm>>,
    /// Pairs of words for types.
    casts: Vec<(&'static str, &'static str)>,
    faults: Vec<String>,
}

const TEXT: &str = include_str!("total.txt");

static TABLE: LazyLock<TotalTable> = LazyLock::new(read);

/// The lines of the table, without comments.
pub fn lines() -> impl Iterator<Item = &'static str> {
    TEXT.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The form of `name`, in lower case, that takes the operands; `None` when nothing is known of the call.
pub fn form(name: &str, operands: &[Operand<'_>]) -> Option<&'static TotalForm> {
    TABLE.forms.get(name)?.iter().find(|form| form.takes(operands))
}

/// What becomes of the operand of `name` at a place, in whatever form.
pub fn part(name: &str, index: usize) -> OperandUse {
    let forms = TABLE.forms.get(name).map_or(&[][..], Vec::as_slice);
    forms.iter().map(|form| form.part(index)).find(|part| *part != OperandUse::Value).unwrap_or(OperandUse::Value)
}

/// Whether every value of a type can be cast to another one, NULL only from NULL.
pub fn casts(from: &DataType, to: &DataType) -> bool {
    if from == to || *from == DataType::Null {
        return true;
    }
    let (Some(source), Some(target)) = (word_of(from), word_of(to)) else { return false };
    TABLE.casts.iter().any(|(own, other)| *own == source && *other == target) && has_room(from, to)
}

impl TotalForm {
    /// What becomes of the operand at a place.
    fn part(&self, index: usize) -> OperandUse {
        self.operand(index).map_or(OperandUse::Value, |(_, part)| *part)
    }

    fn operand(&self, index: usize) -> Option<&(Takes, OperandUse)> {
        self.operands.get(index).or_else(|| self.operands.last().filter(|_| self.repeats))
    }

    fn takes(&self, operands: &[Operand<'_>]) -> bool {
        let fits = operands.len() == self.operands.len() || self.repeats && operands.len() > self.operands.len();
        let mut same: Vec<&DataType> = vec![];
        let mut numbers: Vec<&DataType> = vec![];
        for (index, operand) in operands.iter().enumerate() {
            let Some((takes, _)) = self.operand(index) else { return false };
            if takes.never_null && operand.nullable {
                return false;
            }
            let is_taken = match &takes.word {
                // A whole number alone is computed with in its own type, which may be too small for the result.
                FormWord::Type(DataType::Double) => {
                    casts(operand.ty, &DataType::Double) && operands.iter().any(|other| other.ty.is_floating())
                }
                FormWord::Type(ty) => casts(operand.ty, ty),
                FormWord::Decimal => matches!(operand.ty, DataType::Decimal { .. } | DataType::Null),
                FormWord::Number => {
                    numbers.push(operand.ty);
                    operand.ty.is_numeric()
                }
                FormWord::Any => *operand.ty != DataType::Unknown,
                FormWord::Same => {
                    same.push(operand.ty);
                    true
                }
                FormWord::Literal => operand.literal.is_some(),
                FormWord::NonZero => operand.literal == Some(LiteralOperand::NonZero),
            };
            if !is_taken {
                return false;
            }
        }
        fits && meet(&same)
    }
}

/// Whether values of all these types become one type without a cast that could fail.
pub fn meet(types: &[&DataType]) -> bool {
    let is_text = |ty: &&&DataType| ***ty == DataType::String;
    let known = types.iter().filter(|ty| ***ty != DataType::Null);
    let texts = known.clone().filter(is_text).count();
    if texts > 0 && texts < known.clone().count() {
        // Which of them is cast depends on the function.
        return false;
    }
    let common = known.clone().try_fold(None, |so_far: Option<DataType>, ty| match so_far {
        None => Some(Some((*ty).clone())),
        Some(so_far) => so_far.common(ty).map(Some),
    });
    match common {
        Some(Some(common)) => known.clone().all(|ty| word_of(ty).is_some() && casts(ty, &common)),
        Some(None) => true,
        None => false,
    }
}

/// Whether all digits before the point have room, after rounding.
fn has_room(from: &DataType, to: &DataType) -> bool {
    match (from.digits(), to) {
        (Some((digits, places)), DataType::Decimal { precision, scale }) => {
            precision - scale >= digits - places + u8::from(places > *scale)
        }
        _ => true,
    }
}

fn word_of(ty: &DataType) -> Option<&'static str> {
    Some(match ty {
        DataType::String => "string",
        DataType::Boolean => "boolean",
        DataType::TinyInt => "tinyint",
        DataType::SmallInt => "smallint",
        DataType::Int => "int",
        DataType::BigInt => "bigint",
        DataType::Float => "float",
        DataType::Double => "double",
        DataType::Decimal { .. } => "decimal",
        DataType::Date => "date",
        DataType::Timestamp => "timestamp",
        DataType::Binary => "binary",
        _ => return None,
    })
}

fn read() -> TotalTable {
    let mut table = TotalTable { forms: HashMap::new(), casts: vec![], faults: vec![] };
    for line in lines() {
        if read_line(line, &mut table).is_none() {
            table.faults.push(line.to_owned());
        }
    }
    table
}

fn read_line(line: &'static str, table: &mut TotalTable) -> Option<()> {
    if let Some((from, to)) = line.strip_prefix("cast(").and_then(|rest| rest.strip_suffix(')')?.split_once(" as ")) {
        let pairs = from.split(", ").flat_map(|source| to.split(", ").map(move |target| (source, target)));
        table.casts.extend(pairs);
        return Some(());
    }
    let (text, known) = match line.strip_suffix(" null") {
        Some(text) => (text, FormPromise::NeverFails),
        None => (line, FormPromise::Total),
    };
    let (names, operands) = text.strip_suffix(')')?.split_once('(')?;
    // `||` is a name, not two that share a form.
    let names: Vec<&str> = if names == "||" { vec![names] } else { names.split('|').collect() };
    for name in names {
        let form = TotalForm {
            operands: operands.split(", ").map(|word| operand(word.trim_end_matches("..."))).collect::<Option<_>>()?,
            repeats: operands.ends_with("..."),
            known,
        };
        table.forms.entry(name).or_default().push(form);
    }
    Some(())
}

fn operand(text: &str) -> Option<(Takes, OperandUse)> {
    let word = text.trim_end_matches(['?', '!', '+']);
    let part = match text.strip_prefix(word)? {
        "" | "+" => OperandUse::Value,
        "?" => OperandUse::Presence,
        "!" => OperandUse::Choice,
        _ => return None,
    };
    let word = match word {
        "decimal" => FormWord::Decimal,
        "number" => FormWord::Number,
        "any" => FormWord::Any,
        "T" => FormWord::Same,
        "literal" => FormWord::Literal,
        "nonzero" => FormWord::NonZero,
        word => FormWord::Type(DataType::parse(word).ok()?),
    };
    Some((Takes { word, never_null: text.ends_with('+') }, part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        assert_eq!(TABLE.faults, Vec::<String>::new());
    }

    fn known(name: &str, types: &[DataType]) -> Option<FormPromise> {
        let operands: Vec<Operand<'_>> = types.iter().map(|ty| Operand { ty, nullable: true, literal: None }).collect();
        form(name, &operands).map(|form| form.known)
    }

    #[test]
    fn a_form_takes_what_converts_to_its_types() {
        use DataType as T;
        assert_eq!(known("lower", &[T::String]), Some(FormPromise::Total));
        assert_eq!(known("lower", &[T::Int]), Some(FormPromise::Total));
        assert_eq!(known("substring", &[T::String, T::String]), None);
        assert_eq!(known("=", &[T::String, T::Int]), None);
        assert_eq!(known("=", &[T::Int, T::decimal(10, 2)]), Some(FormPromise::Total));
        assert_eq!(known("and", &[T::Boolean, T::Boolean]), Some(FormPromise::NeverFails));
        assert_eq!(known("coalesce", &[T::String, T::String, T::String]), Some(FormPromise::Total));
        assert_eq!(known("coalesce", &[T::String, T::Int]), None);
        assert_eq!(known("*", &[T::Double, T::Int]), Some(FormPromise::Total));
        assert_eq!((known("*", &[T::Int, T::Int]), known("abs", &[T::Int])), (None, None));
        assert_eq!(known("element_at", &[T::String, T::Int]), None);
    }

    #[test]
    fn casts_that_lose_digits_before_the_point_are_not_total() {
        use DataType as T;
        assert!(casts(&T::Int, &T::String) && casts(&T::Int, &T::decimal(12, 2)) && casts(&T::Date, &T::String));
        assert!(!casts(&T::String, &T::Int) && !casts(&T::Int, &T::decimal(10, 2)) && !casts(&T::BigInt, &T::Int));
    }
}
