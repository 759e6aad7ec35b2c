//! `gen query`: SQL over the tables of the last run.

use std::path::{Path, PathBuf};

use clap::Args;

use super::shell::{self, Format, Shell};
use super::{Ended, Failure};
#[cfg(feature = "engine")]
use super::{
    Status, project,
    run::WAREHOUSE,
    table::{Align, draw_or_list},
};
#[cfg(feature = "engine")]
use crate::engine::local;
use crate::world::World;

/// Query the tables of the last run
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen query --tables
  gen query \"SELECT * FROM orders LIMIT 5\"
  gen query \"SELECT * FROM orders\" --format csv > orders.csv")]
pub struct QueryArgs {
    /// A SELECT statement, in the SQL of Databricks
    #[arg(required_unless_present = "tables")]
    sql: Option<String>,
    /// List the tables instead
    #[arg(long, conflicts_with = "sql")]
    tables: bool,
    /// Directory of the tables [default: .gen/warehouse, in the project]
    #[arg(long, value_name = "DIR")]
    warehouse: Option<PathBuf>,
    /// How rows are written [default: table]
    #[arg(id = "format", long, value_name = "FORMAT", value_parser = shell::row_formats())]
    format: Option<Format>,
}

#[cfg(not(feature = "engine"))]
pub fn run(_: &QueryArgs, _: Option<&Path>, _: &mut Shell, _: &dyn World) -> Ended {
    Err(Failure::Usage(super::run::NO_ENGINE.to_owned()))
}

#[cfg(feature = "engine")]
pub fn run(args: &QueryArgs, asked: Option<&Path>, shell: &mut Shell, world: &dyn World) -> Ended {
    let root = project::find(asked, world)?;
    let warehouse = project::directory(args.warehouse.as_deref(), &root, WAREHOUSE);
    let Some(sql) = &args.sql else { return list(&warehouse, args.format, shell) };
    let rows = local::query(sql, &warehouse).map_err(query_failure)?;
    let text = match args.format {
        Some(Format::Csv) => local::csv_text(&rows),
        Some(Format::Json) => local::json_text(&rows),
        _ => {
            let names = rows.columns();
            let align = |is_number: &bool| if *is_number { Align::Right } else { Align::Left };
            let header: Vec<(&str, Align)> =
                names.iter().zip(&rows.numeric()).map(|(name, n)| (name.as_str(), align(n))).collect();
            draw_or_list(&header, &local::text_cells(&rows), shell.width())
        }
    };
    shell.result(&text)?;
    Ok(Status::Done)
}

/// A query that the engine does not run is the fault of the query.
#[cfg(feature = "engine")]
fn query_failure(fault: local::RunFault) -> Failure {
    Failure::Input(format!("{fault} [{}]", fault.code().number()))
}

#[cfg(feature = "engine")]
fn list(warehouse: &Path, format: Option<Format>, shell: &mut Shell) -> Ended {
    let tables = local::tables(warehouse).map_err(query_failure)?;
    let shown = tables.iter().filter(|t| !t.private);
    let rows: Vec<Vec<String>> = shown.map(|t| vec![t.name.clone(), t.rows.to_string()]).collect();
    let text = match format {
        Some(Format::Csv) => {
            rows.iter().fold("table,rows\n".to_owned(), |text, row| format!("{text}{}\n", row.join(",")))
        }
        Some(Format::Json) => {
            let objects =
                rows.iter().map(|row| serde_json::json!({ "table": row[0], "rows": row[1].parse::<u64>().ok() }));
            format!("{}\n", serde_json::Value::Array(objects.collect()))
        }
        _ => draw_or_list(&[("table", Align::Left), ("rows", Align::Right)], &rows, shell.width()),
    };
    shell.result(&text)?;
    Ok(Status::Done)
}
