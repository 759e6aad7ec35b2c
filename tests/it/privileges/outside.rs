//! Tables that a pipeline reads and something else keeps.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use lakeflow::ast::StatementKind;
use lakeflow::check::{query_of, table_of};
use lakeflow::walk;

use super::model::{Model, Object, path};

impl Model {
    /// The tables that a statement of the pipeline reads and something else keeps.
    pub fn outside_of(&self, statement: &StatementKind) -> BTreeSet<Object> {
        self.named_with_schema(statement).into_iter().filter(|name| self.outside.contains(name)).collect()
    }

    /// The tables that a statement reads with a schema in their names.
    fn named_with_schema(&self, statement: &StatementKind) -> BTreeSet<Object> {
        let Some(query) = query_of(statement) else { return BTreeSet::new() };
        let mut names: Vec<Object> = vec![];
        let _: ControlFlow<()> = walk::relations(query, |name| {
            names.push(path(name));
            ControlFlow::Continue(())
        });
        // A stream is a function of the table in the tree.
        let text = query.to_string();
        let streams =
            text.split("STREAM(").skip(1).filter_map(|rest| rest.split(')').next()).filter(|name| !name.contains('('));
        names.extend(streams.map(|name| name.split('.').map(|part| part.trim_matches('`').to_lowercase()).collect()));
        let full = |parts: Object| {
            let catalog = (parts.len() == 2).then(|| self.schema[0].clone());
            catalog.into_iter().chain(parts).collect::<Object>()
        };
        names.into_iter().map(full).filter(|name| name.len() == 3).collect()
    }

    /// Notes the tables outside of a pipeline.
    pub fn find_outside(&mut self, pipeline: &[StatementKind]) {
        let own: BTreeSet<Object> = pipeline.iter().filter_map(table_of).map(|table| self.full(&table.name)).collect();
        let named = pipeline.iter().flat_map(|statement| self.named_with_schema(statement));
        let outside: Vec<Object> = named.filter(|name| !own.contains(name)).collect();
        self.outside.extend(outside);
    }
}
