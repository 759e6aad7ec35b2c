//! Finds out how the values of a column are written: as plain texts, or in the form that some programs give to dates, times
//! and numbers.
//!
//! A form is taken when it says of each value what it is and no other form says something else: `01/02/2024` is left a
//! text, and a comment asks whoever reads the spec.

use lakeflow::types::DataType;

use crate::model::{MomentForm, NumberForm, Reading, TextForm};
use crate::resolve::converts;

/// One value in so many may fail to convert.
pub const TOLERANCE: usize = 20;
/// Digits that every double keeps.
const DOUBLE_DIGITS: usize = 15;
/// Words for no value that programs write.
const NULLS: [&str; 14] =
    ["NULL", "null", "N/A", "n/a", "#N/A", "NA", "k.A.", "k. A.", "-", "--", "\\N", "None", "none", "(null)"];
/// Patterns of dates, the strict ones first.
const DATES: [&str; 12] = [
    "dd.MM.yyyy",
    "d.M.yyyy",
    "MM/dd/yyyy",
    "M/d/yyyy",
    "dd/MM/yyyy",
    "d/M/yyyy",
    "yyyy/MM/dd",
    "dd-MM-yyyy",
    "MM-dd-yyyy",
    "dd-MMM-yyyy",
    "d MMM yyyy",
    "MMM d, yyyy",
];
/// What stands behind the date of a timestamp.
const TIMES: [&str; 5] = [" HH:mm", " HH:mm:ss", " HH:mm:ss.SSS", " h:mm a", " h:mm:ss a"];

/// What was found out about the values of a column.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundForm {
    /// The type that the values convert to, but for the misfits.
    pub ty: DataType,
    /// Form, as specs state it; `None` for the plain one.
    pub format: Option<String>,
    /// How many values do not convert.
    pub misfits: usize,
    /// Words that stand for no value.
    pub nulls: Vec<String>,
    /// What could not be decided.
    pub doubt: Option<String>,
}

/// Finds out type and form of values, none of which is blank.
pub fn find(values: &[&str]) -> FoundForm {
    let (words, given): (Vec<&str>, Vec<&str>) = values.iter().partition(|value| NULLS.contains(*value));
    let text = FoundForm { ty: DataType::String, format: None, misfits: 0, nulls: vec![], doubt: None };
    let zeros = |v: &&&str| v.len() > 1 && v.starts_with('0') && v.bytes().all(|b| b.is_ascii_digit());
    if given.is_empty() || given.iter().filter(zeros).count() * TOLERANCE > given.len() {
        return text;
    }
    let mut nulls: Vec<String> = words.into_iter().map(str::to_owned).collect();
    nulls.sort();
    nulls.dedup();
    let found = plain(&given).or_else(|| in_form(&given));
    found.map_or(text, |found| if found.doubt.is_some() { found } else { FoundForm { nulls, ..found } })
}

/// The type of numbers of JSON. One that no value falls out of is taken, if there is one: `1.0` beside `1` is no fault.
pub fn numbers(values: &[&str]) -> FoundForm {
    let text = FoundForm { ty: DataType::String, format: None, misfits: 0, nulls: vec![], doubt: None };
    if values.is_empty() {
        return text;
    }
    let exact = [DataType::Int, DataType::BigInt, decimal(values.iter().copied())];
    if let Some(ty) =
        exact.into_iter().filter(|ty| *ty != DataType::Double).find(|ty| values.iter().all(|v| fits(v, ty)))
    {
        return FoundForm { ty, ..text };
    }
    let misfits = values.iter().filter(|v| !fits(v, &DataType::Double)).count();
    if misfits * TOLERANCE > values.len() {
        return FoundForm { doubt: Some("numbers beyond those of a double".to_owned()), ..text };
    }
    let most = values.iter().map(|v| significant_digits(v)).max().unwrap_or(0);
    let doubt = (most > DOUBLE_DIGITS).then(|| {
        format!(
            "numbers of up to {most} digits, of which a double keeps {DOUBLE_DIGITS}: read them as string to keep all"
        )
    });
    FoundForm { ty: DataType::Double, misfits, doubt, ..text }
}

/// How many digits of a number count, those of its exponent left aside.
fn significant_digits(number: &str) -> usize {
    let mantissa = number.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').len()
}

fn plain(values: &[&str]) -> Option<FoundForm> {
    let candidates = [
        DataType::Boolean,
        DataType::Int,
        DataType::BigInt,
        decimal(values.iter().copied()),
        DataType::Date,
        DataType::Timestamp,
        DataType::Double,
    ];
    candidates.into_iter().find_map(|ty| {
        let misfits = values.iter().filter(|v| !fits(v, &ty)).count();
        let found = FoundForm { ty, format: None, misfits, nulls: vec![], doubt: None };
        (misfits * TOLERANCE <= values.len()).then_some(found)
    })
}

/// The one form that nearly all values have; one with a doubt when several have it and read other values out of them.
fn in_form(values: &[&str]) -> Option<FoundForm> {
    let date = |pattern: &str| (pattern.to_owned(), DataType::Date);
    let timestamp = |(day, time): (&str, &str)| (format!("{day}{time}"), DataType::Timestamp);
    let days = ["yyyy-MM-dd"].into_iter().chain(DATES);
    let timestamps = days.flat_map(|day| TIMES.map(|time| (day, time)));
    let numbers = NumberForm::EXAMPLES.into_iter().skip(1).map(|example| (example.to_owned(), DataType::Double));
    let forms = DATES.into_iter().map(date).chain(timestamps.map(timestamp)).chain(numbers);
    let mut found: Vec<(String, DataType, Vec<Option<String>>)> = vec![];
    for (format, ty) in forms {
        let Some(reading) = reading(&format, &ty) else { continue };
        if let Some(texts) = read_all(values, &reading, &ty) {
            found.push((format, ty, texts));
        }
    }
    let (format, ty, texts) = found.first()?;
    let differs =
        |other: &Vec<Option<String>>| texts.iter().zip(other).any(|(a, b)| a.is_some() && b.is_some() && a != b);
    if let Some((other, ..)) = found.iter().skip(1).find(|(.., others)| differs(others)) {
        let doubt = format!("`{format}` or `{other}`? write type and format");
        return Some(FoundForm { ty: DataType::String, format: None, misfits: 0, nulls: vec![], doubt: Some(doubt) });
    }
    let ty = match ty {
        DataType::Double => number(texts),
        ty => ty.clone(),
    };
    let misfits = texts.iter().filter(|text| text.is_none()).count();
    Some(FoundForm { ty, format: Some(format.clone()), misfits, nulls: vec![], doubt: None })
}

/// The plain texts of values that nearly all have one form; what is left is not looked at once that is out of reach.
fn read_all(values: &[&str], reading: &Reading, ty: &DataType) -> Option<Vec<Option<String>>> {
    let reader = reading.reader(ty);
    let mut texts = Vec::with_capacity(values.len());
    let mut misfits = 0;
    for value in values {
        let text = reader.plain(value).filter(|plain| converts(plain, ty));
        misfits += usize::from(text.is_none());
        if misfits * TOLERANCE > values.len() {
            return None;
        }
        texts.push(text);
    }
    Some(texts)
}

fn reading(format: &str, ty: &DataType) -> Option<Reading> {
    let form = match ty {
        DataType::Double => TextForm::Number(NumberForm::of_example(format)?),
        ty => TextForm::Moment(MomentForm::parse(format, ty).ok()?),
    };
    Some(Reading { nulls: vec![], form: Some(form) })
}

/// The type of numbers that were brought into the plain form.
fn number(texts: &[Option<String>]) -> DataType {
    let plain = || texts.iter().flatten().map(String::as_str);
    let all = |ty: &DataType| plain().all(|text| converts(text, ty));
    [DataType::Int, DataType::BigInt].into_iter().find(all).unwrap_or_else(|| decimal(plain()))
}

fn fits(value: &str, ty: &DataType) -> bool {
    let has_time = || {
        value.get(10..19).is_some_and(|time| {
            time.bytes().zip(*b"T00:00:00").all(|(b, shape)| match shape {
                b'T' => matches!(b, b'T' | b' '),
                b'0' => b.is_ascii_digit(),
                other => b == other,
            })
        })
    };
    match ty {
        DataType::Timestamp => has_time() && converts(value, ty),
        DataType::Double => value.bytes().any(|b| b.is_ascii_digit()) && converts(value, ty),
        _ => converts(value, ty),
    }
}

/// A decimal with room for the values that look like one, and for some larger ones.
fn decimal<'a>(values: impl Iterator<Item = &'a str>) -> DataType {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let (mut whole, mut scale) = (1, 0);
    for value in values {
        let unsigned = value.strip_prefix('-').unwrap_or(value);
        if let Some((before, after)) = unsigned.split_once('.').filter(|(b, a)| digits(b) && digits(a)) {
            whole = whole.max(before.len());
            scale = scale.max(after.len());
        } else if digits(unsigned) {
            whole = whole.max(unsigned.len());
        }
    }
    let precision = (whole + 2 + scale).max(10);
    match (u8::try_from(precision), u8::try_from(scale)) {
        (Ok(precision), Ok(scale)) if precision <= 38 && scale <= 6 => DataType::Decimal { precision, scale },
        _ => DataType::Double,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(values: &[&str]) -> (String, Option<String>) {
        let found = find(values);
        (found.ty.to_string().to_lowercase(), found.format)
    }

    #[test]
    fn forms_are_found_where_they_are_certain() {
        for (values, ty, format) in [
            (&["05.01.2024", "31.12.2023"][..], "date", "dd.MM.yyyy"),
            (&["5.1.2024", "31.12.2023"], "date", "d.M.yyyy"),
            (&["12/31/2023", "01/02/2024"], "date", "MM/dd/yyyy"),
            (&["1/2/2024", "31/12/2023"], "date", "d/M/yyyy"),
            (&["05-Jan-2024", "31-DEC-2023"], "date", "dd-MMM-yyyy"),
            (&["05.01.2024 17:30"], "timestamp", "dd.MM.yyyy HH:mm"),
            (&["1/2/2024 5:30 PM", "12/31/2023 12:00 AM"], "timestamp", "M/d/yyyy h:mm a"),
            (&["1.234,50", "7,1", "-12"], "decimal(10,2)", "1.234,56"),
            (&["1,234.50", "1,000"], "decimal(10,2)", "1,234.56"),
            (&["12,50", "7,1"], "decimal(10,2)", "1234,56"),
            (&["1 234,5", "7"], "decimal(10,1)", "1 234,56"),
        ] {
            assert_eq!(shown(values), (ty.to_owned(), Some(format.to_owned())), "{values:?}");
        }
    }

    #[test]
    fn what_may_be_two_things_stays_a_text() {
        for values in [&["01/02/2024", "03/04/2024"][..], &["1,234", "5,678"]] {
            let found = find(values);
            assert_eq!((found.ty, found.format, found.doubt.is_some()), (DataType::String, None, true), "{values:?}");
        }
        assert_eq!(shown(&["a", "b"]), ("string".to_owned(), None));
        assert_eq!(shown(&["2024-01-05", "7"]), ("string".to_owned(), None));
    }

    #[test]
    fn words_for_no_value_are_found_beside_values_of_a_type() {
        let found = find(&["7", "n/a", "-", "8", "n/a"]);
        assert_eq!((found.ty, found.misfits, found.nulls), (DataType::Int, 0, vec!["-".to_owned(), "n/a".to_owned()]));
        assert_eq!(find(&["-", "n/a"]).nulls, Vec::<String>::new());
    }
}
