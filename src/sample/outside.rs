//! Rows of tables that something else keeps, for local runs.

use lakeflow::is_same_name;

use super::csv_text;
use super::random::Random;
use super::rows::{self, Row};
use super::values::{Keys, Values};
use super::{Options, START, SampleFile};
use crate::model::{CsvDialect, EntityId, Project, SourceTable};

/// The tables, in the order in which entities read them.
#[derive(Default)]
pub struct SampleTables(Vec<SampleTable>);

struct SampleTable {
    /// Of the file.
    name: String,
    columns: Vec<String>,
    rows: Vec<Row>,
}

impl SampleTables {
    /// Makes the rows that an entity reads and gives their keys. An entity that reads a table of another one adds the columns
    /// that are not there yet.
    pub fn add(
        &mut self,
        table: &SourceTable,
        project: &Project,
        id: EntityId,
        keys: &Keys,
        options: Options,
    ) -> Vec<Vec<String>> {
        let entity = project.entity(id);
        let mut random = Random::new(options.seed, &entity.name);
        let values = Values::new(entity, keys);
        let is_personal = entity.columns.iter().any(|column| column.pii.is_some());
        let count = rows::size(options.rows, rows::is_referred_to(project, id), is_personal);
        let made = rows::valid(id, &values, count, &mut random);
        let name = table.rows_file();
        let index = self.0.iter().position(|known| known.name == name).unwrap_or_else(|| {
            self.0.push(SampleTable { name, columns: vec![], rows: vec![vec![]; made.len()] });
            self.0.len() - 1
        });
        if let Some(known) = self.0.get_mut(index) {
            known.rows.truncate(made.len());
            for (place, column) in entity.columns.iter().enumerate() {
                if known.columns.iter().any(|other| is_same_name(other, &column.header)) {
                    continue;
                }
                known.columns.push(column.header.clone());
                for (row, made) in known.rows.iter_mut().zip(&made) {
                    row.push(made.get(place).cloned().unwrap_or_default());
                }
            }
        }
        rows::keys(&values, &made)
    }

    /// A file for each table.
    pub fn files(self) -> impl Iterator<Item = SampleFile> {
        self.0.into_iter().map(|table| {
            let bytes = csv_text::plain(&table.columns, &table.rows, &CsvDialect::default());
            SampleFile { name: table.name, bytes, modified: START }
        })
    }
}
