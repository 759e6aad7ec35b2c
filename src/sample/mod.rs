//! Sample files for any project: rows that fit its model, with every kind of fault that files have in real life.
//!
//! Nothing here knows a particular project: values follow from types, accepted values, examples, patterns, references,
//! kinds of personal data and names of columns. The same project and seed give the same bytes on every machine. Faults
//! that would stop an update (rules that `fail`) are left out as far as a check can be understood.

mod calendar;
mod csv_text;
mod delivery;
mod faults;
mod invent;
mod json_text;
mod limits;
mod naming;
mod outside;
mod pattern;
mod random;
mod rows;
#[cfg(feature = "engine")]
mod typed_file;
mod values;
mod words;
mod write;

pub use naming::Readers;
pub use write::{MODIFIED, WriteError, modified_json, write};

use std::io::Read;

use flate2::Compression;
use flate2::read::GzEncoder;

use crate::model::{Entity, EntityId, EntitySource, FileFormat, FileSource, Project};
use delivery::{Delivery, FileShape};
use outside::SampleTables;
use random::Random;
use values::{Keys, Values};

/// When the first file was changed: the first hour of 2024, in seconds since 1970.
const START: u64 = 1_704_067_200;
/// Entities that others refer to arrive later on the same day, so that some references resolve only then.
const MORNING: u64 = 6 * 3600;
const EVENING: u64 = 18 * 3600;

/// How much is made, and which of all possible samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Rows of each entity that no other one refers to; the others get a tenth or a 25th.
    pub rows: usize,
    /// Another seed, another sample.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options { rows: 1000, seed: 1 }
    }
}

/// A file of a sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleFile {
    /// Path below the landing directory, `/`-separated.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
    /// When it was last changed, in seconds since 1970 UTC.
    pub modified: u64,
}

/// The first entity of a project whose files this program can't write: without the engine, those of Parquet.
pub fn unwritable(project: &Project) -> Option<&Entity> {
    project.entities.iter().find(|entity| !cfg!(feature = "engine") && entity.has_typed_files())
}

/// Makes the files of all entities of a project, sorted by name.
pub fn generate(project: &Project, options: Options) -> Vec<SampleFile> {
    let readers = Readers::of(project);
    let mut keys = Keys::new();
    let (mut files, mut tables) = (vec![], SampleTables::default());
    for (rank, id) in rows::reference_order(project).into_iter().enumerate() {
        let entity = project.entity(id);
        match &entity.source {
            EntitySource::Lookup(lookup) => drop(keys.insert(id, rows::lookup_keys(&entity.key, &lookup.rows))),
            // Its rows are computed; which keys they have is not known here.
            EntitySource::Query(_) => {}
            EntitySource::Table(table) => {
                let made = tables.add(table, project, id, &keys, options);
                keys.insert(id, made);
            }
            EntitySource::Files(source) => {
                let made = MadeEntity::new(project, id, entity, &keys, options);
                files.extend(made.files(rank as u64, source, &readers, options));
                keys.insert(id, made.keys);
            }
        }
    }
    files.extend(unread(&files, &readers));
    files.extend(tables.files());
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

/// What was made for one entity.
struct MadeEntity<'a> {
    id: EntityId,
    values: Values<'a>,
    is_referred_to: bool,
    deliveries: Vec<Delivery>,
    keys: Vec<Vec<String>>,
}

impl<'a> MadeEntity<'a> {
    fn new(project: &Project, id: EntityId, entity: &'a Entity, keys: &'a Keys, options: Options) -> Self {
        let mut random = Random::new(options.seed, &entity.name);
        let values = Values::new(entity, keys);
        let is_referred_to = rows::is_referred_to(project, id);
        let is_personal = entity.columns.iter().any(|c| c.pii.is_some());
        let count = rows::size(options.rows, is_referred_to, is_personal);
        let valid = rows::valid(id, &values, count, &mut random);
        let faults = faults::all(&values, |column| faults::refers_to_lookup(project, &values, column));
        let deliveries = delivery::deliveries(&values, &valid, &faults, &mut random);
        MadeEntity { id, is_referred_to, deliveries, keys: rows::keys(&values, &valid), values }
    }

    fn files(&self, rank: u64, source: &FileSource, readers: &Readers, options: Options) -> Vec<SampleFile> {
        let mut random = Random::new(options.seed, &source.files);
        let hour = if self.is_referred_to { EVENING } else { MORNING };
        let modified = |day: u64| START + day * calendar::DAY + hour + rank * 60;
        let mut files: Vec<SampleFile> = vec![];
        for (number, delivery) in self.deliveries.iter().enumerate() {
            let used: Vec<String> = files.iter().map(|f| f.name.clone()).collect();
            let Some(name) = naming::file_name(self.id, source, number, readers, &used) else { continue };
            let bytes = packed(&name, file_bytes(&self.values, delivery, source));
            files.push(SampleFile { name, bytes, modified: modified(delivery.day) });
        }
        let left_out = naming::left_out_name(source, readers, &mut random);
        let newest = self.deliveries.iter().find(|d| d.shape == FileShape::Corrections);
        if let (Some(name), Some(delivery)) = (left_out, newest) {
            let bytes = packed(&name, file_bytes(&self.values, delivery, source));
            files.push(SampleFile { name, bytes, modified: modified(6) });
        }
        files
    }
}

/// The bytes of a delivery in the format of its files.
fn file_bytes(values: &Values<'_>, delivery: &Delivery, source: &FileSource) -> Vec<u8> {
    match &source.format {
        FileFormat::Csv(csv) => csv_text::bytes(values, delivery, csv),
        FileFormat::Json(json) => json_text::bytes(values, delivery, *json),
        #[cfg(feature = "engine")]
        FileFormat::Parquet => typed_file::bytes(values, delivery),
        #[cfg(not(feature = "engine"))]
        FileFormat::Parquet => vec![],
    }
}

/// The bytes of a file, compressed where its name says so.
fn packed(name: &str, bytes: Vec<u8>) -> Vec<u8> {
    if bytes.is_empty() || !name.to_lowercase().ends_with(".gz") {
        return bytes;
    }
    let mut packed = vec![];
    // Reading from and writing to memory can't fail; a file that is not whole would be told by its reader.
    let _ = GzEncoder::new(bytes.as_slice(), Compression::default()).read_to_end(&mut packed);
    packed
}

/// A half-copied file, which no entity may read.
fn unread(files: &[SampleFile], readers: &Readers) -> Option<SampleFile> {
    let whole = files.iter().find(|f| f.bytes.len() > 1)?;
    let name = format!("{}.part", whole.name);
    let bytes = whole.bytes.get(..whole.bytes.len() / 2)?.to_vec();
    readers.of_file(&name).is_empty().then_some(SampleFile { name, bytes, modified: whole.modified })
}
