//! The specs of all rows of one template.

use std::collections::BTreeMap;
use std::ops::Range;

use lakeflow::diag::{Diagnostic, Diagnostics};
use lakeflow::source::{FileId, SourceMap};
use lakeflow::types::DataType;
use lakeflow::yaml::{FilledPart, Places, pointer_segment};
use serde_json::Value;

use super::literal;
use super::spots::{MarkedText, MarkedTexts};
use super::table::{RowTable, TableReader, TableRow};
use crate::codes;
use crate::load::{Document, Lost, Unfilled};
use crate::resolve::exact;

/// A value of a parameter as it is put into texts, and into SQL.
#[derive(Debug, Default)]
struct FilledValue {
    text: String,
    literal: String,
}

/// The specs that a template gives, or the template itself, marked as unfilled, if it is at fault.
pub fn template(
    mut document: Document,
    lookups: &BTreeMap<String, FileId>,
    lost: &Lost,
    sources: &mut SourceMap,
    diags: &mut Diagnostics,
) -> Vec<Document> {
    let mut reader = TableReader { document: &document, lookups, lost, sources, faults: vec![], is_told: false };
    let table = reader.read();
    let TableReader { mut faults, is_told, .. } = reader;
    let mut specs = None;
    if let Some(table) = &table {
        let spots = MarkedTexts::find(&document, table, sources, &mut faults);
        let values = values(table, &spots, &document, &mut faults);
        let names = names(table, &spots, &values, &document, &mut faults);
        match is_told || faults.iter().any(Diagnostic::is_error) {
            true => document.unfilled = Some(Unfilled { names, misplaced: spots.misplaced }),
            false => specs = Some(filled(&document, table, &spots, &values, sources)),
        }
    } else {
        document.unfilled = Some(Unfilled::default());
    }
    document.faulty |= is_told || faults.iter().any(Diagnostic::is_error);
    diags.extend(faults);
    specs.unwrap_or_else(|| vec![document])
}

/// The values of all rows, each for each parameter; those that do not fit their type or are missing are reported.
fn values(
    table: &RowTable,
    spots: &MarkedTexts,
    document: &Document,
    faults: &mut Vec<Diagnostic>,
) -> Vec<Vec<FilledValue>> {
    let mut fault = |message: String, row: &TableRow, name: &str, hint: Option<String>| {
        let pointer = row.pointer.as_ref().map(|row| format!("{row}/{}", pointer_segment(name)));
        let span = pointer.map_or(row.span, |pointer| document.places.value(&pointer));
        faults.push(Diagnostic::error(codes::EACH_ROWS, message).at(span).maybe_hint(hint));
    };
    let mut value = |index: usize, text: &String, row: &TableRow| {
        let name = table.names.get(index).map(String::as_str).unwrap_or_default();
        let ty = table.types.get(name);
        let mut literal = String::new();
        // A key without a value, and a listed parameter without one, are reported already.
        if text.is_empty() && spots.is_used(index) && index != table.key && !table.is_listed {
            fault(format!("`{name}` has no value in this row"), row, name, None);
        } else if !text.is_empty() && (ty.is_some() || spots.is_in_sql(index)) {
            let ty = ty.unwrap_or(&DataType::String);
            match exact(text, ty) {
                Ok(constant) => literal = literal::text(&constant, ty),
                Err(misfit) => fault(format!("`{text}` of `{name}` {}", misfit.why), row, name, misfit.hint),
            }
        }
        FilledValue { text: text.clone(), literal }
    };
    let of_row = |row: &TableRow| row.values.iter().enumerate().map(|(i, text)| value(i, text, row)).collect();
    table.rows.iter().map(of_row).collect()
}

/// The names that the rows give; those that do not tell the rows apart are reported.
fn names(
    table: &RowTable,
    spots: &MarkedTexts,
    values: &[Vec<FilledValue>],
    document: &Document,
    faults: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let key = table.names.get(table.key).map(String::as_str).unwrap_or_default();
    let pointer = format!("/{}", document.kind.key());
    let mut same = |what: &str, name: &str, span| {
        let fault = Diagnostic::error(codes::NAME_OF_ROWS, format!("{what} `{name}` is the same for several rows"));
        faults.push(fault.at(span).hint(format!("write the key into it, as in `{name}_$({key})`")));
    };
    for written in document.value.get("tables").and_then(Value::as_object).into_iter().flat_map(|t| t.keys()) {
        if !spots.keys.iter().any(|spot| spot.text == *written && spot.holds(table.key)) {
            same("table", written, document.places.key(&format!("/tables/{}", pointer_segment(written))));
        }
    }
    let Some(name) = spots.texts.iter().find(|spot| spot.pointer == pointer && spot.holds(table.key)) else {
        let written = document.value.get(document.kind.key()).and_then(Value::as_str).unwrap_or_default();
        same("the name", written, document.places.value(&pointer));
        return vec![];
    };
    let mut seen: BTreeMap<String, &TableRow> = BTreeMap::new();
    for (row, values) in table.rows.iter().zip(values) {
        let own = text(name, values).0;
        if let Some(first) = seen.get(&own).filter(|first| first.values.get(table.key) != row.values.get(table.key)) {
            let fault = Diagnostic::error(codes::NAME_OF_ROWS, format!("two rows give the name `{own}`"));
            let fault = fault.at(document.places.value(&pointer)).related(first.span, "this row");
            faults.push(fault.related(row.span, "and this one"));
        }
        seen.entry(own).or_insert(row);
    }
    seen.into_keys().collect()
}

/// One spec for each row.
fn filled(
    document: &Document,
    table: &RowTable,
    spots: &MarkedTexts,
    values: &[Vec<FilledValue>],
    sources: &mut SourceMap,
) -> Vec<Document> {
    let mut base = document.value.clone();
    if let Value::Object(fields) = &mut base {
        fields.shift_remove("each");
    }
    let mut specs = vec![];
    for (index, (row, values)) in table.rows.iter().zip(values).enumerate() {
        let file = sources.view(document.file, index, row.span);
        let (mut value, mut places) = (base.clone(), document.places.seen_as(file));
        for spot in &spots.texts {
            let (now, parts) = text(spot, values);
            if let Some(place) = value.pointer_mut(&spot.pointer) {
                *place = Value::String(now);
            }
            places.fill(own_pointer(spots, &spot.pointer, values), parts);
        }
        rename_tables(spots, values, &mut value, &mut places);
        specs.push(Document { file, value, places, ..document.clone() });
    }
    specs
}

/// Gives tables the names that they have in a row.
fn rename_tables(spots: &MarkedTexts, values: &[FilledValue], value: &mut Value, places: &mut Places) {
    let Some(Value::Object(tables)) = value.get_mut("tables").filter(|_| !spots.keys.is_empty()) else { return };
    let name = |written: &str| spots.keys.iter().find(|spot| spot.text == written).map(|spot| text(spot, values).0);
    *tables = std::mem::take(tables).into_iter().map(|(key, table)| (name(&key).unwrap_or(key), table)).collect();
    for spot in &spots.keys {
        places.rename("/tables", &spot.text, &text(spot, values).0);
    }
}

/// The pointer to a text in the spec of a row, in which tables have other names.
fn own_pointer(spots: &MarkedTexts, pointer: &str, values: &[FilledValue]) -> String {
    for spot in &spots.keys {
        let below = pointer.strip_prefix(&format!("/tables/{}", pointer_segment(&spot.text)));
        if let Some(rest) = below.filter(|rest| rest.starts_with('/')) {
            return format!("/tables/{}{rest}", pointer_segment(&text(spot, values).0));
        }
    }
    pointer.to_owned()
}

/// The text of a row, and which parts of it stand for what.
fn text(spot: &MarkedText, values: &[FilledValue]) -> (String, Vec<FilledPart>) {
    let (mut now, mut parts, mut at) = (String::new(), vec![], 0);
    for (Range { start, end }, index) in spot.marks.iter().map(|(range, index)| (range.clone(), *index)) {
        now.push_str(spot.text.get(at..start).unwrap_or_default());
        let first = now.len();
        if let Some(value) = values.get(index) {
            now.push_str(if spot.is_sql { &value.literal } else { &value.text });
        }
        parts.push(FilledPart { now: first..now.len(), written: start..end });
        at = end;
    }
    now.push_str(spot.text.get(at..).unwrap_or_default());
    (now, parts)
}
