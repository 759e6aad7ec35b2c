//! The whole compilation on one screen: specs to diagnostics, to files, to a change set.
//!
//! Every command runs a prefix of this chain and one step of its own. A pass collects all faults it can find, and the chain
//! ends after a pass that found any; then it starts again without the specs at fault, so that later passes find what is
//! wrong with the others ([`rest`]). What is written, run or shown comes from a chain over all specs alone.

mod convert;
mod lint;
mod origin;
mod rest;
mod sql;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

pub use convert::{ConvertedSql, PortedFile, convert_sql};
pub use lint::{FixedFile, Linted, fix_sql, lint_sql};
pub use sql::{SqlPipeline, check_sql};

use rest::{Round, Stage, Stopped};

use crate::bundle::{self, Bundle};
use crate::check::{self, Pipeline};
use crate::diag::{Diagnostic, Diagnostics};
use crate::emit::ChangeSet;
use crate::lineage::{self, Lineage};
use crate::load;
use crate::model::Project;
use crate::plan::{self, BuildPlan};
use crate::render::{self, RenderError, RenderedFile};
use crate::resolve;
use crate::serving;
use crate::source::{FileId, SourceMap};
use crate::validate;
use crate::world::World;

/// The lineage, below the output directory.
const LINEAGE: &str = "lineage.json";

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
    /// The files of the pipeline, in the order of the plan.
    pub files: Vec<RenderedFile>,
    /// Files beside the pipeline: what governs it, what watches it, what deploys it, what readers start from.
    pub beside: Vec<RenderedFile>,
    /// What is deployed; `None` as long as something is at fault.
    pub bundle: Option<Bundle>,
    /// The files of the pipeline, parsed and judged.
    pub pipeline: Pipeline,
    /// Where every column of it comes from; empty when there are faults.
    pub lineage: Lineage,
    /// Where personal data goes.
    pub personal: lineage::Flow,
    /// What each pass took.
    pub passes: Vec<Pass>,
}

/// A pass that was run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pass {
    /// Its verb.
    pub name: &'static str,
    /// How long it took.
    pub seconds: f64,
}

impl Compilation {
    /// Whether something has to be changed before anything can be built.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// Every file that is written.
    pub fn outputs(&self) -> impl Iterator<Item = &RenderedFile> {
        self.files.iter().chain(&self.beside)
    }
}

/// Compiles the project in `root`, up to the proof of its pipeline. Writes nothing.
///
/// # Errors
/// A template that can't be filled, which is a fault of the compiler. Faults of the specs are diagnostics.
pub fn check(world: &dyn World, root: &Path) -> Result<Compilation, RenderError> {
    let mut out = Compilation::default();
    let mut found = Diagnostics::default();
    let files = out.pass("load", |sources| load::find(world, root, sources, &mut found));
    out.run(Round::first(&files, &mut found))?;
    out.diagnostics = found.into_sorted();
    Ok(out)
}

/// Compiles the project in `root` and compares what it gives with the directory `out`. Writes nothing; the change set is
/// there when nothing is at fault, and can be applied.
///
/// # Errors
/// A template that can't be filled, which is a fault of the compiler. Faults of the specs are diagnostics.
pub fn build(world: &dyn World, root: &Path, out: &Path) -> Result<(Compilation, Option<ChangeSet>), RenderError> {
    let mut compilation = check(world, root)?;
    if compilation.has_errors() {
        return Ok((compilation, None));
    }
    let mut found = Diagnostics::default();
    let start = Instant::now();
    let files = compilation.outputs().map(|file| (file.path.as_str(), file.text.clone())).collect();
    let changes = ChangeSet::compute(world, out, &files, &mut found);
    compilation.note("emit", start);
    let is_faultless = !found.has_errors();
    compilation.diagnostics.extend(found.into_sorted());
    Ok((compilation, is_faultless.then_some(changes)))
}

impl Compilation {
    /// The chain.
    fn chain(&mut self, round: &mut Round<'_>) -> Result<Option<Stopped>, RenderError> {
        let loaded = self.pass("load", |sources| load::read(round.files, sources, round.faults(Stage::Specs)));
        let mut specs =
            self.pass("validate", |sources| validate::validate(loaded, sources, round.faults(Stage::Specs)));
        if !round.is_first() {
            specs.leave_out(&round.left_out);
        }
        let resolved = self.pass("resolve", |sources| resolve::resolve(&specs, sources, round.faults(Stage::Specs)));
        let is_governed = specs.projects.iter().all(|project| !round.left_out.contains(&project.file));
        drop(specs);
        if if round.is_first() { !resolved.is_whole } else { !resolved.faulty.is_subset(&round.left_out) } {
            return Ok(Some(Stopped { stage: Stage::Specs, faulty: resolved.faulty }));
        }
        let project = resolved.project;
        let (plan, clashing) = self.pass("plan", |_| plan::plan(&project, round.faults(Stage::Plan)));
        let mut stopped = Stopped::at(Stage::Plan, clashing);
        if stopped.is_none() {
            self.files = self.pass("render", |_| render::render(&project, &plan))?;
            stopped = Stopped::at(Stage::Pipeline, self.check(&plan, round.faults(Stage::Pipeline)));
        }
        if stopped.is_none() {
            if is_governed {
                self.beside = self.pass("render", |_| render::governance(&project, &plan))?;
                self.govern(&project, round.faults(Stage::Governance));
            }
            self.trace(&project, &plan, round.faults(Stage::Lineage));
        }
        if round.is_first() && !round.has_errors() {
            self.deliver(&project, &plan)?;
        }
        self.project = Some(project);
        self.plan = plan;
        Ok(stopped)
    }

    /// Proves the rendered files of the pipeline; what is wrong with one is shown at the spec it came from. Gives the
    /// files of the specs at fault.
    fn check(&mut self, plan: &BuildPlan, found: &mut Diagnostics) -> BTreeSet<FileId> {
        let files: Vec<_> = self.files.iter().map(|file| add(&mut self.sources, file)).collect();
        let mut faults = Diagnostics::default();
        self.pipeline = self.pass("check", |sources| check::check(&files, sources, &mut faults));
        let origins = files.into_iter().zip(&plan.artifacts).collect();
        let (faults, faulty) = origin::at_specs(faults.into_sorted(), &origins, &self.pipeline);
        found.extend(faults);
        faulty
    }

    /// Proves the rendered files beside the pipeline. They come from all specs, so their faults stay where they are.
    fn govern(&mut self, project: &Project, found: &mut Diagnostics) {
        let of = |name: &str| format!("governance/{name}/");
        let mut governance: Vec<Vec<FileId>> = vec![];
        for target in &project.targets {
            let own = self.beside.iter().filter(|file| file.path.starts_with(&of(&target.name)));
            governance.push(own.map(|file| add(&mut self.sources, file)).collect());
        }
        let pipeline = std::mem::take(&mut self.pipeline);
        self.pass("check", |sources| {
            governance.iter().for_each(|files| check::governance(files, &pipeline, sources, found));
        });
        self.pipeline = pipeline;
    }

    /// Finds where every column comes from, and proves that personal data stays with those who may see it.
    fn trace(&mut self, project: &Project, plan: &BuildPlan, found: &mut Diagnostics) {
        let mut pipeline = std::mem::take(&mut self.pipeline);
        (self.lineage, self.personal) = self.pass("lineage", |sources| {
            let policy = lineage::Policy::of(project, plan);
            let lineage = lineage::trace(&pipeline, sources);
            let personal = lineage::follow(&lineage, &policy);
            found.extend(lineage::judge(&personal, &lineage, &policy));
            (lineage, personal)
        });
        pipeline.forget_queries();
        self.pipeline = pipeline;
    }

    /// Writes what goes with the pipeline: what is deployed, what watches it, what readers start from, its lineage.
    fn deliver(&mut self, project: &Project, plan: &BuildPlan) -> Result<(), RenderError> {
        let mut beside = std::mem::take(&mut self.beside);
        let lineage = std::mem::take(&mut self.lineage);
        let bundle = self.pass("deliver", |_| {
            beside.extend(serving::serving(project)?);
            let bundle = bundle::bundle(project, plan, &beside);
            beside.extend(render::operation::operation(project, &bundle.scripts)?);
            beside.extend(bundle::files::files(&bundle)?);
            let document = lineage::document(&lineage, &project.name);
            beside.push(RenderedFile { path: LINEAGE.to_owned(), text: document.into() });
            Ok(bundle)
        })?;
        (self.beside, self.bundle, self.lineage) = (beside, Some(bundle), lineage);
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

/// Adds a rendered file to the texts that diagnostics point into.
fn add(sources: &mut SourceMap, file: &RenderedFile) -> FileId {
    sources.add(format!("generated/{}", file.path), file.text.clone())
}
