//! Settings of pipeline and jobs in a target: those of the target have precedence over those of the project.

use std::collections::BTreeSet;

use lakeflow::diag::Diagnostic;
use lakeflow::yaml::pointer_segment;

use super::context::Context;
use crate::codes;
use crate::load::Located;
use crate::model::{Channel, Settings};
use crate::spec::{ClusterLabel, ClusterSpec, ProjectSpec, SettingsSpec};

/// Tags of a pipeline or job, at most (page "Create or update a pipeline" of the documentation).
const MAX_TAGS: usize = 25;
/// Tags that tell whose something is.
const OURS: [&str; 3] = ["project", "target", "managed_by"];

/// The settings of a target.
pub fn of_target(project: &ProjectSpec, own: Option<&SettingsSpec>) -> Settings {
    let both = || [own, project.settings.as_ref()].into_iter().flatten();
    let tags =
        [project.settings.as_ref(), own].into_iter().flatten().flat_map(|settings| settings.tags.iter().flatten());
    Settings {
        channel: both().find_map(|settings| settings.channel).unwrap_or(Channel::Current),
        budget_policy: both().find_map(|settings| settings.budget_policy.clone()),
        clusters: both().find_map(|settings| settings.clusters.clone()).unwrap_or_default(),
        tags: tags.map(|(key, value)| (key.clone(), value.clone())).collect(),
    }
}

/// Reports what does not fit together in the settings that a project and its targets state.
pub fn check(project: &Located<ProjectSpec>, context: &mut Context<'_>) {
    let spec = &project.spec;
    let of_targets = spec.targets.iter().filter_map(|(name, target)| {
        Some((format!("/targets/{}/settings", pointer_segment(name)), target.settings.as_ref()?))
    });
    for (pointer, settings) in spec.settings.iter().map(|settings| ("/settings".to_owned(), settings)).chain(of_targets)
    {
        stated(project, settings, &pointer, context);
    }
    for (name, target) in &spec.targets {
        together(project, name, &of_target(spec, target.settings.as_ref()), context);
    }
}

fn conflict(message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(codes::OPTION_CONFLICT, message.into())
}

/// What is wrong in one place.
fn stated(project: &Located<ProjectSpec>, settings: &SettingsSpec, pointer: &str, context: &mut Context<'_>) {
    for key in settings.tags.iter().flatten().map(|(key, _)| key) {
        let pointer = format!("{pointer}/tags/{}", pointer_segment(key));
        if OURS.contains(&key.as_str()) {
            let fault = conflict(format!("the tag `{key}` is reserved: `gen` uses it to mark the resources it owns"));
            context.push(fault.at(project.key(&pointer)).hint("choose another key"));
        }
    }
    let mut labels = BTreeSet::new();
    for (index, cluster) in settings.clusters.iter().flatten().enumerate() {
        let pointer = format!("{pointer}/clusters/{index}");
        self::cluster(project, cluster, &pointer, context);
        let label = cluster.label.unwrap_or(ClusterLabel::Default);
        if !labels.insert(label) {
            let fault = conflict(format!("duplicate cluster label `{}`", word(label)));
            context.push(
                fault.at(project.value(&pointer)).hint("use each label once; a cluster without one gets `default`"),
            );
        }
    }
}

fn word(label: ClusterLabel) -> &'static str {
    match label {
        ClusterLabel::Default => "default",
        ClusterLabel::Updates => "updates",
        ClusterLabel::Maintenance => "maintenance",
    }
}

fn cluster(project: &Located<ProjectSpec>, cluster: &ClusterSpec, pointer: &str, context: &mut Context<'_>) {
    let at = |key: &str| project.value(&format!("{pointer}/{key}"));
    if let Some(autoscale) = &cluster.autoscale {
        if cluster.num_workers.is_some() {
            let fault =
                conflict("`num_workers` and `autoscale` cannot be combined: a cluster has a fixed size or scales");
            context.push(fault.at(at("num_workers")).hint("keep one of the two"));
        }
        if autoscale.max_workers <= autoscale.min_workers {
            let fault = conflict("`max_workers` must be greater than `min_workers`");
            context.push(fault.at(at("autoscale/max_workers")).hint("for a fixed size, use `num_workers`"));
        }
    }
}

/// What is wrong with the settings of a target, wherever they are stated.
fn together(project: &Located<ProjectSpec>, name: &str, settings: &Settings, context: &mut Context<'_>) {
    let place = |key: &str| {
        let own = format!("/targets/{}/settings/{key}", pointer_segment(name));
        let is_own = project
            .spec
            .targets
            .get(name)
            .and_then(|target| target.settings.as_ref())
            .is_some_and(|own| if key == "tags" { own.tags.is_some() } else { own.budget_policy.is_some() });
        project.key(&if is_own { own } else { format!("/settings/{key}") })
    };
    if settings.budget_policy.is_some() && !settings.clusters.is_empty() {
        let fault =
            conflict(format!("`budget_policy` is not allowed in target `{name}`: its pipeline runs on `clusters`"));
        context
            .push(fault.at(place("budget_policy")).hint("tag the clusters with `custom_tags`, or remove `clusters`"));
    }
    let (tags, most) = (settings.tags.len(), MAX_TAGS - OURS.len());
    if tags > most {
        let fault = conflict(format!("too many tags in target `{name}`: {tags}, a pipeline takes at most {most}"));
        context.push(fault.at(place("tags")).hint("remove some"));
    }
}
