//! Entities: sources, columns, rules, references.

use lakeflow::is_same_name;
use lakeflow::source::Span;
use lakeflow::types::DataType;

use super::constant::Constant;
use super::governance::{AudienceId, Classification, PersonalKind, RowAccess};
use super::outside::SourceTable;
use super::query::TableQuery;
use super::reading::Reading;
use super::sql::{Action, Expression, SpecOrigin};
use super::storage::Storage;
use super::upkeep::{RowCount, Upkeep};

/// Index of an entity in its project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityId(pub usize);

/// Index of a column in its entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnId(pub usize);

/// Index of a reference in its entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReferenceId(pub usize);

/// Rows of one kind.
#[derive(Debug, Clone)]
pub struct Entity {
    /// Name of the entity and of its table.
    pub name: String,
    /// What it was called before.
    pub renamed_from: Option<String>,
    /// What one row is; may be empty.
    pub description: String,
    /// The spec that declares it, and where.
    pub origin: SpecOrigin,
    /// Where rows come from.
    pub source: EntitySource,
    /// Columns of the key; empty only for append loads.
    pub key: Vec<ColumnId>,
    /// How new rows meet old ones.
    pub load: Load,
    /// Columns, in the order of the spec.
    pub columns: Vec<EntityColumn>,
    /// All rules: those of each column in order, then the named ones.
    pub rules: Vec<Rule>,
    /// References, in the order of their columns.
    pub references: Vec<Reference>,
    /// How far the table may travel.
    pub classification: Classification,
    /// Why it tells nothing of a person that a row is deleted, if somebody says so.
    pub deletion_reason: Option<String>,
    /// The words of the sequence in the spec.
    pub sequence_words: Vec<Span>,
    /// Who may read it.
    pub audiences: Vec<AudienceId>,
    /// Those of them that see some rows only.
    pub rows: Vec<RowAccess>,
    /// How its table is stored.
    pub storage: Storage,
    /// How its tables are labelled, and whether they stay.
    pub upkeep: Upkeep,
    /// Hours after which the newest file is stale.
    pub fresh_within_hours: Option<u32>,
    /// Least number of raw rows.
    pub row_count: Option<RowCount>,
}

impl Entity {
    /// An entity of which nothing is known, for what names one that could not be read.
    pub(crate) fn nobody(span: Span) -> Entity {
        Entity {
            name: String::new(),
            renamed_from: None,
            description: String::new(),
            origin: SpecOrigin { path: String::new(), span },
            source: EntitySource::Files(FileSource {
                files: String::new(),
                except: None,
                format: FileFormat::default(),
            }),
            key: vec![],
            load: Load::Append,
            columns: vec![],
            rules: vec![],
            references: vec![],
            classification: Classification::Internal,
            deletion_reason: None,
            sequence_words: vec![],
            audiences: vec![],
            rows: vec![],
            storage: Storage::default(),
            upkeep: Upkeep::default(),
            fresh_within_hours: None,
            row_count: None,
        }
    }

    /// A column by id.
    ///
    /// # Panics
    /// When the id comes from another entity, which is a fault of the compiler.
    pub fn column(&self, id: ColumnId) -> &EntityColumn {
        &self.columns[id.0]
    }

    /// A column by name, in any letter case.
    pub fn find(&self, name: &str) -> Option<ColumnId> {
        self.columns.iter().position(|c| is_same_name(&c.name, name)).map(ColumnId)
    }

    /// A reference by id.
    ///
    /// # Panics
    /// When the id comes from another entity, which is a fault of the compiler.
    pub fn reference(&self, id: ReferenceId) -> &Reference {
        &self.references[id.0]
    }

    /// The reference that expressions call `alias`, in any letter case.
    pub fn find_reference(&self, alias: &str) -> Option<ReferenceId> {
        self.references.iter().position(|r| is_same_name(&r.alias, alias)).map(ReferenceId)
    }

    /// Whether the table has one row for each key at any time; only then can the key be referred to.
    pub fn has_unique_key(&self) -> bool {
        !(self.key.is_empty() || self.is_streamed() && matches!(self.load, Load::Append))
    }

    /// The column that marks rows of deleted keys, if they stay.
    pub const IS_DELETED: &'static str = "is_deleted";

    /// The column that says when a row was deleted.
    pub const DELETED_AT: &'static str = "deleted_at";

    /// Whether the table also holds rows of deleted keys, each with a mark.
    pub fn marks_deleted(&self) -> bool {
        self.is_streamed() && matches!(self.load, Load::Upsert { marks: true, .. })
    }

    /// What the table says about a deletion: columns with their types.
    pub fn marks(&self) -> Option<[(&'static str, DataType); 2]> {
        let Load::Upsert { sequence, .. } = &self.load else { return None };
        let at = sequence.first().map_or(DataType::Unknown, |id| self.column(*id).ty.clone());
        self.marks_deleted().then_some([(Entity::IS_DELETED, DataType::Boolean), (Entity::DELETED_AT, at)])
    }

    /// Whether the table also holds older versions of its rows.
    pub fn keeps_versions(&self) -> bool {
        self.is_streamed() && matches!(self.load, Load::History { .. })
    }

    /// Whether a value of the column can come from an older row than other values of its row.
    pub fn keeps_older(&self, id: ColumnId) -> bool {
        let Load::Upsert { kept: Some(kept), .. } = &self.load else { return false };
        self.is_streamed() && kept.includes(id) && self.column(id).nullable && !self.key.contains(&id)
    }

    /// The columns of the key, in their order; none only for append loads.
    pub fn key_columns(&self) -> impl Iterator<Item = &EntityColumn> {
        self.key.iter().map(|id| self.column(*id))
    }

    /// Whether the column tells rows, or versions of a row, apart, so that none can do without a value in it.
    pub fn tells_apart(&self, id: ColumnId) -> bool {
        self.key.contains(&id) || matches!(&self.load, Load::History { sequence, .. } if *sequence == id)
    }

    /// The files that rows are read from.
    pub fn files(&self) -> Option<&FileSource> {
        match &self.source {
            EntitySource::Files(files) => Some(files),
            EntitySource::Query(_) | EntitySource::Table(_) | EntitySource::Lookup(_) => None,
        }
    }

    /// The query that gives its rows.
    pub fn query(&self) -> Option<&TableQuery> {
        match &self.source {
            EntitySource::Query(query) => Some(query),
            EntitySource::Files(_) | EntitySource::Table(_) | EntitySource::Lookup(_) => None,
        }
    }

    /// The table outside of the pipeline that its rows are read from.
    pub fn outside(&self) -> Option<&SourceTable> {
        match &self.source {
            EntitySource::Table(table) => Some(table),
            EntitySource::Files(_) | EntitySource::Query(_) | EntitySource::Lookup(_) => None,
        }
    }

    /// Whether each update takes all rows anew: those of a query, or of a table as it is then.
    pub fn is_taken_whole(&self) -> bool {
        self.query().is_some() || self.outside().is_some_and(|table| !table.is_stream)
    }

    /// Whether an update takes the rows that are new since the last one: those of files, or appended to a table.
    pub fn is_streamed(&self) -> bool {
        self.is_loaded() || self.outside().is_some_and(|table| table.is_stream)
    }

    /// Whether records can be such that no row can be made of them, which the rule [`READABLE`] tells.
    pub fn has_records(&self) -> bool {
        self.files().is_some_and(|files| matches!(files.format, FileFormat::Json(_)))
    }

    /// Whether files have columns of types; what is of another one is rescued.
    pub fn has_typed_files(&self) -> bool {
        self.files().is_some_and(|files| files.format == FileFormat::Parquet)
    }

    /// Whether rows are read from files and kept in a raw table as they were delivered.
    pub fn is_loaded(&self) -> bool {
        matches!(self.source, EntitySource::Files(_))
    }

    /// Whether an update judges rows by rules, and keeps those that break one from the table. The rows of a lookup are
    /// judged by the compiler.
    pub fn is_judged(&self) -> bool {
        !matches!(self.source, EntitySource::Lookup(_))
    }
}

/// Where rows come from.
#[derive(Debug, Clone)]
pub enum EntitySource {
    /// Files of the landing directory.
    Files(FileSource),
    /// A query over other tables.
    Query(TableQuery),
    /// A table that something else keeps.
    Table(SourceTable),
    /// Rows that are part of the specs.
    Lookup(Lookup),
}

/// Files of the landing directory.
#[derive(Debug, Clone)]
pub struct FileSource {
    /// Glob of file names, relative to the landing directory.
    pub files: String,
    /// Regular expression of file names that are left out, anchored at both ends.
    pub except: Option<String>,
    /// What is in them, and how that is read.
    pub format: FileFormat,
}

/// What is in files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileFormat {
    /// Lines of fields.
    Csv(CsvDialect),
    /// Records of JSON.
    Json(JsonForm),
    /// Columns with types, of Parquet.
    Parquet,
}

impl Default for FileFormat {
    fn default() -> Self {
        FileFormat::Csv(CsvDialect::default())
    }
}

/// How a JSON file falls into records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonForm {
    /// Whether a file is one record or an array of records, not a record a line.
    pub multi_line: bool,
}

/// How the text of a CSV file falls into fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvDialect {
    /// Between two fields.
    pub delimiter: char,
    /// Around a field that holds delimiters.
    pub quote: char,
    /// Before a quotation mark in a field in quotes; the quotation mark itself where it is doubled.
    pub escape: char,
    /// Whether the first line names the columns.
    pub header: bool,
    /// Lines before the header.
    pub skip_lines: u32,
    /// At the beginning of lines that are comments.
    pub comment: Option<char>,
    /// How bytes stand for characters.
    pub encoding: Encoding,
}

impl Default for CsvDialect {
    fn default() -> Self {
        CsvDialect {
            delimiter: ',',
            quote: '"',
            escape: '"',
            header: true,
            skip_lines: 0,
            comment: None,
            encoding: Encoding::Utf8,
        }
    }
}

/// The encoding of files.
pub use crate::spec::EncodingSpec as Encoding;

/// Rows that are part of the specs.
#[derive(Debug, Clone)]
pub struct Lookup {
    /// File name in the lookups directory.
    pub file: String,
    /// The rows, in the order of the file.
    pub rows: Vec<LookupRow>,
}

/// A row that is part of the specs.
#[derive(Debug, Clone)]
pub struct LookupRow {
    /// Values in the order of the columns; none where there is none.
    pub values: Vec<Option<Constant>>,
    /// The line.
    pub span: Span,
}

/// How new rows meet old ones.
#[derive(Debug, Clone)]
pub enum Load {
    /// Every row is kept.
    Append,
    /// The newest row of a key stays (SCD type 1).
    Upsert {
        /// Columns that decide before the file's time does.
        sequence: Vec<ColumnId>,
        /// Condition that deletes a key.
        delete_when: Option<Expression>,
        /// Where an older value stays if a newer row has none.
        kept: Option<KeptValues>,
        /// Whether the row of a deleted key stays, with a mark.
        marks: bool,
    },
    /// Every version of a key stays (SCD type 2).
    History {
        /// The column that orders versions.
        sequence: ColumnId,
        /// Condition that ends a key.
        delete_when: Option<Expression>,
    },
    /// The rows of the newest file.
    Snapshot,
}

/// The columns in which an older value stays if a newer row has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptValues {
    /// All of them.
    All,
    /// These.
    Only(Vec<ColumnId>),
}

impl KeptValues {
    /// Whether the older value of a column stays.
    pub fn includes(&self, id: ColumnId) -> bool {
        match self {
            KeptValues::All => true,
            KeptValues::Only(columns) => columns.contains(&id),
        }
    }
}

/// A column as declared, with defaults filled in.
#[derive(Debug, Clone)]
pub struct EntityColumn {
    /// Name in the tables.
    pub name: String,
    /// Name in the files: of the header, or of the field of a record.
    pub header: String,
    /// The names that lead from that field to the value in it; empty for the field itself.
    pub path: Vec<String>,
    /// How its texts are read.
    pub reading: Reading,
    /// Type that its texts are converted to.
    pub ty: DataType,
    /// Its comment; may be empty.
    pub description: String,
    /// The kind of personal data it holds.
    pub pii: Option<PersonalKind>,
    /// Why it tells nothing of a person whether its value is valid, or the greatest, if somebody says so.
    pub declassify: Option<String>,
    /// Change made to the text.
    pub normalize: Option<Normalize>,
    /// Conditions on the text besides its type.
    pub validity: Validity,
    /// Value of rows that have none.
    pub default: Option<Constant>,
    /// Whether the tables can hold NULL in it.
    pub nullable: bool,
    /// Typical values.
    pub examples: Vec<String>,
    /// Its key in the spec.
    pub span: Span,
}

/// Change made to a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Normalize {
    /// To lower case.
    Lower,
    /// To upper case.
    Upper,
}

/// What a text must be besides convertible to its type.
#[derive(Debug, Clone, Default)]
pub struct Validity {
    /// Regular expression (the part of the syntax that Java and Rust share).
    pub matches: Option<String>,
    /// The only values there may be, in the order of the spec.
    pub accepted: Option<Vec<Constant>>,
}

/// A rule that every row must keep.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Name, unique in its entity.
    pub name: String,
    /// What it demands.
    pub kind: RuleKind,
    /// What happens to a row that breaks it.
    pub action: Action,
    /// Why there is such a rule; may be empty.
    pub description: String,
    /// Why it tells nothing of a person that a row keeps it, if somebody says so.
    pub declassify: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// What a rule demands.
#[derive(Debug, Clone)]
pub enum RuleKind {
    /// A column has a value.
    Required(ColumnId),
    /// A text, where there is one, is valid for its column.
    Valid(ColumnId),
    /// A condition holds.
    Check(Check),
    /// The record is one, and so is each field that columns are read from the inside of.
    Readable,
}

/// Name of the rule that a record can be read.
pub const READABLE: &str = "readable_record";

/// Name of the expectation that a query gives one row a key. Rows that a rule keeps from the table do not count.
pub const UNIQUE_KEY: &str = "unique_key";

/// Name of the expectation that the columns of a table outside of the pipeline have the declared types.
pub const COLUMN_TYPES: &str = "column_types";

/// A condition over the columns of the entity.
#[derive(Debug, Clone)]
pub struct Check {
    /// The condition; columns are not qualified.
    pub condition: Expression,
}

/// Columns that hold the key of an entity.
#[derive(Debug, Clone)]
pub struct Reference {
    /// The columns of the referring entity, in the order of the key that they hold. A row without a value in one of them
    /// refers to nothing.
    pub columns: Vec<ColumnId>,
    /// The entity referred to.
    pub entity: EntityId,
    /// What expressions call it.
    pub alias: String,
    /// What tables about orphans call it: its columns.
    pub label: String,
    /// Whether it is known at compile time to resolve (a lookup whose keys are the accepted values).
    pub always_resolves: bool,
    /// The word that says what it refers to.
    pub span: Span,
}

impl Reference {
    /// A reference of which only the name is known.
    pub(crate) fn open(entity: EntityId, alias: String, span: Span) -> Reference {
        Reference { columns: vec![], entity, label: alias.clone(), alias, always_resolves: false, span }
    }
}
