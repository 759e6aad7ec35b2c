//! Which streaming tables have to be refreshed in full together, and what that brings back.
//!
//! A full refresh empties a table and reads its sources from the first row. Who reads it as a stream has to begin again
//! too, and what it reads must be judged anew first where that keeps an old meaning itself.

use std::collections::BTreeSet;

use lakeflow::check::DatasetKind;

use super::Remedy;
use super::side::{DatasetSide, Side, StreamRead};

/// The full refresh that gives the rows of `dataset` the meaning of `after`; `stale` are tables whose rows keep an old one.
pub(super) fn of(after: &Side, dataset: &DatasetSide, stale: &BTreeSet<String>) -> Remedy {
    let mut tables: BTreeSet<&str> = BTreeSet::from([dataset.name.as_str()]);
    let mut open: Vec<&DatasetSide> = vec![dataset];
    while let Some(table) = open.pop() {
        let above = after.read_through_views(table);
        let above = after.datasets.iter().filter(|read| {
            above.contains(&read.name) && read.kind == DatasetKind::StreamingTable && stale.contains(&read.name)
        });
        let below = after.datasets.iter().filter(|reader| reads_stream(after, reader, &table.name));
        for next in above.chain(below) {
            if tables.insert(&next.name) {
                open.push(next);
            }
        }
    }
    let chosen: Vec<&DatasetSide> = after.datasets.iter().filter(|d| tables.contains(d.name.as_str())).collect();
    let mut remedy = Remedy::default();
    for table in &chosen {
        remedy.full_refresh.push(table.full.clone());
        if table.facts.properties.get("pipelines.reset.allowed").is_some_and(|value| value == "false") {
            remedy.protected.push(table.full.clone());
        }
        for source in table.flows.iter().flat_map(|flow| after.sources(flow)) {
            read_again(after, &source, &tables, &mut remedy);
        }
    }
    put_in_words(&mut remedy);
    remedy
}

/// Whether a streaming table reads another one as a stream.
pub(super) fn reads_stream(side: &Side, reader: &DatasetSide, name: &str) -> bool {
    let is_it = |read: &[String]| side.read_as(read).is_some_and(|read| read.name == name);
    let reads = |source: &StreamRead| matches!(source, StreamRead::Table(read) if is_it(read));
    reader.kind == DatasetKind::StreamingTable
        && reader.name != name
        && reader.flows.iter().any(|flow| side.sources(flow).iter().any(reads))
}

fn read_again(after: &Side, source: &StreamRead, tables: &BTreeSet<&str>, remedy: &mut Remedy) {
    let (reads, lost) = match source {
        StreamRead::Files(files) => (
            format!("files of `{}`", files.path),
            Some(format!("rows of files that are no longer under `{}`", files.path)),
        ),
        StreamRead::Table(name) => match after.read_as(name) {
            Some(read) if tables.contains(read.name.as_str()) => return,
            Some(read) => (format!("`{}`", read.full), None),
            None => {
                let name = name.join(".");
                (format!("`{name}`"), Some(format!("rows that `{name}` no longer holds")))
            }
        },
    };
    if !remedy.reads.contains(&reads) {
        remedy.reads.push(reads);
    }
    remedy.lost.extend(lost.filter(|lost| !remedy.lost.contains(lost)));
}

/// Says the same in words.
pub(super) fn put_in_words(remedy: &mut Remedy) {
    let quoted = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let together = if remedy.full_refresh.len() > 1 { " together" } else { "" };
    let mut text = format!("refresh {} in full{together}", quoted(&remedy.full_refresh));
    if !remedy.reads.is_empty() {
        text.push_str(&format!(", which reads {} again", remedy.reads.join(", ")));
    }
    if !remedy.lost.is_empty() {
        text.push_str(&format!("; it can't bring back {}", remedy.lost.join(", ")));
    }
    if !remedy.protected.is_empty() {
        text.push_str(&format!("; {} first needs `pipelines.reset.allowed = true`", quoted(&remedy.protected)));
    }
    remedy.text = text;
}
