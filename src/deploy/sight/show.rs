//! Who sees what, as a table for terminals and for comments.

use std::fmt::Write as _;

use super::{Other, Shift, Sight, When};

const HEAD: [&str; 5] = ["who", "table", "columns", "sees", "when"];

fn row(shift: &Shift) -> [String; 5] {
    let columns = if shift.columns.is_empty() { "all".to_owned() } else { shift.columns.join(", ") };
    let sees = match (shift.before.to_string(), shift.after.to_string()) {
        (before, after) if before == after => format!("{before} -> {after} otherwise"),
        (before, after) => format!("{before} -> {after}"),
    };
    let table = shift.table.rsplit('.').next().unwrap_or_default();
    let when = match shift.when {
        When::Now => "now".to_owned(),
        When::AfterAll => "after an update of all tables".to_owned(),
        When::AfterUpdate => format!("after the next update of `{table}`"),
    };
    [shift.who.clone(), shift.table.clone(), columns, sees, when]
}

fn words(other: &Other) -> String {
    let Other { who, on, holds } = other;
    let holds = holds.join(", ");
    match holds.as_str() {
        "owner" => format!("`{who}` owns {on}"),
        _ => format!("`{who}` holds {holds} on {on}"),
    }
}

/// For a terminal; empty where there is nothing to say.
pub fn human(sight: &Sight) -> String {
    let mut text = String::new();
    if !sight.changes.is_empty() {
        let rows: Vec<[String; 5]> = sight.changes.iter().map(row).collect();
        let widths: Vec<usize> = (0..5)
            .map(|at| {
                let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count());
                cells.chain(HEAD.get(at).map(|head| head.len())).max().unwrap_or_default()
            })
            .collect();
        text.push_str("who sees what\n");
        let head = HEAD.map(str::to_owned);
        for row in std::iter::once(&head).chain(&rows) {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            let _ = writeln!(text, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end());
        }
    }
    beside(sight, &mut text, "beside the specs", "  ");
    text
}

/// For a comment on a change; empty where there is nothing to say.
pub fn markdown(sight: &Sight) -> String {
    let mut text = String::new();
    if !sight.changes.is_empty() {
        let _ = writeln!(text, "**who sees what**\n\n| {} |\n|---|---|---|---|---|", HEAD.join(" | "));
        for shift in &sight.changes {
            let cells = row(shift).map(|cell| cell.replace('|', "\\|"));
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
    }
    beside(sight, &mut text, "**beside the specs**\n", "- ");
    text
}

fn beside(sight: &Sight, text: &mut String, title: &str, sign: &str) {
    let unread = sight.unread.iter().map(|on| format!("the privileges on {on} cannot be read"));
    let lines: Vec<String> = sight.others.iter().map(words).chain(unread).collect();
    if lines.is_empty() {
        return;
    }
    let gap = if text.is_empty() { "" } else { "\n" };
    let _ = writeln!(text, "{gap}{title}");
    for line in lines {
        let _ = writeln!(text, "{sign}{line}");
    }
}
