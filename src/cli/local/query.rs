//! Queries the tables of a run and writes rows.

use std::path::Path;

use super::table::{Align, draw_or_list};
use super::{WAREHOUSE, report_fault};
use crate::cli::query::QueryArgs;
use crate::cli::shell::{OutputFormat, Shell};
use crate::cli::{Ended, Failure, Status, project};
use crate::engine::local::{self, QueryRows, TableInfo};
use crate::world::World;

/// Runs a query, or lists the tables.
pub fn query(args: &QueryArgs, asked: Option<&Path>, shell: &mut Shell, world: &dyn World) -> Ended {
    let format = match args.format {
        None | Some(OutputFormat::Human) => OutputFormat::Table,
        Some(format @ (OutputFormat::Table | OutputFormat::Csv | OutputFormat::Json)) => format,
        Some(_) => return Err(Failure::Usage("rows can be written as table, csv or json".to_owned())),
    };
    let warehouse = match &args.warehouse {
        Some(dir) => dir.clone(),
        None => project::find(asked, world)?.join(WAREHOUSE),
    };
    match &args.sql {
        None => list(&warehouse, format, shell),
        Some(sql) => match local::query(sql, &warehouse) {
            Ok(rows) => write(&rows, format, shell),
            // Whatever a query can't do is the fault of the query.
            Err(fault) => report_fault(&fault, shell).map(|_| Status::Fault),
        },
    }
}

fn write(rows: &QueryRows, format: OutputFormat, shell: &mut Shell) -> Ended {
    let text = match format {
        OutputFormat::Csv => local::csv_text(rows),
        OutputFormat::Json => local::json_text(rows),
        _ => {
            let (names, numeric) = (rows.columns(), rows.numeric());
            let align = |is_number: &bool| if *is_number { Align::Right } else { Align::Left };
            let header: Vec<(&str, Align)> = names.iter().map(String::as_str).zip(numeric.iter().map(align)).collect();
            draw_or_list(&header, &local::text_cells(rows), shell.width())
        }
    };
    shell.result(&text)?;
    Ok(Status::Done)
}

/// Lists the tables that people may read.
fn list(warehouse: &Path, format: OutputFormat, shell: &mut Shell) -> Ended {
    let tables: Vec<TableInfo> = match local::tables(warehouse) {
        Ok(tables) => tables.into_iter().filter(|table| !table.private).collect(),
        Err(fault) => return report_fault(&fault, shell),
    };
    let text = match format {
        OutputFormat::Json => {
            let rows = tables.iter().map(|t| serde_json::json!({"table": t.name, "rows": t.rows})).collect::<Vec<_>>();
            format!("{}\n", serde_json::Value::from(rows))
        }
        OutputFormat::Csv => {
            let lines = tables.iter().map(|t| format!("{},{}\n", t.name, t.rows)).collect::<String>();
            format!("table,rows\n{lines}")
        }
        _ => {
            let rows: Vec<_> = tables.iter().map(|t| vec![t.name.clone(), t.rows.to_string()]).collect();
            draw_or_list(&[("table", Align::Left), ("rows", Align::Right)], &rows, shell.width())
        }
    };
    shell.result(&text)?;
    Ok(Status::Done)
}
