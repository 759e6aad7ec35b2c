//! The formatter: what holds for all SQL of the repository.

use std::fs;

use lakeflow::fmt::format;
use lakeflow::{Statement, StatementKind, parse, parse_each, tokens};
use proptest::prelude::*;

use crate::golden::sql_below;
use crate::{cases, root};

#[test]
fn a_second_run_changes_nothing_and_the_meaning_stays() {
    for path in sql_below(&root().join("tests")).into_iter().chain(sql_below(cases())) {
        let text = fs::read_to_string(&path).unwrap();
        let once = format(&text);
        assert_eq!(format(&once.text).text, once.text, "{}", path.display());
        if let Ok(statements) = parse(&text) {
            assert!(parse(&once.text).as_ref() == Ok(&statements), "{} means something else", path.display());
        }
    }
}

#[test]
fn a_script_that_does_not_parse_keeps_its_layout() {
    let text = "BEGIN\n  DECLARE x INT DEFAULT 1;\n  selec x;\nEND;\n";
    let formatted = format(text);
    assert_eq!(formatted.text, text);
    let left = formatted.as_written.first().unwrap();
    assert_eq!((&text[left.range.clone()], left.message.as_str()), ("x", "left as written: expected `:`, found `x`"));
}

#[test]
fn what_does_not_parse_keeps_every_byte() {
    let text = "key:   value\nother: 2\n";
    let formatted = format(text);
    assert_eq!((formatted.text.as_str(), formatted.is_foreign), (text, true));
    let text = "select 1;\n\nPRAGMA  foo = 1\nGO\nselect   1\nGO\n";
    let formatted = format(text);
    assert_eq!(formatted.text, text.replace("select 1;", "SELECT 1;"));
    assert_eq!((formatted.as_written.len(), formatted.is_foreign), (1, false));
    for text in ["", "-- nothing\n", ";\n"] {
        assert!(!format(text).is_foreign, "{text}");
    }
}

#[test]
fn cells_in_other_languages_stay_byte_for_byte() {
    let header = "# Databricks notebook source\r\n";
    let python = "x = 1\ny = 2\r\n# COMMAND ----------\n";
    let sql = "# MAGIC %sql\r\n# MAGIC select 1,\r\n# MAGIC 'a\r\n# MAGIC b'\r\n";
    let end = "# COMMAND ----------\r\nprint(x)";
    let text = [header, python, sql, end].concat();
    let laid = "# MAGIC %sql\r\n# MAGIC SELECT\r\n# MAGIC   1,\r\n# MAGIC   'a\r\n# MAGIC b'\r\n";
    assert_eq!(format(&text).text, [header, python, laid, end].concat());
    let mixed = "# Databricks notebook source\n# MAGIC %sql\n# MAGIC select 'a\r\n# MAGIC b'\n# MAGIC ;\n";
    let formatted = format(mixed);
    assert_eq!((formatted.text.as_str(), formatted.as_written.len()), (mixed, 1));
    let short = "-- Databricks notebook source\r\nselect 1";
    assert_eq!(format(short).text, "-- Databricks notebook source\r\nSELECT 1\r\n");
}

#[test]
fn faults_and_what_is_left_lie_in_the_text_as_it_was_given() {
    let notebook =
        "\u{feff}# Databricks notebook source\n# MAGIC %sql\n# MAGIC BEGIN\n# MAGIC   selec 1;\n# MAGIC END;";
    let left = format(notebook).as_written;
    assert_eq!(left.iter().map(|fault| &notebook[fault.range.clone()]).collect::<Vec<_>>(), ["1"]);
    let open = "\u{feff}# Databricks notebook source\n# MAGIC %sql select 1,\n# MAGIC   'open";
    assert_eq!(format(open).as_written[0].range.start, open.find("'open").unwrap());
}

#[test]
fn a_literal_over_several_lines_is_not_ended_in_another_way() {
    let text = "SELECT 'a\nb';\r\n";
    assert_eq!(format(text).text, "SELECT 'a\nb';\n");
    assert_eq!(format("select 'a\r\nb';\r\n").text, "SELECT 'a\r\nb';\r\n");
}

#[test]
fn a_byte_order_mark_goes() {
    assert_eq!(format("\u{feff}select 1").text, "SELECT 1\n");
    let notebook = "# Databricks notebook source\n# MAGIC %sql SELECT 1\n";
    assert_eq!(format(&format!("\u{feff}{notebook}")).text, notebook);
}

/// Statements that the parser accepts, a text each.
fn accepted() -> Vec<String> {
    let files = sql_below(&cases().join("statements/accept"));
    let texts = files.iter().map(|path| fs::read_to_string(path).unwrap());
    let statements = |text: String| -> Vec<String> {
        parse_each(&text).into_iter().map(|attempt| text[attempt.range].to_owned()).collect()
    };
    texts.filter(|text| !text.starts_with("-- Databricks")).flat_map(statements).collect()
}

/// The text with comments put in behind some of its tokens, each with a number of its own.
fn with_comments(text: &str, places: &[(prop::sample::Index, u8)]) -> String {
    let pieces = tokens(text).pieces;
    let mut comments: Vec<(usize, usize, u8)> = vec![];
    for (number, (place, kind)) in places.iter().enumerate() {
        let end = pieces[place.index(pieces.len())].range.end;
        // Nobody puts a comment inside a dotted name; the tree keeps some of those as they are written.
        if !text[..end].ends_with('.') && !text[end..].starts_with('.') {
            comments.push((end, number, *kind));
        }
    }
    comments.sort_unstable();
    let (mut out, mut at) = (String::new(), 0);
    for (end, number, kind) in comments {
        out.push_str(&text[at..end]);
        out.push_str(&match kind {
            0 => format!(" -- c{number}\n"),
            1 => format!("\n-- c{number}\n"),
            2 => format!(" /* c{number} */ "),
            _ => format!("\n\n/* c{number}\n over lines */\n"),
        });
        at = end;
    }
    out.push_str(&text[at..]);
    out
}

fn comments(text: &str) -> Vec<String> {
    tokens(text).comments.into_iter().map(|range| text[range].trim_end().to_owned()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn comments_anywhere_are_kept_and_change_nothing(
        statement in prop::sample::select(accepted()),
        places in prop::collection::vec((any::<prop::sample::Index>(), 0..4u8), 0..6),
    ) {
        let text = with_comments(&statement, &places);
        prop_assume!(tokens(&text).faults.is_empty());
        let once = format(&text);
        prop_assert_eq!(comments(&once.text), comments(&text));
        let again = format(&once.text).text;
        prop_assert_eq!(&again, &once.text, "a second run changes\n{}", once.text);
        if let Ok(statements) = parse(&text) {
            let kinds = |statements: Vec<Statement>| -> Vec<StatementKind> { statements.into_iter().map(|s| s.kind).collect() };
            prop_assert!(once.as_written.is_empty(), "{text} is left as written");
            prop_assert_eq!(parse(&once.text).map(kinds), Ok(kinds(statements)), "{}", once.text);
        }
    }
}

#[test]
fn paths_without_quotes_are_read() {
    for text in [
        "ADD JAR /path/to/some.jar",
        "ADD FILE /tmp/a-b_1.zip tmp/c",
        "LIST FILE /tmp/test",
        "ADD JAR ivy://g:m:v?a=b&c=d",
    ] {
        assert!(lakeflow::parse(text).is_ok(), "{text}");
    }
}
