//! `gen lineage`: what a table or column comes from, and what comes from it.

use std::path::Path;

use clap::Args;
use lakeflow::diag::did_you_mean;

use super::check::report;
use super::shell::{self, OutputFormat, Shell};
use super::{Ended, Failure, Status};
use crate::driver;
use crate::lineage::{self, Direction, Lineage, LineageNode};
use crate::world::World;

/// Show the lineage of a table or column, in both directions
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen lineage sales_total_daily.revenue     from files to metrics
  gen lineage customers --down              the tables that depend on one
  gen lineage orders --format mermaid       as a picture for a page")]
pub struct LineageArgs {
    /// A table of the pipeline, or a column of one
    #[arg(value_name = "TABLE[.COLUMN]")]
    name: String,
    /// Only upstream
    #[arg(long, conflicts_with = "down")]
    up: bool,
    /// Only downstream
    #[arg(long)]
    down: bool,
    /// Output format [default: tree]
    #[arg(id = "format", long, value_name = "FORMAT", value_parser = shell::graph_formats())]
    format: Option<OutputFormat>,
}

pub fn run(args: &LineageArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    let compilation = driver::check(world, root)?;
    if compilation.lineage.datasets.is_empty() {
        report(&compilation, shell)?;
        return Ok(Status::Fault);
    }
    let node = find(&args.name, &compilation.lineage)?;
    let directions = match (args.up, args.down) {
        (true, _) => &[Direction::Up][..],
        (_, true) => &[Direction::Down],
        _ => &[Direction::Up, Direction::Down],
    };
    let graph = lineage::walk(&compilation.lineage, node, directions);
    let text = match args.format {
        Some(OutputFormat::Mermaid) => lineage::mermaid(&graph),
        Some(OutputFormat::Dot) => lineage::dot(&graph),
        Some(OutputFormat::Json) => format!("{}\n", lineage::json(&graph)),
        _ => lineage::tree(&graph),
    };
    shell.result(&text)?;
    Ok(Status::Done)
}

/// The dataset or column that a name means.
fn find(name: &str, lineage: &Lineage) -> Result<LineageNode, Failure> {
    if let Some(dataset) = lineage.dataset(name) {
        return Ok(LineageNode { table: dataset.name.clone(), column: None });
    }
    let (table, column) = name.rsplit_once('.').unwrap_or((name, ""));
    let unknown = |what: String, hint: Option<String>| {
        Failure::Input(format!("unknown {what}{}", hint.map(|hint| format!(": {hint}")).unwrap_or_default()))
    };
    let Some(dataset) = lineage.dataset(table) else {
        let hint = did_you_mean(table, lineage.datasets.iter().map(|d| d.name.as_str()));
        return Err(unknown(format!("table `{table}`"), hint));
    };
    match dataset.column(column) {
        Some(found) => Ok(LineageNode { table: dataset.name.clone(), column: Some(found.name.clone()) }),
        None => {
            let hint = did_you_mean(column, dataset.columns.iter().map(|c| c.name.as_str()));
            Err(unknown(format!("column `{column}` in `{}`", dataset.name), hint))
        }
    }
}
