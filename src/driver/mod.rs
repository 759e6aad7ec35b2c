//! The whole compilation on one screen: specs to diagnostics, to files, to a change set.
//!
//! Every command runs a prefix of this chain, up to a [`Phase`], and one step of its own. A pass collects all faults it can
//! find; the chain stops between two passes, where the next one could only report what follows from them.

mod convert;
mod lint;
mod origin;
mod sql;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

pub use convert::{ConvertedSql, PortedFile, convert_sql};
pub use lint::{FixedFile, Linted, fix_sql, lint_sql};
pub use sql::{CheckedSql, check_sql, sql_pipeline};

use crate::bundle;
use crate::check::{self, Definition, Judged, Parsed, Pipeline};
use crate::diag::{Diagnostic, Diagnostics};
use crate::emit::ChangeSet;
use crate::lineage::{self, Lineage};
use crate::load;
use crate::model::Project;
use crate::plan::{self, Artifact, ArtifactKind, BuildPlan};
use crate::render::{self, RenderError, RenderedFile};
use crate::resolve;
use crate::serving;
use crate::source::{FileId, SourceMap};
use crate::validate;
use crate::world::World;

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
    pub personal: lineage::Flow,
    /// What each pass took.
    pub passes: Vec<Pass>,
    /// The files of the pipeline as trees, where they are asked for.
    trees: Option<Vec<Arc<Parsed>>>,
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
    out.run(world, root, until)?;
    Ok(out)
}

/// Compiles the project in `root`, up to the proof of its pipeline, and keeps the pipeline to be run; it is without meaning
/// when something is at fault.
///
/// # Errors
/// A template that can't be filled, which is a fault of the compiler. Faults of the specs are diagnostics.
pub fn runnable(world: &dyn World, root: &Path) -> Result<(Compilation, Pipeline), RenderError> {
    let mut out = Compilation { trees: Some(vec![]), ..Compilation::default() };
    out.run(world, root, Phase::Prove)?;
    let pipeline = Pipeline { files: out.trees.take().unwrap_or_default(), datasets: out.datasets.clone() };
    Ok((out, pipeline))
}

/// Compiles the project in `root` and compares what it gives with the directory `out`. Writes nothing; the change set is
/// there when nothing is at fault, and can be applied.
///
/// # Errors
/// A template that can't be filled, which is a fault of the compiler. Faults of the specs are diagnostics.
pub fn build(world: &dyn World, root: &Path, out: &Path) -> Result<(Compilation, Option<ChangeSet>), RenderError> {
    let mut compilation = compile(world, root, Phase::Deliver)?;
    if compilation.has_errors() {
        return Ok((compilation, None));
    }
    let mut found = Diagnostics::default();
    let Compilation { files, passes, .. } = &mut compilation;
    let changes = timed(passes, "emit", || {
        let files = files.iter().map(|file| (file.artifact.path(), file.text.clone())).collect();
        ChangeSet::compute(world, out, &files, &mut found)
    });
    let is_faultless = !found.has_errors();
    compilation.diagnostics.extend(found.into_sorted());
    Ok((compilation, is_faultless.then_some(changes)))
}

impl Compilation {
    /// The chain.
    fn run(&mut self, world: &dyn World, root: &Path, until: Phase) -> Result<(), RenderError> {
        self.resolve(world, root);
        if until >= Phase::Render {
            self.render()?;
        }
        if until >= Phase::Prove {
            self.prove();
        }
        if until >= Phase::Deliver {
            self.deliver()?;
        }
        Ok(())
    }

    /// Reads the specs.
    fn resolve(&mut self, world: &dyn World, root: &Path) {
        let Compilation { sources, passes, .. } = self;
        let mut found = Diagnostics::default();
        let loaded = timed(passes, "load", || load::load(world, root, sources, &mut found));
        let specs = timed(passes, "validate", || validate::validate(loaded, sources, &mut found));
        let project = timed(passes, "resolve", || resolve::resolve(&specs, sources, &mut found));
        self.project = project.filter(|_| !found.has_errors());
        self.diagnostics = found.into_sorted();
    }

    /// Plans the build, and renders what runs in a workspace.
    fn render(&mut self) -> Result<(), RenderError> {
        let Compilation { project: Some(project), plan, files, passes, .. } = self else { return Ok(()) };
        let mut found = Diagnostics::default();
        *plan = timed(passes, "plan", || plan::plan(project, &mut found));
        if !found.has_errors() {
            *files = timed(passes, "render", || render::render(project, plan))?;
        }
        self.report(found);
        Ok(())
    }

    /// Proves the texts of rendered files, whatever they were made from: each is parsed once and judged, and personal data is
    /// followed through the pipeline.
    pub fn prove(&mut self) {
        if !self.has_errors()
            && let Some(judged) = self.judge()
        {
            self.trace(judged);
        }
    }

    /// Judges the texts; what is wrong with one of the pipeline is shown at the spec it came from. Files around the pipeline
    /// come from all specs, so their faults stay where they are. Gives what was found out when nothing is wrong.
    fn judge(&mut self) -> Option<Judged> {
        let Compilation { sources, project: Some(project), files, passes, trees, .. } = self else { return None };
        let (mut pipeline, mut origins) = (vec![], BTreeMap::new());
        let mut governance: Vec<Vec<FileId>> = vec![vec![]; project.targets.len()];
        for RenderedFile { artifact, text } in &*files {
            let mut add = || sources.add(format!("generated/{}", artifact.path()), text.clone());
            match artifact.kind {
                ArtifactKind::Dataset(_) => {
                    let id = add();
                    pipeline.push(id);
                    origins.insert(id, artifact.origin);
                }
                ArtifactKind::Governance(target, _) => {
                    governance.get_mut(target.0).into_iter().for_each(|files| files.push(add()));
                }
                _ => {}
            }
        }
        let (mut faults, mut beside) = (Diagnostics::default(), Diagnostics::default());
        let judged = timed(passes, "check", || {
            let judged = match trees {
                None => check::judge(&pipeline, sources, &mut faults),
                Some(trees) => check::judge_and_keep(&pipeline, sources, &mut faults, trees),
            };
            // Names that a faulty pipeline does not define would be missed in every target again.
            if !faults.has_errors() {
                governance.iter().for_each(|files| check::governance(files, &judged.datasets, sources, &mut beside));
            }
            judged
        });
        let is_faultless = !faults.has_errors() && !beside.has_errors();
        let mut found = Diagnostics::default();
        found.extend(faults.into_sorted().into_iter().map(|fault| origin::at_spec(fault, &origins)));
        found.extend(beside.into_sorted());
        self.report(found);
        is_faultless.then_some(judged)
    }

    /// Finds where every column comes from, and proves that personal data stays with those who may see it.
    fn trace(&mut self, judged: Judged) {
        let Judged { datasets, origins } = judged;
        let Compilation { project: Some(project), plan, passes, .. } = self else { return };
        let mut found = Diagnostics::default();
        (self.lineage, self.personal) = timed(passes, "lineage", || {
            let policy = lineage::Policy::of(project, plan);
            let lineage = lineage::trace(&datasets, origins);
            let personal = lineage::follow(&lineage, &policy);
            found.extend(lineage::judge(&personal, &lineage, &policy));
            (lineage, personal)
        });
        self.datasets = datasets;
        self.report(found);
    }

    /// Renders what goes with the pipeline: what readers start from, what watches it, what deploys it, its lineage.
    fn deliver(&mut self) -> Result<(), RenderError> {
        let is_faulty = self.has_errors();
        let Compilation { project: Some(project), plan, files, lineage, passes, .. } = self else { return Ok(()) };
        if is_faulty {
            return Ok(());
        }
        timed(passes, "deliver", || {
            files.extend(serving::serving(project, plan)?);
            files.extend(render::operation::operation(project, plan)?);
            files.extend(bundle::files::files(&bundle::bundle(project, plan), project, plan)?);
            let document = lineage::document(lineage, &project.name);
            let artifact = Artifact::of(ArtifactKind::Lineage, project);
            files.push(RenderedFile { artifact, text: document.into() });
            Ok(())
        })
    }

    /// Adds what a phase found to what those before it did.
    fn report(&mut self, found: Diagnostics) {
        let mut all = Diagnostics::default();
        all.extend(std::mem::take(&mut self.diagnostics));
        all.extend(found.into_sorted());
        self.diagnostics = all.into_sorted();
    }
}

/// Runs a pass and notes what it took.
fn timed<T>(passes: &mut Vec<Pass>, name: &'static str, pass: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = pass();
    passes.push(Pass { name, seconds: start.elapsed().as_secs_f64() });
    result
}
