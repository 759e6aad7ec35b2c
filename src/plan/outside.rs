//! Tables outside of the pipeline that entities read.

use std::collections::{BTreeSet, HashMap, HashSet};

use lakeflow::check;
use lakeflow::diag::{Diagnostic, Diagnostics};
use lakeflow::source::FileId;
use lakeflow::types::Column;
use lakeflow::{folded, is_same_name};

use super::{BuildPlan, ObjectPlace, StoredAs};
use crate::codes;
use crate::model::{Entity, EntityColumn, Project, SourceTable, Target};

/// The tables that entities read, each once, with all columns that any of them reads.
pub fn outside_tables(project: &Project) -> Vec<check::OutsideTable> {
    let mut tables: Vec<check::OutsideTable> = vec![];
    let (mut places, mut columns) = (HashMap::new(), HashSet::new());
    for (entity, table) in readers(project) {
        let key = check::folded_parts(&table.parts);
        let place = *places.entry(key.clone()).or_insert_with(|| {
            tables.push(check::OutsideTable { name: table.parts.clone(), columns: vec![], is_stream: false });
            tables.len() - 1
        });
        let Some(known) = tables.get_mut(place) else { continue };
        known.is_stream |= table.is_stream;
        for column in &entity.columns {
            if columns.insert((key.clone(), folded(&column.header).into_owned())) {
                known.columns.push(Column::nullable(&*column.header, column.ty.clone()));
            }
        }
    }
    tables
}

/// Entities with the tables outside of the pipeline that they read.
fn readers(project: &Project) -> impl Iterator<Item = (&Entity, &SourceTable)> {
    project.entities.iter().filter_map(|entity| Some((entity, entity.outside()?)))
}

/// Reports columns to which two entities give different types, of which only one can be right; gives the files of the specs at
/// fault.
pub fn report_types(project: &Project, diagnostics: &mut Diagnostics) -> BTreeSet<FileId> {
    let mut faulty = BTreeSet::new();
    let mut declared: HashMap<(Vec<String>, String), &EntityColumn> = HashMap::new();
    for (entity, table) in readers(project) {
        for column in &entity.columns {
            let key = (check::folded_parts(&table.parts), folded(&column.header).into_owned());
            let other = *declared.entry(key).or_insert(column);
            if other.ty != column.ty {
                let message = format!(
                    "`{}` of `{}` is declared {} here, but {} elsewhere",
                    column.header,
                    table.name(),
                    column.ty,
                    other.ty
                );
                let fault = Diagnostic::error(codes::OPTION_CONFLICT, message).at(column.span);
                let fault = fault.related(other.span, "the other declaration");
                diagnostics.push(fault.hint("declare the type that the table has in both"));
                faulty.extend([column.span.file, other.span.file]);
            }
        }
    }
    faulty
}

/// Reports tables that the pipeline itself keeps in some target; gives the files of the specs at fault.
pub fn report_own(project: &Project, plan: &BuildPlan, diagnostics: &mut Diagnostics) -> BTreeSet<FileId> {
    let mut faulty = BTreeSet::new();
    for (entity, table) in readers(project) {
        let published = || plan.datasets.iter().filter(|planned| planned.dataset.kind(project) != StoredAs::Internal);
        let is_at = |target: &Target, parts: [&str; 3]| {
            // Most tables lie elsewhere.
            if !target.schemas().iter().any(|schema| is_same_name(schema, parts[1])) {
                return false;
            }
            let mut places = published().map(|own| ObjectPlace::of_dataset(target, own.dataset, &own.name).parts());
            places.any(|own| own.iter().zip(parts).all(|(own, part)| is_same_name(own, part)))
        };
        let is_own = |parts: [&str; 3]| project.targets.iter().any(|target| is_at(target, parts));
        let own = project.targets.iter().find(|target| table.within(&target.catalog).is_some_and(is_own));
        if let Some(target) = own {
            let message = format!("in target `{}`, `{}` is a table of this pipeline", target.name, table.name());
            let fault = Diagnostic::error(codes::DATASET_CYCLE, message).at(entity.origin.span);
            diagnostics.push(fault.hint("read it by a query: `source: { query: .. }`"));
            faulty.insert(entity.origin.span.file);
        }
    }
    faulty
}
