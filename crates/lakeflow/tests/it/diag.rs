//! One set of diagnostics in every format, and texts that try to break the picture.

use proptest::prelude::*;
use serde_json::Value;

use lakeflow::diag::human::Style;
use lakeflow::diag::{Code, CodeEntry, Diagnostic, github, human, json, sarif};
use lakeflow::source::{SourceMap, Span};

/// Compares a text with a file under `tests/diag`.
fn expect(name: &str, found: &str) {
    crate::golden::expect(&crate::cases().join("diag").join(name).with_extension("txt"), found);
}

const PLAIN: Style = Style { color: false, width: 100 };

const UNREADABLE_FILE: Code =
    Code(&CodeEntry { number: "E0101", title: "a file or directory cannot be read", explanation: "" });
const NO_PROJECT: Code = Code(&CodeEntry { number: "E0107", title: "there is no project file", explanation: "" });
const UNKNOWN_COLUMN: Code = Code(&CodeEntry { number: "E0305", title: "unknown column", explanation: "# E0305" });
const INEXACT_SUM: Code =
    Code(&CodeEntry { number: "E0614", title: "a sum over floating point numbers", explanation: "" });

/// A fault with everything, one without a place, one whose file could not be read.
fn sample() -> (SourceMap, Vec<Diagnostic>) {
    let mut sources = SourceMap::default();
    let metric = sources.add("specs/sales.yml", "metric: sales\nwhere: qantity > 0, naïve\nby: [a,\n  b]\n");
    let entity = sources.add("specs/orders.yml", "entity: orders\ncolumns:\n  quantity: int\n");
    let unread = sources.add("specs/sales, 100%.yml", "");
    let diagnostics = vec![
        Diagnostic::error(UNKNOWN_COLUMN, "unknown column `qantity`")
            .at_labelled(Span::new(metric, 21..28), "not a column of `orders`")
            .related(Span::new(metric, 8..13), "this metric")
            .related(Span::new(entity, 26..34), "a column of that kind")
            .hint("did you mean `quantity`?"),
        Diagnostic::warning(INEXACT_SUM, "two lines").at(Span::new(metric, 45..53)),
        Diagnostic::error(NO_PROJECT, "there is no `specs/project.yml`").hint("`gen init` starts one"),
        Diagnostic::error(UNREADABLE_FILE, "cannot read it: denied").at(Span::new(unread, 0..0)),
    ];
    (sources, diagnostics)
}

#[test]
fn people_see_the_line_the_word_and_the_remedy() {
    let (sources, diagnostics) = sample();
    expect("people_see_the_line_the_word_and_the_remedy", &human::render(&diagnostics, &sources, PLAIN));
}

#[test]
fn colours_are_added_only_when_wanted() {
    let (sources, diagnostics) = sample();
    let colored = human::render(&diagnostics, &sources, Style { color: true, ..PLAIN });
    assert!(colored.contains("\u{1b}["));
    assert!(!human::render(&diagnostics, &sources, PLAIN).contains('\u{1b}'));
}

#[test]
fn programs_get_one_object_a_line() {
    let (sources, diagnostics) = sample();
    expect("programs_get_one_object_a_line", &json::render(&diagnostics, &sources));
}

#[test]
fn sarif_names_rules_and_places() {
    let (sources, mut diagnostics) = sample();
    diagnostics.truncate(1);
    let mut log: Value = serde_json::from_str(&sarif::render(&diagnostics, &sources)).unwrap();
    let help = log["runs"][0]["tool"]["driver"]["rules"][0]["help"]["markdown"].take();
    assert_eq!(help, UNKNOWN_COLUMN.explanation());
    log["runs"][0]["tool"]["driver"]["rules"][0]["help"].take();
    log["runs"][0]["tool"]["driver"]["semanticVersion"].take();
    expect("sarif_names_rules_and_places", &format!("{log:#}"));
}

#[test]
fn github_commands_escape_what_would_end_them() {
    let (sources, diagnostics) = sample();
    expect("github_commands_escape_what_would_end_them", &github::render(&diagnostics, &sources));
}

#[test]
fn a_long_line_is_cut_around_the_word() {
    let mut sources = SourceMap::default();
    let before = "x + ".repeat(100_000);
    let file = sources.add("long.yml", format!("where: {before}qantity{before}\n"));
    let start = "where: ".len() + before.len();
    let fault = Diagnostic::error(UNKNOWN_COLUMN, "unknown column").at(Span::new(file, start..start + 7));
    for width in [0, 40, 100] {
        let drawn = human::render(std::slice::from_ref(&fault), &sources, Style { color: false, width });
        assert!(drawn.contains("qantity"), "{drawn}");
        // The gutter and a margin of the library's own come on top of the text.
        let longest = drawn.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(longest <= width.max(40) + 12, "{longest} columns for {width}:\n{drawn}");
    }
}

#[test]
fn control_characters_of_a_file_do_not_reach_the_terminal() {
    let mut sources = SourceMap::default();
    let file = sources.add("a.yml", "x: \u{1b}[31mred\u{7}\u{202e}\u{0} \r\n");
    let fault = Diagnostic::error(UNKNOWN_COLUMN, "bad \u{1b}[2J").at_labelled(Span::new(file, 3..7), "\u{1b}[3J");
    let drawn = human::render(&[fault.hint("try \u{1b}[4J")], &sources, PLAIN);
    assert!(!drawn.contains(['\u{1b}', '\u{7}', '\u{202e}', '\u{0}', '\r']), "{drawn:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Spans come from many passes; a wrong one must cost the caret, not the message.
    #[test]
    fn any_span_in_any_text_is_drawn(text in "[a-zé\\t\\r\\n\u{0}😀]{0,40}", spans in prop::collection::vec((0_usize..60, 0_usize..60), 1..4)) {
        let mut sources = SourceMap::default();
        let file = sources.add("a.yml", text);
        let mut fault = Diagnostic::error(UNKNOWN_COLUMN, "message").at(Span::new(file, spans[0].0..spans[0].1));
        for (start, end) in &spans[1..] {
            fault = fault.related(Span::new(file, *start..*end), "related");
        }
        let faults = [fault];
        prop_assert!(human::render(&faults, &sources, PLAIN).contains("message"));
        prop_assert_eq!(json::render(&faults, &sources).lines().count(), 1);
        prop_assert_eq!(github::render(&faults, &sources).lines().count(), 1);
        prop_assert!(serde_json::from_str::<Value>(&sarif::render(&faults, &sources)).is_ok());
    }
}
