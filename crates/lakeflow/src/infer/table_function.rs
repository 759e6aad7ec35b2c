//! Functions in `FROM`: `STREAM`, `read_files`, `event_log`, `range`, generators.

use std::sync::{Arc, LazyLock};

use sqlparser::ast::{Expr, Function as Call, FunctionArg, FunctionArgExpr, FunctionArguments, ObjectName};

use super::analyzer::{Analyzer, FromSource, SourceRows};
use super::call::{arguments_of, plain_name};
use super::catalog::Relation;
use super::fault::FaultKind;
use super::rules::string_literal;
use crate::diag::did_you_mean;
use crate::functions::{self, FunctionKind};
use crate::types::{Column, DataType, parse_columns};

/// `_metadata` of files, as far as it is the same for every format.
const FILE_METADATA: &str = "_metadata STRUCT<file_path: STRING, file_name: STRING, file_size: BIGINT, \
     file_block_start: BIGINT, file_block_length: BIGINT, file_modification_time: TIMESTAMP> NOT NULL";

/// The columns of a pipeline's event log (lakeflow-sql.md, "Event log").
const EVENT_LOG: &str = "id STRING, \
     sequence STRUCT<data_plane_id: STRUCT<instance: STRING, seq_no: BIGINT>, control_plane_seq_no: BIGINT>, \
     origin STRUCT<cloud: STRING, region: STRING, org_id: BIGINT, pipeline_id: STRING, pipeline_type: STRING, \
     pipeline_name: STRING, cluster_id: STRING, update_id: STRING, maintenance_id: STRING, table_name: STRING, \
     dataset_name: STRING, flow_id: STRING, flow_name: STRING, batch_id: BIGINT, request_id: STRING, \
     uc_resource_id: STRING, host: STRING, materialization_name: STRING>, \
     timestamp TIMESTAMP, message STRING, level STRING, maturity_level STRING, \
     error STRUCT<fatal: BOOLEAN, exceptions: ARRAY<STRUCT<class_name: STRING, message: STRING, \
     stack: ARRAY<STRUCT<declaring_class: STRING, method_name: STRING, file_name: STRING, line_number: BIGINT>>>>>, \
     details STRING, event_type STRING";

static FILE_COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| parse_columns(FILE_METADATA).unwrap_or_default());
static EVENT_COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| parse_columns(EVENT_LOG).unwrap_or_default());

const TABLE_FUNCTIONS: [&str; 4] = ["STREAM", "read_files", "event_log", "range"];

/// Functions whose columns hang on what they read, and which give rows but with `STREAM` no stream.
const READERS: &[&str] = &[
    "read_kafka",
    "read_kinesis",
    "read_pubsub",
    "read_pulsar",
    "read_statestore",
    "read_state_metadata",
    "remote_query",
    "table_changes",
    "cloud_files_state",
    "list_secrets",
    "vector_search",
    "ai_forecast",
    "get_warehouse_metrics",
];

/// The reader of files of Delta Live Tables, which is a stream without a word.
const CLOUD_FILES: &str = "cloud_files";

impl Analyzer<'_> {
    /// The rows of a function in `FROM`.
    pub(super) fn table_function(&mut self, name: &ObjectName, args: &[FunctionArg]) -> FromSource {
        let (exprs, _) = arguments_of(args);
        let plain = plain_name(name).map(|i| i.value.to_ascii_lowercase()).unwrap_or_default();
        match plain.as_str() {
            "stream" => self.stream(name, &exprs),
            "read_files" => self.read_files(name, args, false),
            "range" => {
                exprs.iter().for_each(|e| drop(self.expr(e)));
                self.function_read(name, Relation::of(vec![Column::required("id", DataType::BigInt)]), false)
            }
            // The argument names a table or a pipeline; it is not read as a table of this catalog.
            "event_log" => self.function_read(name, Relation::of(EVENT_COLUMNS.clone()), false),
            // The arguments are a path, a format and a map of options, which say nothing of the columns.
            CLOUD_FILES => self.function_read(name, Relation::unknown(), true),
            reader if READERS.contains(&reader) => self.function_read(name, Relation::unknown(), false),
            _ => self.generator_source(name, &exprs, &plain),
        }
    }

    fn function_read(&mut self, name: &ObjectName, relation: Arc<Relation>, stream: bool) -> FromSource {
        let parts = name.0.iter().filter_map(|p| p.as_ident()).map(|i| i.value.clone()).collect();
        let range = self.range_of_name(name);
        self.read(parts, range, stream, true, relation)
    }

    fn generator_source(&mut self, name: &ObjectName, args: &[&Expr], plain: &str) -> FromSource {
        let range = self.range_of_name(name);
        match functions::lookup(plain).filter(|f| f.kind == FunctionKind::Generator) {
            Some(function) => {
                let columns = self.generated(function, args, range);
                let rows = columns.map_or(SourceRows::Open, |columns| SourceRows::Derived(columns.into()));
                FromSource::derived(Arc::from([plain.to_string()]), rows, false)
            }
            None => {
                let hint = did_you_mean(plain, TABLE_FUNCTIONS);
                let message = format!("unknown table function `{name}`");
                self.fault_with(FaultKind::UnknownFunction, range, message, hint);
                self.perhaps_streaming = true;
                FromSource::derived(Arc::default(), SourceRows::Open, false)
            }
        }
    }

    /// `STREAM(table)` or `STREAM(read_files(..))`.
    fn stream(&mut self, name: &ObjectName, args: &[&Expr]) -> FromSource {
        match args {
            [Expr::Identifier(ident)] => self.table(&ObjectName::from(vec![ident.clone()]), true),
            [Expr::CompoundIdentifier(idents)] => self.table(&ObjectName::from(idents.clone()), true),
            [Expr::Function(call)] if is_read_files(call) => match &call.args {
                FunctionArguments::List(list) => self.read_files(&call.name, &list.args, true),
                _ => FromSource::derived(Arc::default(), SourceRows::Open, true),
            },
            [Expr::Function(call)] if is_named(call, READERS) || is_named(call, &[CLOUD_FILES]) => {
                self.function_read(&call.name, Relation::unknown(), true)
            }
            // A name or a function that is known when it runs.
            [Expr::Function(call)] if !is_named(call, &["range", "event_log"]) => {
                FromSource::derived(Arc::default(), SourceRows::Open, true)
            }
            _ => {
                let range = self.range_of_name(name);
                self.fault(FaultKind::WrongArguments, range, "`STREAM` takes a table or `read_files(..)`");
                FromSource::derived(Arc::default(), SourceRows::Open, true)
            }
        }
    }

    /// `read_files(path, option => value, ..)`: the option `schema` gives the columns; without it anything may come.
    fn read_files(&mut self, name: &ObjectName, args: &[FunctionArg], stream: bool) -> FromSource {
        let mut columns: Option<Vec<Column>> = None;
        let mut rescued = None;
        for arg in args {
            let FunctionArg::Named { name: option, arg: FunctionArgExpr::Expr(value), .. } = arg else { continue };
            self.expr(value);
            match (option.value.to_ascii_lowercase().as_str(), string_literal(value)) {
                ("schema", Some(text)) if !has_parameter(text) => columns = self.file_schema(text, value),
                ("rescueddatacolumn", Some(text)) => rescued = Some(Column::nullable(text, DataType::String)),
                _ => {}
            }
        }
        let relation = match columns {
            Some(mut columns) => {
                // What a file holds is not checked against NOT NULL.
                columns.iter_mut().for_each(|c| c.nullable = true);
                columns.extend(rescued);
                let columns = columns.into();
                Arc::new(Relation { columns, hidden: FILE_COLUMNS.clone(), open: false, ..Relation::default() })
            }
            None => Relation::unknown(),
        };
        let source = self.function_read(name, relation, stream);
        let path = args.iter().find_map(|arg| match arg {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(path)) => string_literal(path),
            _ => None,
        });
        if let Some(read) = self.reads.last_mut() {
            read.path = path.map(str::to_owned);
        }
        source
    }

    fn file_schema(&mut self, text: &str, value: &Expr) -> Option<Vec<Column>> {
        match parse_columns(text) {
            Ok(columns) => Some(columns),
            Err(error) => {
                let range = self.range_of_expr(value);
                self.fault_with(
                    FaultKind::TypeMismatch,
                    range,
                    format!("invalid schema: {}", error.message),
                    error.hint,
                );
                None
            }
        }
    }
}

/// Whether a text is known only when the pipeline runs.
fn has_parameter(text: &str) -> bool {
    text.contains("${") || text.contains("{{")
}

fn is_read_files(call: &Call) -> bool {
    is_named(call, &["read_files"])
}

fn is_named(call: &Call, names: &[&str]) -> bool {
    plain_name(&call.name).is_some_and(|n| names.iter().any(|name| n.value.eq_ignore_ascii_case(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_schemas_are_read() {
        assert_eq!(FILE_COLUMNS.len(), 1);
        assert_eq!(EVENT_COLUMNS.len(), 10);
    }
}
