//! Template filters that lay out parts of a statement like the formatter, so that the formatter would not change
//! generated SQL.
//!
//! A template may write a part in the lines that it has when it is broken, indented as in the file. If the part fits
//! on one line, the lines are joined; if each of them fits, they stay. Only a part that is longer than the template
//! assumed is parsed and laid out again. `level` is the indentation level of the line where the part starts.

use std::borrow::Cow;
use std::fmt::Display;

use askama::{Result, Values, filter_fn};
use lakeflow::fmt::part::{self, Spot};

/// An expression, or an item of a list with its alias and comma; a clause of a `CREATE`, too.
#[filter_fn]
pub fn item<T: Display>(text: T, _: &dyn Values, level: usize) -> Result<String> {
    Ok(laid(text.to_string(), level, |text| part::expr(text, Spot::line(level))))
}

/// A constraint in the brackets of a `CREATE`, with its comma.
#[filter_fn]
pub fn element<T: Display>(text: T, _: &dyn Values, level: usize) -> Result<String> {
    Ok(laid(text.to_string(), level, |text| part::element(text, level)))
}

/// A clause of a query.
#[filter_fn]
pub fn clause<T: Display>(text: T, _: &dyn Values, level: usize) -> Result<String> {
    Ok(laid(text.to_string(), level, |text| part::clause(text, level)))
}

/// A clause of a query that lists so many columns, a line for each: one alone stands behind the keyword.
#[filter_fn]
pub fn columns<T: Display>(text: T, _: &dyn Values, level: usize, count: usize) -> Result<String> {
    let text = text.to_string();
    let one =
        |text: &str| on_one_line(text, Spot::line(level)).unwrap_or_else(|| part::clause(text, level).into_owned());
    Ok(if count == 1 { one(&text) } else { text })
}

/// Values between commas: several on a line, as many as it holds.
#[filter_fn]
pub fn values<T: AsRef<str>>(items: &[T], _: &dyn Values, level: usize) -> Result<String> {
    Ok(part::values(items, level))
}

/// A statement with its `;`.
#[filter_fn]
pub fn statement<T: Display>(text: T, _: &dyn Values) -> Result<String> {
    Ok(laid(text.to_string(), 0, part::statement))
}

/// A part in its lines; `lay` is for one that has other lines than its template gave it.
fn laid(text: String, level: usize, lay: impl Fn(&str) -> Cow<'_, str>) -> String {
    let spot = Spot::line(level);
    let has_lines = text.contains('\n');
    if !has_lines && spot.holds(&text) {
        return text;
    }
    if has_lines && let Some(line) = on_one_line(&text, spot) {
        return line;
    }
    // Lines below the first come with their indentation.
    let fits = |(index, line): (usize, &str)| {
        let spot = if index == 0 { spot } else { Spot::line(0) };
        spot.holds(line) && is_closed(line)
    };
    if has_lines && text.lines().enumerate().all(fits) { text } else { lay(&text).into_owned() }
}

/// Lines as one, if it fits.
fn on_one_line(text: &str, spot: Spot) -> Option<String> {
    let mut out = String::new();
    for line in text.lines().map(str::trim) {
        if !(out.is_empty() || out.ends_with('(') || line.starts_with(')')) {
            out.push(' ');
        }
        out.push_str(line);
        if !spot.holds(&out) || !is_closed(line) {
            return None;
        }
    }
    Some(out)
}

/// Whether every quote that opens in a line closes in it: no name and no string goes over lines.
fn is_closed(line: &str) -> bool {
    let mut open = None;
    let mut bytes = line.bytes();
    while let Some(byte) = bytes.next() {
        match (open, byte) {
            (None, b'\'' | b'"' | b'`') => open = Some(byte),
            (Some(b'\'' | b'"'), b'\\') => {
                bytes.next();
            }
            (Some(quote), byte) if byte == quote => open = None,
            _ => {}
        }
    }
    open.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid_out(text: &str) -> String {
        laid(text.to_owned(), 1, |text| part::expr(text, Spot::line(1)))
    }

    #[test]
    fn lines_are_joined_or_left_or_made_anew() {
        let case = |value: &str| format!("CASE\n    WHEN a THEN {value}\n  END AS b");
        assert_eq!(laid_out(&case("c")), "CASE WHEN a THEN c END AS b");
        let long = case(&"c".repeat(79));
        assert_eq!(laid_out(&long), long);
        let longer = case(&"c".repeat(90));
        assert_eq!(laid_out(&longer), format!("CASE\n    WHEN a\n      THEN {}\n  END AS b", "c".repeat(90)));
    }

    #[test]
    fn brackets_close_up() {
        assert_eq!(laid_out("f(g(\n    a,\n    b\n  )) AS c"), "f(g(a, b)) AS c");
    }

    #[test]
    fn what_is_quoted_keeps_its_line_ends() {
        for name in ["`a\n  b`", "'a\\'\n  b'", "\"a\n b\""] {
            assert!(laid_out(name).contains(name), "{name}");
            assert!(!is_closed(name.lines().next().unwrap_or("")));
        }
    }
}
