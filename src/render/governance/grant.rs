//! Who may use the schema, read files, read tables: grants for readers, and revocations for everybody else.

use askama::Template;

use super::super::filters;
use super::super::text::Sql;
use super::Site;
use super::place::grantee;
use crate::model::Principal;
use crate::plan::record::Taken;
use crate::plan::{Identity, PlannedDataset, StoredAs, access};

/// An object with a list of principals.
struct GrantedObject {
    kind: &'static str,
    object: Sql,
    principals: Vec<Sql>,
}

#[derive(Template)]
#[template(path = "governance/access.sql")]
struct SchemaAccess {
    head: Sql,
    schemas: Vec<UsedSchema>,
    everyone: Vec<Sql>,
}

/// A schema with those who may look into it.
struct UsedSchema {
    name: Sql,
    users: Vec<Sql>,
}

/// Who may use the schema at all. What is granted on a whole schema reaches every table, so nothing that reads is.
pub fn schema_access(site: &Site<'_>) -> Result<String, askama::Error> {
    let schemas = site.place.schemas().into_iter().zip(site.target.schemas());
    let users = |schema: &str| access::users_of(site.project, site.plan, site.target, schema);
    let used =
        schemas.map(|(name, schema)| UsedSchema { name, users: users(schema).into_iter().map(grantee).collect() });
    SchemaAccess {
        head: site.head(
            "Use of the schema: every reader may look into it, and nobody reads all of it.",
            "before the pipeline, so that no new table can be read by inheritance",
            site.owner(Identity::Deployer),
            &["Privileges on the catalog are inherited too and are not touched: other projects may live in it."],
        )?,
        schemas: used.collect(),
        everyone: site.others(&[]).iter().map(grantee).collect(),
    }
    .render()
}

#[derive(Template)]
#[template(path = "governance/landing.sql")]
struct Landing {
    head: Sql,
    volume: Sql,
    readers: Vec<Sql>,
    others: Vec<Sql>,
    writers: Vec<Sql>,
}

/// Who may read files as they arrive.
pub fn landing(site: &Site<'_>) -> Result<String, askama::Error> {
    let missing = || askama::Error::custom("files do not arrive in a volume");
    let volume = site.place.volume.as_ref().ok_or_else(missing)?;
    let (readers, others) = site.landing_readers();
    Landing {
        head: site.head(
            "Files as they arrive, which hold personal data in the clear: for those who may read every line of them.",
            "before the pipeline",
            site.owner(Identity::Deployer),
            &["Whoever delivers files may write them, and not read them."],
        )?,
        volume: volume.name(),
        readers: readers.into_iter().map(grantee).collect(),
        others: others.iter().map(grantee).collect(),
        writers: site.target.deliverers.iter().map(grantee).collect(),
    }
    .render()
}

#[derive(Template)]
#[template(path = "governance/run_as.sql")]
struct RunAsGrant {
    head: Sql,
    schemas: Vec<Sql>,
    principal: Sql,
}

/// What the pipeline needs to create its tables.
pub fn run_as(site: &Site<'_>) -> Result<String, askama::Error> {
    let missing = || askama::Error::custom("no principal runs the pipeline");
    let principal = site.target.run_as.as_ref().ok_or_else(missing)?;
    RunAsGrant {
        head: site.head(
            "The principal that the pipeline runs as: it creates and owns all tables.",
            "before the pipeline",
            site.owner(Identity::Deployer),
            &[],
        )?,
        schemas: site.place.schemas(),
        principal: grantee(principal),
    }
    .render()
}

impl Site<'_> {
    /// Who reads files as they arrive, and everybody known who must not.
    pub fn landing_readers(&self) -> (Vec<&Principal>, Vec<Principal>) {
        let mut readers = self.members(&access::landing_readers(self.project));
        let others = self.others(&readers);
        readers.extend(self.target.run_as.iter().filter(|run_as| !readers.contains(run_as)).collect::<Vec<_>>());
        (readers, others)
    }

    /// What the catalog shows of the pipeline, in the order of the plan.
    pub fn published(&self) -> impl Iterator<Item = &PlannedDataset> {
        self.plan.datasets.iter().filter(|planned| planned.dataset.kind(self.project) != StoredAs::Internal)
    }
}

#[derive(Template)]
#[template(path = "governance/revokes.sql")]
struct Revokes {
    head: Sql,
    tables: Vec<GrantedObject>,
}

/// Takes tables from everybody who must not read them.
pub fn revokes(site: &Site<'_>) -> Result<String, askama::Error> {
    let table = |planned: &PlannedDataset| {
        let readers = site.members(&access::readers(site.project, planned.dataset));
        GrantedObject {
            kind: "TABLE",
            object: site.dataset(planned),
            principals: site.others(&readers).iter().map(grantee).collect(),
        }
    };
    Revokes {
        head: site.head(
            "Tables are taken from everybody who is no reader of them.",
            "after the first update, when the tables exist, and before any grant",
            site.owner(Identity::RunAs),
            &["To revoke ALL PRIVILEGES leaves privileges that were granted by name: SELECT is revoked beside it."],
        )?,
        tables: site.published().map(table).collect(),
    }
    .render()
}

#[derive(Template)]
#[template(path = "governance/grants.sql")]
struct Grants {
    head: Sql,
    objects: Vec<GrantedObject>,
}

/// Tables with those of their readers who are shut out while tables change, or with the others.
fn tables<'a>(site: &'a Site<'_>, taken: Option<&'a Taken>, are_paused: bool) -> impl Iterator<Item = GrantedObject> {
    site.published().map(move |planned| {
        let mut readers = site.members(&access::readers(site.project, planned.dataset));
        readers.retain(|reader| are_paused == taken.is_some_and(|taken| taken.is_paused(&planned.name, reader)));
        let principals = readers.into_iter().map(grantee).collect();
        GrantedObject { kind: "TABLE", object: site.dataset(planned), principals }
    })
}

/// Gives tables back to readers who were shut out while they changed.
pub fn returns(site: &Site<'_>, taken: Option<&Taken>) -> Result<String, askama::Error> {
    Grants {
        head: site.head(
            "Tables for readers who were shut out of them while they changed.",
            "after an update of all tables: a table that was left out still shows what it showed before",
            site.owner(Identity::RunAs),
            &["They are shut out again by every run, until `gen retired confirm` says that the change is made."],
        )?,
        objects: tables(site, taken, true).filter(|access| !access.principals.is_empty()).collect(),
    }
    .render()
}

/// Gives tables and metric views to their readers.
pub fn grants(site: &Site<'_>, taken: Option<&Taken>) -> Result<String, askama::Error> {
    let granted = |members: Vec<&Principal>| members.into_iter().map(grantee).collect();
    let tables = tables(site, taken, false);
    let views = site.metric_views().map(|(metric, name)| GrantedObject {
        kind: "VIEW",
        object: site.metric_view(name),
        principals: granted(site.members(&metric.audiences)),
    });
    let objects: Vec<GrantedObject> = tables.chain(views).filter(|access| !access.principals.is_empty()).collect();
    Grants {
        head: site.head(
            "Tables and metric views for their readers.",
            "last, after everything that keeps others out",
            site.owner(Identity::RunAs),
            &[],
        )?,
        objects,
    }
    .render()
}
