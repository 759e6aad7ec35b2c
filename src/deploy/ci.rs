//! What the environment of a CI contains: which run this is, and which commit it deploys.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::world::World;

/// A run of a CI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CiRun {
    /// Which one: service, run and job in it.
    pub name: String,
    /// Which attempt of it.
    pub attempt: String,
}

/// Variables that name a run, the job in it, and its attempt, by the service that sets the first one.
const RUNS: &[(&str, &[&str], &[&str])] = &[
    ("github", &["GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_JOB"], &["GITHUB_RUN_ATTEMPT"]),
    ("gitlab", &["CI_PROJECT_ID", "CI_PIPELINE_ID", "CI_JOB_NAME"], &["CI_JOB_ID"]),
    (
        "azure-devops",
        &["SYSTEM_TEAMPROJECTID", "BUILD_BUILDID", "SYSTEM_STAGENAME", "SYSTEM_JOBNAME"],
        &["SYSTEM_STAGEATTEMPT", "SYSTEM_JOBATTEMPT"],
    ),
    ("circle", &["CIRCLE_WORKFLOW_ID", "CIRCLE_JOB"], &["CIRCLE_BUILD_NUM"]),
    (
        "bitbucket",
        &["BITBUCKET_REPO_UUID", "BITBUCKET_BUILD_NUMBER", "BITBUCKET_STEP_UUID"],
        &["BITBUCKET_STEP_RUN_NUMBER"],
    ),
];

/// Variables that name the commit.
const COMMITS: &[&str] = &[
    "GITHUB_SHA",
    "CI_COMMIT_SHA",
    "BUILD_SOURCEVERSION",
    "CIRCLE_SHA1",
    "BITBUCKET_COMMIT",
    "CODEBUILD_RESOLVED_SOURCE_VERSION",
    "GIT_COMMIT",
];

impl CiRun {
    /// The run that this is, where a CI runs it.
    pub fn of(world: &dyn World) -> Option<CiRun> {
        let values = |names: &[&str]| {
            let found = names.iter().map(|name| world.env(name).filter(|value| !value.is_empty()));
            found.collect::<Option<Vec<String>>>().map(|values| values.join("/"))
        };
        RUNS.iter().find_map(|(service, run, attempt)| {
            Some(CiRun { name: format!("{service}/{}", values(run)?), attempt: values(attempt)? })
        })
    }

    /// Whether it is another attempt of the same run. Services begin one only when the one before has ended; of equal
    /// attempts, two may run side by side.
    pub fn is_other_attempt_of(&self, other: &CiRun) -> bool {
        self.name == other.name && self.attempt != other.attempt
    }
}

/// The commit that is deployed: as the CI names it, or else the one that is checked out, with `-dirty` where files differ
/// from it. None where there is no version control.
pub fn commit(world: &dyn World, root: &Path) -> Option<String> {
    let is_hash = |text: &String| text.len() >= 7 && text.len() <= 64 && text.chars().all(|c| c.is_ascii_hexdigit());
    if let Some(named) = COMMITS.iter().filter_map(|name| world.env(name)).find(is_hash) {
        return Some(named);
    }
    let root = root.to_str()?;
    let git = |arguments: &[&str]| {
        let arguments: Vec<&str> = ["-C", root].iter().chain(arguments).copied().collect();
        let ran = world.run("git", &arguments, 1 << 20, Duration::from_secs(10)).ok().filter(|ran| ran.is_success)?;
        String::from_utf8(ran.output).ok().map(|text| text.trim().to_owned())
    };
    let head = git(&["rev-parse", "HEAD"]).filter(is_hash)?;
    let is_clean = git(&["status", "--porcelain", "--", "."]).is_some_and(|changes| changes.is_empty());
    Some(if is_clean { head } else { format!("{head}-dirty") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{MemoryWorld, Ran};

    fn github(run: &str, attempt: &str) -> Option<CiRun> {
        let world = MemoryWorld::default().with_env("GITHUB_REPOSITORY", "a/b").with_env("GITHUB_RUN_ID", run);
        CiRun::of(&world.with_env("GITHUB_JOB", "deploy").with_env("GITHUB_RUN_ATTEMPT", attempt))
    }

    #[test]
    fn another_attempt_is_of_the_same_run_and_job() {
        let first = github("7", "1").unwrap();
        assert!(github("7", "2").unwrap().is_other_attempt_of(&first));
        assert!(!github("7", "1").unwrap().is_other_attempt_of(&first), "two of one attempt may run side by side");
        assert!(!github("8", "2").unwrap().is_other_attempt_of(&first));
        assert_eq!(CiRun::of(&MemoryWorld::default()), None);
        assert_eq!(CiRun::of(&MemoryWorld::default().with_env("GITHUB_RUN_ID", "7")), None, "who it is can't be told");
    }

    #[test]
    fn a_commit_is_that_of_the_ci_or_of_the_checkout() {
        let hash = "0123456789abcdef0123456789abcdef01234567";
        let ran = |output: &str| Ran { is_success: true, output: output.into(), errors: vec![] };
        let git = |changes: &str| {
            MemoryWorld::default()
                .with_program("git -C shop rev-parse HEAD", ran(&format!("{hash}\n")))
                .with_program("git -C shop status --porcelain -- .", ran(changes))
        };
        let of = |world: MemoryWorld| commit(&world, Path::new("shop"));
        assert_eq!(of(MemoryWorld::default()), None);
        assert_eq!(of(git("")).as_deref(), Some(hash));
        assert_eq!(of(git(" M specs/a.yml\n")), Some(format!("{hash}-dirty")));
        assert_eq!(of(git("").with_env("CI_COMMIT_SHA", "89abcdef")).as_deref(), Some("89abcdef"));
        assert_eq!(of(MemoryWorld::default().with_env("GITHUB_SHA", "'; drop")), None);
    }
}
