//! The whole compilation on one screen: specs to diagnostics, to files, to a change set.
//!
//! Every command runs a prefix of this chain and one step of its own. A pass collects all faults it can find; the chain
//! stops between two passes, where the next one could only report what follows from them.

mod origin;
mod sql;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use rayon::prelude::*;

pub use sql::{SqlPipeline, check_sql};

use crate::check::{self, Pipeline};
use crate::diag::{Diagnostic, Diagnostics};
use crate::emit::ChangeSet;
use crate::load;
use crate::model::Project;
use crate::plan::{self, BuildPlan};
use crate::render::{self, RenderError, RenderedFile};
use crate::resolve;
use crate::source::SourceMap;
use crate::sqltool::fmt;
use crate::validate;
use crate::world::World;

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
    /// The files, in the order of the plan.
    pub files: Vec<RenderedFile>,
    /// The same files, parsed and judged.
    pub pipeline: Pipeline,
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
}

/// Compiles the project in `root`, up to the proof of its pipeline. Writes nothing.
///
/// # Errors
/// A template that can't be filled, which is a fault of the compiler. Faults of the specs are diagnostics.
pub fn check(world: &dyn World, root: &Path) -> Result<Compilation, RenderError> {
    let mut out = Compilation::default();
    let mut found = Diagnostics::default();
    out.compile(world, root, &mut found)?;
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
    let files = std::mem::take(&mut compilation.files);
    let texts = compilation.pass("format", |_| formatted(&files));
    compilation.files = files;
    let changes = compilation.pass("emit", |_| ChangeSet::compute(world, out, &texts, &mut found));
    let is_faultless = !found.has_errors();
    compilation.diagnostics.extend(found.into_sorted());
    Ok((compilation, is_faultless.then_some(changes)))
}

/// The texts in the layout for people, by path. The formatter proves that they mean the same; one that it can't read
/// stays as it was rendered.
fn formatted(files: &[RenderedFile]) -> BTreeMap<String, String> {
    let text = |file: &RenderedFile| fmt::format(&file.text).map_or_else(|_| file.text.clone(), |done| done.text);
    files.par_iter().map(|file| (file.path.clone(), text(file))).collect()
}

impl Compilation {
    /// The chain.
    fn compile(&mut self, world: &dyn World, root: &Path, found: &mut Diagnostics) -> Result<(), RenderError> {
        let loaded = self.pass("load", |sources| load::load(world, root, sources, found));
        let specs = self.pass("validate", |sources| validate::validate(loaded, sources, found));
        let project = self.pass("resolve", |sources| resolve::resolve(&specs, sources, found));
        let Some(project) = project.filter(|_| !found.has_errors()) else { return Ok(()) };
        let plan = self.pass("plan", |_| plan::plan(&project, found));
        if !found.has_errors() {
            self.files = self.pass("render", |_| render::render(&project, &plan))?;
            self.check(&plan, found);
        }
        self.project = Some(project);
        self.plan = plan;
        Ok(())
    }

    /// Proves the rendered files; what is wrong with one of them is shown at the spec it came from.
    fn check(&mut self, plan: &BuildPlan, found: &mut Diagnostics) {
        let files: Vec<_> = self
            .files
            .iter()
            .map(|file| self.sources.add(format!("generated/{}", file.path), file.text.as_str()))
            .collect();
        let mut faults = Diagnostics::default();
        self.pipeline = self.pass("check", |sources| check::check(&files, sources, &mut faults));
        let origins = files.into_iter().zip(plan.artifacts.iter().map(|artifact| artifact.origin)).collect();
        found.extend(faults.into_sorted().into_iter().map(|fault| origin::at_spec(fault, &origins)));
    }

    /// Runs a pass and notes what it took.
    fn pass<T>(&mut self, name: &'static str, pass: impl FnOnce(&mut SourceMap) -> T) -> T {
        let start = Instant::now();
        let result = pass(&mut self.sources);
        self.passes.push(Pass { name, seconds: start.elapsed().as_secs_f64() });
        result
    }
}
