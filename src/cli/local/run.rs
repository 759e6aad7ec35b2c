//! Runs a pipeline and reports the result.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use lakeflow::ast::Violation;
use lakeflow::check::{DatasetKind, Pipeline};
use lakeflow::diag::{Diagnostic, did_you_mean};
use lakeflow::is_same_name;
use lakeflow::source::{SourceMap, Span};

use super::summary::{DatasetSummary, ExpectationSummary, Figures, FileNote, SMALL, Summary};
use super::{WAREHOUSE, report_fault};
use crate::cli::check::{require_faultless, tell_parses};
use crate::cli::run::RunArgs;
use crate::cli::shell::{OutputFormat, Shell};
use crate::cli::{Ended, Failure, Status, project};
use crate::driver;
use crate::engine::local::{self, DatasetReport, ExpectationReport, PATIENCE, RunFault, RunReport, RunRequest};
use crate::model::{Action, Classification, Entity, Metric, MetricTable, Project};
use crate::plan::{self, BuildPlan, Dataset};
use crate::render::text::Ident;
use crate::scaffold::SAMPLES;
use crate::world::World;

/// Compiles the project, or reads other SQL, and runs it.
pub fn run(args: &RunArgs, root: &Path, shell: &mut Shell, world: &dyn World) -> Ended {
    let landing = project::directory(args.landing.as_deref(), root, SAMPLES);
    let warehouse = project::directory(args.warehouse.as_deref(), root, WAREHOUSE);
    let places = RunPlaces { landing: &landing, warehouse: &warehouse };
    if let Some(dir) = &args.pipeline {
        let sql = driver::sql_pipeline(world, std::slice::from_ref(dir));
        shell.report(&sql.sources, &sql.diagnostics)?;
        if sql.has_errors() {
            return Ok(Status::Fault);
        }
        let known = PipelineFacts { compiled: None, parameters: BTreeMap::new(), sources: None };
        return execute(&sql.found, &known, places, shell);
    }
    let (compilation, pipeline) = driver::runnable(world, root)?;
    if !require_faultless(&compilation, shell)? {
        return Ok(Status::Fault);
    }
    let Some(project) = &compilation.project else { return Ok(Status::Fault) };
    let known = PipelineFacts {
        parameters: parameters(project, args.target.as_deref())?,
        compiled: Some((project, &compilation.plan)),
        sources: Some(&compilation.sources),
    };
    execute(&pipeline, &known, places, shell)
}

/// Where a run reads and writes.
#[derive(Clone, Copy)]
struct RunPlaces<'a> {
    landing: &'a Path,
    warehouse: &'a Path,
}

/// What is known of a pipeline besides its SQL.
struct PipelineFacts<'a> {
    compiled: Option<(&'a Project, &'a BuildPlan)>,
    parameters: BTreeMap<String, String>,
    sources: Option<&'a SourceMap>,
}

/// Shows a fault of a run at the spec that the dataset comes from: at the measure or the rule, if it is about one.
fn report_at_spec(fault: &RunFault, known: &PipelineFacts<'_>, shell: &mut Shell) -> Ended {
    let (Some((project, plan)), Some(sources), Some(name)) = (known.compiled, known.sources, fault.dataset()) else {
        return report_fault(fault, shell);
    };
    let Some(dataset) = plan.datasets.iter().find(|d| is_same_name(&d.name, name)) else {
        return report_fault(fault, shell);
    };
    let metric = match dataset.dataset {
        Dataset::MetricTable(id, _) | Dataset::Reconciliation(id) => project.metrics.get(id.0),
        _ => None,
    };
    let place = match fault {
        RunFault::Failed { column: Some(column), .. } => metric
            .and_then(|metric| metric.measures.iter().find(|measure| is_same_name(&measure.name, column)))
            .map(|measure| measure.span),
        RunFault::Expectation { expectation, .. } => place_of_rule(project, dataset.dataset, expectation),
        _ => None,
    };
    let place = place.or(dataset.origin).or_else(|| minimum_of(project, plan, fault));
    let is_open = metric.is_none_or(|metric| metric.classification != Classification::Confidential);
    let figures = fault.figures().filter(|_| is_open).map(|figures| format!("; {figures}")).unwrap_or_default();
    let mut diagnostic = Diagnostic::error(fault.code(), format!("{fault}{figures}"));
    if let Some(place) = place {
        diagnostic = diagnostic.at(place);
    }
    shell.report(sources, &[diagnostic.maybe_hint(hint(fault))])?;
    Ok(if fault.is_input() { Status::Fault } else { Status::Broken })
}

/// Where the rule of an expectation is declared.
fn place_of_rule(project: &Project, dataset: Dataset, name: &str) -> Option<Span> {
    match dataset {
        Dataset::Checked(id) | Dataset::Table(id) => {
            project.entity(id).rules.iter().find(|rule| rule.name == name).map(|rule| rule.span)
        }
        _ => None,
    }
}

/// The spec of the entity whose least number of rows is not there.
fn minimum_of(project: &Project, plan: &BuildPlan, fault: &RunFault) -> Option<Span> {
    let RunFault::Expectation { expectation, .. } = fault else { return None };
    let name = expectation.strip_suffix("_minimum")?;
    let is_table = |dataset: &Dataset| match dataset {
        Dataset::Table(id) => is_same_name(&project.entity(*id).name, name),
        _ => false,
    };
    plan.datasets.iter().find(|d| is_table(&d.dataset))?.origin
}

/// What to do about a fault.
fn hint(fault: &RunFault) -> Option<&'static str> {
    match fault {
        RunFault::Expectation { expectation, .. } if expectation.ends_with("_minimum") => {
            Some("deliver the missing files, or lower the minimum in the spec of the entity")
        }
        RunFault::Expectation { expectation, .. } if expectation == "reconciles" => {
            Some("the tables of the metric do not add up: rows are lost or counted twice, for example by a join")
        }
        RunFault::Unsupported { .. } => Some("the pipeline may run on Databricks, but it cannot be run locally"),
        _ => None,
    }
}

/// What `${catalog}` and `${schema}` mean in a target.
fn parameters(project: &Project, target: Option<&str>) -> Result<BTreeMap<String, String>, Failure> {
    let found = match target {
        None => project.default_target(),
        Some(name) => Some(project.target(name).ok_or_else(|| {
            let names: Vec<&str> = project.targets.iter().map(|t| t.name.as_str()).collect();
            let hint = did_you_mean(name, names.iter().copied())
                .unwrap_or_else(|| format!("known targets: {}", names.join(", ")));
            Failure::Usage(format!("unknown target `{name}`: {hint}"))
        })?),
    };
    let pairs = found.map(|t| [("catalog", &t.catalog), ("schema", &t.schema)]);
    Ok(pairs.into_iter().flatten().map(|(key, value)| (key.to_owned(), value.clone())).collect())
}

fn execute(pipeline: &Pipeline, known: &PipelineFacts<'_>, places: RunPlaces<'_>, shell: &mut Shell) -> Ended {
    let start = Instant::now();
    let RunPlaces { landing, warehouse } = places;
    let request = RunRequest { pipeline, parameters: &known.parameters, landing, warehouse };
    let held = match local::hold(warehouse, Duration::ZERO) {
        Err(busy @ RunFault::Busy { .. }) => {
            shell.say(&format!("{busy}; waiting"))?;
            local::hold(warehouse, PATIENCE)
        }
        held => held,
    };
    // Held until the figures are read: they are those of this run.
    let held = match held {
        Ok(held) => held,
        Err(fault) => return report_fault(&fault, shell),
    };
    let report = match local::run_held(&request, &held) {
        Ok(report) => report,
        Err(fault) => return report_at_spec(&fault, known, shell),
    };
    let figures = match figures(&report, pipeline, known, warehouse) {
        Ok(figures) => figures,
        Err(fault) => return report_fault(&fault, shell),
    };
    let summary = Summary {
        landing: project::shown(landing),
        warehouse: project::shown(warehouse),
        seconds: start.elapsed().as_secs_f64(),
        datasets: report.datasets.iter().map(|dataset| dataset_summary(dataset, &report, known)).collect(),
        notes: report.datasets.iter().flat_map(file_notes).collect(),
        figures,
    };
    tell_parses(shell)?;
    if shell.format() == Some(OutputFormat::Json) {
        shell.result(&summary.json())?;
    } else if shell.is_human() {
        let text = summary.human(shell.width());
        shell.result(&text)?;
        shell.say(&format!("\n{}", summary.line()))?;
    }
    Ok(Status::Done)
}

fn file_notes(dataset: &DatasetReport) -> impl Iterator<Item = FileNote> {
    dataset.notes.iter().map(|note| FileNote {
        dataset: dataset.name.clone(),
        file: project::shown(&note.path),
        text: note.text.clone(),
        values: note.values,
    })
}

fn dataset_summary(dataset: &DatasetReport, report: &RunReport, known: &PipelineFacts<'_>) -> DatasetSummary {
    let artifact =
        known.compiled.and_then(|(_, plan)| plan.datasets.iter().find(|a| is_same_name(&a.name, &dataset.name)));
    let rows_of = |name: &str| report.datasets.iter().find(|d| is_same_name(&d.name, name)).map(|d| d.rows_out);
    let entity = match (artifact.map(|a| a.dataset), known.compiled) {
        (Some(Dataset::Checked(id)), Some((project, _))) => Some(project.entity(id)),
        _ => None,
    };
    let quarantined = entity.and_then(|entity| rows_of(&plan::quarantine_name(entity)));
    let expectation = |e: &ExpectationReport| ExpectationSummary {
        name: e.name.clone(),
        action: action(e, entity),
        passed: e.passed,
        failed: e.failed,
    };
    DatasetSummary {
        name: dataset.name.clone(),
        layer: artifact.map(|a| a.dataset.layer().word()),
        kind: dataset.kind.word(),
        rows_in: dataset.rows_in,
        rows_out: dataset.rows_out,
        dropped: dataset.dropped,
        quarantined,
        expectations: dataset.expectations.iter().map(expectation).collect(),
        seconds: dataset.seconds,
    }
}

/// What becomes of rows that break a rule: as the spec says, or else as the SQL says.
fn action(expectation: &ExpectationReport, entity: Option<&Entity>) -> &'static str {
    let rule = entity.and_then(|entity| entity.rules.iter().find(|rule| rule.name == expectation.name));
    match (rule.map(|rule| rule.action), expectation.action) {
        (Some(Action::Quarantine), _) => "quarantine",
        (_, None) => "warn",
        (_, Some(Violation::DropRow)) => "drop",
        (_, Some(Violation::FailUpdate)) => "fail",
    }
}

/// The tables that nothing else is computed from: those of metrics, or what a pipeline of other people ends in.
fn figures(
    report: &RunReport,
    pipeline: &Pipeline,
    known: &PipelineFacts<'_>,
    warehouse: &Path,
) -> Result<Vec<Figures>, RunFault> {
    let mut out = vec![];
    for dataset in &report.datasets {
        let empty = Figures { name: dataset.name.clone(), rows: dataset.rows_out, columns: vec![], values: vec![] };
        match known.compiled {
            None => {
                let is_read = pipeline.datasets.iter().any(|d| d.reads.contains(&dataset.name));
                out.extend((!is_read && dataset.kind != DatasetKind::TemporaryView).then_some(empty));
            }
            Some((project, plan)) => {
                let Some((metric, table)) = metric_table(project, plan, &dataset.name) else { continue };
                let is_shown = dataset.rows_out <= SMALL && metric.classification != Classification::Confidential;
                out.push(if is_shown { with_rows(empty, table, warehouse)? } else { empty });
            }
        }
    }
    out.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(out)
}

fn metric_table<'a>(project: &'a Project, plan: &BuildPlan, name: &str) -> Option<(&'a Metric, &'a MetricTable)> {
    let artifact = plan.datasets.iter().find(|a| is_same_name(&a.name, name))?;
    let Dataset::MetricTable(id, index) = artifact.dataset else { return None };
    let metric = project.metrics.get(id.0)?;
    Some((metric, metric.tables.get(index)?))
}

/// Adds all rows of a table, ordered by what it is grouped by.
fn with_rows(figures: Figures, table: &MetricTable, warehouse: &Path) -> Result<Figures, RunFault> {
    let keys = usize::from(table.grain.is_some()) + table.dimensions.len();
    let positions: Vec<String> = (1..=keys).map(|position| position.to_string()).collect();
    let order = if keys == 0 { String::new() } else { format!(" ORDER BY {}", positions.join(", ")) };
    let rows = local::query(&format!("SELECT * FROM {}{order}", Ident::new(&figures.name)), warehouse)?;
    Ok(Figures { columns: rows.columns(), values: local::text_cells(&rows), ..figures })
}
