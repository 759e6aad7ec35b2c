//! `gen sql lineage`: where every column of pipeline SQL comes from, as JSON.

use std::path::PathBuf;

use clap::Args;
use lakeflow::check::Judged;
use lakeflow::types::Column;
use serde_json::{Map, Value, json};

use super::super::shell::Shell;
use super::super::{Ended, Status};
use crate::driver;
use crate::lineage::{self, Edge, Influence, Traced, TracedColumn};
use crate::world::World;

/// Print the column lineage of pipeline SQL as JSON
#[derive(Debug, Args)]
#[command(after_help = "Example: gen sql lineage pipelines/sql | jq '.orders'")]
pub struct SqlLineageArgs {
    /// Files, or directories whose `.sql` files and notebooks are read; `-` for standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
}

pub fn run(args: &SqlLineageArgs, shell: &mut Shell, world: &dyn World) -> Ended {
    let checked = driver::check_sql(world, &args.paths);
    if checked.has_errors() {
        shell.report(&checked.sources, &checked.diagnostics)?;
        return Ok(Status::Fault);
    }
    let Judged { datasets, origins, outside, .. } = checked.found;
    let lineage = lineage::trace(&datasets, origins, &outside);
    let types = datasets.iter().map(|d| &*d.columns);
    let datasets =
        lineage.datasets.iter().zip(types).map(|(traced, types)| (traced.name.clone(), dataset(traced, types)));
    let datasets: Map<String, Value> = datasets.collect();
    let text = serde_json::to_string_pretty(&Value::Object(datasets)).unwrap_or_default();
    shell.result(&format!("{text}\n"))?;
    Ok(Status::Done)
}

fn dataset(traced: &Traced, types: &[Column]) -> Value {
    let column = |(column, typed): (&TracedColumn, &Column)| {
        (column.name.clone(), json!({"type": typed.ty.to_string(), "from": edges(&column.edges)}))
    };
    let columns: Map<String, Value> = traced.columns.iter().zip(types).map(column).collect();
    json!({"columns": columns, "rows": edges(&traced.rows)})
}

fn edges(edges: &[Edge]) -> Value {
    let edge = |edge: &Edge| {
        let path = std::iter::once(&*edge.from.column).chain(edge.from.field.iter().map(String::as_str));
        let column = path.collect::<Vec<_>>().join(".");
        json!({"table": &*edge.from.table, "column": column, "how": word(edge.influence)})
    };
    let mut found: Vec<Value> = vec![];
    for value in edges.iter().map(edge) {
        if !found.contains(&value) {
            found.push(value);
        }
    }
    Value::Array(found)
}

fn word(influence: Influence) -> &'static str {
    match influence {
        Influence::Identity => "identity",
        Influence::Transformation => "transformation",
        Influence::Aggregation => "aggregation",
        Influence::Conditional => "condition",
        Influence::Window => "window",
        Influence::Filter => "filter",
        Influence::Join => "join",
        Influence::GroupBy => "group",
        Influence::Sort => "order",
    }
}
