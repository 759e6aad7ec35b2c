//! What is still checked after an error.
//!
//! No pass works on a spec in which another pass found an error. So if specs are faulty, the chain starts again
//! without them, as if the others were the whole project: references to specs that were left out are ignored, and
//! specs that can't do without them turn out to be faulty too and are left out as well, silently. Each pass reports
//! its findings once, after all passes before it have succeeded; only these errors are kept from such a chain.

use std::collections::BTreeSet;

use lakeflow::diag::Diagnostics;
use lakeflow::source::FileId;

use super::{Compilation, Phase};
use crate::load::{SpecFiles, SpecSet};
use crate::model::Project;
use crate::render::RenderError;
use crate::resolve::Resolved;

/// What finds faults, in the order of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChainStage {
    /// From texts to a resolved project.
    Specs,
    /// The list of datasets.
    Plan,
    /// The SQL of the pipeline.
    Pipeline,
    /// The SQL beside it.
    Governance,
    /// The flow of personal data.
    Lineage,
}

/// Where a chain ended: at a stage that found specs at fault.
#[derive(Debug)]
pub struct Stopped {
    pub stage: ChainStage,
    /// The files of these specs.
    pub faulty: BTreeSet<FileId>,
}

/// What a chain works on, and where its faults go.
pub struct Round<'a> {
    /// All files of the project.
    pub files: &'a SpecFiles,
    /// Those of specs that are left out.
    left_out: BTreeSet<FileId>,
    /// The last stage that told its faults before.
    told: Option<ChainStage>,
    found: &'a mut Diagnostics,
    /// Faults that are known already, or follow from such.
    quiet: Diagnostics,
}

impl<'a> Round<'a> {
    /// The first one, over everything.
    pub fn first(files: &'a SpecFiles, found: &'a mut Diagnostics) -> Self {
        Round { files, left_out: BTreeSet::new(), told: None, found, quiet: Diagnostics::default() }
    }

    /// Where the faults of a stage go.
    pub fn faults(&mut self, stage: ChainStage) -> &mut Diagnostics {
        if self.told < Some(stage) { self.found } else { &mut self.quiet }
    }

    /// Leaves out of the specs what was found at fault before.
    pub fn leave_out_of(&self, specs: &mut SpecSet) {
        if self.told.is_some() {
            specs.leave_out(&self.left_out);
        }
    }

    /// The project, if all specs in it are without fault. Where the project file is not, nobody knows the targets.
    pub fn healthy(&self, resolved: Resolved) -> Result<Project, Stopped> {
        let Resolved { mut project, faulty, is_whole, .. } = resolved;
        let is_new = if self.told.is_none() { !is_whole } else { !faulty.is_subset(&self.left_out) };
        if is_new {
            return Err(Stopped { stage: ChainStage::Specs, faulty });
        }
        if !faulty.is_empty() {
            project.targets.clear();
        }
        Ok(project)
    }

    /// Whether nothing at all was found at fault so far.
    pub fn is_faultless(&self) -> bool {
        !self.found.has_errors()
    }
}

impl Compilation {
    /// Runs the chain, and again over the rest as long as something turns out to be at fault.
    pub(super) fn run(&mut self, until: Phase, mut round: Round<'_>) -> Result<(), RenderError> {
        let mut stopped = self.chain(until, &mut round)?;
        while let Some(Stopped { stage, faulty }) = stopped {
            round.told = round.told.max(Some(stage));
            round.left_out.extend(faulty);
            let sources = std::mem::take(&mut self.sources);
            let mut rest = Compilation { sources, ..Compilation::default() };
            stopped = rest.chain(until, &mut round)?;
            self.sources = rest.sources;
            rest.passes.into_iter().for_each(|pass| self.add_pass(pass));
        }
        Ok(())
    }
}
