//! The state that a deployment keeps for the next one: a file next to the deployed files, one for each target.
//!
//! It contains identities (which pipeline, jobs and alerts are ours) and what was granted; settings are read from the
//! workspace. If it is lost, nothing else is: resources are found by their names, and recognised as ours by their
//! tags.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::plan::record::RecordEntry;

/// The form of the file that this program writes.
const VERSION: u32 = 1;

/// What is remembered of a target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// The form of the file.
    version: u32,
    /// Name of the project.
    pub project: String,
    /// Name of the target.
    pub target: String,
    /// Ids of resources, by the keys of the bundle.
    #[serde(default)]
    pub resources: BTreeMap<String, String>,
    /// Catalog and schema of the tables that each dashboard was made for, by its metric: no dashboard tells.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dashboards: BTreeMap<String, String>,
    /// The release that the pipeline points at.
    #[serde(default)]
    pub release: Option<String>,
    /// Identifies the sources and settings that an update last found valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validated: Option<String>,
    /// A release that the pipeline was pointed at, before it was known whether it is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switched: Option<String>,
    /// Identifies the specs that lie beside the release that the pipeline points at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specs: Option<String>,
    /// Releases whose files are there, in the order of their last use.
    #[serde(default)]
    pub releases: Vec<String>,
    /// What was granted and is not known to be gone.
    #[serde(default)]
    pub granted: BTreeSet<RecordEntry>,
    /// Whether a deployment began and did not come to its end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unfinished: bool,
    /// Pipelines that were destroyed and whose tables stayed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub kept: BTreeSet<String>,
    /// What earlier builds granted, by the record of the project, and is gone.
    #[serde(default)]
    pub gone: BTreeSet<RecordEntry>,
}

/// Why a file is not the memory of a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MemoryError {
    /// Somebody edited it, or it was cut off.
    #[error("cannot read it: {0}")]
    Unreadable(String),
    /// A newer program wrote it.
    #[error("it was written by a newer `gen` (format {0}, this one supports {VERSION}); use that version")]
    Newer(u32),
    /// A release has no name of one: it would become the path of a folder that is removed.
    #[error("`{0}` is not a valid release name")]
    NoRelease(String),
    /// It is of something else.
    #[error("it belongs to target `{target}` of project `{project}`: two projects share this folder")]
    Foreign {
        /// Whose it is.
        project: String,
        /// And of which target.
        target: String,
    },
}

impl Memory {
    /// What is remembered before the first deployment.
    pub fn new(project: &str, target: &str) -> Memory {
        let (project, target) = (project.to_owned(), target.to_owned());
        Memory { version: VERSION, project, target, ..Memory::default() }
    }

    /// Reads the file of a target.
    ///
    /// # Errors
    /// When it is none, or that of another project.
    pub fn parse(text: &[u8], project: &str, target: &str) -> Result<Memory, MemoryError> {
        #[derive(Deserialize)]
        struct MemoryForm {
            version: u32,
        }
        let unreadable = |error: serde_json::Error| MemoryError::Unreadable(error.to_string());
        let MemoryForm { version } = serde_json::from_slice(text).map_err(unreadable)?;
        if version > VERSION {
            return Err(MemoryError::Newer(version));
        }
        let memory: Memory = serde_json::from_slice(text).map_err(unreadable)?;
        if (memory.project.as_str(), memory.target.as_str()) != (project, target) {
            return Err(MemoryError::Foreign { project: memory.project, target: memory.target });
        }
        let is_name = |name: &&String| !name.is_empty() && name.chars().all(|c| c.is_ascii_hexdigit());
        match memory.releases.iter().chain(&memory.release).chain(&memory.switched).find(|name| !is_name(name)) {
            Some(name) => Err(MemoryError::NoRelease(name.clone())),
            None => Ok(memory),
        }
    }

    /// The content of the file: JSON, indented, with a line end.
    pub fn text(&self) -> String {
        // Maps and lists of texts always have a form in JSON.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let mut memory = Memory::new("shop", "prod");
        memory.resources.insert("shop_pipeline".into(), "p-1".into());
        memory.release = Some("4f".into());
        assert_eq!(Memory::parse(memory.text().as_bytes(), "shop", "prod"), Ok(memory));
    }

    #[test]
    fn what_is_no_memory_of_the_target_is_refused() {
        let memory = Memory::new("shop", "prod").text();
        let fault = |text: &str| Memory::parse(text.as_bytes(), "shop", "dev").unwrap_err().to_string();
        assert_eq!(fault(&memory), "it belongs to target `prod` of project `shop`: two projects share this folder");
        assert!(fault(&memory[..20]).starts_with("cannot read it"));
        assert!(
            fault(&memory.replace("\"version\": 1", "\"version\": 9")).starts_with("it was written by a newer `gen`")
        );
        assert!(fault(&memory.replace("releases", "release_list")).contains("unknown field"));
        let edited = Memory { releases: vec!["../..".into()], ..Memory::new("shop", "dev") }.text();
        assert_eq!(fault(&edited), "`../..` is not a valid release name");
    }
}
