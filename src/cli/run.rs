//! `gen run`: the pipeline on this machine, over the files of a directory.

#[cfg(not(feature = "engine"))]
use std::path::Path;
use std::path::PathBuf;

use clap::Args;

#[cfg(not(feature = "engine"))]
use super::{Ended, Failure, shell::Shell};
#[cfg(not(feature = "engine"))]
use crate::world::World;

/// Run the pipeline here, on the files of a directory
///
/// The specs are compiled first; what runs is the SQL that `gen build` writes. Tables are kept, and replaced all together
/// when the run succeeds: one that fails or is interrupted leaves those of the run before.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen run                                   the files in samples/
  gen run --landing ~/exports               your files
  gen run --format json                     everything about the run, for programs
  gen run --pipeline sql --landing files    pipeline SQL written by hand")]
pub struct RunArgs {
    /// Directory of the files that arrive [default: samples, in the project]
    #[arg(long, value_name = "DIR")]
    landing: Option<PathBuf>,
    /// Directory of the tables [default: .gen/warehouse, in the project]
    #[arg(long, value_name = "DIR")]
    warehouse: Option<PathBuf>,
    /// The target whose catalog and schema the SQL names [default: the default target]
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// Directory of pipeline SQL to run instead of the project
    #[arg(long, value_name = "DIR", conflicts_with = "target")]
    pipeline: Option<PathBuf>,
}

/// Directory of the tables of local runs, below the project.
#[cfg(feature = "engine")]
pub const WAREHOUSE: &str = ".gen/warehouse";

/// What is said where there is no engine.
#[cfg(not(feature = "engine"))]
pub const NO_ENGINE: &str = "this `gen` was built without the engine: build it with `cargo build --features engine`";

#[cfg(not(feature = "engine"))]
pub fn run(_: &RunArgs, _: &Path, _: &mut Shell, _: &dyn World) -> Ended {
    Err(Failure::Usage(NO_ENGINE.to_owned()))
}

#[cfg(feature = "engine")]
pub use with_engine::run;

#[cfg(feature = "engine")]
mod with_engine {
    use std::collections::BTreeMap;
    use std::path::Path;
    use std::time::Instant;

    use super::super::check::require_faultless;
    use super::super::shell::{Format, Shell};
    use super::super::summary::{DatasetSummary, ExpectationSummary, Figures, SMALL, Summary};
    use super::super::{Ended, Failure, Status, project};
    use super::{RunArgs, WAREHOUSE};
    use crate::check::{Kind, Pipeline};
    use crate::driver::{self, Compilation};
    use crate::engine::local::{self, DatasetReport, Request, RunFault, RunReport};
    use crate::lakeflow::ast::Violation;
    use crate::model::Target;
    use crate::plan::{Artifact, Dataset, Layer};
    use crate::scaffold::SAMPLES;
    use crate::world::World;

    pub fn run(args: &RunArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
        let compilation = match &args.pipeline {
            None => {
                let compilation = driver::check(world, root)?;
                if !require_faultless(&compilation, shell)? {
                    return Ok(Status::Fault);
                }
                compilation
            }
            Some(dir) => match written(dir, shell, world)? {
                Some(pipeline) => Compilation { pipeline, ..Compilation::default() },
                None => return Ok(Status::Fault),
            },
        };
        let landing = project::directory(args.landing.as_deref(), root, SAMPLES);
        let warehouse = project::directory(args.warehouse.as_deref(), root, WAREHOUSE);
        let parameters = parameters(args, &compilation)?;
        let start = Instant::now();
        let request = Request {
            pipeline: &compilation.pipeline,
            parameters: &parameters,
            landing: &landing,
            warehouse: &warehouse,
        };
        let report = local::run(&request).map_err(failure)?;
        let summary = Summary {
            landing: project::shown(&landing),
            warehouse: project::shown(&warehouse),
            seconds: start.elapsed().as_secs_f64(),
            datasets: datasets(&report, &compilation),
            figures: figures(&report, &compilation, &warehouse)?,
        };
        if shell.format() == Some(Format::Json) {
            shell.result(&summary.json())?;
        } else {
            let width = shell.width();
            shell.result(&summary.human(width))?;
            shell.say(&summary.line())?;
        }
        Ok(Status::Done)
    }

    /// A fault of the engine as a failure of the command.
    fn failure(fault: RunFault) -> Failure {
        let text = format!("{fault} [{}]", fault.code().number());
        if fault.is_input() { Failure::Input(text) } else { Failure::Engine(text) }
    }

    /// Pipeline SQL that people wrote, judged; `None` when it is at fault, which is shown.
    fn written(dir: &Path, shell: &mut Shell, world: &dyn World) -> Result<Option<Pipeline>, Failure> {
        let checked = driver::check_sql(world, &[dir.to_owned()]);
        shell.report(&checked.sources, &checked.diagnostics)?;
        Ok((!checked.has_errors()).then_some(checked.pipeline))
    }

    /// What `${key}` means in the SQL, except for the landing directory.
    fn parameters(args: &RunArgs, compilation: &Compilation) -> Result<BTreeMap<String, String>, Failure> {
        let Some(project) = &compilation.project else { return Ok(BTreeMap::new()) };
        let target: Option<&Target> = match &args.target {
            None => project.default_target(),
            Some(name) => {
                let names: Vec<&str> = project.targets.iter().map(|t| t.name.as_str()).collect();
                let unknown = || Failure::Usage(format!("no target `{name}`; there are: `{}`", names.join("`, `")));
                Some(project.target(name).ok_or_else(unknown)?)
            }
        };
        let places = target.map(|t| [("catalog", &t.catalog), ("schema", &t.schema)]);
        Ok(places.into_iter().flatten().map(|(key, value)| (key.to_owned(), value.clone())).collect())
    }

    fn datasets(report: &RunReport, compilation: &Compilation) -> Vec<DatasetSummary> {
        let artifact = |name: &str| compilation.plan.artifacts.iter().find(|a| a.name == name);
        let rows = |name: &str| report.datasets.iter().find(|d| d.name == name).map(|d| d.rows_out);
        let one = |dataset: &DatasetReport| {
            let artifact = artifact(&dataset.name);
            let checked = artifact.is_some_and(|a| matches!(a.dataset, Dataset::Checked(_)));
            let quarantine = dataset.name.strip_suffix("_checked").map(|entity| format!("{entity}_quarantine"));
            DatasetSummary {
                name: dataset.name.clone(),
                layer: artifact.map(|a| a.layer.directory()),
                kind: kind(dataset.kind),
                rows_in: dataset.rows_in,
                rows_out: dataset.rows_out,
                dropped: dataset.dropped,
                quarantined: quarantine.filter(|_| checked).and_then(|name| rows(&name)),
                expectations: dataset.expectations.iter().map(expectation).collect(),
                seconds: dataset.seconds,
            }
        };
        report.datasets.iter().map(one).collect()
    }

    fn kind(kind: Kind) -> &'static str {
        match kind {
            Kind::StreamingTable => "streaming table",
            Kind::MaterializedView => "materialized view",
            Kind::TemporaryView => "temporary view",
            Kind::View => "view",
        }
    }

    fn expectation(report: &local::ExpectationReport) -> ExpectationSummary {
        let action = match report.action {
            None => "warn",
            Some(Violation::DropRow) => "drop",
            Some(Violation::FailUpdate) => "fail",
        };
        ExpectationSummary { name: report.name.clone(), action, passed: report.passed, failed: report.failed }
    }

    /// The tables for readers; rows are shown of those that are small and hold no personal data.
    fn figures(report: &RunReport, compilation: &Compilation, warehouse: &Path) -> Result<Vec<Figures>, Failure> {
        let mut figures = vec![];
        for artifact in compilation.plan.artifacts.iter().filter(|a| a.layer == Layer::Gold) {
            let Some(dataset) = report.datasets.iter().find(|d| d.name == artifact.name) else { continue };
            let mut figure =
                Figures { name: artifact.name.clone(), rows: dataset.rows_out, columns: vec![], values: vec![] };
            if dataset.rows_out <= SMALL && !holds_personal_data(artifact, compilation) {
                let sql = format!("SELECT * FROM `{}`", artifact.name);
                let rows = local::query(&sql, warehouse).map_err(failure)?;
                figure.columns = rows.columns();
                figure.values = local::text_cells(&rows);
                figure.values.sort();
            }
            figures.push(figure);
        }
        Ok(figures)
    }

    fn holds_personal_data(artifact: &Artifact, compilation: &Compilation) -> bool {
        let Dataset::MetricTable(metric, _) = artifact.dataset else { return true };
        let metric = compilation.project.as_ref().and_then(|p| p.metrics.get(metric.0));
        metric.is_none_or(|m| m.classification == crate::model::Classification::Confidential)
    }
}
