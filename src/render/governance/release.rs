//! The marker of a deployment: which governance was applied before the pipeline.
//!
//! Before tables are updated, readers have to be shut out and functions replaced accordingly. But files are deployed
//! at one time and statements run at another, and a schedule may start in between. So every job that updates tables
//! first checks whether the governance that belongs to its files was applied.

use askama::Template;
use sha2::{Digest, Sha256};

use super::super::RenderedFile;
use super::super::text::{Literal, Sql};
use super::Site;
use super::place::{TargetPlace, grantee};
use crate::model::{Project, TargetId};
use crate::plan::operation::RELEASE_FUNCTION;
use crate::plan::{ArtifactKind, BuildPlan, Governance, Identity};

/// Characters of a name.
const LENGTH: usize = 16;

/// The name of what governs a target: it changes with every statement that decides who sees what, and with nothing else. How
/// a metric view computes decides nothing; who reads it is said by other files.
pub fn release(id: TargetId, files: &[RenderedFile]) -> String {
    let mut hash = Sha256::new();
    for file in files {
        let is_own = matches!(file.artifact.kind, ArtifactKind::Governance(target, concern)
            if target == id && decides(concern));
        if is_own {
            hash.update(file.artifact.path().as_bytes());
            hash.update([0]);
            hash.update(file.text.as_bytes());
        }
    }
    let digest = hash.finalize();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    hex.chars().take(LENGTH).collect()
}

/// Whether a file says who sees what. What is taken away follows from what is given, and ends with a confirmation.
fn decides(concern: Governance) -> bool {
    use Governance::{Leftovers, MetricViews, Release, Returns, Untags, Withdrawals};
    !matches!(concern, Release | MetricViews | Withdrawals | Returns | Untags | Leftovers)
}

#[derive(Template)]
#[template(path = "governance/release.sql")]
struct ReleaseMark {
    head: Sql,
    name: Sql,
    release: Literal,
    owner: Option<Sql>,
    callers: Vec<Sql>,
}

/// The file that marks what was applied.
pub fn mark(project: &Project, plan: &BuildPlan, id: TargetId, release: &str) -> Result<String, askama::Error> {
    let target = project.targets.get(id.0).ok_or_else(|| askama::Error::custom("there is no such target"))?;
    let site = Site { project, plan, target, place: TargetPlace::of(target) };
    ReleaseMark {
        head: site.head(
            "A mark that everything before it was applied.",
            "last before the pipeline",
            site.owner(Identity::Deployer),
            &["Jobs that update tables ask for it."],
        )?,
        name: site.helper(RELEASE_FUNCTION),
        release: Literal::new(release),
        owner: site.shared_owner(),
        callers: target.run_as.iter().map(grantee).collect(),
    }
    .render()
}
