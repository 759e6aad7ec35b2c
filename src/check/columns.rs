//! Columns of datasets: what queries deliver, and whether it is what was declared.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::PipelineFile;
use super::dataset::{Definition, Kind, cdc_by_target, first_line, last_part, query_of, statement_of, table_of};
use crate::diag::{Code, Diagnostic, Diagnostics, did_you_mean};
use crate::lakeflow;
use crate::lakeflow::ast::{AutoCdc, Column as DeclaredColumn, ColumnSelection, StoredAs};
use crate::lakeflow::infer::{self, Catalog, QueryInfo, Relation};
use crate::lakeflow::types::{Column, DataType};
use crate::source::{SourceMap, Span};

/// The datasets resolved so far, as tables.
#[derive(Debug, Clone, Default)]
pub struct Known {
    relations: BTreeMap<String, Arc<Relation>>,
    /// Defined but not resolved yet: only in cycles, which are reported.
    pending: BTreeSet<String>,
}

impl Catalog for Known {
    fn table(&self, name: &[&str]) -> Option<Arc<Relation>> {
        let last = name.last()?.to_lowercase();
        let pending = || self.pending.contains(&last).then(Relation::unknown);
        self.relations.get(&last).cloned().or_else(pending)
    }

    fn table_names(&self) -> Vec<String> {
        self.relations.keys().chain(&self.pending).cloned().collect()
    }
}

/// Analyses every query against the columns of the datasets before it; gives all of them as tables.
pub fn resolve(
    definitions: &mut [Definition],
    files: &[PipelineFile],
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
) -> Known {
    let changes = cdc_by_target(files);
    let pending = definitions.iter().map(|d| d.name.clone()).collect();
    let mut known = Known { relations: BTreeMap::new(), pending };
    for definition in definitions.iter_mut() {
        let (file, statement) = statement_of(definition, files);
        definition.query =
            query_of(&statement.kind).map(|query| infer::analyze_query(query, sources.text(file), &known));
        if let Some(query) = &definition.query {
            diagnostics.extend(query.faults.iter().map(|fault| super::fault(file, fault)));
        }
        let inferred = definition.query.as_ref().map(QueryInfo::schema);
        let cdc = changes.get(&definition.name).copied().filter(|_| inferred.is_none());
        let delivered = inferred.or_else(|| cdc.map(|cdc| cdc_columns(cdc, &known)));
        let declared = table_of(&statement.kind).map(|t| declared_columns(&t.columns)).filter(|c| !c.is_empty());
        if let (Some(declared), Some(delivered), Some(table)) = (&declared, &delivered, table_of(&statement.kind)) {
            compare(
                &table.columns,
                declared,
                delivered,
                Span::new(file, statement.range.clone()),
                sources,
                diagnostics,
            );
        }
        definition.columns = declared.or(delivered).unwrap_or_default();
        let streaming = definition.query.as_ref().is_some_and(|q| q.streaming);
        definition.streamable = definition.kind == Kind::StreamingTable || streaming;
        known.pending.remove(&definition.name);
        known.relations.insert(definition.name.clone(), definition.relation());
    }
    known
}

impl Definition {
    /// The dataset as a table that queries read.
    fn relation(&self) -> Arc<Relation> {
        let streaming = self.kind == Kind::TemporaryView && self.streamable;
        let open = self.columns.is_empty();
        Arc::new(Relation { columns: self.columns.clone(), streaming, open, ..Relation::default() })
    }
}

/// What change data capture delivers: the chosen columns of its source, and validity for a history.
fn cdc_columns(cdc: &AutoCdc, known: &Known) -> Vec<Column> {
    let Some(source) = cdc.source.name().and_then(|name| known.relations.get(&last_part(name))) else { return vec![] };
    let is = |names: &[sqlparser::ast::Ident], c: &Column| names.iter().any(|n| n.value.eq_ignore_ascii_case(&c.name));
    let chosen = |c: &&Column| match &cdc.columns {
        None => true,
        Some(ColumnSelection::Only(names)) => is(names, c),
        Some(ColumnSelection::AllExcept(names)) => !is(names, c),
    };
    let mut columns: Vec<Column> = source.columns.iter().filter(chosen).cloned().collect();
    if cdc.stored_as == Some(StoredAs::ScdType2) {
        let sequence = source.columns.iter().find(|c| cdc.sequence_by.to_string().eq_ignore_ascii_case(&c.name));
        let ty = sequence.map_or(DataType::Unknown, |c| c.ty.clone());
        columns.extend(["__START_AT", "__END_AT"].map(|name| Column {
            name: name.into(),
            ty: ty.clone(),
            nullable: true,
        }));
    }
    columns
}

fn declared_columns(columns: &[DeclaredColumn]) -> Vec<Column> {
    let ty = |c: &DeclaredColumn| DataType::from_sql(&c.data_type).unwrap_or(DataType::Unknown);
    columns.iter().map(|c| Column { name: c.name.value.clone(), ty: ty(c), nullable: !c.not_null }).collect()
}

/// Declared columns and those that a query delivers must be the same (reference sections 1.1 and 1.2).
fn compare(
    written: &[DeclaredColumn],
    declared: &[Column],
    delivered: &[Column],
    statement: Span,
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
) {
    if delivered.is_empty() {
        return;
    }
    let span = |column: &DeclaredColumn| {
        let range = lakeflow::range_of(sources.text(statement.file), column.name.span).unwrap_or(0..0);
        Span::new(statement.file, range)
    };
    for (column, written) in declared.iter().zip(written) {
        let Some(found) = delivered.iter().find(|d| d.name.eq_ignore_ascii_case(&column.name)) else {
            let hint = did_you_mean(&column.name, delivered.iter().map(|d| d.name.as_str()));
            let message = format!("column `{}` is declared, but the query does not deliver it", column.name);
            diagnostics.push(Diagnostic::error(Code::ColumnMismatch, message).at(span(written)).maybe_hint(hint));
            continue;
        };
        if found.ty != column.ty && !column.ty.can_store(&found.ty) {
            let message =
                format!("column `{}` is declared as {}, but the query delivers {}", column.name, column.ty, found.ty);
            diagnostics.push(Diagnostic::error(Code::ColumnMismatch, message).at(span(written)));
        }
    }
    for found in delivered.iter().filter(|d| !declared.iter().any(|c| c.name.eq_ignore_ascii_case(&d.name))) {
        let message = format!("the query delivers `{}`, which is not declared", found.name);
        diagnostics.push(Diagnostic::error(Code::ColumnMismatch, message).at(first_line(statement)));
    }
}
