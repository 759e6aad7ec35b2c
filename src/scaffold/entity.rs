//! Entities out of tables: keys, references between them, and a first metric over the one that refers to most others.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use lakeflow::types::DataType;

use super::column::{self, InferredColumn};
use super::found::DataTable;
use super::names::singular;
use super::text::Scalar;
use super::{pattern, personal};
use crate::spec::PersonalSpec;

/// Share of the rows that must have different keys; the others are what an upsert is for.
const MOST: f64 = 0.9;
/// Share of the values of a reference that must be keys.
const HALF: f64 = 0.5;
/// Fewer rows than this suggest rules by chance.
const FEW: usize = 20;

/// An entity as it will be declared.
#[derive(Debug, Clone, Template)]
#[template(path = "init/entity.yml")]
pub struct InferredEntity {
    /// Name of the entity, after that of its files.
    pub name: String,
    /// Names of the files.
    pub names: Vec<String>,
    /// Pattern of its files, below the landing directory.
    pub files: Scalar,
    /// Pattern of files that match but belong to another entity.
    pub except: Option<Scalar>,
    /// Keys of the source beside the pattern of its files, as they are written.
    pub options: Vec<String>,
    /// What whoever reads the spec should know, a line each.
    pub remarks: Vec<String>,
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

/// The entities of tables.
pub fn infer(tables: Vec<DataTable>) -> Vec<InferredEntity> {
    let mut entities: Vec<InferredEntity> = tables.into_iter().map(entity).collect();
    pattern::set(&mut entities);
    link(&mut entities);
    entities.iter_mut().for_each(doubt_rules);
    entities
}

fn entity(table: DataTable) -> InferredEntity {
    let DataTable { name, files: names, keys, mut columns, identifiers, rows, mut remarks } = table;
    let kinds: Vec<Option<PersonalSpec>> = columns.iter().map(|c| c.pii).collect();
    if personal::is_people(&name, &kinds) {
        for column in columns.iter_mut().filter(|c| c.name == "name") {
            column.pii = Some(PersonalSpec::Name);
            column.accepted.clear();
        }
    }
    let nulls: BTreeSet<String> = columns.iter().flat_map(|c| c.nulls.iter().cloned()).collect();
    if !nulls.is_empty() {
        let remark =
            "The words of `nulls` stand beside dates and numbers, so they are taken for no value, in texts too.";
        remarks.push(remark.to_owned());
    }
    let key = key(&name, &columns, rows);
    if let Some(column) = columns.iter_mut().find(|c| Some(&c.name) == key.as_ref()) {
        column.required = true;
    }
    InferredEntity {
        name,
        names,
        files: Scalar(String::new()),
        except: None,
        options: keys,
        remarks,
        nulls: nulls.into_iter().map(Scalar).collect(),
        keys: key.as_ref().and_then(|k| identifiers.get(k).cloned()).unwrap_or_default(),
        key,
        columns,
        rows,
        identifiers,
    }
}

/// Says of rules that few rows suggest that they may be chance.
fn doubt_rules(entity: &mut InferredEntity) {
    let columns = &entity.columns;
    let found = [
        ("key", entity.key.is_some()),
        ("required", columns.iter().any(|c| c.required)),
        ("references", columns.iter().any(|c| c.references.is_some())),
        ("accepted", columns.iter().any(|c| !c.accepted.is_empty())),
    ];
    let rules: Vec<String> = found.iter().filter(|(_, is)| *is).map(|(rule, _)| format!("`{rule}`")).collect();
    if entity.rows < FEW && !rules.is_empty() {
        let seen = match entity.rows {
            0 => "Seen in no row".to_owned(),
            1 => "Seen in 1 row only".to_owned(),
            rows => format!("Seen in {rows} rows only"),
        };
        entity.remarks.push(format!("{seen}, so it may be chance: {}.", rules.join(", ")));
    }
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
