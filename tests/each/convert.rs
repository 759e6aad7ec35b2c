//! Conversion to open-source Spark: a case is a folder `tests/convert/<name>/`.
//!
//! `input.sql` becomes `expected.sql`, with what has to be set up in front, and `report.txt`; `set` gives its settings.

use std::fs;
use std::path::Path;

use lakeflow::source::SourceMap;
use lakegen::sqltool::convert::{ConversionNote, Converted, Settings, convert};
use libtest_mimic::Trial;

use crate::each::each;
use crate::golden::{Golden, entries};
use crate::root;

pub fn trials() -> Vec<Trial> {
    each("convert", entries(&root().join("tests/convert")), is_converted_and_reported_as_expected)
}

fn report(text: &str, file: &Converted) -> String {
    let line = |note: &ConversionNote| {
        let mut sources = SourceMap::default();
        let file = sources.add("", text);
        let at = sources.line_column(file, note.range.start);
        format!("{}:{}: {}: {}\n", at.line, at.column, note.loss.word(), note.message)
    };
    file.notes.iter().map(line).collect()
}

fn settings(case: &Path) -> Settings {
    let text = fs::read_to_string(case.join("set")).unwrap_or_default();
    text.lines().filter_map(|line| line.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
}

fn is_converted_and_reported_as_expected(case: &Path) {
    let input = fs::read_to_string(case.join("input.sql")).unwrap();
    let file = convert(&[&*input], &settings(case)).remove(0);
    let setup: String = file.setup.iter().map(|statement| format!("{statement};\n\n")).collect();
    let mut golden = Golden::default();
    golden.expect(&case.join("expected.sql"), &(setup + &file.text(&input)));
    golden.expect(&case.join("report.txt"), &report(&input, &file));
    golden.done();
}
