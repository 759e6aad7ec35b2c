//! Parts of statements, laid out as they would be within the whole statement: for code that builds SQL from parts and
//! wants the formatter's layout without formatting all of it again.
//!
//! A part is text without comments, in one line or several, as [`expr_text`](crate::expr_text) and
//! [`query_text`](crate::query_text) print it. Only spaces and line breaks change, so [`moved`] finds every word
//! again. The first line is not indented, because it may continue a line; all others are fully indented. A part that
//! fits on one line is returned unchanged and without being parsed, with the spaces of the printer inside it. Text
//! that is not SQL is also returned unchanged. Unlike in [`format`](super::format()), nothing is verified here.

use std::borrow::Cow;
use std::ops::Range;

use super::layout::expr::FILLED;
use super::layout::{self, expr, query, shell};
use super::tree::{Node, tree};
use super::writer::{INDENT, TextWriter, WIDTH};
use super::{spaces, token, words};
use crate::tokens;

/// Where a part begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Levels that its line is indented by, two blanks each.
    pub level: usize,
    /// Columns of that line that are taken already, blanks included.
    pub column: usize,
}

impl Spot {
    /// Where a line begins.
    pub const fn line(level: usize) -> Spot {
        Spot { level, column: level * INDENT }
    }

    /// Whether a text fits on the line from here on.
    pub fn holds(self, text: &str) -> bool {
        let left = WIDTH.saturating_sub(self.column);
        // No character takes less than a byte, so most texts need no count.
        (text.len() <= left || text.chars().count() <= left) && !text.contains('\n')
    }
}

/// An expression, or what else stands between two commas of a list: with its alias and the comma behind it, if there is
/// one.
pub fn expr(text: &str, spot: Spot) -> Cow<'_, str> {
    if spot.holds(text) { Cow::Borrowed(text) } else { lines(text, spot, expr::expr) }
}

/// A column or a constraint of `CREATE .. (`, with the comma behind it, if there is one.
pub fn element(text: &str, level: usize) -> Cow<'_, str> {
    let spot = Spot::line(level);
    if spot.holds(text) { Cow::Borrowed(text) } else { lines(text, spot, shell::element) }
}

/// One clause of a query, from the beginning of a line on: a join, `FROM`, `WHERE`, `HAVING`, `QUALIFY`. Lists of columns
/// are for [`list`]; those of one column may come here.
pub fn clause(text: &str, level: usize) -> Cow<'_, str> {
    let spot = Spot::line(level);
    if spot.holds(text) { Cow::Borrowed(text) } else { lines(text, spot, query::broken) }
}

/// A query in brackets, behind `AS` or between set operations, or some clauses of one, from the beginning of a line on.
/// It is always read whole.
pub fn query(text: &str, level: usize) -> Cow<'_, str> {
    lines(text, Spot::line(level), query::broken)
}

/// A statement, from the beginning of a line on. It is always read whole.
pub fn statement(text: &str) -> Cow<'_, str> {
    lines(text, Spot::line(0), layout::nodes)
}

/// A clause that lists columns, as `SELECT` and `GROUP BY`: one stands behind the keyword, several have a line each.
pub fn list<T: AsRef<str>>(head: &str, items: &[T], level: usize) -> String {
    let mut out = head.to_owned();
    if let [only] = items {
        out.push(' ');
        let column = level * INDENT + out.chars().count();
        out.push_str(&expr(only.as_ref(), Spot { level, column }));
    } else {
        each_on_a_line(&mut out, items, level + 1);
    }
    out
}

/// What stands in brackets when it is literals or names with commas between them, from the beginning of a line on: as many on
/// a line as fit, a line for each of a few.
pub fn values<T: AsRef<str>>(items: &[T], level: usize) -> String {
    let mut out = String::new();
    let mut column = level * INDENT;
    for (position, item) in items.iter().enumerate() {
        let item = item.as_ref();
        let comma = if position + 1 < items.len() { "," } else { "" };
        let width = item.chars().count() + comma.len();
        if position > 0 && items.len() >= FILLED && column + 1 + width <= WIDTH {
            out.push(' ');
            column += 1;
        } else if position > 0 {
            new_line(&mut out, level);
            column = level * INDENT;
        }
        out.extend([item, comma]);
        column += width;
    }
    out
}

fn each_on_a_line<T: AsRef<str>>(out: &mut String, items: &[T], level: usize) {
    for (position, item) in items.iter().enumerate() {
        new_line(out, level);
        let item = item.as_ref();
        if position + 1 == items.len() {
            out.push_str(&expr(item, Spot::line(level)));
        } else if Spot::line(level).holds(item) && Spot::line(level + 1).holds(item) {
            // With two columns to spare there is room for the comma.
            out.extend([item, ","]);
        } else {
            out.push_str(&expr(&format!("{item},"), Spot::line(level)));
        }
    }
}

fn new_line(out: &mut String, level: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', level * INDENT));
}

/// Reads a part and writes its lines.
fn lines<'t>(text: &'t str, spot: Spot, write: impl FnOnce(&mut TextWriter, &[Node<'_>])) -> Cow<'t, str> {
    let found = tokens(text);
    let mut statements = token::script(text, &found, &[]).statements;
    let (Some(part), 0, true) = (statements.pop(), statements.len(), found.faults.is_empty()) else {
        return Cow::Borrowed(text);
    };
    let mut tokens = part.tokens;
    words::mark_part(&mut tokens);
    spaces::set(&mut tokens);
    tokens.iter_mut().for_each(|token| token.as_written = true);
    let mut out = TextWriter::at(spot.level, spot.column);
    write(&mut out, &tree(tokens));
    part.semicolon.iter().for_each(|semicolon| out.token(&token::Token { space: false, ..semicolon.clone() }));
    Cow::Owned(out.finish())
}

/// Where ranges of bytes of a text stand in its layout, which differs from it in blanks and line ends alone. Blanks at
/// either end of a range are left out.
pub fn moved(text: &str, laid: &str, ranges: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut ends: Vec<usize> = ranges.iter().flat_map(|range| [range.start, range.end]).collect();
    ends.sort_unstable();
    ends.dedup();
    // How many bytes that are no blanks stand before each end, and where so many stand in the layout: the place behind the
    // last of them, and that of the next one.
    let (mut written, mut at) = (0, 0);
    let mut letters = laid.bytes().enumerate().filter(|(_, byte)| !byte.is_ascii_whitespace()).map(|(place, _)| place);
    let (mut behind, mut next) = (0, letters.next());
    let mut found = Vec::with_capacity(ends.len());
    for end in &ends {
        let between = text.as_bytes().get(at..*end).unwrap_or(&[]);
        let more = between.iter().filter(|byte| !byte.is_ascii_whitespace()).count();
        for _ in 0..more {
            behind = next.map_or(laid.len(), |place| place + 1);
            next = letters.next();
        }
        (written, at) = (written + more, *end);
        found.push((written, behind, next.unwrap_or(laid.len())));
    }
    let place = |end: usize| ends.binary_search(&end).ok().and_then(|index| found.get(index)).copied();
    let moved = |range: &Range<usize>| {
        let (before, _, start) = place(range.start).unwrap_or_default();
        let (through, end, _) = place(range.end).unwrap_or_default();
        if through > before { start..end } else { start..start }
    };
    ranges.iter().map(moved).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_not_touched() {
        let text = "coalesce( a,b )";
        assert!(matches!(expr(text, Spot::line(2)), Cow::Borrowed(same) if same == text));
        assert!(matches!(clause("WHERE  a", 0), Cow::Borrowed("WHERE  a")));
        let wide = "ä".repeat(100);
        assert!(matches!(expr(&wide, Spot::line(0)), Cow::Borrowed(_)));
    }

    #[test]
    fn what_is_no_sql_is_not_touched() {
        let text = format!("'{}", "open ".repeat(30));
        assert_eq!(expr(&text, Spot::line(0)), text);
        assert_eq!(query("", 1), "");
        assert_eq!(query("a; b", 1), "a; b");
    }

    #[test]
    fn the_first_line_has_no_indentation_and_the_others_have_all_of_it() {
        let condition = format!("{} = 1 AND {} = 2", "a".repeat(60), "b".repeat(60));
        let lines = format!("{} = 1\n    AND {} = 2", "a".repeat(60), "b".repeat(60));
        assert_eq!(expr(&condition, Spot::line(1)), lines);
        assert_eq!(clause(&format!("WHERE {condition}"), 1), format!("WHERE {lines}"));
    }

    #[test]
    fn one_column_stands_behind_its_keyword() {
        assert_eq!(list("GROUP BY", &["a"], 1), "GROUP BY a");
        assert_eq!(list("SELECT", &["a", "b"], 1), "SELECT\n    a,\n    b");
    }

    #[test]
    fn values_stand_as_in_the_whole() {
        let long = |count: usize, width: usize| vec![format!("'{}'", "x".repeat(width)); count];
        for items in [long(1, 95), long(3, 30), long(4, 30), long(7, 30), vec![format!("`{}`", "ä".repeat(97)); 5]] {
            let whole = format!("f(a, array({}))", items.join(", "));
            assert_eq!(
                format!("f(a, array(\n    {}\n  ))", values(&items, 2)),
                lines(&whole, Spot::line(1), expr::expr)
            );
        }
    }

    #[test]
    fn ranges_are_moved_without_the_blanks_around_them() {
        let (text, laid) = ("f( a , 'x  y')", "f(\n  a,\n  'x  y'\n)");
        let all = [0..1, 3..4, 2..5, 7..13, 2..3, 0..14];
        let shown: Vec<&str> = moved(text, laid, &all).into_iter().map(|range| &laid[range]).collect();
        assert_eq!(shown, ["f", "a", "a", "'x  y'", "", laid]);
    }
}
