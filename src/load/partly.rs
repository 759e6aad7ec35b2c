//! What can be read of a spec that is not valid YAML as a whole: its top-level keys, one by one.
//!
//! After a quote that is not closed, the rest of the file is meaningless to a YAML parser, but the next line that
//! starts with a key of the spec language is most likely meant as one. Each of these keys is parsed as if nothing else
//! were in the file; those that can't be parsed are lost, and the others are checked as in any spec.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use lakeflow::source::FileId;
use lakeflow::yaml::{self, ParsedYaml, Places};
use serde_json::{Map, Value};

use super::lost::LostSpec;
use crate::spec::SpecKind;

/// The parts of a text that can be read; `None` if nobody can tell what one spec it is.
pub(super) fn read(file: FileId, text: &str, declared: &[LostSpec]) -> Option<(SpecKind, Value, Places)> {
    let [LostSpec { kind: Some(kind), name: Some(name) }] = declared else { return None };
    let mut fields = Map::from_iter([(kind.key().to_owned(), Value::String(name.clone()))]);
    let mut all: Option<Places> = None;
    for part in parts(text, KEYS.get(kind)?) {
        let ParsedYaml { document: Some((Value::Object(own), places)), faults } =
            yaml::parse(file, &alone(text, &part))
        else {
            continue;
        };
        if !faults.is_empty() {
            continue;
        }
        fields.extend(own);
        match &mut all {
            None => all = Some(places),
            Some(all) => all.add(places),
        }
    }
    Some((*kind, Value::Object(fields), all?))
}

/// The keys that a spec of each kind may have.
static KEYS: LazyLock<BTreeMap<SpecKind, Vec<String>>> = LazyLock::new(|| {
    let keys = |kind: SpecKind| {
        let schema = kind.json_schema();
        let properties = schema.get("properties").and_then(Value::as_object);
        properties.into_iter().flatten().map(|(key, _)| key.clone()).collect()
    };
    SpecKind::ALL.into_iter().map(|kind| (kind, keys(kind))).collect()
});

/// The stretches of a text that begin with a key at the start of a line. What stands before the first is of none.
fn parts(text: &str, keys: &[String]) -> Vec<Range<usize>> {
    let mut starts = vec![];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let key = line.split_once(':').map(|(key, _)| key);
        if key.is_some_and(|key| keys.iter().any(|known| known == key)) {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}

/// The text with blanks for everything but a stretch, so that all stands where it stood.
fn alone(text: &str, part: &Range<usize>) -> String {
    let blank = |text: &str| -> String { text.bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }).collect() };
    let before = text.get(..part.start).unwrap_or("");
    format!("{}{}", blank(before), text.get(part.clone()).unwrap_or(""))
}
