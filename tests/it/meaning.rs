//! What a change means: the shipped pipeline, all of it new or all of it gone.

use std::collections::BTreeMap;

use lakegen::deploy::meaning::{self, PipelineSql};

use crate::golden::entries;
use crate::root;
use crate::said::{read, said};

#[test]
fn the_shipped_pipeline_is_read_whole() {
    let pipeline = root().join("generated/pipeline");
    let mut sql = PipelineSql { configuration: BTreeMap::new(), ..PipelineSql::default() };
    for layer in entries(&pipeline) {
        sql.files.extend(read(&layer).files);
    }
    assert_eq!(said(&sql, &sql), "");
    let new = meaning::meanings(&PipelineSql::default(), &sql).unwrap();
    let tables = sql.files.iter().filter(|file| !file.text.contains("TEMPORARY VIEW")).count();
    assert_eq!(new.len(), tables);
    assert!(new.iter().all(|meaning| meaning.kind == meaning::MeaningKind::New));
    let gone = meaning::meanings(&sql, &PipelineSql::default()).unwrap();
    assert!(gone.len() == tables && gone.iter().all(|meaning| meaning.kind == meaning::MeaningKind::LeavesTheSpecs));
}
