//! Texts in parts, codes of texts, and checks of them.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, BinaryArray, BooleanArray, Int32Array, StringArray};
use datafusion::arrow::datatypes::{DataType, Int32Type};
use datafusion::common::{Result, exec_err, not_impl_err, plan_err};
use md5::{Digest, Md5};

use super::super::cast::texts;
use super::super::native::NativeParam::{Any, Int, Text};
use super::super::native::{GivenArguments, Native, NativeCall, native};
use super::super::types;
use super::strings::constant;

pub(super) const FUNCTIONS: &[Native] = &[
    native("substring_index", &[Text, Text, Int], text, substring_index),
    native("overlay", &[Text, Text, Int, Int], text, overlay).optional(1),
    native("find_in_set", &[Text, Text], |_| Ok(DataType::Int32), find_in_set),
    native("quote", &[Text], text, |c| each(c, |s| Some(format!("'{}'", s.replace('\'', "\\'"))))),
    native("luhn_check", &[Text], |_| Ok(DataType::Boolean), luhn_check),
    native("md5", &[Any], bytes_to_text, md5_of),
    native("encode", &[Any, Text], encoding, encode),
    native("unhex", &[Text], |_| Ok(DataType::Binary), unhex),
    native("__decode_bytes", &[Any, Text], decoding, decode),
    native("__like", &[Text, Text, Text], like_type, |c| like(c, false)).optional(1),
    native("__ilike", &[Text, Text, Text], like_type, |c| like(c, true)).optional(1),
];

fn text(_: &GivenArguments) -> Result<DataType> {
    Ok(DataType::Utf8)
}

fn bytes_to_text(given: &GivenArguments) -> Result<DataType> {
    match given.type_at(0) {
        DataType::Utf8 | DataType::Binary | DataType::Null => Ok(DataType::Utf8),
        other => plan_err!("{} is not STRING; cast it first", types::show(&other)),
    }
}

fn each(call: &NativeCall, map: impl Fn(&str) -> Option<String>) -> Result<ArrayRef> {
    Ok(Arc::new(call.text(0)?.iter().map(|s| s.and_then(&map)).collect::<StringArray>()))
}

/// What stands before the n-th delimiter from the left, or behind it from the right.
fn substring_index(call: &NativeCall) -> Result<ArrayRef> {
    let rows = call.text(0)?.iter().zip(call.text(1)?.iter()).zip(call.values::<Int32Type>(2)?.iter());
    let parts = rows.map(|((s, delimiter), count)| {
        let (s, delimiter, count) = (s?, delimiter?, count?);
        if delimiter.is_empty() || count == 0 {
            return Some("");
        }
        let nth = usize::try_from(count.unsigned_abs()).ok()?;
        if count > 0 {
            let mut from = 0;
            for found in 1..=nth {
                let Some(at) = s.get(from..).and_then(|rest| rest.find(delimiter)) else { return Some(s) };
                if found == nth {
                    return s.get(..from + at);
                }
                // The search goes on one character further: delimiters may overlap.
                from += at + s.get(from + at..)?.chars().next().map_or(1, char::len_utf8);
            }
            return Some(s);
        }
        let mut end = s.len();
        for found in 1..=nth {
            let Some(at) = s.get(..end).and_then(|rest| rest.rfind(delimiter)) else { return Some(s) };
            if found == nth {
                return s.get(at + delimiter.len()..);
            }
            end = at + delimiter.len() - delimiter.chars().next_back().map_or(1, char::len_utf8);
        }
        Some(s)
    });
    Ok(Arc::new(parts.collect::<StringArray>()))
}

/// `s` with what begins at a position replaced, as many characters as the new text has or as are given.
fn overlay(call: &NativeCall) -> Result<ArrayRef> {
    let own = Int32Array::from(vec![-1; call.rows]);
    let lengths = if call.len() > 3 { call.values::<Int32Type>(3)? } else { &own };
    let rows = call.text(0)?.iter().zip(call.text(1)?.iter()).zip(call.values::<Int32Type>(2)?.iter());
    let replaced = rows.zip(lengths.iter()).map(|(((s, new), from), length)| {
        let (s, new, from, length) = (s?, new?, i64::from(from?), i64::from(length?));
        let length = if length >= 0 { length } else { i64::try_from(new.chars().count()).ok()? };
        let before = substring(s, 1, from - 1);
        Some(before + new + &substring(s, from + length, i64::MAX))
    });
    Ok(Arc::new(replaced.collect::<StringArray>()))
}

/// As `substring` has it: from 1 on, 0 counts as 1, negative positions from the end.
fn substring(s: &str, from: i64, length: i64) -> String {
    let size = s.chars().count() as i64;
    let start = match from {
        from if from > 0 => from - 1,
        0 => 0,
        from => size + from,
    };
    let end = start.saturating_add(length);
    let (start, end) = (start.max(0), end.max(0));
    s.chars().skip(start as usize).take(end.saturating_sub(start).max(0) as usize).collect()
}

/// The place of a text in a list with commas; 0 for none, and for a text with a comma.
fn find_in_set(call: &NativeCall) -> Result<ArrayRef> {
    let pairs = call.text(0)?.iter().zip(call.text(1)?.iter());
    let place = |wanted: &str, list: &str| {
        let found = if wanted.contains(',') { None } else { list.split(',').position(|part| part == wanted) };
        found.and_then(|at| i32::try_from(at + 1).ok()).unwrap_or(0)
    };
    Ok(Arc::new(pairs.map(|(wanted, list)| Some(place(wanted?, list?))).collect::<Int32Array>()))
}

fn luhn_check(call: &NativeCall) -> Result<ArrayRef> {
    let holds = |s: &str| {
        let digits = s.bytes().rev().enumerate().map(|(place, b)| match b {
            b'0'..=b'9' if place % 2 == 0 => Some(u32::from(b - b'0')),
            b'0'..=b'9' => Some(u32::from(b - b'0') * 2).map(|d| if d > 9 { d - 9 } else { d }),
            _ => None,
        });
        !s.is_empty() && digits.sum::<Option<u32>>().is_some_and(|sum| sum % 10 == 0)
    };
    Ok(Arc::new(call.text(0)?.iter().map(|s| s.map(holds)).collect::<BooleanArray>()))
}

/// The bytes of texts and of binaries.
fn bytes(array: &ArrayRef) -> Result<Vec<Option<Vec<u8>>>> {
    if let Some(binary) = array.as_binary_opt::<i32>() {
        return Ok(binary.iter().map(|b| b.map(<[u8]>::to_vec)).collect());
    }
    Ok(texts(array)?.iter().map(|t| t.map(|t| t.as_bytes().to_vec())).collect())
}

fn md5_of(call: &NativeCall) -> Result<ArrayRef> {
    let hex = |bytes: Vec<u8>| Md5::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    Ok(Arc::new(bytes(call.arg(0)?)?.into_iter().map(|b| b.map(hex)).collect::<StringArray>()))
}

/// UTF-8 alone: Spark knows some more character sets.
fn is_utf8(given: &GivenArguments) -> Result<()> {
    match given.text(1).map(str::to_uppercase).as_deref() {
        Some("UTF-8") => Ok(()),
        _ => not_impl_err!("a character set but 'UTF-8', as a literal"),
    }
}

fn encoding(given: &GivenArguments) -> Result<DataType> {
    is_utf8(given)?;
    bytes_to_text(given).map(|_| DataType::Binary)
}

fn encode(call: &NativeCall) -> Result<ArrayRef> {
    let values = bytes(call.arg(0)?)?;
    Ok(Arc::new(values.iter().map(|b| b.as_deref()).collect::<BinaryArray>()))
}

fn decoding(given: &GivenArguments) -> Result<DataType> {
    is_utf8(given)?;
    match given.type_at(0) {
        DataType::Binary | DataType::Null => Ok(DataType::Utf8),
        other => not_impl_err!("`decode` of {}; cast it to BINARY", types::show(&other)),
    }
}

fn decode(call: &NativeCall) -> Result<ArrayRef> {
    let text = |bytes: Vec<u8>| match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(_) => exec_err!("bytes that are not valid UTF-8"),
    };
    let values = bytes(call.arg(0)?)?.into_iter().map(|b| b.map(text).transpose());
    Ok(Arc::new(values.collect::<Result<StringArray>>()?))
}

/// NULL for what is no number to the base of 16; an odd first digit is a byte of its own.
fn unhex(call: &NativeCall) -> Result<ArrayRef> {
    let one = |s: &str| -> Option<Vec<u8>> {
        let digits = s.chars().map(|c| c.to_digit(16)).collect::<Option<Vec<u32>>>()?;
        let (first, rest) = digits.split_at(digits.len() % 2);
        let pairs = rest.chunks(2).map(|pair| pair.iter().fold(0, |value, digit| value * 16 + digit));
        first.iter().copied().chain(pairs).map(|value| u8::try_from(value).ok()).collect()
    };
    Ok(Arc::new(call.text(0)?.iter().map(|s| s.and_then(one)).collect::<BinaryArray>()))
}

fn like_type(given: &GivenArguments) -> Result<DataType> {
    if let Some(escape) = given.text(2) {
        let mut chars = escape.chars();
        if chars.next().is_none() || chars.next().is_some() {
            return plan_err!("the escape of LIKE is one character");
        }
        if let Some(pattern) = given.text(1) {
            like_regex(pattern, escape.chars().next())?;
        }
    } else if let Some(pattern) = given.text(1) {
        like_regex(pattern, Some('\\'))?;
    }
    Ok(DataType::Boolean)
}

/// A pattern of LIKE: `_` is one character, `%` any number, and an escape stands before one of these or itself.
fn like_regex(pattern: &str, escape: Option<char>) -> Result<regex::Regex> {
    let mut out = String::from(r"(?s)\A");
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            c if Some(c) == escape => match chars.next() {
                Some(next) if next == '_' || next == '%' || Some(next) == escape => {
                    out.push_str(&regex::escape(&next.to_string()));
                }
                Some(_) => return exec_err!("an escape in a LIKE pattern must precede `_`, `%` or itself"),
                None => return exec_err!("a pattern of LIKE ends with its escape"),
            },
            '_' => out.push('.'),
            '%' => out.push_str(".*"),
            c => out.push_str(&regex::escape(&c.to_string())),
        }
    }
    out.push_str(r"\z");
    regex::Regex::new(&out).or_else(|_| not_impl_err!("a pattern of LIKE so long"))
}

fn like(call: &NativeCall, any_case: bool) -> Result<ArrayRef> {
    let escape = if call.len() > 2 { constant(call, 2)?.and_then(|e| e.chars().next()) } else { Some('\\') };
    let mut compiled: Option<(String, regex::Regex)> = None;
    let mut found = Vec::with_capacity(call.rows);
    for (text, pattern) in call.text(0)?.iter().zip(call.text(1)?.iter()) {
        let (Some(text), Some(pattern)) = (text, pattern) else {
            found.push(None);
            continue;
        };
        if compiled.as_ref().is_none_or(|(known, _)| known != pattern) {
            let lowered = if any_case { pattern.to_lowercase() } else { pattern.to_owned() };
            compiled = Some((pattern.to_owned(), like_regex(&lowered, escape)?));
        }
        let Some((_, regex)) = &compiled else { return exec_err!("a pattern was not compiled") };
        found.push(Some(if any_case { regex.is_match(&text.to_lowercase()) } else { regex.is_match(text) }));
    }
    Ok(Arc::new(found.into_iter().collect::<BooleanArray>()))
}
