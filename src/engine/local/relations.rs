//! What names in a pipeline's queries stand for: datasets computed before, and files of the landing directory.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::datasource::MemTable;
use sqlparser::ast::{ObjectName, ObjectNamePart, TableFactor};

use super::landing::Landing;
use super::parameters::Parameters;
use super::spark::{Fault, Relations, Session};

/// Resolves the relations of one run.
pub(super) struct PipelineRelations<'a> {
    /// The session that tables are registered in.
    pub session: &'a Session,
    /// The delivered files.
    pub landing: &'a Landing<'a>,
    /// Values of `${key}`.
    pub parameters: &'a Parameters,
    /// Names of all datasets in lower case, with the catalog and schema under which they are defined.
    pub datasets: &'a BTreeMap<String, Vec<String>>,
    /// How many reads of files were registered.
    pub reads: &'a mut usize,
}

/// The parts of a name in lower case.
pub(super) fn parts(name: &ObjectName) -> Vec<String> {
    name.0.iter().filter_map(ObjectNamePart::as_ident).map(|ident| ident.value.to_lowercase()).collect()
}

impl PipelineRelations<'_> {
    /// Whether a qualified name can mean a dataset of this run.
    fn is_own(&self, qualifier: &[String], defined: &[String]) -> bool {
        let given = |key: &str| self.parameters.get(key).map(|value| value.to_lowercase());
        let place = [given("catalog"), given("schema")];
        let ends = |known: &[String]| known.ends_with(qualifier);
        let own: Vec<String> = place.into_iter().flatten().collect();
        qualifier.is_empty() || ends(&own) || ends(defined)
    }
}

impl Relations for PipelineRelations<'_> {
    fn table(&mut self, name: &ObjectName) -> Result<String, Fault> {
        let parts = parts(name);
        let Some((last, qualifier)) = parts.split_last() else {
            return Err(Fault::failed(format!("`{name}` is no table name")));
        };
        match self.datasets.get(last) {
            Some(defined) if self.is_own(qualifier, defined) => Ok(last.clone()),
            _ => Err(Fault::refused(format!("reading `{name}`, which no statement of the pipeline defines"))),
        }
    }

    fn function(&mut self, factor: &TableFactor) -> Result<Option<String>, Fault> {
        let TableFactor::Table { name, args: Some(args), .. } = factor else { return Ok(None) };
        if parts(name) != ["read_files"] {
            return Ok(None);
        }
        let mut args = args.args.clone();
        super::parameters::substitute(&mut args, self.parameters)?;
        let (schema, batches) = self.landing.read_files(&args)?;
        let table = MemTable::try_new(schema, vec![batches])?;
        *self.reads += 1;
        let registered = format!("{}{}", super::spark::FILES_PREFIX, self.reads);
        self.session.register(&registered, Arc::new(table))?;
        Ok(Some(registered))
    }
}
