//! A plan as a file: what was shown, and what it was made from, so that exactly this is applied or nothing.
//!
//! It contains changes in words, with the settings that change but not their values, and hashes of the desired and the
//! observed state. It contains no tokens, rows or settings of others. A checksum shows whether it was edited; it does
//! not prevent anybody from creating another file, so a plan is only as trustworthy as the place where it is stored.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::change::Remote;
use super::consent::Consent;
use super::desired::{DeployScope, Desired};
use super::report::ReportLine;

/// The form of the file that this program writes.
const FORM: u32 = 1;

/// A plan that was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedPlan {
    /// The form of the file.
    form: u32,
    /// The version of the program that made it.
    pub made_by: String,
    /// Name of the project.
    pub project: String,
    /// Name of the target.
    pub target: String,
    /// Scheme and host of the workspace.
    pub host: String,
    /// Who read it.
    pub user: String,
    /// The release that it brings.
    pub release: String,
    /// Whether that is an earlier one.
    pub is_rollback: bool,
    /// Whether a bundle deploys the rest.
    pub only_governance: bool,
    /// Identifies what is wanted.
    wanted: String,
    /// Identifies what was read.
    read: String,
    /// What it changes, in words.
    pub changes: Vec<String>,
    /// What it means for rows that are there, in words.
    pub meanings: Vec<String>,
    /// What it consents to.
    pub consents: Vec<String>,
    /// Identifies all of the above.
    seal: String,
}

/// Why a plan is not applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SavedError {
    /// It is no plan.
    #[error("it is not a saved plan: {0}")]
    Unreadable(String),
    /// Somebody edited it.
    #[error("it was edited after it was created")]
    Edited,
    /// Another version of the program made it.
    #[error("it was created by `gen` {0}; apply it with that version, or plan again")]
    OtherProgram(String),
    /// It is for something else.
    #[error("it is for {0}")]
    OtherPlace(String),
    /// The specs give other files, resources or settings than those that were planned.
    #[error("the specs have changed since the plan")]
    OtherSpecs,
    /// The workspace, or who asks, is another than was read; with the changes that are new or gone, a line each.
    #[error("the workspace has changed since the plan{0}")]
    OtherState(String),
}

/// What a plan is made from.
pub struct PlanBasis<'a> {
    /// Scheme and host of the workspace.
    pub host: &'a str,
    /// What is wanted.
    pub desired: &'a Desired,
    /// What was read.
    pub remote: &'a Remote,
    /// What changes.
    pub lines: &'a [ReportLine],
}

impl SavedPlan {
    /// A plan to be saved.
    pub fn of(
        made: &PlanBasis<'_>,
        is_rollback: bool,
        meanings: Vec<String>,
        consents: &BTreeSet<Consent>,
    ) -> SavedPlan {
        let plan = SavedPlan {
            form: FORM,
            made_by: env!("CARGO_PKG_VERSION").to_owned(),
            project: made.desired.project.clone(),
            target: made.desired.target.clone(),
            host: made.host.to_owned(),
            user: made.remote.user.clone(),
            release: made.desired.release(),
            is_rollback,
            only_governance: made.desired.scope == DeployScope::Governance,
            wanted: wanted(made.desired),
            read: digest(made.remote),
            changes: made.lines.iter().map(words).collect(),
            meanings,
            consents: consents.iter().map(ToString::to_string).collect(),
            seal: String::new(),
        };
        SavedPlan { seal: digest(&plan), ..plan }
    }

    /// The content of the file: JSON, indented, with a line end.
    pub fn text(&self) -> String {
        // Texts and lists always have a form in JSON.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it is no plan, or not as it was made.
    pub fn parse(text: &[u8]) -> Result<SavedPlan, SavedError> {
        let plan: SavedPlan =
            serde_json::from_slice(text).map_err(|error| SavedError::Unreadable(error.to_string()))?;
        if plan.form != FORM || plan.made_by != env!("CARGO_PKG_VERSION") {
            return Err(SavedError::OtherProgram(plan.made_by));
        }
        let bare = SavedPlan { seal: String::new(), ..plan.clone() };
        if digest(&bare) == plan.seal { Ok(plan) } else { Err(SavedError::Edited) }
    }

    /// Refuses a plan that was made from something else.
    ///
    /// # Errors
    /// What is not as it was.
    pub fn require(&self, made: &PlanBasis<'_>) -> Result<(), SavedError> {
        let place = (made.desired.project.as_str(), made.desired.target.as_str(), made.host);
        if (self.project.as_str(), self.target.as_str(), self.host.as_str()) != place {
            let Self { project, target, host, .. } = self;
            return Err(SavedError::OtherPlace(format!("{project} in {target} on {host}")));
        }
        if self.wanted != wanted(made.desired) {
            return Err(SavedError::OtherSpecs);
        }
        if self.read == digest(made.remote) {
            return Ok(());
        }
        if self.user != made.remote.user {
            return Err(SavedError::OtherState(format!(
                ": it was read as `{}`, who may have other permissions",
                self.user
            )));
        }
        let now: Vec<String> = made.lines.iter().map(words).collect();
        let new = now.iter().filter(|line| !self.changes.contains(line)).map(|line| format!("\n  now also: {line}"));
        let gone = self.changes.iter().filter(|line| !now.contains(line)).map(|line| format!("\n  no longer: {line}"));
        Err(SavedError::OtherState(new.chain(gone).take(10).collect()))
    }

    /// Changes that the plan does not hold, in words.
    pub fn unplanned(&self, lines: &[ReportLine]) -> Vec<String> {
        lines.iter().map(words).filter(|line| !self.changes.contains(line)).collect()
    }
}

/// Identifies what is wanted, whatever commit it comes from: a plan is made before a change is merged, and applied after.
fn wanted(desired: &Desired) -> String {
    let mut bare = desired.clone();
    bare.commit = None;
    digest(&bare)
}

/// A change in words: the settings that change without their values, which may be those of others. What it waits for is
/// left out, because it need not wait any more when it is made.
fn words(line: &ReportLine) -> String {
    let fields: Vec<&str> = line.fields.iter().map(|field| field.path.as_str()).collect();
    let fields = if fields.is_empty() { String::new() } else { format!(" ({})", fields.join(", ")) };
    format!("{} {}{fields}", line.fate.sign(), line.what)
}

/// The hash of all that a value shows when it is debugged, which is all that is in it; maps are ordered.
fn digest(value: &impl fmt::Debug) -> String {
    struct Hashing(Sha256);
    impl fmt::Write for Hashing {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.update(text);
            Ok(())
        }
    }
    let mut hashing = Hashing(Sha256::new());
    // A hash takes all that is written.
    let _ = write!(hashing, "{value:?}");
    hashing.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_edited_is_refused() {
        let bare = SavedPlan {
            form: FORM,
            made_by: env!("CARGO_PKG_VERSION").to_owned(),
            project: "shop".into(),
            target: "prod".into(),
            host: "https://a".into(),
            user: "me".into(),
            release: "4f".into(),
            is_rollback: false,
            only_governance: false,
            wanted: "1".into(),
            read: "2".into(),
            changes: vec!["+ schema `main.shop`".into()],
            meanings: vec![],
            consents: vec![],
            seal: String::new(),
        };
        let plan = SavedPlan { seal: digest(&bare), ..bare };
        let text = plan.text();
        let parsed = |text: &str| SavedPlan::parse(text.as_bytes());
        assert_eq!(parsed(&text), Ok(plan));
        for (from, to) in
            [("\"prod\"", "\"test\""), ("main.shop", "main.hr"), ("\"consents\": []", "\"consents\": [\"x\"]")]
        {
            assert!(text.contains(from));
            assert_eq!(parsed(&text.replace(from, to)), Err(SavedError::Edited));
        }
        assert!(matches!(parsed(&text.replace("made_by", "by")), Err(SavedError::Unreadable(_))));
        assert!(matches!(parsed(&text[..40]), Err(SavedError::Unreadable(_))));
        let old = text.replace(env!("CARGO_PKG_VERSION"), "0.0.0");
        assert_eq!(parsed(&old), Err(SavedError::OtherProgram("0.0.0".into())));
    }
}
