//! Governance SQL: what runs beside the pipeline, for each target, before an update and after it.
//!
//! One concern a file, in the order of their numbers. Every name is written out in full, catalog and schema included:
//! a statement then means the same wherever it is run, also alone and in a session of its own, as the SQL statement API
//! runs it. Every file can be run any number of times. Nothing here reads data, and nothing is ever dropped.

mod function;
mod grant;
mod metric_view;
mod place;
mod tag;

use askama::Template;

use super::text::{Literal, Sql};
use super::{RenderError, RenderedFile};
use crate::model::{Metric, Project, Target};
use crate::plan::BuildPlan;
use place::Place;

/// Renders the governance files of every target, in the order in which they run.
///
/// # Errors
/// A template that can't be filled, which is a fault of the compiler.
pub fn governance(project: &Project, plan: &BuildPlan) -> Result<Vec<RenderedFile>, RenderError> {
    let mut files = vec![];
    for target in &project.targets {
        let site = Site { project, plan, target, place: Place::of(target) };
        for (name, render) in FILES {
            let path = format!("governance/{}/{name}", target.name);
            match render(&site) {
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) => files.push(RenderedFile::of(path, text)),
                Err(source) => return Err(RenderError { path, source }),
            }
        }
    }
    Ok(files)
}

/// Renders one file of a target; an empty text means that the target needs none.
type Render = fn(&Site<'_>) -> Result<String, askama::Error>;

/// The files of a target, in the order in which they run. No reader is let in (grants) before everything that keeps
/// others out stands (revocations, functions, policies, tags).
const FILES: [(&str, Render); 10] = [
    ("before/10_schema.sql", schema),
    ("before/20_access.sql", grant::schema_access),
    ("before/30_landing.sql", grant::landing),
    ("before/40_functions.sql", function::functions),
    ("before/50_policies.sql", function::policies),
    ("before/60_run_as.sql", grant::run_as),
    ("after/10_revokes.sql", grant::revokes),
    ("after/20_tags.sql", tag::tags),
    ("after/30_metric_views.sql", metric_view::metric_views),
    ("after/40_grants.sql", grant::grants),
];

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
        let head = Head { title, target: &self.target.name, runs, as_whom, notes }.render()?;
        Ok(Sql(format!("{head}\n")))
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
    let described = super::first_text(&[&site.project.description, &site.project.name]);
    let owned = site.place.volume.as_ref().filter(|volume| volume.in_schema);
    Schema {
        head: site.head(
            "The schema of all tables and the volume where files arrive.",
            "first of all, before the pipeline is deployed",
            "whoever may create schemas in the catalog",
            &["The volume is left to its owner where it lies in another schema."],
        )?,
        schema: site.place.schema(),
        comment: Literal::new(described),
        volume: owned.map(|volume| volume.name()),
        volume_comment: Literal::new("Files as they are delivered; they hold personal data in the clear"),
    }
    .render()
}
