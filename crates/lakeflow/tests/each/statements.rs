//! Lakeflow SQL as a user meets it: what is accepted and how it is laid out, what is refused and where the caret goes.
//!
//! A case is a file under `tests/statements`: `accept/*.sql` or `refuse/*.sql`; what is expected stands in `.txt` beside it.

use std::fmt::Write;
use std::path::Path;

use lakeflow::{ParseFault, parse, parse_each, print};
use libtest_mimic::Trial;

use crate::each::each;
use crate::golden::{expect, sql_files};
use crate::{cases, line_column};

pub fn trials() -> Vec<Trial> {
    let files = |folder: &str| sql_files(&cases().join("statements").join(folder));
    let mut trials = each("accept", files("accept"), accepted_and_survives_printing);
    trials.extend(each("refuse", files("refuse"), refused_at_the_word));
    trials
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// A fault with the line it is in and a caret under it.
fn show(text: &str, fault: &ParseFault) -> String {
    let at = line_column(text, fault.range.start);
    let line = text.lines().nth(at.line - 1).unwrap_or("");
    let covered = text[fault.range.clone()].lines().next().map_or(0, |l| l.chars().count()).max(1);
    let hint = fault.hint.as_deref().map_or(String::new(), |h| format!(" | {h}"));
    let caret = format!("{}{}", " ".repeat(at.column - 1), "^".repeat(covered));
    format!("{}:{} {}{hint}\n    {line}\n    {caret}\n", at.line, at.column, fault.message)
}

fn accepted_and_survives_printing(path: &Path) {
    let text = read(path);
    let statements =
        parse(&text).unwrap_or_else(|faults| panic!("{}", faults.iter().map(|f| show(&text, f)).collect::<String>()));
    let printed: String = statements.iter().map(|s| format!("{};\n\n", print(s))).collect();
    let again = parse(&printed).unwrap_or_else(|faults| {
        panic!("as printed:\n{}", faults.iter().map(|f| show(&printed, f)).collect::<String>())
    });
    assert_eq!(statements.len(), again.len(), "printing changes the number of statements");
    for (before, after) in statements.iter().zip(&again) {
        assert!(before == after, "printed otherwise than meant:\n{}", print(before));
    }
    let once_more: String = again.iter().map(|s| format!("{};\n\n", print(s))).collect();
    assert_eq!(printed, once_more, "printing is not canonical");
    expect(&path.with_extension("txt"), &printed);
}

fn refused_at_the_word(path: &Path) {
    let text = read(path);
    let mut shown = String::new();
    for attempt in parse_each(&text) {
        let faults = attempt.statement.map(|_| ()).expect_err(&text[attempt.range]);
        assert_eq!(faults.len(), 1, "one fault a statement\n{faults:#?}");
        writeln!(shown, "{}", show(&text, &faults[0])).unwrap();
    }
    expect(&path.with_extension("txt"), &shown);
}
