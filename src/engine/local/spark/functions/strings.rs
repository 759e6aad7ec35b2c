//! Functions on texts; positions and lengths count characters.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int32Array, StringArray};
use datafusion::arrow::datatypes::{DataType, Int32Type};
use datafusion::common::{Result, exec_err, plan_err};

use super::super::cast::texts;
use super::super::native::NativeParam::{Any, Int, Text};
use super::super::native::{GivenArguments, Native, NativeCall, native};
use super::super::types;
use super::super::values::Room;
use super::arrays;

pub(super) const FUNCTIONS: &[Native] = &[
    native("trim", &[Text, Text], text, |c| trim(c, true, true)).optional(1),
    native("btrim", &[Text, Text], text, |c| trim(c, true, true)).optional(1),
    native("__trim_start", &[Text, Text], text, |c| trim(c, true, false)).optional(1),
    native("__trim_end", &[Text, Text], text, |c| trim(c, false, true)).optional(1),
    native("ltrim", &[Text], text, |c| trim(c, true, false)),
    native("rtrim", &[Text], text, |c| trim(c, false, true)),
    native("initcap", &[Text], text, |c| one(c, initcap)),
    native("left", &[Text, Int], text, |c| counted(c, |s, n| take(s, n).to_owned())),
    native("right", &[Text, Int], text, |c| counted(c, right)),
    native("repeat", &[Text, Int], text, repeat),
    native("space", &[Int], text, space),
    native("lpad", &[Text, Int, Text], text, |c| pad(c, true)).optional(1),
    native("rpad", &[Text, Int, Text], text, |c| pad(c, false)).optional(1),
    native("substring", &[Text, Int, Int], text, substring).optional(1),
    native("substr", &[Text, Int, Int], text, substring).optional(1),
    native("reverse", &[Any], like_first, reverse),
    native("concat", &[Any], concat_type, concat).variadic(),
    native("concat_ws", &[Text, Any], joined_type, joined).variadic().optional(1),
    native("length", &[Text], int, |c| count(c, |s| s.chars().count())),
    native("len", &[Text], int, |c| count(c, |s| s.chars().count())),
    native("char_length", &[Text], int, |c| count(c, |s| s.chars().count())),
    native("character_length", &[Text], int, |c| count(c, |s| s.chars().count())),
    native("instr", &[Text, Text], int, |c| position(c, 0, 1)),
    native("locate", &[Text, Text, Int], int, |c| position(c, 1, 0)).optional(1),
    native("contains", &[Text, Text], flag, |c| test(c, |s, part| s.contains(part))),
    native("startswith", &[Text, Text], flag, |c| test(c, |s, part| s.starts_with(part))),
    native("endswith", &[Text, Text], flag, |c| test(c, |s, part| s.ends_with(part))),
    native("mask", &[Text], text, |c| one(c, |s| s.chars().map(masked).collect())),
    native("typeof", &[Any], text, |c| {
        let name = types::show(c.arg(0)?.data_type()).to_lowercase().replace(": ", ":").replace(", ", ",");
        Ok(Arc::new(StringArray::from(vec![name; c.rows])))
    }),
];

fn text(_: &GivenArguments) -> Result<DataType> {
    Ok(DataType::Utf8)
}

fn int(_: &GivenArguments) -> Result<DataType> {
    Ok(DataType::Int32)
}

fn flag(_: &GivenArguments) -> Result<DataType> {
    Ok(DataType::Boolean)
}

fn like_first(given: &GivenArguments) -> Result<DataType> {
    match given.type_at(0) {
        DataType::List(element) => Ok(DataType::List(element)),
        _ => Ok(DataType::Utf8),
    }
}

fn one(call: &NativeCall, map: impl Fn(&str) -> String) -> Result<ArrayRef> {
    Ok(Arc::new(call.text(0)?.iter().map(|s| s.map(&map)).collect::<StringArray>()))
}

fn count(call: &NativeCall, measure: impl Fn(&str) -> usize) -> Result<ArrayRef> {
    let count = |s: &str| i32::try_from(measure(s)).unwrap_or(i32::MAX);
    Ok(Arc::new(call.text(0)?.iter().map(|s| s.map(count)).collect::<Int32Array>()))
}

fn counted(call: &NativeCall, map: impl Fn(&str, i32) -> String) -> Result<ArrayRef> {
    let pairs = call.text(0)?.iter().zip(call.values::<Int32Type>(1)?.iter());
    Ok(Arc::new(pairs.map(|(s, n)| Some(map(s?, n?))).collect::<StringArray>()))
}

fn repeat(call: &NativeCall) -> Result<ArrayRef> {
    let mut room = Room::of_texts();
    let pairs = call.text(0)?.iter().zip(call.values::<Int32Type>(1)?.iter()).map(|(s, n)| {
        let (Some(s), Some(n)) = (s, n) else { return Ok(None) };
        let count = usize::try_from(n).unwrap_or(0);
        room.take("repeat", s.len().saturating_mul(count))?;
        Ok(Some(s.repeat(count)))
    });
    Ok(Arc::new(pairs.collect::<Result<StringArray>>()?))
}

fn space(call: &NativeCall) -> Result<ArrayRef> {
    let mut room = Room::of_texts();
    let blanks = call.values::<Int32Type>(0)?.iter().map(|n| {
        let Some(count) = n.map(|n| usize::try_from(n).unwrap_or(0)) else { return Ok(None) };
        room.take("space", count)?;
        Ok(Some(" ".repeat(count)))
    });
    Ok(Arc::new(blanks.collect::<Result<StringArray>>()?))
}

fn test(call: &NativeCall, holds: impl Fn(&str, &str) -> bool) -> Result<ArrayRef> {
    let pairs = call.text(0)?.iter().zip(call.text(1)?.iter());
    Ok(Arc::new(pairs.map(|(s, part)| Some(holds(s?, part?))).collect::<BooleanArray>()))
}

fn trim(call: &NativeCall, start: bool, end: bool) -> Result<ArrayRef> {
    let cut = |s: &str, set: &str| {
        let s = if start { s.trim_start_matches(|c| set.contains(c)) } else { s };
        let s = if end { s.trim_end_matches(|c| set.contains(c)) } else { s };
        s.to_owned()
    };
    if call.len() == 1 {
        return one(call, |s| cut(s, " "));
    }
    let pairs = call.text(0)?.iter().zip(call.text(1)?.iter());
    Ok(Arc::new(pairs.map(|(s, set)| Some(cut(s?, set?))).collect::<StringArray>()))
}

fn take(s: &str, n: i32) -> &str {
    let n = usize::try_from(n).unwrap_or(0);
    s.char_indices().nth(n).map_or(s, |(at, _)| s.split_at(at).0)
}

fn right(s: &str, n: i32) -> String {
    let skipped = s.chars().count().saturating_sub(usize::try_from(n).unwrap_or(0));
    s.chars().skip(skipped).collect()
}

/// The first letter after a blank in upper case, all others in lower case.
fn initcap(s: &str) -> String {
    let mut first = true;
    let mut result = String::with_capacity(s.len());
    for c in s.chars() {
        if first {
            result.push_str(&titled(c));
        } else {
            result.extend(c.to_lowercase());
        }
        first = c == ' ';
    }
    result
}

/// The form of a letter at the beginning of a word: of several letters, the first alone is a capital one.
fn titled(c: char) -> String {
    match c {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}'.to_string(),
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}'.to_string(),
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}'.to_string(),
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}'.to_string(),
        c => {
            let mut upper = c.to_uppercase();
            upper.next().into_iter().chain(upper.flat_map(char::to_lowercase)).collect()
        }
    }
}

fn masked(c: char) -> char {
    match c {
        c if c.is_uppercase() => 'X',
        c if c.is_lowercase() => 'x',
        c if c.is_ascii_digit() => 'n',
        other => other,
    }
}

fn pad(call: &NativeCall, left: bool) -> Result<ArrayRef> {
    let blanks = StringArray::from(vec![" "; call.rows]);
    let fill = if call.len() > 2 { call.text(2)? } else { &blanks };
    let rows = call.text(0)?.iter().zip(call.values::<Int32Type>(1)?.iter()).zip(fill.iter());
    let name = if left { "lpad" } else { "rpad" };
    let mut room = Room::of_texts();
    let padded = rows.map(|((s, n), fill)| {
        let (Some(s), Some(n), Some(fill)) = (s, n, fill) else { return Ok(None) };
        let missing = usize::try_from(n).unwrap_or(0).saturating_sub(s.chars().count());
        if missing == 0 || fill.is_empty() {
            return Ok(Some(take(s, n).to_owned()));
        }
        room.take(name, missing.saturating_mul(4))?;
        let padding: String = fill.chars().cycle().take(missing).collect();
        Ok(Some(if left { format!("{padding}{s}") } else { format!("{s}{padding}") }))
    });
    Ok(Arc::new(padded.collect::<Result<StringArray>>()?))
}

/// From position 1 on; 0 counts as 1, negative positions count from the end.
fn substring(call: &NativeCall) -> Result<ArrayRef> {
    let whole = Int32Array::from(vec![i32::MAX; call.rows]);
    let lengths = if call.len() > 2 { call.values::<Int32Type>(2)? } else { &whole };
    let rows = call.text(0)?.iter().zip(call.values::<Int32Type>(1)?.iter()).zip(lengths.iter());
    let parts = rows.map(|((s, from), length)| {
        let (s, from, length) = (s?, i64::from(from?), i64::from(length?));
        let size = i64::try_from(s.chars().count()).ok()?;
        let start = if from > 0 {
            from - 1
        } else if from < 0 {
            size + from
        } else {
            0
        };
        let end = start.saturating_add(length);
        let (start, end) = (usize::try_from(start.max(0)).ok()?, usize::try_from(end.max(0)).ok()?);
        Some(s.chars().skip(start).take(end.saturating_sub(start)).collect::<String>())
    });
    Ok(Arc::new(parts.collect::<StringArray>()))
}

fn position(call: &NativeCall, text_at: usize, part_at: usize) -> Result<ArrayRef> {
    let first = Int32Array::from(vec![1; call.rows]);
    let starts = if call.len() > 2 { call.values::<Int32Type>(2)? } else { &first };
    let rows = call.text(text_at)?.iter().zip(call.text(part_at)?.iter()).zip(starts.iter());
    let found = rows.map(|((s, part), start)| {
        let (s, part, start) = (s?, part?, start?);
        let Some(skip) = usize::try_from(start).ok().filter(|n| *n > 0) else { return Some(0) };
        if part.is_empty() {
            return Some(1);
        }
        let from = s.char_indices().nth(skip - 1).map_or(s.len(), |(at, _)| at);
        let (before, rest) = s.split_at(from);
        let at = rest.find(part)?;
        i32::try_from(before.chars().count() + rest.split_at(at).0.chars().count() + 1).ok()
    });
    let found = call.text(text_at)?.iter().zip(call.text(part_at)?.iter()).zip(found).map(|((s, part), at)| {
        // Not found is 0, NULL in is NULL out.
        s.and(part).map(|_| at.unwrap_or(0))
    });
    Ok(Arc::new(found.collect::<Int32Array>()))
}

fn reverse(call: &NativeCall) -> Result<ArrayRef> {
    match call.arg(0)?.data_type() {
        DataType::List(_) => arrays::selected(call.lists(0)?, |range| range.rev().map(Some).collect()),
        _ => {
            let texts = texts(call.arg(0)?)?;
            Ok(Arc::new(texts.iter().map(|s| s.map(|s| s.chars().rev().collect::<String>())).collect::<StringArray>()))
        }
    }
}

fn concat_type(given: &GivenArguments) -> Result<DataType> {
    let lists = given.types.iter().filter(|ty| matches!(ty, DataType::List(_))).count();
    match given.types.iter().find(|ty| matches!(ty, DataType::List(_))) {
        Some(list) if given.types.iter().all(|ty| ty == list || ty.is_null()) => Ok(list.clone()),
        Some(_) if lists > 0 => plan_err!("`concat` needs arrays of one type"),
        _ if given.types.iter().any(|ty| ty.is_nested() || ty.is_floating()) => {
            plan_err!("`concat` of {} is not supported by the local engine; cast to STRING first", shown(given))
        }
        _ => Ok(DataType::Utf8),
    }
}

fn shown(given: &GivenArguments) -> String {
    given.types.iter().map(types::show).collect::<Vec<_>>().join(", ")
}

/// NULL when any part is NULL.
fn concat(call: &NativeCall) -> Result<ArrayRef> {
    if matches!(call.returns, DataType::List(_)) {
        return arrays::concatenated(call);
    }
    let parts = call.args().iter().map(texts).collect::<Result<Vec<_>>>()?;
    let row = |i: usize| -> Option<String> {
        let mut whole = String::new();
        for part in &parts {
            if part.is_null(i) {
                return None;
            }
            whole.push_str(part.value(i));
        }
        Some(whole)
    };
    Ok(Arc::new((0..call.rows).map(row).collect::<StringArray>()))
}

fn joined_type(given: &GivenArguments) -> Result<DataType> {
    let fits = |ty: &DataType| match ty {
        DataType::List(element) => matches!(element.data_type(), DataType::Utf8 | DataType::Null),
        ty => !ty.is_nested() && !matches!(ty, DataType::Interval(_) | DataType::Duration(_) | DataType::Binary),
    };
    match given.types.iter().find(|ty| !fits(ty)) {
        None => Ok(DataType::Utf8),
        Some(other) => plan_err!("`concat_ws` of {} is not supported by the local engine", types::show(other)),
    }
}

/// The parts that are not NULL, and those of arrays, with a text between them; NULL for a separator of NULL.
fn joined(call: &NativeCall) -> Result<ArrayRef> {
    let separators = call.text(0)?;
    let parts = call.args().iter().skip(1).map(|array| match array.data_type() {
        DataType::List(_) => Ok((Some(array.as_list::<i32>()), texts(array.as_list::<i32>().values())?)),
        _ => Ok((None, texts(array)?)),
    });
    let parts = parts.collect::<Result<Vec<_>>>()?;
    let row = |row: usize| {
        if separators.is_null(row) {
            return None;
        }
        let mut all: Vec<&str> = vec![];
        for (lists, texts) in &parts {
            match lists {
                None if texts.is_valid(row) => all.push(texts.value(row)),
                Some(lists) if lists.is_valid(row) => {
                    let known = arrays::range(lists, row).map(|i| i as usize).filter(|i| texts.is_valid(*i));
                    all.extend(known.map(|i| texts.value(i)));
                }
                _ => {}
            }
        }
        Some(all.join(separators.value(row)))
    };
    Ok(Arc::new((0..call.rows).map(row).collect::<StringArray>()))
}

/// The one constant text at a position.
///
/// # Errors
/// When the argument differs from row to row.
pub(super) fn constant(call: &NativeCall, position: usize) -> Result<Option<String>> {
    let array = call.arg(position)?;
    let texts = array.as_string::<i32>();
    let mut values = texts.iter();
    let first = values.next().flatten();
    if values.any(|v| v != first) {
        return exec_err!("argument {} must be a constant", position + 1);
    }
    Ok(first.map(str::to_owned))
}
