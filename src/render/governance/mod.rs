//! Governance SQL: what runs before and after an update of the pipeline, for each target.
//!
//! Each file has one concern, and files run in the order of their numbers. Every name is fully qualified with catalog
//! and schema, so a statement means the same wherever it runs, even alone in a separate session, as the SQL statement
//! API runs it. Every file can be run any number of times. Nothing here reads data, and nothing that holds data is
//! ever dropped.

mod administration;
mod function;
mod grant;
mod metric_view;
mod place;
mod release;
mod tag;
mod withdrawal;

use askama::Template;

use super::text::{Literal, Sql};
use crate::model::{Metric, Mode, Principal, Project, Target, TargetId};
use crate::plan::{BuildPlan, Governance, Identity, deployment};
use place::TargetPlace;

/// Renders one concern of a target.
pub fn text(project: &Project, plan: &BuildPlan, id: TargetId, concern: Governance) -> Result<String, askama::Error> {
    let target = project.targets.get(id.0).ok_or_else(|| askama::Error::custom("there is no such target"))?;
    let taken = plan.taken.get(id.0);
    let site = Site { project, plan, target, place: TargetPlace::of(target) };
    match concern {
        Governance::Withdrawals => withdrawal::before(&target.name, site.owner(Identity::Deployer), taken),
        Governance::Untags => withdrawal::tags(&target.name, site.owner(Identity::RunAs), taken),
        Governance::Leftovers => withdrawal::after(&target.name, site.owner(Identity::Deployer), taken),
        // It names the others, which have to be there first.
        Governance::Release => Err(askama::Error::custom("a release names what is rendered")),
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
    withdrawal::before(target, "the owner of the schema", Some(taken))
}

pub use administration::administration;
pub use place::{grantee, others};
pub use release::{mark, release};

/// A target, with all that is rendered for it.
struct Site<'a> {
    project: &'a Project,
    plan: &'a BuildPlan,
    target: &'a Target,
    place: TargetPlace,
}

#[derive(Template)]
#[template(path = "governance/head.sql")]
struct FileHead<'a> {
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

    /// Whom statements are run as, as the comment at the top of a file says it.
    fn owner(&self, identity: Identity) -> &'static str {
        let (target, is_deployer) = (self.target, identity == Identity::Deployer);
        match (&target.deployer, &target.run_as) {
            (None, None) => "whoever deploys, who owns everything",
            _ if is_deployer && target.mode == Mode::Development => "whoever deploys, who owns the schema",
            (None, Some(_)) => "`run_as`, who owns everything",
            (Some(_), _) if is_deployer => "`deployer`, who owns the schema and what is in it but tables and views",
            (Some(_), _) => "`run_as`, who owns the tables and views",
        }
    }

    /// The group that is to own what a member of it makes, so that every member can change it.
    fn shared_owner(&self) -> Option<Sql> {
        let owner = deployment::deployer(self.target).filter(|_| self.target.mode == Mode::Production);
        owner.filter(|owner| matches!(owner, Principal::Group(_))).map(place::grantee)
    }

    /// The comment at the top of a file: what it is for, when it runs, as whom, and what it does not do.
    fn head(&self, title: &str, runs: &str, as_whom: &str, notes: &[&str]) -> Result<Sql, askama::Error> {
        FileHead { title, target: &self.target.name, runs, as_whom, notes }.text()
    }
}

impl FileHead<'_> {
    fn text(&self) -> Result<Sql, askama::Error> {
        Ok(Sql(format!("{}\n", self.render()?)))
    }
}

#[derive(Template)]
#[template(path = "governance/schema.sql")]
struct SchemaView {
    head: Sql,
    schemas: Vec<Sql>,
    owner: Option<Sql>,
    comment: Literal,
    volume: Option<Sql>,
    volume_comment: Literal,
}

fn schema(site: &Site<'_>) -> Result<String, askama::Error> {
    let owned = site.place.volume.as_ref().filter(|volume| volume.in_schema);
    SchemaView {
        head: site.head(
            "The schema of all tables and the volume where files arrive.",
            "first of all, before the pipeline is deployed",
            site.owner(Identity::Deployer),
            &["CREATE SCHEMA on the catalog is given by an administrator; a volume in another schema is left to its owner."],
        )?,
        schemas: site.place.schemas(),
        owner: site.shared_owner(),
        comment: Literal::new(deployment::schema_comment(site.project)),
        volume: owned.map(|volume| volume.name()),
        volume_comment: Literal::new(deployment::VOLUME_COMMENT),
    }
    .render()
}
