//! JSON files as tables: how records lie in a file, and the columns that their fields give.

use std::borrow::Cow;
use std::collections::BTreeSet;

use lakeflow::is_same_name;

use super::column::{self, InferredColumn, PlaceInFiles};
use super::fields::{ColumnDraft, ColumnDrafts, JsonField, path_text};
use super::file::DataFile;
use super::found::{DataTable, Identifiers, note_identifier};
use super::table::MAX_ROWS;
use super::{ScaffoldError, names, personal};
use crate::json::{JsonNode, JsonRecord, records_in};
use crate::model::lines;
use crate::resolve::is_reserved_field;
use crate::spec::PersonalSpec;

/// How the records of a file lie in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lie {
    /// One a line.
    Lines,
    /// The file is one record or one array.
    Whole,
    /// A single line, which is read either way; an array if so.
    Either(bool),
}

/// The fields of a record, in their order.
type RecordFields<'a> = Vec<(String, JsonNode<'a>)>;

/// A file of JSON records.
#[derive(Debug)]
pub struct EventFile {
    name: String,
    text: String,
    lie: Lie,
    /// Lines that are no records: how many, and the first.
    broken: (usize, usize),
}

impl EventFile {
    /// Reads a file and finds out how records lie in it.
    ///
    /// # Errors
    /// A file that is not UTF-8, or that holds hardly any records.
    pub fn read(file: &DataFile, bytes: Cow<'_, [u8]>) -> Result<EventFile, ScaffoldError> {
        let fault = |reason: String| ScaffoldError::Json { file: file.name.clone(), reason };
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line = bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
            fault(format!("line {line} is not UTF-8, which JSON files are: convert it first"))
        })?;
        let (lie, broken) = lie_of(text).map_err(fault)?;
        Ok(EventFile { name: file.name.clone(), text: text.to_owned(), lie, broken })
    }

    fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Hands on records until there are enough; false if some were left.
    fn each(&self, multi_line: bool, take: &mut dyn FnMut(RecordFields<'_>) -> bool) -> bool {
        let parts: Box<dyn Iterator<Item = &str>> =
            if multi_line { Box::new(std::iter::once(self.text.as_str())) } else { Box::new(lines(&self.text)) };
        for part in parts {
            for record in records_in(part).unwrap_or_default() {
                if let JsonRecord::Fields(fields) = record
                    && !take(fields)
                {
                    return false;
                }
            }
        }
        true
    }
}

/// How records lie in a text, and the lines that are none.
fn lie_of(text: &str) -> Result<(Lie, (usize, usize)), String> {
    let (mut filled, mut broken, mut first_broken, mut behind) = (0, 0, 0, None);
    for (index, line) in lines(text).enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        filled += 1;
        match records_in(line) {
            Err(_) => behind = behind.or(Some(index + 1)),
            Ok(found) if found.iter().any(|record| matches!(record, JsonRecord::Malformed(_))) => {
                broken += 1;
                first_broken = if broken == 1 { index + 1 } else { first_broken };
            }
            Ok(_) => {}
        }
    }
    if broken == 0 && behind.is_none() {
        let is_array = text.trim_start().starts_with('[');
        return Ok((if filled > 1 { Lie::Lines } else { Lie::Either(is_array) }, (0, 0)));
    }
    let is_whole = records_in(text).is_ok_and(|all| all.iter().all(|record| matches!(record, JsonRecord::Fields(_))));
    match behind {
        _ if is_whole => Ok((Lie::Whole, (0, 0))),
        None if broken * 2 <= filled => Ok((Lie::Lines, (broken, first_broken))),
        None => Err(format!(
            "line {first_broken} is not a record (an object in standard JSON), and the file is not one record or one array of \
             records either"
        )),
        Some(line) => Err(format!(
            "line {line} has text after its record: write one record per line, or one array of records per file"
        )),
    }
}

/// The records of files as tables: one, or two if some files have a record a line and others are one value.
pub fn tables(name: &str, files: &[EventFile]) -> Vec<DataTable> {
    let is = |lie: Lie| files.iter().any(|file| file.lie == lie);
    match (is(Lie::Lines), is(Lie::Whole)) {
        (true, true) => {
            let (whole, others): (Vec<&EventFile>, Vec<&EventFile>) =
                files.iter().partition(|file| file.lie == Lie::Whole);
            let remark = |this: &str, other: &str| {
                format!(
                    "Files of this name differ: these are {this}. Those that are {other} are an entity of their own."
                )
            };
            let (a, b) = ("a record a line", "one record or array a file");
            let mut tables = vec![table(name, &others, false), table(&format!("{name}_whole"), &whole, true)];
            tables[0].remarks.insert(0, remark(a, b));
            tables[1].remarks.insert(0, remark(b, a));
            tables
        }
        (is_lines, is_whole) => {
            let multi_line = is_whole || !is_lines && is(Lie::Either(true));
            vec![table(name, &files.iter().collect::<Vec<_>>(), multi_line)]
        }
    }
}

fn table(name: &str, files: &[&EventFile], multi_line: bool) -> DataTable {
    let mut remarks = vec![];
    let mut root = JsonField::default();
    let (mut row, mut doubled, mut is_cut) = (0, 0, false);
    for file in files {
        let mut left = MAX_ROWS;
        is_cut |= !file.each(multi_line, &mut |fields| {
            if left == 0 {
                return false;
            }
            left -= 1;
            // Of two fields of one name, the last one counts.
            let mut seen = BTreeSet::new();
            let mut last: Vec<bool> = fields.iter().rev().map(|(name, _)| seen.insert(name.as_str())).collect();
            last.reverse();
            doubled += usize::from(last.contains(&false));
            let kept = fields.iter().zip(last).filter(|(_, is_last)| *is_last);
            root.add_record(row, kept.map(|((name, node), _)| (name.as_str(), node)));
            row += 1;
            true
        });
    }
    let drafts = root.drafts();
    remarks.extend(remarks_of_files(files, doubled, is_cut));
    remarks.extend(drafts.closed.iter().map(|(field, n)| {
        format!(
            "{n} of {row} records have a name twice in `{}`, or half a character, and go to the quarantine.",
            shown(field)
        )
    }));
    let (columns, identifiers) = columns(&drafts, row, &mut remarks);
    if root.has_more() {
        remarks.push("Records have too many fields: only the first 1000 are columns.".to_owned());
    }
    let mut keys = vec!["format: json".to_owned()];
    keys.extend(multi_line.then(|| "multi_line: true".to_owned()));
    let files = files.iter().map(|file| file.name.clone()).collect();
    DataTable { name: name.to_owned(), files, keys, columns, identifiers, rows: row, remarks }
}

fn remarks_of_files(files: &[&EventFile], doubled: usize, is_cut: bool) -> Vec<String> {
    let mut remarks = vec![];
    let empty: Vec<String> = files.iter().filter(|f| f.is_empty()).map(|f| shown(&f.name)).collect();
    if !empty.is_empty() {
        remarks.push(format!("Empty: {}.", empty.join(", ")));
    }
    for file in files.iter().filter(|file| file.broken.0 > 0) {
        let (n, first) = file.broken;
        let verb = if n == 1 { "line is not a record, and goes" } else { "lines are not records, and go" };
        remarks.push(format!("{n} {verb} to the quarantine: line {first} of {} first.", shown(&file.name)));
    }
    if doubled > 0 {
        let records = if doubled == 1 { "1 record has".to_owned() } else { format!("{doubled} records have") };
        remarks.push(format!("{records} a field twice, of which the last one counts."));
    }
    if is_cut {
        remarks.push(format!("Only the first {MAX_ROWS} records of each file were looked at."));
    }
    remarks
}

fn columns(drafts: &ColumnDrafts<'_>, rows: usize, remarks: &mut Vec<String>) -> (Vec<InferredColumn>, Identifiers) {
    let mut kept: Vec<&ColumnDraft<'_>> = vec![];
    let mut lost: Vec<String> = drafts.unreadable.iter().map(|path| format!("`{}`", shown(path))).collect();
    for draft in &drafts.columns {
        let Some(field) = draft.path.first() else { continue };
        let twin = kept.iter().filter_map(|other| other.path.first()).find(|o| *o != field && is_same_name(o, field));
        match twin {
            _ if is_reserved_field(field) => lost.push(format!("`{}` (reserved)", shown(field))),
            Some(twin) => lost.push(format!("`{}` (in another case than `{}`)", shown(field), shown(twin))),
            None => kept.push(draft),
        }
    }
    lost.dedup();
    if !lost.is_empty() {
        let more = lost.len().saturating_sub(20);
        lost.truncate(20);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        remarks.push(format!(
            "Fields that no column can be read from, and that only the raw table keeps: {}{more}.",
            lost.join(", ")
        ));
    }
    let labels: Vec<String> = kept.iter().map(|draft| draft.path.join(" ")).collect();
    let mut identifiers = Identifiers::new();
    let mut columns = vec![];
    for (draft, name) in kept.iter().zip(names::column_names(&labels)) {
        columns.push(column(draft, &name, rows, &mut identifiers));
    }
    name_people(&kept, &mut columns);
    (columns, identifiers)
}

fn column(draft: &ColumnDraft<'_>, name: &str, rows: usize, identifiers: &mut Identifiers) -> InferredColumn {
    let path = path_text(&draft.path);
    if let Some(why) = &draft.why_text {
        let part = draft.field.personal_part();
        let pii = personal::kind(name, &[]).or(part.as_ref().map(|_| PersonalSpec::Other));
        let mut column = InferredColumn::of_json(name, &path, draft.field.filled(), rows, pii);
        let note = part.map(|(kind, field)| match field.is_empty() {
            true => format!("; it may hold personal data ({})", kind.word()),
            false => format!("; `{}` in it may be personal ({})", shown(&field), kind.word()),
        });
        column.doubt = Some(format!("{why}{}", note.unwrap_or_default()));
        return column;
    }
    let values = draft.field.by_row(rows);
    note_identifier(name, &values, identifiers);
    let mut column = column::infer(name, PlaceInFiles::from(&path, name), &values, draft.field.is_number());
    let kinds = draft.field.kinds();
    if kinds.is_empty() {
        column.doubt = Some(format!("no value in {rows} record{}", if rows == 1 { "" } else { "s" }));
    } else if kinds.len() > 1 && column.doubt.is_none() && column.ty == lakeflow::types::DataType::String {
        column.doubt = Some(format!("mixed: {}", kinds.join(", ")));
    }
    column
}

/// In an object about a person, the field `name` is that person's.
fn name_people(drafts: &[&ColumnDraft<'_>], columns: &mut [InferredColumn]) {
    for index in 0..columns.len() {
        let Some([above @ .., last]) = drafts.get(index).map(|draft| draft.path.as_slice()) else { continue };
        let Some(parent) = above.last() else { continue };
        let kinds: Vec<Option<PersonalSpec>> = drafts
            .iter()
            .zip(columns.iter())
            .filter(|(draft, _)| draft.path.starts_with(above))
            .map(|(_, column)| column.pii)
            .collect();
        if names::plain_name(last) == "name" && personal::is_people(&names::plain_name(parent), &kinds) {
            columns[index].pii = columns[index].pii.or(Some(PersonalSpec::Name));
            columns[index].accepted.clear();
            columns[index].lower = false;
        }
    }
}

/// A name as a comment shows it: short, and on one line.
pub fn shown(name: &str) -> String {
    let clean: String = name
        .chars()
        .map(|c| if c.is_control() || "\u{2028}\u{2029}".contains(c) { '\u{fffd}' } else { c })
        .take(60)
        .collect();
    if name.chars().count() > 60 { format!("{clean}…") } else { clean }
}
