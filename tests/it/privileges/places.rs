//! Where names of a pipeline lead to in the model: tables may be in several schemas.

use lakeflow::ast::ObjectName;

use super::model::{Model, Object, path};

impl Model {
    /// A table or view of this name, wherever it is.
    pub fn placed(&self, name: &str) -> Object {
        let mut objects = self.tables.keys().chain(&self.views);
        objects.find(|object| object[2] == name).cloned().unwrap_or_else(|| self.object(name))
    }

    /// A name as the pipeline understands it: in its own catalog and schema, unless others are named.
    pub fn full(&self, name: &ObjectName) -> Object {
        let name = path(name);
        self.schema[..3 - name.len()].iter().cloned().chain(name).collect()
    }

    /// Whether somebody may use a schema, by name or as everybody.
    pub fn uses_schema(&self, person: &str, schema: &Object) -> bool {
        self.holds(person, "USE SCHEMA", schema)
    }

    /// The functions that the definition of a table calls.
    pub fn functions_of(&self, table: &Object) -> Vec<Object> {
        let Some(definition) = self.tables.get(table) else { return vec![] };
        let masks = definition.columns.iter().filter_map(|column| column.mask.as_ref()).map(|mask| &mask.function);
        let filter = definition.row_filter.as_ref().map(|filter| &filter.function);
        masks.chain(filter).map(|function| self.called(table, function)).collect()
    }
}
