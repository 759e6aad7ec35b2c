//! Tables for people, as wide as the terminal and never wider.

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};

/// A space at which no line is broken; it is drawn as a plain one.
const NO_BREAK: char = '\u{a0}';

/// A text that stays in one line.
pub fn unbroken(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

/// How a column is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// For texts.
    Left,
    /// For numbers, so that their digits align.
    Right,
}

/// Draws rows below a header. Cells that do not fit are broken into lines.
pub fn draw(header: &[(&str, Align)], rows: &[Vec<String>], width: usize) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .force_no_tty()
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width).unwrap_or(u16::MAX));
    let cell = |text: &str, align: Align| {
        Cell::new(printable(text)).set_alignment(if align == Align::Right {
            CellAlignment::Right
        } else {
            CellAlignment::Left
        })
    };
    table.set_header(header.iter().map(|(name, align)| cell(name, *align)));
    for row in rows {
        table.add_row(row.iter().zip(header).map(|(text, (_, align))| cell(text, *align)));
    }
    // A word is never broken; two columns are for the space around it.
    let constraints = (0..header.len()).map(|column| {
        let width = u16::try_from(widest_word(header, rows, column) + 2).unwrap_or(u16::MAX);
        ColumnConstraint::LowerBoundary(Width::Fixed(width))
    });
    table.set_constraints(constraints);
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().replace(NO_BREAK, " ")).collect();
    format!("{}\n", lines.join("\n"))
}

/// Draws rows below a header if they fit, and otherwise each row as a list of `name: value`, which any width can show.
pub fn draw_or_list(header: &[(&str, Align)], rows: &[Vec<String>], width: usize) -> String {
    let needed: usize = (0..header.len()).map(|column| widest_word(header, rows, column) + 2).sum();
    if needed <= width {
        return draw(header, rows, width);
    }
    let mut out = String::new();
    for row in rows {
        for ((name, _), text) in header.iter().zip(row).filter(|(_, text)| !text.is_empty()) {
            out.push_str(&format!("{name}: {}\n", printable(text).replace(NO_BREAK, " ")));
        }
        out.push('\n');
    }
    out
}

/// A text without characters that would move the cursor.
fn printable(text: &str) -> String {
    let shown = |c: char| if c.is_control() { c.escape_default().collect() } else { c.to_string() };
    text.chars().map(shown).collect()
}

/// Length of the longest part of a column that no line break may split.
fn widest_word(header: &[(&str, Align)], rows: &[Vec<String>], column: usize) -> usize {
    let name = header.get(column).map_or("", |(name, _)| name);
    let cells = rows.iter().filter_map(|row| row.get(column).map(String::as_str)).chain([name]);
    cells.flat_map(|cell| cell.split(' ')).map(|word| word.chars().count()).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: [(&str, Align); 2] = [("dataset", Align::Left), ("rows", Align::Right)];

    #[test]
    fn a_table_fits_or_becomes_a_list() {
        let rows = vec![vec!["sales_by_category_monthly".to_owned(), "12".to_owned()]];
        let wide = draw_or_list(&HEADER, &rows, 60);
        assert!(
            wide.lines().all(|line| line.chars().count() <= 60) && wide.contains("sales_by_category_monthly    12"),
            "{wide}"
        );
        assert_eq!(draw_or_list(&HEADER, &rows, 30), "dataset: sales_by_category_monthly\nrows: 12\n\n");
    }

    #[test]
    fn values_cannot_move_the_cursor() {
        let rows = vec![vec!["a\u{1b}[2Jb\nc".to_owned(), String::new()]];
        for width in [10, 60] {
            let text = draw_or_list(&HEADER, &rows, width);
            assert!(!text.contains('\u{1b}') && text.contains("a\\u{1b}[2Jb\\nc"), "{text}");
        }
    }
}
