//! Guesses what a column holds from its name and its values.
//!
//! A type is taken when nearly all values convert to it under the reading rules of the language; the others are what a
//! rule finds later, and a comment in the spec tells how many there are.

use std::collections::BTreeMap;

use lakeflow::types::DataType;

use super::form::{self, FoundForm};
use super::personal;
use super::text::Scalar;
use crate::spec::PersonalSpec;

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
    /// Name in tables, in snake_case.
    pub name: String,
    /// Where it is found in the files, if not under its name.
    pub origin: Option<PlaceInFiles>,
    /// Type that its values convert to.
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
    /// How its values are written, where that is not the plain form.
    pub format: Option<String>,
    /// Words among its values that stand for no value.
    pub nulls: Vec<String>,
    /// How many values do not convert.
    pub misfits: usize,
    /// What could not be decided.
    pub doubt: Option<String>,
    /// How many different values there are.
    pub distinct: usize,
    /// How many values are not blank.
    pub filled: usize,
}

/// Where a column is found in files that call it by another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceInFiles {
    /// A column of CSV files.
    Header(String),
    /// A path to a field of JSON records.
    From(String),
}

impl PlaceInFiles {
    /// A header, where it is not the name of the column.
    pub fn header(header: &str, name: &str) -> Option<PlaceInFiles> {
        (header != name).then(|| PlaceInFiles::Header(header.to_owned()))
    }

    /// A path, where it is not the name of the column.
    pub fn from(path: &str, name: &str) -> Option<PlaceInFiles> {
        (path != name).then(|| PlaceInFiles::From(path.to_owned()))
    }
}

/// Looks at all values of a column; blank ones are empty. Of numbers of JSON, every one counts.
pub fn infer(name: &str, origin: Option<PlaceInFiles>, values: &[&str], is_number: bool) -> InferredColumn {
    let filled: Vec<&str> = values.iter().copied().filter(|v| !v.is_empty()).collect();
    let pii = personal::kind(name, &filled);
    let found = match (is_identifier(name), is_number) {
        (true, _) => form::find(&[]),
        (false, true) => form::numbers(&filled),
        (false, false) => form::find(&filled),
    };
    let FoundForm { ty, format, misfits, nulls, doubt } = found;
    let filled: Vec<&str> = filled.into_iter().filter(|value| !nulls.iter().any(|null| null == value)).collect();
    let mut spellings: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    for value in &filled {
        *spellings.entry(value.to_lowercase()).or_default().entry(value).or_default() += 1;
    }
    let distinct = spellings.len();
    let is_list = ty == DataType::String
        && doubt.is_none()
        && pii.is_none()
        && !is_identifier(name)
        && is_closed(&filled, &spellings);
    let lower = is_list && spellings.values().any(|s| s.len() > 1);
    let accepted = match (is_list, lower) {
        (false, _) => vec![],
        (true, true) => spellings.into_keys().collect(),
        (true, false) => spellings.values().flat_map(|s| s.keys()).map(|v| (*v).to_owned()).collect(),
    };
    InferredColumn {
        name: name.to_owned(),
        origin,
        ty,
        required: !filled.is_empty() && filled.len() == values.len(),
        pii,
        lower,
        accepted,
        references: None,
        format,
        nulls,
        misfits,
        doubt,
        distinct,
        filled: filled.len(),
    }
}

/// Whether a name is that of an identifier.
pub fn is_identifier(name: &str) -> bool {
    name.rsplit('_').next().is_some_and(|last| IDENTIFIERS.contains(&last))
}

/// Whether the values are a short list of words, each seen again and again.
fn is_closed(values: &[&str], spellings: &BTreeMap<String, BTreeMap<&str, usize>>) -> bool {
    let short = |word: &String| word.chars().count() <= 40;
    (1..=MAX_ACCEPTED).contains(&spellings.len())
        && values.len() >= spellings.len() * MIN_REPETITION
        && spellings.iter().all(|(word, s)| short(word) && s.values().sum::<usize>() >= 2)
}

impl InferredColumn {
    /// The column with a type that its files say, and what is to be said of it.
    #[cfg(feature = "engine")]
    pub fn of_type(self, ty: DataType, doubt: Option<String>) -> InferredColumn {
        let is_text = ty == DataType::String;
        let accepted = if is_text { self.accepted } else { vec![] };
        let lower = is_text && self.lower;
        InferredColumn { ty, doubt, accepted, lower, format: None, nulls: vec![], misfits: 0, ..self }
    }

    /// A column of JSON texts, of which `filled` are given, and what is to be said of it.
    pub fn of_json(name: &str, path: &str, filled: usize, rows: usize, pii: Option<PersonalSpec>) -> InferredColumn {
        InferredColumn {
            name: name.to_owned(),
            origin: PlaceInFiles::from(path, name),
            ty: DataType::String,
            required: filled > 0 && filled == rows,
            pii,
            lower: false,
            accepted: vec![],
            references: None,
            format: None,
            nulls: vec![],
            misfits: 0,
            doubt: None,
            distinct: 0,
            filled,
        }
    }

    /// What the spec says of the column, without its name and its comment.
    pub fn entry(&self) -> String {
        let mut parts = vec![format!("type: {}", flow_type(&self.ty))];
        let mut part = |key: &str, value: Option<String>| parts.extend(value.map(|v| format!("{key}: {v}")));
        match &self.origin {
            Some(PlaceInFiles::Header(header)) => part("header", Some(Scalar(header.clone()).to_string())),
            Some(PlaceInFiles::From(path)) => part("from", Some(Scalar(path.clone()).to_string())),
            None => {}
        }
        part("format", self.format.as_ref().map(|format| Scalar(format.clone()).to_string()));
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
        let misfits = match self.misfits {
            0 => None,
            1 => Some(format!("1 of {} values does not convert", self.filled)),
            n => Some(format!("{n} of {} values do not convert", self.filled)),
        };
        misfits.into_iter().chain(self.doubt.clone()).collect::<Vec<_>>().join("; ")
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
        infer(name, None, values, false).entry()
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
        let column = infer("n", None, &values, false);
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
