//! Tables about the data: orphans, duplicates, row counts.

use askama::Template;
use lakeflow::build;
use sqlparser::ast::Expr;

use super::columns::{self, ColumnDefinition};
use super::metric::named;
use super::names::current_rows;
use super::text::{Ident, Literal, Sql};
use super::{filters, header};
use crate::model::{Entity, EntityId, Project, Reference};
use crate::plan::{self, Dataset};

#[derive(Template)]
#[template(path = "pipeline/orphans.sql")]
struct Orphans<'a> {
    header: Sql,
    name: Ident<'a>,
    columns: Vec<ColumnDefinition<'a>>,
    comment: Literal,
    row_filter: Option<Sql>,
    entity: Ident<'a>,
    references: Vec<OrphanReference>,
    current: Option<Sql>,
}

struct OrphanReference {
    table: Sql,
    condition: Sql,
    /// True for rows whose value the referenced entity does not know.
    missing: Sql,
    literal: Literal,
}

pub fn orphans(project: &Project, id: EntityId) -> Result<String, askama::Error> {
    let entity = project.entity(id);
    let name = plan::orphans_name(entity);
    Orphans {
        header: header(
            &format!("{name}: rows of {} that refer to something unknown, until it arrives.", entity.name),
            &entity.origin.path,
        )?,
        name: Ident::new(&name),
        columns: columns::typed(project, entity),
        row_filter: columns::row_filter(project, Dataset::Orphans(id)),
        comment: Literal::new(format!("Rows of {} that refer to something unknown", entity.name)),
        entity: Ident::new(&entity.name),
        references: entity.unresolved().map(|r| orphan_reference(project, entity, r)).collect(),
        current: current_rows(entity, &entity.name).as_ref().map(Sql::of),
    }
    .render()
}

fn orphan_reference(project: &Project, entity: &Entity, reference: &Reference) -> OrphanReference {
    let referenced = project.entity(reference.entity);
    let own = reference.columns.iter().map(|id| build::column([entity.name.as_str(), &entity.column(*id).name]));
    let found = referenced.key_columns().map(|key| build::column([reference.alias.as_str(), &key.name]));
    let (own, found): (Vec<Expr>, Vec<Expr>) = own.zip(found).unzip();
    let keys = found.iter().cloned().zip(own.iter().cloned()).map(|(found, own)| build::equal(found, own));
    // No part of a key is NULL, so the first one tells whether there is a row.
    let refers = own.iter().cloned().map(build::is_not_null);
    let is_unknown = found.first().cloned().map(build::is_null);
    OrphanReference {
        table: named(referenced, &reference.alias),
        condition: Sql::of(&build::and(keys.chain(current_rows(referenced, &reference.alias)))),
        missing: Sql::of(&build::and(refers.chain(is_unknown))),
        literal: Literal::new(&reference.label),
    }
}

#[derive(Template)]
#[template(path = "pipeline/duplicates.sql")]
struct Duplicates<'a> {
    header: Sql,
    name: Ident<'a>,
    columns: Vec<ColumnDefinition<'a>>,
    all_columns: Vec<Ident<'a>>,
    comment: Literal,
    checked: Ident<'a>,
}

pub fn duplicates(project: &Project, entity: &Entity) -> Result<String, askama::Error> {
    let name = plan::duplicates_name(entity);
    Duplicates {
        header: header(
            &format!("{name}: keys of {} that were delivered more than once.", entity.name),
            &entity.origin.path,
        )?,
        name: Ident::new(&name),
        columns: plan::identity(entity).map(|column| ColumnDefinition::of(project, column)).collect(),
        all_columns: entity.columns.iter().map(|c| Ident::new(&c.name)).collect(),
        comment: Literal::new(format!("Keys of {} that were delivered more than once", entity.name)),
        checked: Ident::new(plan::checked_name(entity)),
    }
    .render()
}

#[derive(Template)]
#[template(path = "pipeline/row_counts.sql")]
struct RowCounts<'a> {
    header: Sql,
    name: Ident<'a>,
    comment: Literal,
    minima: Vec<Minimum<'a>>,
    parts: Vec<Vec<CountedEntity<'a>>>,
}

struct Minimum<'a> {
    name: Ident<'a>,
    entity: Literal,
    rows: u64,
    fails: bool,
}

struct CountedEntity<'a> {
    literal: Literal,
    raw: Ident<'a>,
    checked: Ident<'a>,
    quarantine: Ident<'a>,
    table: Ident<'a>,
    duplicate_rows: String,
    orphan_rows: String,
}

pub fn row_counts(project: &Project) -> Result<String, askama::Error> {
    let loaded = || project.entities.iter().filter(|e| e.is_loaded());
    let minimum = |entity: &Entity| {
        let count = entity.row_count?;
        let name = Ident::new(format!("{}_minimum", entity.name));
        Some(Minimum { name, entity: Literal::new(&entity.name), rows: count.min, fails: count.fail })
    };
    RowCounts {
        header: header("row_counts: what became of the lines of every entity.", "specs/entities")?,
        name: Ident::new(plan::ROW_COUNTS),
        comment: Literal::new("What became of the lines of every entity"),
        minima: loaded().filter_map(minimum).collect(),
        parts: in_parts(loaded().map(counted_entity)),
    }
    .render()
}

fn counted_entity(entity: &Entity) -> CountedEntity<'_> {
    let duplicates = Ident::new(plan::duplicates_name(entity));
    let orphans = Ident::new(plan::orphans_name(entity));
    let none = || "CAST(0 AS BIGINT)".to_owned();
    CountedEntity {
        literal: Literal::new(&entity.name),
        raw: Ident::new(plan::raw_name(entity)),
        checked: Ident::new(plan::checked_name(entity)),
        quarantine: Ident::new(plan::quarantine_name(entity)),
        table: Ident::new(&entity.name),
        duplicate_rows: if plan::has_duplicates(entity) {
            format!("(SELECT coalesce(sum(row_count - 1), 0) FROM {duplicates})")
        } else {
            none()
        },
        orphan_rows: if plan::has_orphans(entity) { format!("(SELECT count(*) FROM {orphans})") } else { none() },
    }
}

#[derive(Template)]
#[template(path = "pipeline/orphan_counts.sql")]
struct OrphanCounts<'a> {
    header: Sql,
    name: Ident<'a>,
    comment: Literal,
    parts: Vec<Vec<CountedReference<'a>>>,
}

struct CountedReference<'a> {
    entity: Literal,
    column: Literal,
    referenced: Literal,
    orphans: Ident<'a>,
}

pub fn orphan_counts(project: &Project) -> Result<String, askama::Error> {
    let mut references = vec![];
    for entity in project.entities.iter().filter(|e| plan::has_orphans(e)) {
        references.extend(entity.unresolved().map(|r| CountedReference {
            entity: Literal::new(&entity.name),
            column: Literal::new(&r.label),
            referenced: Literal::new(&project.entity(r.entity).name),
            orphans: Ident::new(plan::orphans_name(entity)),
        }));
    }
    OrphanCounts {
        header: header("orphan_counts: rows that refer to something unknown, by reference.", "specs/entities")?,
        name: Ident::new(plan::ORPHAN_COUNTS),
        comment: Literal::new("Rows that refer to something unknown, by reference"),
        parts: in_parts(references.into_iter()),
    }
    .render()
}

/// Branches of one UNION ALL: more than these nest deeper than parsers bear.
const MAX_BRANCHES: usize = 100;

fn in_parts<T>(mut items: impl Iterator<Item = T>) -> Vec<Vec<T>> {
    let next = || Some(items.by_ref().take(MAX_BRANCHES).collect::<Vec<_>>()).filter(|part| !part.is_empty());
    std::iter::from_fn(next).collect()
}
