//! What an administrator has to grant once in a target, because the deployer can't: the use of the catalog, the right
//! to create the schema, files in somebody else's schema, the folder.

use std::collections::BTreeMap;

use askama::Template;
use lakeflow::is_same_name;

use super::super::text::Sql;
use super::super::{RenderError, RenderedFile};
use super::place::{TargetPlace, dotted, grantee};
use super::{Site, withdrawal};
use crate::model::{Mode, Principal, Project, Protection};
use crate::plan::{AdministrationFile, ArtifactKind, BuildPlan, access, deployment};

/// Renders what an administrator gives, for each target in each language.
///
/// # Errors
/// A template that can't be filled, which is a fault of the compiler.
pub fn administration(project: &Project, plan: &BuildPlan) -> Result<Vec<RenderedFile>, RenderError> {
    let files = plan.artifacts.iter().filter_map(|artifact| {
        let ArtifactKind::Administration(id, file) = artifact.kind else { return None };
        let target = project.targets.get(id.0)?;
        let site = Site { project, plan, target, place: TargetPlace::of(target) };
        let text = match file {
            AdministrationFile::Sql => sql(&site, plan.taken.get(id.0)),
            AdministrationFile::Terraform => terraform(&site),
        };
        Some(RenderedFile::of(artifact, text))
    });
    files.collect()
}

#[derive(Template)]
#[template(path = "governance/administration.sql")]
struct Statements {
    head: Sql,
    catalog: Sql,
    users: Vec<Sql>,
    deployer: Option<Sql>,
    volume: Option<Foreign>,
    outside: Option<ReadOutside>,
    taken: Vec<Sql>,
}

/// What the pipeline reads that something else keeps.
struct ReadOutside {
    run_as: Sql,
    catalogs: Vec<Sql>,
    schemas: Vec<Sql>,
    tables: Vec<Sql>,
}

/// Catalogs, schemas and tables outside of the pipeline that it has to get at, each once.
struct OutsidePlaces<'a> {
    catalogs: Vec<[&'a str; 1]>,
    schemas: Vec<[&'a str; 2]>,
    tables: Vec<[&'a str; 3]>,
}

impl<'a> OutsidePlaces<'a> {
    /// Places that everybody who uses the pipeline gets at anyway are left out.
    fn of(site: &Site<'a>) -> OutsidePlaces<'a> {
        let target = site.target;
        let tables = site.project.entities.iter().filter_map(|entity| entity.outside()?.within(&target.catalog));
        let tables: Vec<[&str; 3]> = distinct(tables);
        let schemas = tables.iter().map(|[catalog, schema, _]| [*catalog, *schema]);
        let is_own = |[catalog, schema]: &[&str; 2]| {
            is_same_name(catalog, &target.catalog) && target.schemas().iter().any(|own| is_same_name(own, schema))
        };
        let schemas = distinct(schemas.filter(|schema| !is_own(schema)));
        let catalogs = tables.iter().map(|[catalog, ..]| [*catalog]);
        let catalogs = distinct(catalogs.filter(|[catalog]| !is_same_name(catalog, &target.catalog)));
        OutsidePlaces { catalogs, schemas, tables }
    }
}

/// Names without those that are the same in other letters.
fn distinct<'a, const N: usize>(names: impl Iterator<Item = [&'a str; N]>) -> Vec<[&'a str; N]> {
    let mut all: Vec<[&str; N]> = vec![];
    for name in names {
        if !all.iter().any(|other| other.iter().zip(&name).all(|(one, other)| is_same_name(one, other))) {
            all.push(name);
        }
    }
    all.sort_unstable();
    all
}

fn outside(site: &Site<'_>) -> Option<ReadOutside> {
    let places = OutsidePlaces::of(site);
    let run_as = site.target.run_as.as_ref().filter(|_| !places.tables.is_empty())?;
    Some(ReadOutside {
        run_as: grantee(run_as),
        catalogs: places.catalogs.iter().map(|name| dotted(name)).collect(),
        schemas: places.schemas.iter().map(|name| dotted(name)).collect(),
        tables: places.tables.iter().map(|name| dotted(name)).collect(),
    })
}

/// A volume in the schema of somebody else.
struct Foreign {
    name: Sql,
    catalog: Sql,
    schema: Sql,
    users: Vec<Sql>,
    readers: Vec<Sql>,
    writers: Vec<Sql>,
    others: Vec<Sql>,
}

/// Everybody who uses the catalog: readers, those who bring files, the pipeline, and whoever deploys.
fn users<'a>(site: &Site<'a>) -> Vec<&'a Principal> {
    let mut users = access::users(site.project, site.target);
    users.extend(site.target.run_as.iter().chain(deployer(site)));
    users.sort();
    users.dedup();
    users
}

/// Who deploys, where that is one: in development, everybody has a schema.
fn deployer<'a>(site: &Site<'a>) -> Option<&'a Principal> {
    deployment::deployer(site.target).filter(|_| site.target.mode == Mode::Production)
}

/// Who reads and who writes files in the schema of somebody else.
fn of_foreign_volume<'a>(site: &'a Site<'_>) -> Option<(Vec<&'a Principal>, &'a [Principal])> {
    let is_foreign = site.place.volume.as_ref().is_some_and(|volume| !volume.in_schema);
    is_foreign.then(|| (site.landing_readers().0, site.target.deliverers.as_slice()))
}

fn foreign(site: &Site<'_>) -> Option<Foreign> {
    let ((readers, writers), volume) = (of_foreign_volume(site)?, site.place.volume.as_ref()?);
    let (catalog, schema) = volume.parents();
    let mut users: Vec<&Principal> = readers.iter().copied().chain(writers).collect();
    users.sort();
    users.dedup();
    let all = |principals: &[&Principal]| principals.iter().map(|principal| grantee(principal)).collect();
    Some(Foreign {
        name: volume.name(),
        catalog,
        schema,
        users: all(&users),
        readers: all(&readers),
        writers: writers.iter().map(grantee).collect(),
        others: site.landing_readers().1.iter().map(grantee).collect(),
    })
}

fn sql(site: &Site<'_>, taken: Option<&crate::plan::record::Taken>) -> Result<String, askama::Error> {
    let notes = notes(site);
    Statements {
        head: site.head(
            "What an administrator gives once, because whoever deploys can't.",
            "before the first deployment, and after a change of it",
            "an administrator of the catalog",
            &notes.iter().map(String::as_str).collect::<Vec<_>>(),
        )?,
        catalog: site.place.catalog(),
        users: users(site).into_iter().map(grantee).collect(),
        deployer: deployer(site).map(grantee),
        volume: foreign(site),
        outside: outside(site),
        taken: taken.iter().flat_map(|taken| &taken.foreign).map(withdrawal::statement).collect(),
    }
    .render()
}

/// What neither language has words for that would leave alone what others were given.
fn notes(site: &Site<'_>) -> Vec<String> {
    let (target, mut notes) =
        (site.target, vec!["Neither language says the following; it is given by hand:".to_owned()]);
    let named = |principal: Option<&Principal>| principal.map_or("whoever deploys", Principal::id).to_owned();
    match target.mode {
        Mode::Production => {
            let root = deployment::root(site.project, target);
            notes.push(format!(
                "- CAN MANAGE on the folder {root} for {}, and nothing for others",
                named(deployer(site))
            ));
        }
        Mode::Development => notes.push("- USE CATALOG and CREATE SCHEMA on the catalog for each developer".to_owned()),
    }
    if let (Some(run_as), false) = (&target.run_as, deployer(site) == target.run_as.as_ref()) {
        let who = named(deployer(site));
        notes.push(format!("- the role `servicePrincipal.user` on {} for {who}", run_as.id()));
    }
    notes.push(format!("- CAN USE on the SQL warehouse for {}", named(target.run_as.as_ref())));
    if site.project.protection == Protection::Abac {
        let who = named(target.run_as.as_ref());
        notes.push(format!("- ASSIGN on the governed tags `pii` and `pii_type` for {who}"));
    }
    if target.run_as.is_none() {
        let tables = OutsidePlaces::of(site).tables.into_iter();
        notes.extend(tables.map(|name| format!("- SELECT on {} for whoever runs the pipeline", dotted(&name))));
    }
    notes.push(match deployer(site) {
        Some(owner) => {
            format!("- ownership of the schema, its volume and functions for {}, where they are older", owner.id())
        }
        None => "- ownership of the schema for whoever deploys, where it is older".to_owned(),
    });
    notes
}

#[derive(Template)]
#[template(path = "governance/administration.tf", escape = "none")]
struct Configuration<'a> {
    target: &'a str,
    notes: Vec<String>,
    grants: Vec<Granted>,
    folder: Option<TerraformFolder>,
}

struct Granted {
    label: String,
    kind: &'static str,
    object: String,
    principal: String,
    privileges: String,
}

struct TerraformFolder {
    path: String,
    kind: &'static str,
    deployer: String,
}

/// A text in quotes, as Terraform reads it.
fn quoted(text: &str) -> String {
    // A text always has a form in JSON, whose escapes Terraform knows.
    serde_json::to_string(text).unwrap_or_default().replace("${", "$${").replace("%{", "%%{")
}

fn terraform(site: &Site<'_>) -> Result<String, askama::Error> {
    // By kind, object and principal: one resource decides about all of a principal's privileges on an object.
    let mut given: BTreeMap<(&'static str, String, String), Vec<&'static str>> = BTreeMap::new();
    let mut give = |kind, object: &[&str], principal: &Principal, privilege| {
        let key = (kind, object.join("."), principal.id().to_owned());
        let privileges = given.entry(key).or_default();
        if !privileges.contains(&privilege) {
            privileges.push(privilege);
        }
    };
    let catalog = site.target.catalog.as_str();
    users(site).into_iter().for_each(|user| give("catalog", &[catalog], user, "USE_CATALOG"));
    deployer(site).into_iter().for_each(|user| give("catalog", &[catalog], user, "CREATE_SCHEMA"));
    if let (Some((readers, writers)), Some(volume)) = (of_foreign_volume(site), &site.place.volume) {
        let [catalog, schema, name] = volume.named();
        for user in readers.iter().copied().chain(writers) {
            give("catalog", &[catalog], user, "USE_CATALOG");
            give("schema", &[catalog, schema], user, "USE_SCHEMA");
        }
        readers.into_iter().for_each(|user| give("volume", &[catalog, schema, name], user, "READ_VOLUME"));
        writers.iter().for_each(|user| give("volume", &[catalog, schema, name], user, "WRITE_VOLUME"));
    }
    if let Some(run_as) = &site.target.run_as {
        let places = OutsidePlaces::of(site);
        places.catalogs.iter().for_each(|name| give("catalog", name, run_as, "USE_CATALOG"));
        places.schemas.iter().for_each(|name| give("schema", name, run_as, "USE_SCHEMA"));
        places.tables.iter().for_each(|name| give("table", name, run_as, "SELECT"));
    }
    let grants = given.into_iter().enumerate().map(|(index, ((kind, object, principal), privileges))| Granted {
        label: format!("{kind}_{}", index + 1),
        kind,
        object: quoted(&object),
        principal: quoted(&principal),
        privileges: privileges.into_iter().map(quoted).collect::<Vec<_>>().join(", "),
    });
    let folder = deployer(site).map(|deployer| TerraformFolder {
        path: quoted(&deployment::root(site.project, site.target)),
        kind: if matches!(deployer, Principal::Group(_)) { "group_name" } else { "service_principal_name" },
        deployer: quoted(deployer.id()),
    });
    Configuration { target: &site.target.name, notes: notes(site), grants: grants.collect(), folder }.render()
}
