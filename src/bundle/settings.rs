//! Settings of pipeline and jobs that differ between targets: in a bundle they are what a target overrides, in a
//! deployment they are part of the resource itself.
//!
//! The command line merges both by key: values of the target replace, and maps are merged. [`Overrides`] does the
//! same, so both ways deploy the same resources.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::Bundle;
use super::resource::{Channel, Job, Pipeline, Resource, ResourceKind};
use crate::model::{self, Settings};

/// What a target says of its pipeline and jobs.
#[derive(Debug, Clone, PartialEq)]
pub struct Overrides<'a>(pub &'a Settings);

impl Overrides<'_> {
    /// The pipeline of the target.
    pub fn pipeline(&self, pipeline: &Pipeline) -> Pipeline {
        let settings = self.0;
        Pipeline {
            serverless: settings.clusters.is_empty(),
            channel: self.channel(),
            budget_policy_id: settings.budget_policy.clone(),
            clusters: settings.clusters.clone(),
            tags: self.tags(&pipeline.tags),
            ..pipeline.clone()
        }
    }

    /// A job of the target.
    pub fn job(&self, job: &Job) -> Job {
        Job { budget_policy_id: self.0.budget_policy.clone(), tags: self.tags(&job.tags), ..job.clone() }
    }

    fn channel(&self) -> Channel {
        match self.0.channel {
            model::Channel::Current => Channel::Current,
            model::Channel::Preview => Channel::Preview,
        }
    }

    fn tags(&self, of_all: &IndexMap<String, String>) -> IndexMap<String, String> {
        of_all.iter().chain(&self.0.tags).map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// The resources of a target as a bundle says them, without what they are in every target.
    ///
    /// # Errors
    /// None for these types; the signature is that of the serialiser.
    pub fn section(&self, bundle: &Bundle) -> Result<Map<String, Value>, serde_json::Error> {
        let mut section = Map::new();
        for declared in &bundle.resources {
            let own = match &declared.resource {
                Resource::Pipeline(_) => self.of_pipeline()?,
                Resource::Job(_) => self.of_job(),
                _ => continue,
            };
            if !own.is_empty() {
                let kind: ResourceKind = declared.resource.kind();
                let of_kind = section.entry(kind.section()).or_insert_with(|| json!({}));
                of_kind.as_object_mut().into_iter().for_each(|map| drop(map.insert(declared.key.clone(), json!(own))));
            }
        }
        Ok(section)
    }

    fn of_pipeline(&self) -> Result<Map<String, Value>, serde_json::Error> {
        let settings = self.0;
        let mut own = Map::new();
        if !settings.clusters.is_empty() {
            own.insert("serverless".to_owned(), json!(false));
            own.insert("clusters".to_owned(), serde_json::to_value(&settings.clusters)?);
        }
        if settings.channel != model::Channel::Current {
            own.insert("channel".to_owned(), serde_json::to_value(self.channel())?);
        }
        own.extend(self.of_job());
        Ok(own)
    }

    fn of_job(&self) -> Map<String, Value> {
        let mut own = Map::new();
        own.extend(self.0.budget_policy.iter().map(|id| ("budget_policy_id".to_owned(), json!(id))));
        if !self.0.tags.is_empty() {
            own.insert("tags".to_owned(), json!(self.0.tags));
        }
        own
    }
}
