//! Entities out of tables: keys, references between them, and a first metric over the one that refers to most others.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use lakeflow::is_same_name;
use lakeflow::types::DataType;

use super::column::{self, InferredColumn};
use super::names::{self, singular};
use super::personal;
use super::table::CsvTable;
use super::text::Scalar;
use crate::resolve::is_reserved_header;
use crate::spec::PersonalSpec;

/// Share of the rows that must have different keys; the others are what an upsert is for.
const MOST: f64 = 0.9;
/// Share of the values of a reference that must be keys.
const HALF: f64 = 0.5;

/// An entity as it will be declared.
#[derive(Debug, Clone, Template)]
#[template(path = "init/entity.yml")]
pub struct InferredEntity {
    /// Name of the entity, after that of its files.
    pub name: String,
    /// Pattern of its files, below the landing directory.
    pub files: Scalar,
    /// Pattern of files that match but belong to another entity.
    pub except: Option<Scalar>,
    /// Field separator, unless it is a comma.
    pub delimiter: Option<String>,
    /// Whether its files are read as windows-1252.
    pub is_windows: bool,
    /// Whether some of them are UTF-8 all the same.
    pub is_mixed: bool,
    /// Words that stand for no value.
    pub nulls: Vec<Scalar>,
    /// The column that identifies a row; `None` if none does.
    pub key: Option<String>,
    /// Columns, in the order of the files.
    pub columns: Vec<InferredColumn>,
    rows: usize,
    keys: BTreeSet<String>,
    /// Values of columns that may hold a key of another entity.
    identifiers: BTreeMap<String, BTreeSet<String>>,
}

impl InferredEntity {
    /// A column name with its colon, padded so that what follows stands in one line with the others.
    fn padded(&self, name: &str) -> String {
        let width = self.columns.iter().map(|c| c.name.len()).max().unwrap_or(0) + 1;
        format!("{:<width$}", format!("{name}:"))
    }
}

/// The entities of tables that are grouped by entity name.
pub fn infer(grouped: &BTreeMap<String, Vec<CsvTable>>) -> Vec<InferredEntity> {
    let mut entities: Vec<InferredEntity> = grouped.iter().map(|(name, tables)| entity(name, tables)).collect();
    separate_files(&mut entities, grouped);
    link(&mut entities);
    entities
}

fn entity(name: &str, tables: &[CsvTable]) -> InferredEntity {
    let mut headers: Vec<String> = vec![];
    for header in tables.iter().flat_map(|t| &t.header) {
        // A column without a name can't be declared, nor one that is called like another, or like one that the raw table
        // adds; its values still reach the rescued data of the raw table.
        let is_taken = || headers.iter().any(|other| is_same_name(other, header)) || is_reserved_header(header);
        if !header.is_empty() && !is_taken() {
            headers.push(header.clone());
        }
    }
    let column_names = names::column_names(&headers);
    let mut columns = vec![];
    let mut keys_by_column: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (header, column_name) in headers.iter().zip(&column_names) {
        let values = values_of(header, tables);
        if column::is_identifier(column_name) {
            let distinct = values.iter().filter(|v| !v.is_empty()).map(|v| (*v).to_owned()).collect();
            keys_by_column.insert(column_name.clone(), distinct);
        }
        columns.push(column::infer(column_name, header, &values));
    }
    let kinds: Vec<Option<PersonalSpec>> = columns.iter().map(|c| c.pii).collect();
    if personal::is_people(name, &kinds) {
        for column in columns.iter_mut().filter(|c| c.name == "name") {
            column.pii = Some(PersonalSpec::Name);
            column.accepted.clear();
        }
    }
    let rows = tables.iter().map(|t| t.rows.len()).sum();
    let nulls: BTreeSet<String> = columns.iter().flat_map(|c| c.nulls.iter().cloned()).collect();
    let key = key(name, &columns, rows);
    if let Some(column) = columns.iter_mut().find(|c| Some(&c.name) == key.as_ref()) {
        column.required = true;
    }
    let stem = tables.first().map_or(name, |t| names::stem(&t.file));
    let extension = tables.first().and_then(|t| t.file.rsplit_once('.')).map_or("csv", |(_, extension)| extension);
    InferredEntity {
        name: name.to_owned(),
        files: Scalar(format!("{stem}*.{extension}")),
        except: None,
        delimiter: tables
            .first()
            .filter(|t| t.delimiter != ',')
            .map(|t| serde_json::Value::from(t.delimiter.to_string()).to_string()),
        is_windows: tables.iter().any(|table| !table.is_utf8),
        is_mixed: tables.iter().any(|table| !table.is_utf8) && tables.iter().any(|t| t.is_utf8 && !t.is_ascii),
        nulls: nulls.into_iter().map(Scalar).collect(),
        keys: key.as_ref().and_then(|k| keys_by_column.get(k).cloned()).unwrap_or_default(),
        key,
        columns,
        rows,
        identifiers: keys_by_column,
    }
}

/// All values of a column, empty where a file lacks it.
fn values_of<'a>(header: &str, tables: &'a [CsvTable]) -> Vec<&'a str> {
    let of_table = |table: &'a CsvTable| {
        let position = table.header.iter().position(|h| h == header);
        table.rows.iter().map(move |row| position.and_then(|p| row.get(p)).map_or("", String::as_str))
    };
    tables.iter().flat_map(of_table).collect()
}

/// The column that is called like a key of this entity, or else the first identifier that tells all rows apart.
fn key(entity: &str, columns: &[InferredColumn], rows: usize) -> Option<String> {
    let one = singular(entity);
    let expected = [
        "id".to_owned(),
        format!("{one}_id"),
        format!("{entity}_id"),
        format!("{one}_key"),
        format!("{one}_code"),
        format!("{one}_number"),
        format!("{one}_no"),
    ];
    let nearly_unique = |c: &&InferredColumn| c.distinct as f64 >= MOST * rows as f64;
    let named = expected.iter().find_map(|name| columns.iter().find(|c| c.name == *name)).filter(nearly_unique);
    let unique = |c: &&InferredColumn| rows > 0 && c.distinct == rows && column::is_identifier(&c.name);
    named.or_else(|| columns.iter().find(unique)).map(|c| c.name.clone())
}

/// Where the pattern of one entity matches files of another, those are left out; where that takes more than one
/// pattern, the files are named one by one.
fn separate_files(entities: &mut [InferredEntity], grouped: &BTreeMap<String, Vec<CsvTable>>) {
    let patterns: Vec<(String, Scalar)> = entities.iter().map(|e| (e.name.clone(), e.files.clone())).collect();
    for entity in entities {
        let Scalar(own) = &entity.files;
        let prefix = own.split('*').next().unwrap_or_default();
        let overlaps =
            |name: &str| grouped.get(name).is_some_and(|tables| tables.iter().any(|t| t.file.starts_with(prefix)));
        let others: Vec<&Scalar> =
            patterns.iter().filter(|(n, _)| *n != entity.name && overlaps(n)).map(|(_, p)| p).collect();
        match others.as_slice() {
            [] => {}
            [one] => entity.except = Some((*one).clone()),
            _ => {
                let files: Vec<&str> =
                    grouped.get(&entity.name).into_iter().flatten().map(|t| t.file.as_str()).collect();
                entity.files = Scalar(if let [one] = files.as_slice() {
                    (*one).to_owned()
                } else {
                    format!("{{{}}}", files.join(","))
                });
            }
        }
    }
}

/// Finds references: a column called like the key of another entity, most of whose values are keys there.
fn link(entities: &mut [InferredEntity]) {
    let mut found: Vec<(usize, usize)> = vec![];
    for index in 0..entities.len() {
        for target in 0..entities.len() {
            if index == target || reaches(target, index, &found) {
                continue;
            }
            if let Some(column) = referring_column(&entities[index], &entities[target]) {
                entities[index].columns[column].references = Some(entities[target].name.clone());
                found.push((index, target));
            }
        }
    }
}

/// Whether references lead from one entity to another; a new one must not close a cycle.
fn reaches(from: usize, to: usize, references: &[(usize, usize)]) -> bool {
    references.iter().any(|(a, b)| *a == from && (*b == to || reaches(*b, to, references)))
}

fn referring_column(entity: &InferredEntity, target: &InferredEntity) -> Option<usize> {
    let key = target.key.as_ref()?;
    let one = singular(&target.name);
    let is_named = |c: &InferredColumn| {
        (c.name == *key && key != "id") || c.name == format!("{one}_{key}") || c.name == format!("{one}_id")
    };
    entity.columns.iter().position(|column| {
        let values = entity.identifiers.get(&column.name);
        let known = values.map_or(0, |v| v.intersection(&target.keys).count());
        let is_free = column.references.is_none() && entity.key.as_ref() != Some(&column.name);
        is_free && is_named(column) && known as f64 >= HALF * values.map_or(0, BTreeSet::len) as f64
    })
}

/// A metric to begin with.
#[derive(Debug, Clone)]
pub struct InferredMetric {
    /// Name of the metric.
    pub name: String,
    /// Name of its first table, as the pipeline calls it.
    pub table: String,
    /// The entity it measures.
    pub from: String,
    /// Columns that are summed up.
    pub sums: Vec<String>,
    /// Date that it is cut by.
    pub time: Option<String>,
    /// Column that it is grouped by.
    pub by: Option<String>,
}

/// Counts and sums over the entity that refers to most others; `None` when there are no rows to count.
pub fn starter_metric(entities: &[InferredEntity]) -> Option<InferredMetric> {
    let references = |e: &InferredEntity| e.columns.iter().filter(|c| c.references.is_some()).count();
    let fact = entities.iter().filter(|e| e.rows > 0).max_by_key(|e| (references(e), e.rows))?;
    let name = format!("{}_summary", fact.name);
    if entities.iter().any(|e| e.name.starts_with(&name)) {
        return None;
    }
    let is_number = |c: &&InferredColumn| {
        matches!(c.ty, DataType::Int | DataType::BigInt | DataType::Decimal { .. }) && c.pii.is_none()
    };
    let time = fact.columns.iter().find(|c| matches!(c.ty, DataType::Date | DataType::Timestamp) && c.pii.is_none());
    let table = if time.is_some() { format!("{name}_monthly") } else { name.clone() };
    Some(InferredMetric {
        table,
        from: fact.name.clone(),
        sums: fact.columns.iter().filter(is_number).take(3).map(|c| c.name.clone()).collect(),
        time: time.map(|c| c.name.clone()),
        by: fact.columns.iter().find(|c| !c.accepted.is_empty()).map(|c| c.name.clone()),
        name,
    })
}
