//! What a deployment runs, by phase, and who runs it.

use lakeflow::ast::StatementKind;
use lakegen::plan::operation::OperationScript;
use lakegen::plan::{AdministrationFile, ArtifactKind, FilePhase, Identity};

use super::changes::Build;
use super::model::statements;

/// Who runs a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Administrator,
    Deployer,
    Pipeline,
}

impl Build {
    /// The statements of a target: before an update, the update, after it, each with who runs it.
    pub fn scripts(&self, target: &str) -> [Vec<(Who, StatementKind)>; 3] {
        let index = self.compilation.project.as_ref().unwrap().targets.iter().position(|t| t.name == target).unwrap();
        let parameters = super::parameters(&self.compilation, self.target(target));
        let of = |wanted: &str| {
            let mut files = vec![];
            for file in &self.compilation.files {
                let (phase, who) = match file.artifact.kind {
                    ArtifactKind::Dataset(_) => ("update", Who::Pipeline),
                    ArtifactKind::Administration(id, AdministrationFile::Sql) if id.0 == index => {
                        ("before", Who::Administrator)
                    }
                    ArtifactKind::Governance(id, concern) if id.0 == index => {
                        let is_before = concern.phase() == FilePhase::Before;
                        let is_deployers = concern.identity() == Identity::Deployer;
                        let who = if is_deployers { Who::Deployer } else { Who::Pipeline };
                        (if is_before { "before" } else { "after" }, who)
                    }
                    ArtifactKind::Operation(id, script) if id.0 == index && !script.is_guard() => {
                        ("after", Who::Pipeline)
                    }
                    _ => continue,
                };
                if phase == wanted {
                    files.push((file.artifact.path(), who, super::filled(&file.text, &parameters)));
                }
            }
            if wanted != "update" {
                files.sort_by_key(|(path, ..)| *path);
            }
            let run = |(_, who, text): (_, Who, String)| statements(&[text]).into_iter().map(move |s| (who, s));
            files.into_iter().flat_map(run).collect()
        };
        ["before", "update", "after"].map(of)
    }

    /// What a job that refreshes some tables runs behind its update, and the guard that it begins with.
    pub fn scheduled(&self, target: &str) -> (Vec<StatementKind>, Vec<StatementKind>) {
        let index = self.compilation.project.as_ref().unwrap().targets.iter().position(|t| t.name == target).unwrap();
        let is_after = |kind| match kind {
            ArtifactKind::Governance(id, concern) => id.0 == index && concern.is_undone_by_runs(),
            _ => false,
        };
        let is_guard = |kind| matches!(kind, ArtifactKind::Operation(id, OperationScript::TableGuard) if id.0 == index);
        let texts = |wanted: &dyn Fn(ArtifactKind) -> bool| {
            let mut files: Vec<_> = self.compilation.files.iter().filter(|file| wanted(file.artifact.kind)).collect();
            files.sort_by_key(|file| file.artifact.path());
            statements(&files.into_iter().map(|file| file.text.to_string()).collect::<Vec<_>>())
        };
        (texts(&is_guard), texts(&is_after))
    }
}
