//! Guesses what a column holds from its name and its values.
//!
//! A type is taken when nearly all values convert to it under the reading rules of the language; the others are what a
//! rule finds later, and a comment in the spec tells how many there are.

use std::collections::BTreeMap;

use lakeflow::types::DataType;

use super::personal;
use super::text::Scalar;
use crate::resolve::converts;
use crate::spec::PersonalSpec;

/// One value in so many may fail to convert.
const TOLERANCE: usize = 20;
/// The most values that a closed list has.
const MAX_ACCEPTED: usize = 12;
/// How often each value of a closed list occurs on average.
const MIN_REPETITION: usize = 5;
/// Last words of names of identifiers, which stay text: nobody adds them up, and `007` is not `7`.
const IDENTIFIERS: [&str; 14] =
    ["id", "key", "code", "no", "nr", "number", "sku", "ean", "isbn", "uuid", "guid", "zip", "postcode", "phone"];

/// A column as it will be declared.
#[derive(Debug, Clone)]
pub struct InferredColumn {
    /// Name in tables.
    pub name: String,
    /// Name in the files.
    pub header: String,
    /// Type.
    pub ty: DataType,
    /// Whether no value is blank.
    pub required: bool,
    /// Kind of personal data.
    pub pii: Option<PersonalSpec>,
    /// Whether values differ in letter case only.
    pub lower: bool,
    /// The closed list of values; empty when there is none.
    pub accepted: Vec<String>,
    /// The entity that it refers to.
    pub references: Option<String>,
    /// How many values do not convert.
    pub misfits: usize,
    /// How many different values there are.
    pub distinct: usize,
    /// How many values are not blank.
    pub filled: usize,
}

/// Looks at all values of a column; blank ones are empty.
pub fn infer(name: &str, header: &str, values: &[&str]) -> InferredColumn {
    let filled: Vec<&str> = values.iter().copied().filter(|v| !v.is_empty()).collect();
    let pii = personal::kind(name, &filled);
    let (ty, misfits) = if is_identifier(name) { (DataType::String, 0) } else { data_type(&filled) };
    let mut spellings: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    for value in &filled {
        *spellings.entry(value.to_lowercase()).or_default().entry(value).or_default() += 1;
    }
    let distinct = spellings.len();
    let is_list = ty == DataType::String && pii.is_none() && !is_identifier(name) && is_closed(&filled, &spellings);
    let lower = is_list && spellings.values().any(|s| s.len() > 1);
    let accepted = match (is_list, lower) {
        (false, _) => vec![],
        (true, true) => spellings.into_keys().collect(),
        (true, false) => spellings.values().flat_map(|s| s.keys()).map(|v| (*v).to_owned()).collect(),
    };
    InferredColumn {
        name: name.to_owned(),
        header: header.to_owned(),
        ty,
        required: !filled.is_empty() && filled.len() == values.len(),
        pii,
        lower,
        accepted,
        references: None,
        misfits,
        distinct,
        filled: filled.len(),
    }
}

/// Whether a name is that of an identifier.
pub fn is_identifier(name: &str) -> bool {
    name.rsplit('_').next().is_some_and(|last| IDENTIFIERS.contains(&last))
}

/// The narrowest type that nearly all values have, and how many do not.
fn data_type(values: &[&str]) -> (DataType, usize) {
    let zeros = |v: &&&str| v.len() > 1 && v.starts_with('0') && v.bytes().all(|b| b.is_ascii_digit());
    if values.is_empty() || values.iter().filter(zeros).count() * TOLERANCE > values.len() {
        return (DataType::String, 0);
    }
    let candidates = [
        DataType::Boolean,
        DataType::Int,
        DataType::BigInt,
        decimal(values),
        DataType::Date,
        DataType::Timestamp,
        DataType::Double,
    ];
    for ty in candidates {
        let misfits = values.iter().filter(|v| !fits(v, &ty)).count();
        if misfits * TOLERANCE <= values.len() {
            return (ty, misfits);
        }
    }
    (DataType::String, 0)
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
fn decimal(values: &[&str]) -> DataType {
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

/// Whether the values are a short list of words, each seen again and again.
fn is_closed(values: &[&str], spellings: &BTreeMap<String, BTreeMap<&str, usize>>) -> bool {
    let short = |word: &String| word.chars().count() <= 40;
    (1..=MAX_ACCEPTED).contains(&spellings.len())
        && values.len() >= spellings.len() * MIN_REPETITION
        && spellings.iter().all(|(word, s)| short(word) && s.values().sum::<usize>() >= 2)
}

impl InferredColumn {
    /// What the spec says of the column, without its name and its comment.
    pub fn entry(&self) -> String {
        let mut parts = vec![format!("type: {}", flow_type(&self.ty))];
        let mut part = |key: &str, value: Option<String>| parts.extend(value.map(|v| format!("{key}: {v}")));
        part("header", (self.header != self.name).then(|| Scalar(self.header.clone()).to_string()));
        part("required", self.required.then(|| "true".to_owned()));
        part("pii", self.pii.map(|kind| kind.word().to_owned()));
        part("references", self.references.clone());
        part("normalize", self.lower.then(|| "lower".to_owned()));
        let accepted: Vec<String> = self.accepted.iter().map(|v| Scalar(v.clone()).to_string()).collect();
        part("accepted", (!accepted.is_empty()).then(|| format!("[{}]", accepted.join(", "))));
        match parts.as_slice() {
            [_] => self.ty.to_string().to_lowercase(),
            parts => format!("{{ {} }}", parts.join(", ")),
        }
    }

    /// What a reader should know about the guess; empty when there is nothing to know.
    pub fn note(&self) -> String {
        match self.misfits {
            0 => String::new(),
            1 => format!("1 of {} values does not convert", self.filled),
            n => format!("{n} of {} values do not convert", self.filled),
        }
    }
}

/// A type inside `{..}`, where a comma needs quotes.
fn flow_type(ty: &DataType) -> String {
    let text = ty.to_string().to_lowercase();
    if text.contains(',') { format!("\"{text}\"") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, values: &[&str]) -> String {
        infer(name, name, values).entry()
    }

    #[test]
    fn types_follow_the_values() {
        assert_eq!(entry("n", &["1", "-20", ""]), "int");
        assert_eq!(entry("n", &["1", "12345678901", ""]), "bigint");
        assert_eq!(entry("n", &["1.5", "-1200.25", "3", ""]), "decimal(10,2)");
        assert_eq!(entry("n", &["2024-02-29", ""]), "date");
        assert_eq!(entry("n", &["2024-02-29 10:00:00", "2024-03-01T01:02:03Z", ""]), "timestamp");
        assert_eq!(entry("n", &["true", "False", ""]), "boolean");
        assert_eq!(entry("n", &["1e-3", "2.5E7", ""]), "double");
        assert_eq!(entry("n", &["2024-02-30", "x", ""]), "string");
        assert_eq!(entry("n", &[]), "string");
    }

    #[test]
    fn identifiers_and_leading_zeros_stay_text() {
        assert_eq!(entry("order_id", &["1", "2", ""]), "string");
        assert_eq!(entry("plz", &["01067", "80331", ""]), "string");
    }

    #[test]
    fn a_few_values_may_not_convert_and_are_counted() {
        let mut values = vec!["7"; 39];
        values.push("seven");
        let column = infer("n", "n", &values);
        assert_eq!(
            (column.entry().as_str(), column.note().as_str()),
            ("{ type: int, required: true }", "1 of 40 values does not convert")
        );
    }

    #[test]
    fn repeated_words_are_a_closed_list() {
        let mut values = ["open", "Open", "closed", "no", "no"].repeat(4);
        values.push("");
        assert_eq!(entry("status", &values), "{ type: string, normalize: lower, accepted: [closed, 'no', open] }");
        assert_eq!(entry("comment", &["a", "b", "c", "a", "b", ""]), "string");
    }
}
