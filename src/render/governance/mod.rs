//! Governance SQL: what runs beside the pipeline, for each target, before an update and after it.
//!
//! One concern a file, in the order of their numbers. Every name is written out in full, catalog and schema included:
//! a statement then means the same wherever it is run, also alone and in a session of its own, as the SQL statement API
//! runs it. Every file can be run any number of times. Nothing here reads data, and nothing that holds data is ever dropped.

mod function;
mod grant;
mod metric_view;
mod place;
mod tag;
mod withdrawal;

use askama::Template;

use super::text::{Literal, Sql};
use crate::model::{Metric, Project, Target, TargetId};
use crate::plan::{BuildPlan, Governance, deployment};
use place::Place;

/// Renders one concern of a target.
pub fn text(project: &Project, plan: &BuildPlan, id: TargetId, concern: Governance) -> Result<String, askama::Error> {
    let target = project.targets.get(id.0).ok_or_else(|| askama::Error::custom("there is no such target"))?;
    let taken = plan.taken.get(id.0);
    let site = Site { project, plan, target, place: Place::of(target) };
    match concern {
        Governance::Withdrawals => withdrawal::before(&target.name, taken),
        Governance::Leftovers => withdrawal::after(&target.name, taken),
        Governance::Schema => schema(&site),
        Governance::Access => grant::schema_access(&site),
        Governance::Landing => grant::landing(&site),
        Governance::Functions => function::functions(&site),
        Governance::Policies => function::policies(&site),
        Governance::RunAs => grant::run_as(&site),
        Governance::Revokes => grant::revokes(&site),
        Governance::Tags => tag::tags(&site),
        Governance::MetricViews => metric_view::metric_views(&site),
        Governance::Grants => grant::grants(&site, taken),
        Governance::Returns => grant::returns(&site, taken),
    }
}

/// Renders what is taken away in a target that the project does not have any more.
pub fn gone(plan: &BuildPlan, index: usize) -> Result<String, askama::Error> {
    let (target, taken) = plan.gone.get(index).ok_or_else(|| askama::Error::custom("there is no such target"))?;
    withdrawal::before(target, Some(taken))
}

/// A target, with all that is rendered for it.
struct Site<'a> {
    project: &'a Project,
    plan: &'a BuildPlan,
    target: &'a Target,
    place: Place,
}

#[derive(Template)]
#[template(path = "governance/head.sql")]
struct Head<'a> {
    title: &'a str,
    target: &'a str,
    runs: &'a str,
    as_whom: &'a str,
    notes: &'a [&'a str],
}

impl Site<'_> {
    /// Every metric that is a metric view too, with the name of the view.
    fn metric_views(&self) -> impl Iterator<Item = (&Metric, &str)> {
        let views = self.plan.metric_views.iter();
        views.filter_map(|(id, name)| Some((self.project.metrics.get(id.0)?, name.as_str())))
    }

    /// The comment at the top of a file: what it is for, when it runs, as whom, and what it does not do.
    fn head(&self, title: &str, runs: &str, as_whom: &str, notes: &[&str]) -> Result<Sql, askama::Error> {
        Head { title, target: &self.target.name, runs, as_whom, notes }.text()
    }
}

impl Head<'_> {
    fn text(&self) -> Result<Sql, askama::Error> {
        Ok(Sql(format!("{}\n", self.render()?)))
    }
}

#[derive(Template)]
#[template(path = "governance/schema.sql")]
struct Schema {
    head: Sql,
    schema: Sql,
    comment: Literal,
    volume: Option<Sql>,
    volume_comment: Literal,
}

fn schema(site: &Site<'_>) -> Result<String, askama::Error> {
    let owned = site.place.volume.as_ref().filter(|volume| volume.in_schema);
    Schema {
        head: site.head(
            "The schema of all tables and the volume where files arrive.",
            "first of all, before the pipeline is deployed",
            "whoever may create schemas in the catalog",
            &["The volume is left to its owner where it lies in another schema."],
        )?,
        schema: site.place.schema(),
        comment: Literal::new(deployment::schema_comment(site.project)),
        volume: owned.map(|volume| volume.name()),
        volume_comment: Literal::new(deployment::VOLUME_COMMENT),
    }
    .render()
}
