//! Values in specs, read by the same rules as the texts of files.
//!
//! A value in a file is rounded to the scale of its column, and spaces around it are removed. If that would change a
//! value in a spec, it is an error instead, because the author meant something else.

use std::sync::LazyLock;

use lakeflow::cast;
use lakeflow::types::DataType;
use regex::Regex;

use crate::model::{Constant, Double, FALSE_TEXTS, Normalize, Reading, TRUE_TEXTS, TextForm, shape};

/// The value of a text of a file, without spaces around it; `None` when it is not valid for the type.
pub fn read(text: &str, ty: &DataType) -> Option<Constant> {
    if !has_shape(text, ty) {
        return None;
    }
    match ty {
        DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt => {
            let fits = cast::reading(text, ty) == cast::CastReading::Value;
            cast::integer(text).filter(|_| fits).map(Constant::Integer)
        }
        DataType::Decimal { precision, scale } => {
            let unscaled = cast::decimal(text, *precision, *scale)?;
            Some(Constant::Decimal { unscaled, scale: *scale })
        }
        DataType::Float => {
            let value = cast::double(text).filter(|value| (*value as f32).is_finite())?;
            Double::new(value).map(Constant::Double)
        }
        DataType::Double => Double::new(cast::double(text)?).map(Constant::Double),
        DataType::Boolean => {
            let is = |texts: [&str; 5]| texts.contains(&text.to_lowercase().as_str());
            (is(TRUE_TEXTS) || is(FALSE_TEXTS)).then(|| Constant::Boolean(is(TRUE_TEXTS)))
        }
        DataType::Date => cast::date(text).map(Constant::Date),
        DataType::Timestamp | DataType::TimestampNtz => cast::timestamp(text).map(Constant::Timestamp),
        _ => Some(Constant::Text(text.to_owned())),
    }
}

/// Whether the text of a file converts to a type.
pub fn converts(text: &str, ty: &DataType) -> bool {
    read(text, ty).is_some()
}

/// Why a text of a spec is no value of its column: what follows its name in a message, and a remedy.
#[derive(Debug, PartialEq, Eq)]
pub struct Misfit {
    /// What follows the value in a message.
    pub why: String,
    /// A remedy, if one is known.
    pub hint: Option<String>,
}

/// The value of a text that a spec states.
///
/// # Errors
/// When it is no value of the type, or one that the text of a file would not keep as it stands.
pub fn exact(text: &str, ty: &DataType) -> Result<Constant, Misfit> {
    let misfit = |why: String, hint: Option<String>| Err(Misfit { why, hint });
    let bare = text.trim_matches(' ');
    if bare.is_empty() {
        return misfit("is empty, and an empty field is read as NULL".to_owned(), None);
    }
    if bare.len() < text.len() {
        let hint = format!("values are trimmed when read: write `{bare}`");
        return misfit("has leading or trailing spaces".to_owned(), Some(hint));
    }
    let Some(value) = read(text, ty) else { return misfit(format!("is not a valid {ty}"), None) };
    let digits = |text: &str| text.bytes().any(|b| matches!(b, b'1'..=b'9'));
    match (&value, ty) {
        (_, DataType::Decimal { scale, .. }) => {
            let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
            if digits(fraction.get(usize::from(*scale)..).unwrap_or("")) {
                let hint = format!("values from files are rounded to `{value}`: write that");
                return misfit(format!("has more decimal places than {ty}"), Some(hint));
            }
        }
        (Constant::Double(value), _) => {
            let is_zero = Double::new(0.0) == Some(*value);
            if is_zero && digits(text.split(['e', 'E']).next().unwrap_or("")) {
                return misfit(format!("is too close to zero for {ty}"), None);
            }
        }
        _ => {}
    }
    Ok(value)
}

/// The value of a text that a spec states as it is written in the files of its column.
///
/// # Errors
/// As [`exact`], and when the text does not have the form that the column is read in, or stands for no value.
pub fn exact_as(text: &str, ty: &DataType, reading: &Reading) -> Result<Constant, Misfit> {
    let bare = text.trim_matches(' ');
    if reading.nulls.iter().any(|null| null == bare) {
        let hint = "it is one of the `nulls` of the source".to_owned();
        return Err(Misfit { why: "is read as NULL".to_owned(), hint: Some(hint) });
    }
    match reading.plain(bare, ty) {
        _ if bare.is_empty() || bare.len() < text.len() => exact(text, ty),
        // The remedy is a value in the plain form, which is not theirs.
        Some(plain) if reading.form.is_some() => exact(&plain, ty).map_err(|misfit| Misfit { hint: None, ..misfit }),
        Some(_) => exact(text, ty),
        None => {
            let written = match &reading.form {
                Some(TextForm::Moment(form)) => format!("write it as the files do: `{}`", form.pattern),
                _ => "write it as the files do".to_owned(),
            };
            Err(Misfit { why: format!("is not a valid {ty} in the form that the files use"), hint: Some(written) })
        }
    }
}

/// A text as the normalisation of its column leaves it.
pub fn normalized(text: &str, normalize: Option<Normalize>) -> String {
    match normalize {
        Some(Normalize::Lower) => text.to_lowercase(),
        Some(Normalize::Upper) => text.to_uppercase(),
        None => text.to_owned(),
    }
}

fn has_shape(text: &str, ty: &DataType) -> bool {
    // One for each type that has a shape.
    type Shape = LazyLock<Option<Regex>>;
    static INTEGER: Shape = LazyLock::new(|| compiled(&DataType::Int));
    static DECIMAL: Shape = LazyLock::new(|| compiled(&DataType::Decimal { precision: 1, scale: 0 }));
    static DOUBLE: Shape = LazyLock::new(|| compiled(&DataType::Double));
    static DATE: Shape = LazyLock::new(|| compiled(&DataType::Date));
    static TIMESTAMP: Shape = LazyLock::new(|| compiled(&DataType::Timestamp));
    static TIMESTAMP_NTZ: Shape = LazyLock::new(|| compiled(&DataType::TimestampNtz));
    let shape = match ty {
        ty if ty.is_integral() => &INTEGER,
        DataType::Decimal { .. } => &DECIMAL,
        ty if ty.is_floating() => &DOUBLE,
        DataType::Date => &DATE,
        DataType::TimestampNtz => &TIMESTAMP_NTZ,
        ty if ty.is_temporal() => &TIMESTAMP,
        _ => return true,
    };
    shape.as_ref().is_some_and(|shape| shape.is_match(text))
}

fn compiled(ty: &DataType) -> Option<Regex> {
    Regex::new(shape(ty)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ty(text: &str) -> DataType {
        DataType::parse(text).unwrap_or(DataType::Unknown)
    }

    fn shown(text: &str, of: &str) -> String {
        match exact(text, &ty(of)) {
            Ok(value) => value.to_string(),
            Err(misfit) => misfit.why,
        }
    }

    #[test]
    fn the_whole_range_of_a_type_is_read() {
        for (of, least, most) in [
            ("int", "-2147483648", "2147483647"),
            ("bigint", "-9223372036854775808", "9223372036854775807"),
            ("decimal(5,2)", "-999.99", "999.99"),
        ] {
            assert_eq!([shown(least, of), shown(most, of)], [least, most]);
        }
        for (of, text) in [
            ("int", "2147483648"),
            ("int", "-2147483649"),
            ("bigint", "9223372036854775808"),
            ("bigint", "-9223372036854775809"),
            ("decimal(5,2)", "1000.00"),
            ("double", "1e400"),
            ("double", "NaN"),
        ] {
            assert!(!converts(text, &ty(of)), "{text} is no {of}");
        }
    }

    #[test]
    fn spellings_of_one_value_are_one_value() {
        for (of, spellings) in [
            ("int", "7|007|0000000000000000000000000007"),
            ("decimal(5,2)", "7|7.0|007|7.00000"),
            ("double", "1000|1e3|1.0E+3|1000.0"),
            ("boolean", "true|T|yes|Y|1|TRUE"),
            ("timestamp", "2024-01-01 10:00:00|2024-01-01T10:00:00Z|2024-01-01T12:00:00.000+02:00"),
        ] {
            let values: Vec<_> = spellings.split('|').map(|text| exact(text, &ty(of))).collect();
            assert!(values.iter().all(|value| value.is_ok() && *value == values[0]), "{of}: {values:?}");
        }
    }

    #[test]
    fn what_a_file_could_not_hold_is_refused() {
        for (of, text) in [
            ("date", "2024-01-01garbage"),
            ("date", "2024-1-1"),
            ("date", "2023-02-29"),
            ("timestamp", "2024-01-01 24:00:00"),
            ("timestamp", "2024-01-01"),
            ("timestamp", "2024-01-01 10:00:00 Europe/Berlin"),
            ("timestamp", "2024-01-01 10:00:00+19:00"),
            ("timestamp_ntz", "2024-01-01 10:00:00Z"),
            ("tinyint", "128"),
            ("smallint", "-32769"),
            ("float", "3.5e38"),
            ("int", "+7"),
            ("int", "7.0"),
            ("boolean", "on"),
        ] {
            assert_eq!(shown(text, of), format!("is not a valid {}", ty(of)), "{text}");
        }
        assert_eq!(shown("1.005", "decimal(5,2)"), "has more decimal places than DECIMAL(5,2)");
        assert_eq!(shown("1e-400", "double"), "is too close to zero for DOUBLE");
        assert_eq!(shown(" x", "string"), "has leading or trailing spaces");
        assert_eq!(shown(" ", "string"), "is empty, and an empty field is read as NULL");
        assert_eq!(shown("0000-02-29", "date"), "0000-02-29");
    }
}
