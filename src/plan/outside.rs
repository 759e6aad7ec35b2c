//! Tables outside of the pipeline that entities read.

use std::collections::BTreeSet;

use lakeflow::check;
use lakeflow::diag::{Diagnostic, Diagnostics};
use lakeflow::is_same_name;
use lakeflow::source::FileId;
use lakeflow::types::Column;

use super::{BuildPlan, StoredAs};
use crate::codes;
use crate::model::{Entity, Project, SourceTable};

/// The tables that entities read, each once, with all columns that any of them reads.
pub fn outside_tables(project: &Project) -> Vec<check::OutsideTable> {
    let mut tables: Vec<check::OutsideTable> = vec![];
    for (entity, table) in readers(project) {
        let index = tables.iter().position(|known| is_same_table(&known.name, &table.parts)).unwrap_or_else(|| {
            tables.push(check::OutsideTable { name: table.parts.clone(), columns: vec![], is_stream: false });
            tables.len() - 1
        });
        let Some(known) = tables.get_mut(index) else { continue };
        known.is_stream |= table.is_stream;
        for column in &entity.columns {
            if !known.columns.iter().any(|other| is_same_name(&other.name, &column.header)) {
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

fn is_same_table(one: &[String], other: &[String]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same_name(one, other))
}

/// Reports tables that the pipeline itself keeps in some target; gives the files of the specs at fault.
pub fn report_own(project: &Project, plan: &BuildPlan, diagnostics: &mut Diagnostics) -> BTreeSet<FileId> {
    let mut faulty = BTreeSet::new();
    for (entity, table) in readers(project) {
        let is_own = |[catalog, schema, name]: [&str; 3]| {
            project
                .targets
                .iter()
                .any(|target| is_same_name(&target.catalog, catalog) && is_same_name(&target.schema, schema))
                && plan.datasets.iter().any(|planned| {
                    is_same_name(&planned.name, name) && planned.dataset.kind(project) != StoredAs::Internal
                })
        };
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
