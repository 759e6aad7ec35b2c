//! Clean, final and quarantine tables of an entity.

use askama::Template;
use lakeflow::build;
use lakeflow::fmt::part;
use lakeflow::types::DataType;

use super::columns::{self, ColumnDefinition};
use super::storage::StorageClauses;
use super::text::{Ident, Literal, Sql};
use super::{constant, files, filters, first_text, header, names};
use crate::model::{
    ColumnId, Constant, Entity, EntityColumn, EntityId, EntitySource, Expression, KeptValues, Load, Lookup, Project,
};
use crate::plan::{self, Dataset, access};

#[derive(Template)]
#[template(path = "pipeline/clean.sql")]
struct Clean<'a> {
    header: Sql,
    name: Ident<'a>,
    comment: Literal,
    columns: Vec<Ident<'a>>,
    sequence: Sql,
    checked: Ident<'a>,
}

pub fn clean(entity: &Entity) -> Result<String, askama::Error> {
    let name = plan::clean_name(entity);
    Clean {
        header: header(
            &format!("{name}: the rows that stay, on their way into {}.", entity.name),
            &entity.origin.path,
        )?,
        name: Ident::new(&name),
        comment: Literal::new(format!("Rows of {} that break no rule that keeps them out", entity.name)),
        columns: entity.columns.iter().map(|c| Ident::new(&c.name)).collect(),
        sequence: sequence(entity),
        checked: Ident::new(plan::checked_name(entity)),
    }
    .render()
}

/// What tells the newer of two rows of a key. Versions of a history go by their own column, whose value the table
/// shows. Other rows go by the columns of the spec, then by the file that was changed last and its name, then by the
/// greatest row, so that the choice never depends on the order of reading.
fn sequence(entity: &Entity) -> Sql {
    let quoted = |c: &EntityColumn| Ident::new(&c.name).to_string();
    let own = match &entity.load {
        Load::History { sequence, .. } => return Sql(quoted(entity.column(*sequence))),
        Load::Upsert { sequence, .. } => sequence.as_slice(),
        Load::Append | Load::Snapshot => &[],
    };
    let file = ["_file_modified_at", "_file_name"].into_iter().filter(|_| entity.is_loaded()).map(String::from);
    // Each column stands once: a struct can't hold two fields of one name, and the second would decide nothing.
    let rest = entity.columns.iter().enumerate().filter(|(index, _)| !own.contains(&ColumnId(*index)));
    let first = own.iter().map(|id| quoted(entity.column(*id)));
    let parts: Vec<String> = first.chain(file).chain(rest.map(|(_, column)| quoted(column))).collect();
    Sql(format!("struct(\n    {}\n  )", part::values(&parts, 2)))
}

pub fn table(project: &Project, id: EntityId) -> Result<String, askama::Error> {
    let entity = project.entity(id);
    let guarded = Guarded {
        columns: columns::typed(project, entity),
        row_filter: columns::row_filter(project, Dataset::Table(id)),
    };
    match (&entity.source, &entity.load) {
        (EntitySource::Lookup(lookup), _) => lookup_table(entity, lookup, guarded),
        (EntitySource::Query(_), _) | (_, Load::Append) => plain_table(entity, guarded),
        (EntitySource::Table(table), _) if !table.is_stream => plain_table(entity, guarded),
        (_, Load::Snapshot) => snapshot_table(entity, guarded),
        (_, Load::Upsert { delete_when: Some(deletion), sequence, marks: true, .. }) => {
            marked_table(entity, deletion, sequence, guarded)
        }
        (_, Load::Upsert { delete_when, .. }) => keyed_table(entity, delete_when.as_ref(), 1, guarded),
        (_, Load::History { delete_when, .. }) => keyed_table(entity, delete_when.as_ref(), 2, guarded),
    }
}

/// The columns of a table with their masks, and the clause that keeps rows from readers.
struct Guarded<'a> {
    columns: Vec<ColumnDefinition<'a>>,
    row_filter: Option<Sql>,
}

/// So many columns a table can be clustered by (page "Use liquid clustering for tables").
const CLUSTER_KEYS: usize = 4;

/// How the table of an entity is stored.
fn storage(entity: &Entity, usual: &[&str]) -> StorageClauses {
    let columns: Vec<&str> = entity.columns.iter().map(|column| column.name.as_str()).collect();
    StorageClauses::of(&entity.storage, &columns, usual)
}

#[derive(Template)]
#[template(path = "pipeline/keyed_table.sql")]
struct KeyedTable<'a> {
    header: Sql,
    name: Ident<'a>,
    columns: Vec<ColumnDefinition<'a>>,
    storage: StorageClauses,
    comment: Literal,
    row_filter: Option<Sql>,
    flow: Ident<'a>,
    clean: Ident<'a>,
    key: String,
    ignored: Option<Sql>,
    delete_when: Option<Sql>,
    scd_type: u8,
}

/// Where NULL does not replace a value.
fn ignored_nulls(entity: &Entity) -> Option<Sql> {
    let Load::Upsert { kept: Some(kept), .. } = &entity.load else { return None };
    Some(Sql(match kept {
        KeptValues::All => "IGNORE NULL UPDATES".to_owned(),
        KeptValues::Only(ids) => {
            format!("IGNORE NULL UPDATES ON ({})", columns::list(ids.iter().map(|id| entity.column(*id))))
        }
    }))
}

fn keyed_table(
    entity: &Entity,
    delete_when: Option<&Expression>,
    scd_type: u8,
    guarded: Guarded<'_>,
) -> Result<String, askama::Error> {
    let Guarded { mut columns, row_filter } = guarded;
    if let Load::History { sequence, .. } = &entity.load {
        let ty = &entity.column(*sequence).ty;
        columns.push(ColumnDefinition::new("__START_AT", ty, "From when this version holds"));
        columns.push(ColumnDefinition::new("__END_AT", ty, "Until when it held; NULL for the current version"));
    }
    let clustered = entity.key_columns().filter(|column| column.ty != DataType::Boolean).take(CLUSTER_KEYS);
    let clustered: Vec<&str> = clustered.map(|column| column.name.as_str()).collect();
    KeyedTable {
        header: header(&title(entity), &entity.origin.path)?,
        name: Ident::new(&entity.name),
        columns,
        storage: storage(entity, &clustered),
        comment: Literal::new(comment(entity)),
        row_filter,
        flow: Ident::new(plan::flow_name(entity)),
        clean: Ident::new(plan::clean_name(entity)),
        key: columns::list(entity.key_columns()),
        ignored: ignored_nulls(entity),
        delete_when: delete_when.map(|condition| Sql::of(&names::own(entity, condition))),
        scd_type,
    }
    .render()
}

#[derive(Template)]
#[template(path = "pipeline/plain_table.sql")]
struct PlainTable<'a> {
    header: Sql,
    /// Whether its rows stay once they are there; otherwise they are those that the checked table has.
    streams: bool,
    name: Ident<'a>,
    columns: Vec<ColumnDefinition<'a>>,
    storage: StorageClauses,
    comment: Literal,
    row_filter: Option<Sql>,
    checked: Ident<'a>,
}

fn plain_table(entity: &Entity, guarded: Guarded<'_>) -> Result<String, askama::Error> {
    PlainTable {
        header: header(&title(entity), &entity.origin.path)?,
        streams: entity.is_streamed(),
        name: Ident::new(&entity.name),
        columns: guarded.columns,
        row_filter: guarded.row_filter,
        storage: storage(entity, &[]),
        comment: Literal::new(comment(entity)),
        checked: Ident::new(plan::checked_name(entity)),
    }
    .render()
}

#[derive(Template)]
#[template(path = "pipeline/snapshot_table.sql")]
struct SnapshotTable<'a> {
    header: Sql,
    name: Ident<'a>,
    columns: Vec<ColumnDefinition<'a>>,
    storage: StorageClauses,
    comment: Literal,
    row_filter: Option<Sql>,
    checked: Ident<'a>,
    key: Option<String>,
    order: String,
}

fn snapshot_table(entity: &Entity, guarded: Guarded<'_>) -> Result<String, askama::Error> {
    let order: Vec<String> = entity.columns.iter().map(|c| format!("{} DESC", Ident::new(&c.name))).collect();
    SnapshotTable {
        header: header(&title(entity), &entity.origin.path)?,
        name: Ident::new(&entity.name),
        columns: guarded.columns,
        row_filter: guarded.row_filter,
        storage: storage(entity, &[]),
        comment: Literal::new(comment(entity)),
        checked: Ident::new(plan::checked_name(entity)),
        key: (!entity.key.is_empty()).then(|| columns::list(entity.key_columns())),
        order: order.join(", "),
    }
    .render()
}

#[derive(Template)]
#[template(path = "pipeline/marked_table.sql")]
struct MarkedTable<'a> {
    header: Sql,
    name: Ident<'a>,
    columns: Vec<ColumnDefinition<'a>>,
    own: Vec<Ident<'a>>,
    storage: StorageClauses,
    comment: Literal,
    row_filter: Option<Sql>,
    checked: Ident<'a>,
    /// What tells rows from those of other files.
    file: &'static [&'static str],
    deletes: Sql,
    at: String,
    key: String,
    older: String,
    newer: String,
}

fn marked_table(
    entity: &Entity,
    deletion: &Expression,
    sequence: &[ColumnId],
    guarded: Guarded<'_>,
) -> Result<String, askama::Error> {
    let marks = entity.marks();
    let Guarded { mut columns, row_filter } = guarded;
    for ((name, ty), comment) in marks.iter().flatten().zip(["Whether its key was deleted", "When"]) {
        columns.push(ColumnDefinition::new(name, ty, comment));
    }
    let file: &[&str] = if entity.is_loaded() { &["_file_modified_at", "_file_name"] } else { &[] };
    let rest = entity.columns.iter().enumerate().filter(|(index, _)| !sequence.contains(&ColumnId(*index)));
    let first = sequence.iter().map(|id| entity.column(*id).name.as_str());
    let order: Vec<String> = first
        .chain(file.iter().copied())
        .chain(rest.map(|(_, column)| column.name.as_str()))
        .map(|name| Ident::new(name).to_string())
        .collect();
    let is_true = build::call("coalesce", [names::own(entity, deletion), build::truth(false)]);
    MarkedTable {
        header: header(&title(entity), &entity.origin.path)?,
        name: Ident::new(&entity.name),
        columns,
        own: entity.columns.iter().map(|column| Ident::new(&column.name)).collect(),
        storage: storage(entity, &[]),
        comment: Literal::new(comment(entity)),
        row_filter,
        checked: Ident::new(plan::checked_name(entity)),
        file,
        deletes: Sql::of(&is_true),
        at: sequence.first().map(|id| Ident::new(&entity.column(*id).name).to_string()).unwrap_or_default(),
        key: columns::list(entity.key_columns()),
        older: order.join(", "),
        newer: order.iter().map(|name| format!("{name} DESC")).collect::<Vec<_>>().join(", "),
    }
    .render()
}

#[derive(Template)]
#[template(path = "pipeline/lookup.sql")]
struct LookupTable<'a> {
    header: Sql,
    name: Ident<'a>,
    columns: Vec<ColumnDefinition<'a>>,
    storage: StorageClauses,
    comment: Literal,
    row_filter: Option<Sql>,
    rows: Vec<String>,
}

fn lookup_table(entity: &Entity, lookup: &Lookup, guarded: Guarded<'_>) -> Result<String, askama::Error> {
    let origin = format!("{} and {}", entity.origin.path, lookup.file);
    let value = |v: &Option<Constant>| v.as_ref().map_or("NULL".to_owned(), |v| constant::text(v).to_string());
    LookupTable {
        header: header(&title(entity), &origin)?,
        name: Ident::new(&entity.name),
        columns: guarded.columns,
        row_filter: guarded.row_filter,
        storage: storage(entity, &[]),
        comment: Literal::new(comment(entity)),
        rows: lookup.rows.iter().map(|row| row.values.iter().map(value).collect::<Vec<_>>().join(", ")).collect(),
    }
    .render()
}

#[derive(Template)]
#[template(path = "pipeline/quarantine.sql")]
struct Quarantine<'a> {
    header: Sql,
    name: Ident<'a>,
    columns: Vec<ColumnDefinition<'a>>,
    /// What was delivered in place of a record.
    corrupt: Option<ColumnDefinition<'a>>,
    rescued: ColumnDefinition<'a>,
    comment: Literal,
    checked: Ident<'a>,
}

pub fn quarantine(project: &Project, entity: &Entity) -> Result<String, askama::Error> {
    let name = plan::quarantine_name(entity);
    let types: Vec<DataType> = entity.columns.iter().map(|c| access::delivered_type(entity, c)).collect();
    Quarantine {
        header: header(
            &format!("{name}: rows of {} that break a rule, as they were delivered.", entity.name),
            &entity.origin.path,
        )?,
        name: Ident::new(&name),
        columns: entity.columns.iter().zip(&types).map(|(c, ty)| ColumnDefinition::given(project, c, ty)).collect(),
        corrupt: files::corrupt(project, entity),
        rescued: files::rescued(project, entity),
        comment: Literal::new(format!("Rows of {} that break a rule, as delivered", entity.name)),
        checked: Ident::new(plan::checked_name(entity)),
    }
    .render()
}

fn title(entity: &Entity) -> String {
    format!("{}: {}", entity.name, first_text(&[&entity.description, "rows that keep all rules."]))
}

fn comment(entity: &Entity) -> &str {
    first_text(&[&entity.description, &entity.name])
}
