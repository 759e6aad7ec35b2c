//! `format_string`: the patterns of `java.util.Formatter`, with its rounding half up of the shortest decimal form.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::{Result, exec_err, not_impl_err, plan_err};

use super::super::cast::{convert, digits_of, texts};
use super::super::native::NativeParam::Any;
use super::super::native::{GivenArguments, Native, NativeCall, native};
use super::super::types;
use super::strings::constant;

pub(super) const FUNCTIONS: &[Native] = &[
    native("format_string", &[Any, Any], checked, format_string).variadic().optional(1),
    native("printf", &[Any, Any], checked, format_string).variadic().optional(1),
];

/// A piece of a pattern.
enum FormatPiece {
    Text(String),
    Value(Spec),
}

/// `%[argument$][flags][width][.precision]conversion`.
#[derive(Debug, Clone, Copy, Default)]
struct Spec {
    /// Position among all arguments; the pattern is at 0.
    argument: usize,
    left: bool,
    plus: bool,
    blank: bool,
    zeros: bool,
    groups: bool,
    parentheses: bool,
    width: usize,
    precision: Option<usize>,
    conversion: char,
}

/// Reads a pattern.
fn parse(pattern: &str) -> Result<Vec<FormatPiece>> {
    let mut pieces = vec![];
    let mut rest = pattern;
    let mut next = 1;
    while let Some((before, after)) = rest.split_once('%') {
        pieces.push(FormatPiece::Text(before.to_owned()));
        let (mut spec, end) = Spec::read(after, pattern)?;
        match spec.conversion {
            '%' => pieces.push(FormatPiece::Text("%".to_owned())),
            'n' => pieces.push(FormatPiece::Text("\n".to_owned())),
            _ => {
                if spec.argument == 0 {
                    spec.argument = next;
                    next += 1;
                }
                pieces.push(FormatPiece::Value(spec));
            }
        }
        rest = after.get(end..).unwrap_or_default();
    }
    pieces.push(FormatPiece::Text(rest.to_owned()));
    Ok(pieces)
}

impl Spec {
    /// Reads what stands behind a `%`, and how long it is; the argument is 0 where none is named.
    fn read(text: &str, pattern: &str) -> Result<(Spec, usize)> {
        let mut spec = Spec::default();
        let mut number = String::new();
        let mut in_precision = false;
        for (at, c) in text.char_indices() {
            match c {
                '0' if number.is_empty() && !in_precision => spec.zeros = true,
                '0'..='9' => number.push(c),
                '$' => match std::mem::take(&mut number).parse() {
                    Ok(argument @ 1..) => spec.argument = argument,
                    _ => return not_impl_err!("`{pattern}` as a pattern of `format_string`"),
                },
                '-' => spec.left = true,
                '+' => spec.plus = true,
                ' ' => spec.blank = true,
                ',' => spec.groups = true,
                '(' => spec.parentheses = true,
                '.' => {
                    spec.width = std::mem::take(&mut number).parse().unwrap_or(0);
                    in_precision = true;
                }
                '%' | 'n' if at > 0 => return not_impl_err!("`{pattern}` as a pattern of `format_string`"),
                '%' | 'n' | 's' | 'S' | 'd' | 'x' | 'X' | 'o' | 'f' | 'e' | 'E' | 'b' | 'B' => {
                    spec.conversion = c;
                    match (in_precision, number.parse()) {
                        (true, Ok(precision)) => spec.precision = Some(precision),
                        (true, Err(_)) => return plan_err!("`{pattern}` has a precision without a number"),
                        (false, Ok(width)) => spec.width = width,
                        (false, Err(_)) => {}
                    }
                    return Ok((spec, at + 1));
                }
                _ => return not_impl_err!("`{pattern}` as a pattern of `format_string`"),
            }
        }
        plan_err!("a `%` without a conversion in `{pattern}`")
    }
}

/// Whether a conversion takes a value of the type, as Java does.
fn takes(spec: &Spec, ty: &DataType) -> Result<()> {
    let whole = ty.is_integer() || ty.is_null();
    let fits = match spec.conversion {
        'd' | 'x' | 'X' | 'o' => whole && spec.precision.is_none(),
        'f' | 'e' | 'E' => ty.is_floating() || ty.is_null(),
        's' | 'S' => {
            if !matches!(ty, DataType::Utf8 | DataType::Boolean | DataType::Null)
                && !ty.is_integer()
                && !ty.is_floating()
                && !matches!(ty, DataType::Decimal128(..))
            {
                return not_impl_err!("`%s` of {} in `format_string`; cast it to STRING", types::show(ty));
            }
            true
        }
        _ => *ty == DataType::Boolean,
    };
    let is_odd = spec.parentheses
        || (spec.left && (spec.width == 0 || spec.zeros))
        || (spec.zeros && spec.width == 0)
        || (spec.plus && spec.blank)
        || ((spec.plus || spec.blank || spec.zeros || spec.groups) && !matches!(spec.conversion, 'd' | 'f'))
        || (spec.conversion == 'f' && ty.is_null());
    if is_odd {
        return not_impl_err!("these flags of `%{}` in `format_string`", spec.conversion);
    }
    if fits { Ok(()) } else { plan_err!("`%{}` in `format_string` does not take {}", spec.conversion, types::show(ty)) }
}

fn checked(given: &GivenArguments) -> Result<DataType> {
    if !matches!(given.type_at(0), DataType::Utf8 | DataType::Null) {
        return plan_err!("the pattern of `format_string` is a text");
    }
    if let Some(pattern) = given.text(0) {
        for piece in parse(pattern)? {
            let FormatPiece::Value(spec) = piece else { continue };
            if spec.argument == 0 || spec.argument >= given.types.len() {
                return plan_err!("`{pattern}` asks for more arguments than `format_string` has");
            }
            takes(&spec, &given.type_at(spec.argument))?;
        }
        return Ok(DataType::Utf8);
    }
    match given.literals.first() {
        Some(None) => not_impl_err!("`format_string` with a pattern that is not a literal"),
        _ => Ok(DataType::Utf8),
    }
}

fn format_string(call: &NativeCall) -> Result<ArrayRef> {
    let Some(pattern) = constant(call, 0)? else { return Ok(Arc::new(StringArray::new_null(call.rows))) };
    let mut out = vec![String::new(); call.rows];
    for piece in parse(&pattern)? {
        match piece {
            FormatPiece::Text(text) => out.iter_mut().for_each(|row| row.push_str(&text)),
            FormatPiece::Value(spec) => {
                let values = shown(&spec, call.arg(spec.argument)?)?;
                out.iter_mut().zip(values).for_each(|(row, value)| row.push_str(&aligned(&spec, value)));
            }
        }
    }
    Ok(Arc::new(StringArray::from(out)))
}

fn aligned(spec: &Spec, value: String) -> String {
    let missing = spec.width.saturating_sub(value.chars().count());
    match (spec.left, spec.zeros) {
        (true, _) => value + &" ".repeat(missing),
        (_, true) => {
            let digits = value.find(|c: char| c.is_ascii_digit()).filter(|_| !value.contains("Inf") && value != "NaN");
            match digits {
                Some(at) => format!("{}{}{}", &value[..at], "0".repeat(missing), &value[at..]),
                None => " ".repeat(missing) + &value,
            }
        }
        _ => " ".repeat(missing) + &value,
    }
}

/// The texts of a column under a conversion, not yet padded.
fn shown(spec: &Spec, array: &ArrayRef) -> Result<Vec<String>> {
    let cut = |text: &str| match spec.precision {
        Some(most) => text.chars().take(most).collect(),
        None => text.to_owned(),
    };
    let upper = |text: String| if spec.conversion.is_ascii_uppercase() { text.to_uppercase() } else { text };
    // Java cuts the word like any other text.
    let nothing = || upper(cut("null"));
    let rows = 0..array.len();
    Ok(match spec.conversion {
        's' | 'S' => {
            let texts = texts(array)?;
            rows.map(|row| upper(cut(if texts.is_null(row) { "null" } else { texts.value(row) }))).collect()
        }
        'b' | 'B' => {
            let flags = array.as_boolean();
            rows.map(|row| upper(cut(if array.is_valid(row) && flags.value(row) { "true" } else { "false" }))).collect()
        }
        'd' => {
            let values = convert(array, &DataType::Int64, false)?;
            let values = values.as_primitive::<Int64Type>();
            let one = |v: i64| signed(spec, v < 0, &grouped(spec, &v.unsigned_abs().to_string()));
            rows.map(|row| if values.is_null(row) { nothing() } else { one(values.value(row)) }).collect()
        }
        'x' | 'X' | 'o' => {
            let bits = array.data_type().primitive_width().map_or(64, |bytes| bytes * 8) as u32;
            let values = convert(array, &DataType::Int64, false)?;
            let values = values.as_primitive::<Int64Type>();
            let one = |v: i64| {
                let v = v as u64 & (u64::MAX >> (64 - bits));
                match spec.conversion {
                    'x' => format!("{v:x}"),
                    'X' => format!("{v:X}"),
                    _ => format!("{v:o}"),
                }
            };
            rows.map(|row| if values.is_null(row) { nothing() } else { one(values.value(row)) }).collect()
        }
        'f' | 'e' | 'E' => {
            let values: Vec<Option<String>> = match array.data_type() {
                // A FLOAT is written by its own digits.
                DataType::Float32 => texts(array)?.iter().map(|t| t.map(str::to_owned)).collect(),
                _ => {
                    let doubles = convert(array, &DataType::Float64, false)?;
                    doubles.as_primitive::<Float64Type>().iter().map(|v| v.map(digits_of)).collect()
                }
            };
            values.into_iter().map(|v| v.map_or_else(nothing, |v| float(spec, &v))).collect()
        }
        other => return exec_err!("`%{other}` is not a conversion of `format_string`"),
    })
}

fn signed(spec: &Spec, negative: bool, digits: &str) -> String {
    let sign = match (negative, spec.plus, spec.blank) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    };
    format!("{sign}{digits}")
}

fn grouped(spec: &Spec, digits: &str) -> String {
    if !spec.groups {
        return digits.to_owned();
    }
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut out = String::new();
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    fraction.map_or_else(|| out.clone(), |fraction| format!("{out}.{fraction}"))
}

/// A float by its shortest digits, rounded half up.
fn float(spec: &Spec, text: &str) -> String {
    let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    match unsigned {
        "inf" | "Infinity" => return signed(spec, negative, "Infinity"),
        "NaN" => return "NaN".to_owned(),
        _ => {}
    }
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|b| b - b'0').collect();
    // The value is 0.digits times ten to the power of `point`.
    let point = exponent.parse::<i64>().unwrap_or(0) + whole.len() as i64;
    let places = spec.precision.unwrap_or(6);
    if spec.conversion == 'f' {
        let shown = fixed(&digits, point, places);
        return signed(spec, negative, &grouped(spec, &shown));
    }
    let leading = digits.iter().take_while(|d| **d == 0).count();
    let significant = digits.get(leading..).unwrap_or_default();
    let exponent = if significant.is_empty() { 0 } else { point - leading as i64 - 1 };
    let shown = fixed(significant, 1, places);
    // 9.99 may become 10.0.
    let (shown, exponent) =
        if shown.starts_with("10") { (fixed(&[1], 1, places), exponent + 1) } else { (shown, exponent) };
    let sign = if exponent < 0 { '-' } else { '+' };
    let text = format!("{shown}{}{sign}{:02}", spec.conversion, exponent.unsigned_abs());
    signed(spec, negative, &text)
}

/// 0.`digits` times ten to the power of `point`, with `places` decimals.
fn fixed(digits: &[u8], point: i64, places: usize) -> String {
    let digit = |position: i64| usize::try_from(position).ok().and_then(|p| digits.get(p)).copied().unwrap_or(0);
    let last = point + places as i64;
    // One digit more in front, for what is carried over.
    let mut kept: Vec<u8> = std::iter::once(0).chain((point.min(0)..last).map(digit)).collect();
    if digit(last) >= 5 {
        for d in kept.iter_mut().rev() {
            *d += 1;
            if *d < 10 {
                break;
            }
            *d = 0;
        }
    }
    let text: String = kept.iter().map(|d| char::from(b'0' + d)).collect();
    let (whole, fraction) = text.split_at(text.len().saturating_sub(places));
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}
