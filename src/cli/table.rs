//! Tables for people, as wide as the terminal and never wider.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

/// How a column is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
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
        Cell::new(text).set_alignment(if align == Align::Right { CellAlignment::Right } else { CellAlignment::Left })
    };
    table.set_header(header.iter().map(|(name, align)| cell(name, *align)));
    for row in rows {
        table.add_row(row.iter().zip(header).map(|(text, (_, align))| cell(text, *align)));
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    format!("{}\n", lines.join("\n"))
}

/// Draws rows below a header if they fit, and otherwise each row as a list of `name: value`, which any width can show.
pub fn draw_or_list(header: &[(&str, Align)], rows: &[Vec<String>], width: usize) -> String {
    let widest = |column: usize| rows.iter().filter_map(|r| r.get(column)).map(|text| longest_word(text)).max().unwrap_or(0);
    let needed: usize = header.iter().enumerate().map(|(i, (name, _))| widest(i).max(longest_word(name)) + 2).sum();
    if needed <= width {
        return draw(header, rows, width);
    }
    let mut out = String::new();
    for row in rows {
        for ((name, _), text) in header.iter().zip(row).filter(|(_, text)| !text.is_empty()) {
            out.push_str(&format!("{name}: {text}\n"));
        }
        out.push('\n');
    }
    out
}

/// The longest part that no line break may split.
fn longest_word(text: &str) -> usize {
    text.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: [(&str, Align); 2] = [("dataset", Align::Left), ("rows", Align::Right)];

    #[test]
    fn a_table_fits_or_becomes_a_list() {
        let rows = vec![vec!["sales_by_category_monthly".to_owned(), "12".to_owned()]];
        let wide = draw_or_list(&HEADER, &rows, 60);
        assert!(wide.lines().all(|line| line.chars().count() <= 60) && wide.contains("sales_by_category_monthly    12"), "{wide}");
        assert_eq!(draw_or_list(&HEADER, &rows, 30), "dataset: sales_by_category_monthly\nrows: 12\n\n");
    }
}
