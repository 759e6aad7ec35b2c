//! One session: its tables, and queries planned and run over them.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::catalog::TableProvider;
use datafusion::common::{DataFusionError, SchemaError};
use datafusion::execution::SessionStateBuilder;
use datafusion::functions_aggregate::planner::AggregateFunctionPlanner;
use datafusion::functions_window::planner::WindowFunctionPlanner;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::collect;
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion::sql::parser::Statement as PlannedStatement;
use sqlparser::ast::{ObjectName, ObjectNamePart, Query, Statement, TableFactor};

use super::fault::QueryFault;
use super::functions::{Registry, wanted_fields};
use super::multiset::count_copies;
use super::planner::SparkPlanner;
use super::syntax::{self, Relations};
use super::unify::unify;
use super::verify::verify;

/// Tables by name, and a planner that reads Spark's SQL.
pub struct Session {
    context: SessionContext,
    registry: Arc<Registry>,
}

impl Session {
    /// A session without tables.
    pub fn new() -> Self {
        let registry = Arc::new(Registry::new());
        let mut config = SessionConfig::new().with_information_schema(false);
        let options = config.options_mut();
        options.sql_parser.parse_float_as_decimal = true;
        options.sql_parser.enable_ident_normalization = false;
        options.sql_parser.default_null_ordering = "nulls_min".to_owned();
        options.sql_parser.map_string_types_to_utf8view = false;
        options.execution.enable_ansi_mode = true;
        options.execution.time_zone = Some("UTC".to_owned());
        options.execution.parquet.schema_force_view_types = false;
        // Plans of two levels judge differently whether `CASE WHEN (c) IS FALSE THEN x IS NULL ELSE TRUE END` may be NULL;
        // the values are right, and nothing here is decided by what a plan says of NULL.
        options.execution.skip_physical_aggregate_schema_check = true;
        let builder = SessionStateBuilder::new().with_config(config).with_default_features().with_expr_planners(vec![
            Arc::new(SparkPlanner::new(Arc::clone(&registry))),
            // These two only expand `count(*)`.
            Arc::new(AggregateFunctionPlanner),
            Arc::new(WindowFunctionPlanner),
        ]);
        let state = registry.install(builder).build();
        Session { context: SessionContext::new_with_state(state), registry }
    }

    /// Makes a table known under a name in lower case, replacing an earlier one.
    ///
    /// # Errors
    /// When the session refuses the table.
    pub fn register(&self, name: &str, table: Arc<dyn TableProvider>) -> Result<(), QueryFault> {
        self.context.deregister_table(quoted(name))?;
        self.context.register_table(quoted(name), table)?;
        Ok(())
    }

    /// Plans a query whose names are resolved by `relations`.
    ///
    /// # Errors
    /// When the query is refused or wrong.
    pub async fn plan(&self, query: &Query, relations: &mut dyn Relations) -> Result<LogicalPlan, QueryFault> {
        let mut query = query.clone();
        syntax::rewrite(&mut query, relations)?;
        let plan = loop {
            let statement = PlannedStatement::Statement(Box::new(Statement::Query(Box::new(query.clone()))));
            match self.context.state().statement_to_plan(statement).await {
                Ok(plan) => break plan,
                Err(error) => match (missing(&error), wanted_fields(&error)) {
                    (Some(name), _) if syntax::inline_alias(&mut query, &name) => {}
                    (_, Some(fields)) if syntax::expand_fields(&mut query, &fields.place, &fields.names) => {}
                    _ => return Err(error.into()),
                },
            }
        };
        let plan = count_copies(plan, &self.registry)?;
        verify(&plan)?;
        Ok(unify(plan, &self.registry)?)
    }

    /// Runs a plan to its end.
    ///
    /// # Errors
    /// When a row breaks the query.
    pub async fn collect(&self, plan: LogicalPlan) -> Result<(SchemaRef, Vec<RecordBatch>), QueryFault> {
        let frame = self.context.execute_logical_plan(plan).await?;
        let task = Arc::new(frame.task_ctx());
        // The schema before optimization does not know the types that implicit conversions lead to.
        let plan = frame.create_physical_plan().await?;
        Ok((plan.schema(), collect(plan, task).await?))
    }

    /// Plans and runs a query. The columns bear the names as the query writes them; those that a wildcard gives are
    /// written as `relations` say.
    ///
    /// # Errors
    /// As [`Session::plan`] and [`Session::collect`].
    pub async fn query(
        &self,
        query: &Query,
        relations: &mut dyn Relations,
    ) -> Result<(SchemaRef, Vec<RecordBatch>), QueryFault> {
        let written = syntax::display_names(query);
        let plan = self.plan(query, relations).await?;
        let (schema, batches) = self.collect(plan).await?;
        let width = schema.fields().len();
        let name = |(position, field): (usize, &Arc<Field>)| {
            let name = written.of(position, width).or_else(|| relations.written(field.name()));
            field.as_ref().clone().with_name(name.unwrap_or_else(|| field.name().clone()))
        };
        let named = Arc::new(Schema::new(schema.fields().iter().enumerate().map(name).collect::<Vec<_>>()));
        let rebuild = |batch: &RecordBatch| RecordBatch::try_new(Arc::clone(&named), batch.columns().to_vec());
        let batches = batches.iter().map(rebuild).collect::<Result<Vec<_>, _>>();
        Ok((named, batches.map_err(|e| QueryFault::failed(e.to_string()))?))
    }
}

/// The name that no relation has, or the relation that there is not.
fn missing(error: &DataFusionError) -> Option<String> {
    match error.find_root() {
        DataFusionError::SchemaError(fault, _) => match fault.as_ref() {
            SchemaError::FieldNotFound { field, .. } => {
                Some(field.relation.as_ref().map_or(field.name.as_str(), |relation| relation.table()).to_owned())
            }
            _ => None,
        },
        _ => None,
    }
}

impl Default for Session {
    fn default() -> Self {
        Session::new()
    }
}

fn quoted(name: &str) -> datafusion::common::TableReference {
    datafusion::common::TableReference::bare(name.to_owned())
}

/// Resolves every table to the last part of its name: for sessions of one schema.
#[derive(Debug, Default)]
pub struct LastPart;

impl Relations for LastPart {
    fn table(&mut self, name: &ObjectName) -> Result<String, QueryFault> {
        let last = name.0.last().and_then(ObjectNamePart::as_ident);
        last.map(|i| i.value.to_lowercase()).ok_or_else(|| QueryFault::failed(format!("`{name}` is not a table name")))
    }

    fn function(&mut self, _: &TableFactor) -> Result<Option<String>, QueryFault> {
        Ok(None)
    }
}
