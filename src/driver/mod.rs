//! The whole compilation on one screen: from specs to diagnostics, to files, to a change set.
//!
//! Every command runs a prefix of this chain, up to a [`Phase`], and one step of its own. A pass collects all errors
//! that it can find, and the chain ends after a pass that found any; then it starts again without the faulty specs, so
//! that later passes check the others (`rest`). What is written, run or shown always comes from a chain over all
//! specs.

pub mod adopt;
mod convert;
pub mod deploy;
pub mod destroy;
pub mod doctor;
pub mod drift;
mod in_query;
mod lint;
pub mod origin;
pub mod own;
mod refused;
mod rest;
pub mod rollback;
mod sql;
pub mod upload;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

pub use convert::{ConvertedSql, PortedFile, convert_sql};
pub use lint::{FixedFile, Linted, fix_sql, lint_sql};
pub use refused::refused;
pub use sql::{CheckedSql, check_sql, sql_pipeline};

use in_query::QueryViews;
use lakeflow::check::{self, Definition, Judged, OutsideTables, Parsed, Pipeline};
use lakeflow::diag::{Diagnostic, Diagnostics};
use lakeflow::source::{FileId, SourceMap};
use rest::{ChainStage, Round, Stopped};

use crate::bundle;
use crate::codes;
use crate::emit::{self, ChangeSet};
use crate::lineage::{self, Lineage};
use crate::load::{self, SpecFiles};
use crate::model::Project;
use crate::plan::record::Record;
use crate::plan::{self, Artifact, ArtifactKind, BuildPlan};
use crate::render::{self, RenderError, RenderedFile};
use crate::resolve;
use crate::resolve::allowance::{self, Allowance};
use crate::reuse;
use crate::serving;
use crate::validate;
use crate::world::World;

/// Directory of the output, below the project, unless another one is named.
pub const OUT: &str = "generated";

/// How far the chain is run. Each phase contains those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Specs are read and resolved: the project is there.
    Resolve,
    /// The pipeline and its governance are rendered.
    Render,
    /// Their texts are parsed back and judged, and personal data is followed.
    Prove,
    /// All other files are rendered.
    Deliver,
}

/// What came of the specs of a project, as far as the passes got.
#[derive(Debug, Default)]
pub struct Compilation {
    /// All texts that diagnostics point into: specs, lookups, generated files.
    pub sources: SourceMap,
    /// Faults and warnings, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The resolved project; `None` when there is none or it has faults.
    pub project: Option<Project>,
    /// What is built.
    pub plan: BuildPlan,
    /// The files that were rendered, in the order of the plan.
    pub files: Vec<RenderedFile>,
    /// The datasets of the pipeline, each after those it reads.
    pub datasets: Vec<Definition>,
    /// Where every column of it comes from; empty when there are faults.
    pub lineage: Lineage,
    /// Where personal data goes.
    pub personal: lineage::PersonalFlow,
    /// What each pass took.
    pub passes: Vec<Pass>,
    /// Whose the development targets are, in a build for one developer.
    developer: Option<String>,
    /// Warnings that the specs allow.
    allowances: Vec<Allowance>,
    /// Generated files that hold queries of entities.
    views: QueryViews,
    /// What earlier builds have given.
    record: Record,
    /// The files of the pipeline as trees, where they are asked for.
    trees: Option<Vec<Arc<Parsed>>>,
}

/// A pass that was run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pass {
    /// What `gen check --verbose` calls it: `load`, `validate`, `resolve`, ..
    pub name: &'static str,
    /// How long it took.
    pub seconds: f64,
}

impl Compilation {
    /// Whether something has to be changed before anything can be built.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The files of the pipeline, in the order of the plan.
    pub fn pipeline_files(&self) -> impl Iterator<Item = &RenderedFile> {
        self.files.iter().filter(|file| matches!(file.artifact.kind, ArtifactKind::Dataset(_)))
    }
}

/// Compiles the project in `root`, up to the proof of its pipeline. Writes nothing.
///
/// # Errors
/// A template that can't be filled, which is a fault of the compiler. Faults of the specs are diagnostics.
pub fn check(world: &dyn World, root: &Path) -> Result<Compilation, RenderError> {
    compile(world, root, Phase::Prove)
}

/// Compiles the project in `root` up to a phase. Writes nothing.
///
/// # Errors
/// A template that can't be filled, which is a fault of the compiler. Faults of the specs are diagnostics.
pub fn compile(world: &dyn World, root: &Path, until: Phase) -> Result<Compilation, RenderError> {
    let mut out = Compilation::default();
    out.start(world, root, until, &root.join(OUT))?;
    Ok(out)
}

/// Compiles the project in `root`, up to the proof of its pipeline, and keeps the pipeline to be run; it is without meaning
/// when something is at fault.
///
/// # Errors
/// A template that can't be filled, which is a fault of the compiler. Faults of the specs are diagnostics.
pub fn runnable(world: &dyn World, root: &Path) -> Result<(Compilation, Pipeline), RenderError> {
    let mut out = Compilation { trees: Some(vec![]), ..Compilation::default() };
    out.start(world, root, Phase::Prove, &root.join(OUT))?;
    let outside = out.project.as_ref().map(plan::outside_tables).unwrap_or_default();
    let pipeline = Pipeline { files: out.trees.take().unwrap_or_default(), datasets: out.datasets.clone(), outside };
    Ok((out, pipeline))
}

/// Compiles the project in `root` and compares what it gives with the directory `out`. Writes nothing; the change set is
/// there when nothing is at fault, and can be applied.
///
/// # Errors
/// A template that can't be filled, which is a fault of the compiler. Faults of the specs are diagnostics.
pub fn build(world: &dyn World, root: &Path, out: &Path) -> Result<(Compilation, Option<ChangeSet>), RenderError> {
    let mut compilation = Compilation::default();
    compilation.start(world, root, Phase::Deliver, out)?;
    let changes = compilation.compare(world, out);
    Ok((compilation, changes))
}

/// Compiles the project in `root` as [`build`] does, with development targets in schemas of a developer's own.
///
/// # Errors
/// A template that can't be filled, which is a fault of the compiler. Faults of the specs are diagnostics.
pub fn build_own(
    world: &dyn World,
    root: &Path,
    out: &Path,
    developer: &str,
) -> Result<(Compilation, Option<ChangeSet>), RenderError> {
    let mut compilation = Compilation { developer: Some(developer.to_owned()), ..Compilation::default() };
    compilation.start(world, root, Phase::Deliver, out)?;
    let changes = compilation.compare(world, out);
    Ok((compilation, changes))
}

/// Compiles the project in `root` as [`build`] does, as if `target` had what is declared and nothing of earlier builds.
///
/// # Errors
/// A template that can't be filled, which is a fault of the compiler. Faults of the specs are diagnostics.
pub fn build_confirmed(
    world: &dyn World,
    root: &Path,
    out: &Path,
    target: &str,
) -> Result<(Compilation, Option<ChangeSet>), RenderError> {
    let (before, _) = build(world, root, out)?;
    let plan = &before.plan;
    let mut compilation = build_after(world, root, plan.record.clone().confirmed(target, &plan.declared), None)?;
    let changes = compilation.compare(world, out);
    Ok((compilation, changes))
}

/// Compiles the project in `root` as if a record were what earlier builds have given, with development targets of a
/// developer's own where one is named. Writes nothing.
///
/// # Errors
/// A template that can't be filled, which is a fault of the compiler. Faults of the specs are diagnostics.
pub fn build_after(
    world: &dyn World,
    root: &Path,
    record: Record,
    developer: Option<&str>,
) -> Result<Compilation, RenderError> {
    let mut found = Diagnostics::default();
    let developer = developer.map(str::to_owned);
    let mut compilation = Compilation { record, developer, ..Compilation::default() };
    let files = compilation.pass("load", |sources| load::find(world, root, sources, &mut found));
    compilation.run(Phase::Deliver, Round::first(&files, &mut found))?;
    compilation.settle(found, Phase::Deliver);
    Ok(compilation)
}

/// A file that nobody has checked lies among those that are deployed.
fn stray(path: &str) -> Diagnostic {
    let hint = "move it out of the output directory, or remove it; everything in the pipeline must come from a spec";
    Diagnostic::error(codes::STRAY_FILE, format!("`{path}` is a file that `gen` did not write")).hint(hint)
}

impl Compilation {
    /// Finds the specs and runs the chain over them, after the builds that the record beside `out` tells of.
    fn start(&mut self, world: &dyn World, root: &Path, until: Phase, out: &Path) -> Result<(), RenderError> {
        let mut found = Diagnostics::default();
        self.record = emit::read_record(world, out, &mut self.sources, &mut found);
        let files = self.pass("load", |sources| load::find(world, root, sources, &mut found));
        self.run(until, Round::first(&files, &mut found))?;
        self.settle(found, until);
        Ok(())
    }

    /// Keeps what is told of all that was found: faults, or else warnings that nobody allowed. A warning beside a fault
    /// may follow from it, and would stand in its way. A chain that ended before the proof finds no more than some.
    fn settle(&mut self, found: Diagnostics, until: Phase) {
        let has_errors = found.has_errors();
        let mut diagnostics = found.into_sorted();
        if has_errors {
            diagnostics.retain(Diagnostic::is_error);
        } else {
            let idle = allowance::silence(&mut diagnostics, &self.allowances);
            let mut told = Diagnostics::default();
            told.extend(diagnostics);
            told.extend(idle.into_iter().filter(|_| until >= Phase::Prove));
            diagnostics = told.into_sorted();
        }
        self.diagnostics = reuse::told(diagnostics, &self.sources);
    }

    /// Compares the files with a directory; `None` when something is at fault.
    fn compare(&mut self, world: &dyn World, out: &Path) -> Option<ChangeSet> {
        if self.has_errors() {
            return None;
        }
        let mut found = Diagnostics::default();
        let start = Instant::now();
        let files = self.files.iter().map(|file| (file.artifact.path(), file.text.clone())).collect();
        let changes = ChangeSet::compute(world, out, &files, Some(&self.plan.record.text()), &mut found);
        found.extend(changes.strays(world).iter().map(|path| stray(path)));
        self.note("emit", start);
        let is_faultless = !found.has_errors();
        found.extend(std::mem::take(&mut self.diagnostics));
        self.settle(found, Phase::Render);
        is_faultless.then_some(changes)
    }

    /// Proves the texts of rendered files, whatever they were made from.
    pub fn prove(&mut self) {
        let Some(project) = self.project.take() else { return };
        let mut found = Diagnostics::default();
        found.extend(std::mem::take(&mut self.diagnostics));
        // Nothing is left out of the specs where a fault is found.
        let _stopped = self.prove_texts(&project, &mut Round::first(&SpecFiles::default(), &mut found));
        self.project = Some(project);
        // What was allowed is silent already, so that its allowance would seem to silence nothing.
        self.settle(found, Phase::Render);
    }

    /// Runs the passes up to `until`; what stopped it, if a spec has to be left out and the chain started again.
    fn chain(&mut self, until: Phase, round: &mut Round<'_>) -> Result<Option<Stopped>, RenderError> {
        let loaded = self.pass("load", |sources| load::read(round.files, sources, round.faults(ChainStage::Specs)));
        let loaded = self.pass("reuse", |sources| reuse::fill(loaded, sources, round.faults(ChainStage::Specs)));
        let mut specs =
            self.pass("validate", |sources| validate::validate(loaded, sources, round.faults(ChainStage::Specs)));
        round.leave_out_of(&mut specs);
        let mut resolved =
            self.pass("resolve", |sources| resolve::resolve(&specs, sources, round.faults(ChainStage::Specs)));
        drop(specs);
        self.allowances = std::mem::take(&mut resolved.allowances);
        let mut project = match round.healthy(resolved) {
            Ok(project) => project,
            Err(stopped) => return Ok(Some(stopped)),
        };
        self.developer.iter().for_each(|developer| project.give_to(developer));
        let mut stopped = if until >= Phase::Render { self.render(&project, round)? } else { None };
        if until >= Phase::Prove && stopped.is_none() {
            stopped = self.prove_texts(&project, round);
        }
        if until >= Phase::Deliver && round.is_faultless() {
            self.deliver(&project)?;
        }
        self.project = Some(project);
        Ok(stopped)
    }

    /// Plans the build, and renders what runs in a workspace.
    fn render(&mut self, project: &Project, round: &mut Round<'_>) -> Result<Option<Stopped>, RenderError> {
        let record = std::mem::take(&mut self.record);
        let (plan, clashing) = self.pass("plan", |_| plan::plan(project, &record, round.faults(ChainStage::Plan)));
        self.plan = plan;
        if !clashing.is_empty() {
            return Ok(Some(Stopped { stage: ChainStage::Plan, faulty: clashing }));
        }
        let plan = std::mem::take(&mut self.plan);
        let rendered = self.pass("render", |_| render::render(project, &plan));
        (self.plan, self.files) = (plan, rendered?);
        Ok(None)
    }

    /// Parses the rendered texts back, each once, judges them, and follows personal data through the pipeline.
    fn prove_texts(&mut self, project: &Project, round: &mut Round<'_>) -> Option<Stopped> {
        let (judged, faulty) = self.check(project, round);
        if !faulty.is_empty() {
            return Some(Stopped { stage: ChainStage::Pipeline, faulty });
        }
        self.trace(project, judged, round.faults(ChainStage::Lineage));
        None
    }

    /// Judges the rendered files; what is wrong with one of the pipeline is shown at the spec it came from. Files around
    /// the pipeline come from all specs, so their faults stay where they are. Gives what was found out, and the files of the
    /// specs at fault.
    fn check(&mut self, project: &Project, round: &mut Round<'_>) -> (Judged, BTreeSet<FileId>) {
        let mut files = vec![];
        let (mut governance, mut gone) = (vec![vec![]; project.targets.len()], vec![]);
        for file in &self.files {
            let id = self.sources.add(format!("generated/{}", file.artifact.path()), file.text.clone());
            match file.artifact.kind {
                ArtifactKind::Dataset(_) => files.push(id),
                ArtifactKind::Governance(target, _) => {
                    governance.get_mut(target.0).into_iter().for_each(|files: &mut Vec<_>| files.push(id));
                }
                ArtifactKind::Gone(_) => gone.push(id),
                _ => {}
            }
        }
        let (mut faults, mut beside) = (Diagnostics::default(), Diagnostics::default());
        let mut trees = self.trees.take();
        let mut views = QueryViews::default();
        let outside = plan::outside_tables(project);
        let judged = self.pass("check", |sources| {
            let outside = OutsideTables::These(&outside);
            let judged = match &mut trees {
                None => check::judge(&files, outside, sources, &mut faults),
                Some(trees) => check::judge_and_keep(&files, outside, sources, &mut faults, trees),
            };
            // Names that a faulty pipeline does not define would be missed in every target again.
            if !faults.has_errors() {
                governance.iter().for_each(|files| check::governance(files, &judged.datasets, sources, &mut beside));
                check::governance(&gone, &[], sources, &mut beside);
            }
            judged
        });
        self.trees = trees;
        for ((file, planned), rendered) in files.iter().zip(&self.plan.datasets).zip(self.pipeline_files()) {
            views.add(*file, planned, &rendered.text);
        }
        self.views = views;
        let origins = files.into_iter().zip(&self.plan.datasets).collect();
        let (faults, faulty) = origin::at_specs(faults.into_sorted(), &origins, &judged.datasets);
        let faults = faults.into_iter().map(|fault| self.views.placed(fault, project));
        round.faults(ChainStage::Pipeline).extend(faults);
        round.faults(ChainStage::Governance).extend(beside.into_sorted());
        (judged, faulty)
    }

    /// Finds where every column comes from, and proves that personal data stays with those who may see it.
    fn trace(&mut self, project: &Project, judged: Judged, found: &mut Diagnostics) {
        let Judged { datasets, origins, outside, .. } = judged;
        let (plan, views) = (std::mem::take(&mut self.plan), std::mem::take(&mut self.views));
        (self.lineage, self.personal) = self.pass("lineage", |_| {
            let policy = lineage::Policy::of(project, &plan);
            let lineage = lineage::trace(&datasets, origins, &outside);
            let personal = lineage::follow(&lineage, &policy);
            let leaks = lineage::judge(&personal, &lineage, &policy).into_iter();
            found.extend(leaks.map(|leak| views.placed(leak, project)));
            found.extend(lineage::idle(&personal, project, &plan));
            (lineage, personal)
        });
        (self.datasets, self.plan) = (datasets, plan);
    }

    /// Renders what goes with the pipeline: what readers start from, what watches it, what deploys it, its lineage.
    fn deliver(&mut self, project: &Project) -> Result<(), RenderError> {
        let start = Instant::now();
        let plan = &self.plan;
        self.files.extend(serving::serving(project, plan)?);
        let operation = render::operation::operation(project, plan, &self.files)?;
        self.files.extend(operation);
        self.files.extend(render::administration(project, plan)?);
        self.files.extend(bundle::files::files(&bundle::bundle(project, plan), project, plan)?);
        let lineage = Artifact::of(ArtifactKind::Lineage, project, &self.plan);
        let document = lineage::document(&self.lineage, &project.name);
        self.files.push(RenderedFile { artifact: lineage, text: document.into() });
        self.note("deliver", start);
        Ok(())
    }

    /// Runs a pass and notes what it took.
    fn pass<T>(&mut self, name: &'static str, pass: impl FnOnce(&mut SourceMap) -> T) -> T {
        let start = Instant::now();
        let result = pass(&mut self.sources);
        self.note(name, start);
        result
    }

    fn note(&mut self, name: &'static str, start: Instant) {
        self.add_pass(Pass { name, seconds: start.elapsed().as_secs_f64() });
    }

    /// Notes what a pass took, in one sum if it ran several times.
    fn add_pass(&mut self, pass: Pass) {
        match self.passes.iter_mut().find(|known| known.name == pass.name) {
            Some(known) => known.seconds += pass.seconds,
            None => self.passes.push(pass),
        }
    }
}
