//! `to_number` and `try_to_number`: texts by a format such as `'S9,999.99'`.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Decimal128Array};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err, not_impl_err};

use super::super::native::NativeParam::Text;
use super::super::native::{GivenArguments, Native, NativeCall, native};
use super::super::types::MAX_PRECISION;
use super::strings::constant;

pub(super) const FUNCTIONS: &[Native] = &[
    native("to_number", &[Text, Text], number_type, |c| numbers(c, false)),
    native("try_to_number", &[Text, Text], number_type, |c| numbers(c, true)),
];

/// A sign before or behind the digits.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Sign {
    /// `S`: a plus or a minus.
    Any,
    /// `MI`: a minus.
    Minus,
}

/// A format, of the shapes that are well known.
#[derive(Debug, PartialEq)]
struct NumberFormat {
    before: Option<Sign>,
    has_dollar: bool,
    /// How many digits each group has before the point, from the right, and whether just so many are wanted.
    groups: Vec<(usize, bool)>,
    /// How many digits may stand behind the point, if there is one.
    scale: Option<usize>,
    behind: Option<Sign>,
}

impl NumberFormat {
    fn parse(text: &str) -> Option<Self> {
        let upper = text.to_uppercase();
        let mut rest = upper.as_str();
        let mut before = None;
        for (word, sign) in [("MI", Sign::Minus), ("S", Sign::Any)] {
            if let Some(after) = rest.strip_prefix(word).filter(|_| before.is_none()) {
                (rest, before) = (after, Some(sign));
            }
        }
        let mut behind = None;
        for (word, sign) in [("MI", Sign::Minus), ("S", Sign::Any)] {
            if let Some(left) = rest.strip_suffix(word).filter(|_| behind.is_none()) {
                (rest, behind) = (left, Some(sign));
            }
        }
        let (has_dollar, digits) = match rest.strip_prefix('$') {
            Some(after) => (true, after),
            None => (false, rest),
        };
        let is_twofold = before.is_some() && behind.is_some();
        let (whole, fraction) = digits.split_once(['.', 'D']).map_or((digits, None), |(w, f)| (w, Some(f)));
        let is_digits = |part: &str| part.bytes().all(|b| matches!(b, b'0' | b'9'));
        let groups: Vec<&str> = whole.split([',', 'G']).collect();
        let well_known = !is_twofold
            && groups.iter().all(|group| !group.is_empty() && is_digits(group))
            && fraction.is_none_or(|part| !part.is_empty() && is_digits(part));
        well_known.then(|| NumberFormat {
            before,
            has_dollar,
            groups: groups.iter().rev().map(|group| (group.len(), group.starts_with('0'))).collect(),
            scale: fraction.map(str::len),
            behind,
        })
    }

    fn ty(&self) -> Option<DataType> {
        let scale = self.scale.unwrap_or(0);
        let digits: usize = self.groups.iter().map(|(size, _)| size).sum();
        let precision = u8::try_from(digits + scale).ok().filter(|p| *p <= MAX_PRECISION)?;
        Some(DataType::Decimal128(precision, i8::try_from(scale).ok()?))
    }

    /// The unscaled value of a text; `None` for one of another shape.
    fn read(&self, text: &str) -> Option<i128> {
        let mut rest = text;
        let mut is_negative = false;
        sign(self.before, &mut rest, &mut is_negative);
        if self.has_dollar && !rest.is_empty() {
            rest = rest.strip_prefix('$')?;
        }
        let (sizes, mut digits) = groups(&mut rest);
        fits(&sizes, &self.groups)?;
        if let Some(scale) = self.scale {
            let after = rest.strip_prefix('.');
            rest = after.unwrap_or(rest);
            let (sizes, fraction) = groups(&mut rest);
            fits(&sizes, &[(scale, false)])?;
            // A text without any digit is no number.
            if digits.is_empty() && fraction.is_empty() || after.is_none() && !fraction.is_empty() {
                return None;
            }
            digits.push_str(&format!("{fraction:0<scale$}"));
        }
        sign(self.behind, &mut rest, &mut is_negative);
        let value: i128 = digits.parse().ok().filter(|_| rest.is_empty())?;
        Some(if is_negative { -value } else { value })
    }
}

fn sign(wanted: Option<Sign>, rest: &mut &str, is_negative: &mut bool) {
    let Some(first) = rest.chars().next() else { return };
    let turns = match (wanted, first) {
        (Some(Sign::Any | Sign::Minus), '-') => true,
        (Some(Sign::Any), '+') => false,
        _ => return,
    };
    *is_negative ^= turns;
    *rest = rest.get(1..).unwrap_or_default();
}

/// The digits that follow, blanks among them left out, and how many each group has, from the right.
fn groups(rest: &mut &str) -> (Vec<usize>, String) {
    let (mut sizes, mut digits) = (vec![0], String::new());
    while let Some(c) = rest.chars().next().filter(|c| c.is_ascii_digit() || *c == ',' || c.is_whitespace()) {
        match c {
            ',' => sizes.insert(0, 0),
            c if c.is_ascii_digit() => {
                digits.push(c);
                if let Some(size) = sizes.first_mut() {
                    *size += 1;
                }
            }
            _ => {}
        }
        *rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    (sizes, digits)
}

fn fits(sizes: &[usize], wanted: &[(usize, bool)]) -> Option<()> {
    let right = wanted.iter().enumerate().all(|(place, (most, exactly))| {
        let size = sizes.get(place).copied().unwrap_or(0);
        if *exactly { size == *most } else { size <= *most }
    });
    (right && sizes.len() <= wanted.len()).then_some(())
}

fn number_type(given: &GivenArguments) -> Result<DataType> {
    let Some(text) = given.text(1) else { return not_impl_err!("`to_number` with a format that is not a literal") };
    match NumberFormat::parse(text).and_then(|format| format.ty()) {
        Some(ty) => Ok(ty),
        None => not_impl_err!("the format `{text}` of `to_number`"),
    }
}

fn numbers(call: &NativeCall, lenient: bool) -> Result<ArrayRef> {
    let Some(format) = constant(call, 1)?.as_deref().and_then(NumberFormat::parse) else {
        return exec_err!("`to_number` requires a constant format");
    };
    let DataType::Decimal128(precision, scale) = call.returns else { return exec_err!("`to_number` returns decimals") };
    let values = call.text(0)?.iter().map(|text| match text.map(|text| format.read(text)) {
        Some(None) if !lenient => {
            exec_err!("a text does not match the format of `to_number`; `try_to_number` returns NULL for such a text")
        }
        value => Ok(value.flatten()),
    });
    let values = values.collect::<Result<Decimal128Array>>()?;
    Ok(Arc::new(values.with_precision_and_scale(precision, scale)?))
}
