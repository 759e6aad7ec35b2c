//! Writes a JSON value as YAML in the way people would: block style, keys in their order, multi-line texts as literal
//! blocks, and everything quoted that a YAML reader could take for something else.
//!
//! No crate does this: serialisers have their own quoting rules and can't write comments at the top. It supports what
//! a bundle needs (no anchors, no tags, flow style only for empty values), and a test compares the output with what a
//! parser reads.

use serde_json::Value;

/// A document that begins with `header`, a comment of whole lines.
pub fn document(header: &str, value: &Value) -> String {
    let mut out = String::from(header);
    out.push('\n');
    write_block(value, 0, &mut out);
    out
}

/// Writes a mapping or list as lines that are indented by `indent`; anything else as a line.
fn write_block(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                write_indent(indent, out);
                write_entry(key, value, indent, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                write_indent(indent, out);
                out.push_str("- ");
                write_item(item, indent + 2, out);
            }
        }
        other => {
            write_inline(other, out);
            out.push('\n');
        }
    }
}

/// `key: value`, the line begun already.
fn write_entry(key: &str, value: &Value, indent: usize, out: &mut String) {
    write_scalar(key, out);
    out.push(':');
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push('\n');
            write_block(value, indent + 2, out);
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            write_block(value, indent + 2, out);
        }
        Value::String(text) if is_literal(text) => {
            out.push(' ');
            write_literal(text, indent + 2, out);
        }
        other => {
            out.push(' ');
            write_inline(other, out);
            out.push('\n');
        }
    }
}

/// What stands behind a dash, the line begun already.
fn write_item(item: &Value, indent: usize, out: &mut String) {
    let Value::Object(map) = item else { return write_block_item(item, indent, out) };
    if map.is_empty() {
        return out.push_str("{}\n");
    }
    for (index, (key, value)) in map.iter().enumerate() {
        if index > 0 {
            write_indent(indent, out);
        }
        write_entry(key, value, indent, out);
    }
}

fn write_block_item(item: &Value, indent: usize, out: &mut String) {
    match item {
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            write_block(item, indent, out);
        }
        Value::String(text) if is_literal(text) => write_literal(text, indent, out),
        other => {
            write_inline(other, out);
            out.push('\n');
        }
    }
}

/// Whether a text can stand as a literal block: several lines, none of which needs an escape or begins with a space.
fn is_literal(text: &str) -> bool {
    let begins_plainly = text.starts_with(|c: char| !c.is_whitespace());
    text.trim_end_matches('\n').contains('\n') && begins_plainly && text.chars().all(|c| c == '\n' || is_printable(c))
}

/// Whether a character may stand in YAML as it is (YAML 1.2, production 1), and is no line break to a reader of YAML 1.1.
fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn write_literal(text: &str, indent: usize, out: &mut String) {
    let body = text.trim_end_matches('\n');
    let chomping = match text.len() - body.len() {
        0 => "-",
        1 => "",
        _ => "+",
    };
    out.push_str(&format!("|{chomping}\n"));
    let lines = if chomping == "+" { text.strip_suffix('\n').unwrap_or(text) } else { body };
    for line in lines.split('\n') {
        if !line.is_empty() {
            write_indent(indent, out);
            out.push_str(line);
        }
        out.push('\n');
    }
}

fn write_indent(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}

/// Writes a value on one line.
fn write_inline(value: &Value, out: &mut String) {
    match value {
        Value::String(text) => write_scalar(text, out),
        Value::Object(_) => out.push_str("{}"),
        Value::Array(_) => out.push_str("[]"),
        // Null, booleans and numbers are written alike in JSON and YAML.
        other => out.push_str(&other.to_string()),
    }
}

/// Writes a text: plain where no reader can take it for anything else, else quoted. JSON's quotes are YAML's.
fn write_scalar(text: &str, out: &mut String) {
    match is_plain(text) {
        true => out.push_str(text),
        false => {
            // JSON leaves characters as they are that YAML has to escape.
            for c in Value::from(text).to_string().chars() {
                if is_printable(c) { out.push(c) } else { out.push_str(&format!("\\u{:04x}", u32::from(c))) }
            }
        }
    }
}

/// Words that some reader of YAML 1.1 or 1.2 takes for a boolean or null.
const WORDS: &[&str] = &["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

fn is_plain(text: &str) -> bool {
    let begins = text.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '/' || c == '$');
    let holds = text.chars().all(|c| c.is_alphanumeric() || " _-./@${}(),;+*<>=:".contains(c));
    begins
        && holds
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use lakeflow::source::SourceMap;
    use lakeflow::yaml;

    /// What the parser of specs reads.
    fn read(text: &str) -> Option<Value> {
        let file = SourceMap::default().add("a.yml", text);
        let yaml::ParsedYaml { document, faults } = yaml::parse(file, text);
        document.map(|(value, _)| value).filter(|_| faults.is_empty())
    }

    fn shown(value: Value) -> String {
        document("# head\n", &value)
    }

    #[test]
    fn nesting_is_by_blocks() {
        let value = json!({"a": {"b": [1, {"c": true, "d": ["x"]}, []]}, "e": {}, "f": null});
        let expected = "# head\n\na:\n  b:\n    - 1\n    - c: true\n      d:\n        - x\n    - []\ne: {}\nf: null\n";
        assert_eq!(shown(value), expected);
    }

    #[test]
    fn what_could_be_read_otherwise_is_quoted() {
        for text in ["", "no", "True", "12", "1e3", "-", "a: b", " a", "a ", "#", "*", "0 0 5 * * ?", "{a}", "a #b"] {
            assert_eq!(shown(json!({ "k": text })), format!("# head\n\nk: {}\n", json!(text)));
        }
        for text in ["sales", "${var.catalog}", "a b", "/Volumes/a-b", "data@example.com", "a:b"] {
            assert_eq!(shown(json!({ "k": text })), format!("# head\n\nk: {text}\n"));
        }
    }

    #[test]
    fn several_lines_are_a_literal_block() {
        let expected = "# head\n\nq: |-\n  SELECT 1\n\n  FROM t\nr: |\n  a\n  b\n";
        assert_eq!(shown(json!({"q": "SELECT 1\n\nFROM t", "r": "a\nb\n"})), expected);
        assert_eq!(shown(json!({"q": " a\nb"})), "# head\n\nq: \" a\\nb\"\n");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever a text holds, a reader gets it back, as a key, in a list, and in a mapping in a list.
        #[test]
        fn a_parser_reads_back_what_was_written(
            texts in prop::collection::vec("([ -~]|[\\x00-\\x1f\u{7f}-\u{a0}\u{2028}\u{2029}\u{feff}\u{fffe}é😀\\t\\n:#'\"-]){0,12}", 1..5)
        ) {
            let inner = json!({ "a": texts[0], "b": [texts], "c": { "d": texts, "e": [] } });
            let mut map = serde_json::Map::new();
            for (index, text) in texts.iter().enumerate() {
                map.insert(format!("{text}{index}"), json!([inner, text, index, index % 2 == 0, null]));
            }
            let value = Value::Object(map);
            let text = shown(value.clone());
            prop_assert_eq!(read(&text), Some(value), "{}", text);
        }
    }
}
