//! Places survive every way of writing YAML; odd texts give faults, never a hang or a panic.

use std::path::Path;

use lakeflow::diag::Code;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::codes;
use crate::world::MemoryWorld;

fn read(text: &str) -> (SourceMap, Value, Places) {
    let mut sources = SourceMap::default();
    let file = sources.add("specs/x.yml", text);
    let parsed = yaml::parse(file, text);
    assert_eq!(parsed.faults, [], "{text}");
    let (value, places) = parsed.document.expect("a document");
    (sources, value, places)
}

/// Looks `word` up in the decoded text at `pointer` and gives what stands at its place in the file.
fn under(text: &str, pointer: &str, word: &str) -> String {
    let (sources, value, places) = read(text);
    let decoded = value.pointer(pointer).and_then(Value::as_str).unwrap();
    let start = decoded.find(word).unwrap_or_else(|| panic!("no {word:?} in {decoded:?}"));
    sources.slice(places.inside(&sources, pointer, start..start + word.len())).to_owned()
}

#[test]
fn a_word_is_found_in_every_style_of_scalar() {
    let cases = [
        ("plain", "where: status = open and qantity > 0\n"),
        ("plain, more lines", "where: status = open\n   and\n\n   qantity > 0\n"),
        ("single quotes", "where: 'status = ''open'' and qantity > 0'\n"),
        ("single quotes, more lines", "where: 'status = ''open''\n\n   and qantity > 0'\n"),
        ("double quotes", "where: \"status = \\\"öpen\\\" and qantity > 0\"\n"),
        ("double quotes, escaped", "where: \"\\x41 \\u00e9\\U0001F600\\uD834\\uDD1E\\t\\n qantity > 0\"\n"),
        ("double quotes, joined lines", "where: \"status = \\\n   1 and\n   qantity > 0\"\n"),
        ("literal", "where: | # a condition\n  status = open\n    and qantity > 0\n"),
        ("literal, explicit indentation", "where: |2-\n     status = open\n\n   and qantity > 0\n"),
        ("folded", "where: >-\n  status = open\n  and\n\n\n    more\n  qantity > 0\n"),
        ("windows line ends", "where: >\r\n  status = open\r\n  and qantity > 0\r\n"),
        ("in a flow mapping", "{a: {where: 'it''s qantity'}}\n"),
    ];
    for (style, text) in cases {
        let pointer = if text.starts_with('{') { "/a/where" } else { "/where" };
        assert_eq!(under(text, pointer, "qantity"), "qantity", "{style}");
    }
}

#[test]
fn an_escaped_word_is_found_with_its_escapes() {
    assert_eq!(under("a: 'x = ''y'' z'", "/a", "'y'"), "''y''");
    assert_eq!(under(r#"a: "x \"y\" z""#, "/a", "\"y\""), r#"\"y\""#);
    assert_eq!(under(r#"a: "caf\u00e9 z""#, "/a", "é"), r"\u00e9");
}

#[test]
fn an_end_of_text_has_a_place() {
    for text in ["a: x +", "a: 'it''s +'", "a: \"\\x41 +\"", "a: |\n  x +\n", "a: >-\n  x\n  +\n"] {
        let (sources, value, places) = read(text);
        let end = value["a"].as_str().unwrap().trim_end().len();
        let span = places.inside(&sources, "/a", end..end);
        assert_eq!(sources.text(span.file)[..span.range().start].trim_end().chars().last(), Some('+'), "{text}");
    }
}

#[test]
fn keys_and_values_are_found_and_what_is_missing_falls_back_to_the_key_above() {
    let text = "entity: a\ncolumns:\n  id: { type: string }\n  \"a/b\": [int, 'it''s']\nempty:\n";
    let (sources, value, places) = read(text);
    assert_eq!(value["columns"]["a/b"], json!(["int", "it's"]));
    let key = |pointer| sources.slice(places.key(pointer)).to_owned();
    let at = |pointer| sources.slice(places.value(pointer)).to_owned();
    assert_eq!(key("/columns/id/type"), "type");
    assert_eq!(key("/columns/a~1b"), "\"a/b\"");
    assert_eq!(key("/columns/a~1b/0"), "\"a/b\"");
    assert_eq!(key("/columns/id/nothing/below"), "id");
    assert_eq!(key("/nothing"), "entity");
    assert_eq!(at("/columns/id"), "{ type: string }");
    assert_eq!(at("/columns/a~1b/1"), "'it''s'");
    assert_eq!(at("/empty"), "empty");
    assert_eq!(at("/columns/nothing"), "columns");
}

#[test]
fn aliases_repeat_values_and_point_to_where_they_were_written() {
    let (sources, value, places) = read("a: &x { type: string }\nb: *x\n");
    assert_eq!(value["b"], json!({"type": "string"}));
    assert_eq!(sources.slice(places.key("/b")), "b");
    assert_eq!(places.value("/b/type"), places.value("/a/type"));
}

fn codes(files: &[(&str, &str)]) -> Vec<(Code, String)> {
    let world = files.iter().fold(MemoryWorld::default(), |world, (path, text)| world.with_file(*path, *text));
    let (mut sources, mut diags) = (SourceMap::default(), Diagnostics::default());
    load(&world, Path::new(""), &mut sources, &mut diags);
    let path = |d: &Diagnostic| d.primary.as_ref().map_or(String::new(), |l| sources.path(l.span.file).to_owned());
    diags.into_sorted().iter().map(|d| (d.code, path(d))).collect()
}

const PROJECT: (&str, &str) = ("specs/project.yml", "project: p\n");

#[test]
fn a_broken_file_does_not_hide_the_faults_of_the_others() {
    let found =
        codes(&[PROJECT, ("specs/a.yml", "entity: [\n"), ("specs/b.yaml", ""), ("specs/c.yml", "nothing: 1\n")]);
    let expected = [(codes::YAML_SYNTAX, "a"), (codes::EMPTY_FILE, "b"), (codes::UNKNOWN_FILE_KIND, "c")];
    let found: Vec<_> = found.iter().map(|(code, path)| (*code, &path[6..7])).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_broken_project_file_is_not_also_reported_as_missing() {
    assert_eq!(codes(&[("specs/project.yml", "project: [\n")]), [(codes::YAML_SYNTAX, "specs/project.yml".to_owned())]);
    assert_eq!(codes(&[("specs/a.yml", "entity: a\n")]), [(codes::NO_PROJECT, String::new())]);
    assert_eq!(codes(&[]), [(codes::NO_PROJECT, String::new())]);
}

#[test]
fn files_that_are_no_specs_are_left_alone() {
    let others = [("specs/README.md", "["), ("specs/.draft.yml", "["), ("specs/x.csv", "a\n"), ("other.yml", "[")];
    assert_eq!(codes(&[&[PROJECT], others.as_slice()].concat()), []);
}

#[test]
fn a_byte_order_mark_is_no_text() {
    let world = MemoryWorld::default().with_file("specs/project.yml", "\u{feff}project: p\n");
    let (mut sources, mut diags) = (SourceMap::default(), Diagnostics::default());
    let loaded = load(&world, Path::new(""), &mut sources, &mut diags);
    assert_eq!(sources.slice(loaded.documents[0].places.key("/project")), "project");
    assert_eq!(diags.into_sorted(), []);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in "[a-z:\\-\\[\\]{}&*!|>'\"%@`# \\t\\r\\n\\\\,?~0é]{0,60}") {
        let (document, faults) = document(SourceMap::default().add("x", text.as_str()), &text);
        prop_assert!(document.is_some() || !faults.is_empty());
        for fault in faults {
            let range = fault.primary.map(|label| label.span.range()).unwrap_or_default();
            prop_assert!(text.get(range.clone()).is_some(), "{range:?} is no part of {text:?}");
        }
    }

    #[test]
    fn any_stretch_of_any_scalar_has_a_place_inside_it(
        body in "[a-z'\"\\\\ é\\n]{1,40}", style in 0_usize..5, range in (0_usize..50, 0_usize..50),
    ) {
        let indented = body.replace('\n', "\n  ");
        let text = match style {
            0 => format!("a: {indented}"),
            1 => format!("a: '{}'", indented.replace('\'', "''")),
            2 => format!("a: {}", json!(body)),
            3 => format!("a: |\n  {indented}\n"),
            _ => format!("a: >-\n  {indented}\n"),
        };
        let mut sources = SourceMap::default();
        let file = sources.add("x", text.as_str());
        let Some((value, places)) = yaml::parse(file, &text).document else { return Ok(()) };
        let whole = places.value("/a").range();
        let (start, end) = (range.0.min(range.1), range.0.max(range.1));
        let found = places.inside(&sources, "/a", start..end).range();
        prop_assert!(found.start <= found.end && found.end <= text.len(), "{found:?} of {text:?}");
        if let Some(decoded) = value["a"].as_str().filter(|_| style != 0) {
            // Each letter has its own place, and stands there as it is.
            for (offset, c) in decoded.char_indices().filter(|(_, c)| c.is_ascii_lowercase()) {
                let place = places.inside(&sources, "/a", offset..offset + 1);
                prop_assert_eq!(sources.slice(place), c.to_string(), "{} of {:?}", offset, text);
                prop_assert!(place.range().start >= whole.start && place.range().end <= whole.end);
            }
        }
    }
}
