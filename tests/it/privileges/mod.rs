//! Proof that the generated text gives each reader exactly what the specs declare: tables, columns, rows, files.
//!
//! A model of Unity Catalog reads the text alone ([`model`]); what is promised is worked out from the specs
//! ([`declared`]); both are compared for every person, table and column. Mutants of the text must be noticed. The same holds
//! from one build to another, after every statement ([`changes`]).

mod acting;
mod changes;
mod declared;
mod deployed;
pub mod identities;
mod model;
mod outside;
mod places;
mod scripts;

use std::path::{Path, PathBuf};

use declared::{Declared, id};
use lakegen::bundle;
use lakegen::bundle::resource::Resource;
use lakegen::driver::Compilation;
use lakegen::model::{Target, TargetId};
use lakegen::plan::{AdministrationFile, ArtifactKind, Dataset, StoredAs, landing_volume, metric_view, operation};
use lakegen::render::RenderedFile;
use model::{Before, EVERYBODY, Model, Object, Sight};

use crate::projects::{cases, compile};

/// The generated text of one target: path and text of each file, those of the pipeline first.
type Files = Vec<(String, String)>;

/// The shipped project and all cases.
fn projects() -> Vec<PathBuf> {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).to_owned();
    std::iter::once(shipped).chain(cases()).collect()
}

fn files(compilation: &Compilation, target: &Target) -> Files {
    let project = compilation.project.as_ref().unwrap();
    let of_target = |id: TargetId| std::ptr::eq(&raw const project.targets[id.0], target);
    let files = compilation.files.iter().filter(|file| match file.artifact.kind {
        ArtifactKind::Dataset(_) => true,
        ArtifactKind::Governance(id, _) | ArtifactKind::Administration(id, AdministrationFile::Sql) => of_target(id),
        ArtifactKind::Operation(id, script) => of_target(id) && !script.is_guard(),
        _ => false,
    });
    let parameters = parameters(compilation, target);
    let text = |file: &RenderedFile| match file.artifact.kind {
        ArtifactKind::Dataset(_) => filled(&file.text, &parameters),
        _ => file.text.to_string(),
    };
    files.map(|file| (file.artifact.path().to_owned(), text(file))).collect()
}

/// The parameters of the pipeline of a target with their values, but for the path of files.
fn parameters(compilation: &Compilation, target: &Target) -> Vec<(String, String)> {
    let bundle = bundle::bundle(compilation.project.as_ref().unwrap(), &compilation.plan);
    let deployment = bundle.deployments.iter().find(|deployment| deployment.name == target.name).unwrap();
    let configuration = bundle.resources.iter().find_map(|declared| match &declared.resource {
        Resource::Pipeline(pipeline) => Some(&pipeline.configuration),
        _ => None,
    });
    let given = |value: &String| {
        let values = deployment.values.iter();
        values.fold(value.clone(), |value, (name, given)| value.replace(&format!("${{{name}}}"), given))
    };
    let parameters = configuration.unwrap().iter().filter(|(key, _)| *key != "landing");
    parameters.map(|(key, value)| (format!("${{{key}}}"), given(value))).collect()
}

/// A source of the pipeline with the values of parameters.
fn filled(text: &str, parameters: &[(String, String)]) -> String {
    parameters.iter().fold(text.to_owned(), |text, (parameter, value)| text.replace(parameter, value))
}

/// What was compared, and where the text gives something else than is declared.
#[derive(Default)]
struct Comparison {
    compared: usize,
    differences: Vec<String>,
}

impl Comparison {
    fn same<T: PartialEq + std::fmt::Debug>(&mut self, what: impl FnOnce() -> String, found: &T, declared: &T) {
        self.compared += 1;
        if found != declared {
            self.differences.push(format!("{}: {found:?}, not {declared:?}", what()));
        }
    }
}

/// Compares the text of a target with what is declared, for everybody it knows and for a stranger.
fn compare(compilation: &Compilation, target: &Target, files: &Files) -> Comparison {
    let mut comparison = Comparison::default();
    for before in [Before::Nothing, Before::Everything] {
        compare_from(before, compilation, target, files, &mut comparison);
    }
    comparison
}

fn compare_from(
    before: Before,
    compilation: &Compilation,
    target: &Target,
    files: &Files,
    comparison: &mut Comparison,
) {
    let project = compilation.project.as_ref().unwrap();
    let declared = Declared { project, target };
    let texts = |prefix: &str| -> Vec<String> {
        let mut files: Vec<_> = files.iter().filter(|(path, _)| path.starts_with(prefix)).collect();
        // The folder of files that run before the pipeline comes second by its name.
        files.sort_by_key(|(path, _)| (path.contains("/after/"), path.clone()));
        files.into_iter().map(|(_, text)| text.clone()).collect()
    };
    // The principal of the pipeline owns the tables: no grant is about it.
    let known = target.principals.iter().map(|(_, p)| p).filter(|p| target.run_as.as_ref() != Some(p));
    let mut people: Vec<String> = known.map(|principal| id(principal).to_owned()).collect();
    people.push(EVERYBODY.to_owned());
    let around = [texts("administration/"), texts("governance/"), texts("operation/")].concat();
    let model = Model::of(&texts("pipeline/"), &around, &people, before);
    for person in &people {
        let datasets = compilation.plan.datasets.iter();
        for planned in datasets.filter(|p| p.dataset.kind(project) != StoredAs::Internal) {
            compare_table(&model, &declared, person, &planned.name, planned.dataset, comparison);
        }
        for metric in &project.metrics {
            let Some(view) = metric_view(project, metric) else { continue };
            let (reads, object) = (declared.reads_view(person, metric), model.placed(&view));
            comparison.same(|| format!("{person} reads {view}"), &model.reads(person, &object), &reads);
            comparison.same(|| format!("{view} exists"), &model.views.contains(&object), &true);
        }
        for view in operation::views(project) {
            let (reads, object) = (declared.reads(person, Dataset::RowCounts), model.placed(view.name()));
            comparison.same(|| format!("{person} reads {}", view.name()), &model.reads(person, &object), &reads);
        }
        compare_schemas(&model, &declared, person, compilation, comparison);
        // Files that arrive elsewhere than in a volume are nobody's to grant.
        let reads_files = landing_volume(target).is_some() && declared.reads_files(person);
        comparison.same(|| format!("{person} reads files"), &model.reads_files(person), &reads_files);
    }
    let is_table = |name: &str| model.tables().any(|table| table[2] == name.to_lowercase());
    let published = compilation.plan.datasets.iter().filter(|a| is_table(&a.name)).count();
    comparison.same(|| "tables".to_owned(), &model.tables().count(), &published);
}

/// Nobody uses a schema without something in it to read, to call or to write.
fn compare_schemas(
    model: &Model,
    declared: &Declared<'_>,
    person: &str,
    compilation: &Compilation,
    comparison: &mut Comparison,
) {
    let (project, target) = (declared.project, declared.target);
    if target.layers.is_empty() {
        return;
    }
    for schema in &model.schemas {
        let is_here = |object: &Object| object.starts_with(schema);
        let reads = model.tables().chain(&model.views).any(|object| is_here(object) && model.reads(person, object));
        let calls = compilation.plan.datasets.iter().any(|planned| {
            let (object, is_read) = (model.placed(&planned.name), declared.reads(person, planned.dataset));
            is_read && model.functions_of(&object).iter().any(is_here)
        });
        let brings = target.deliverers.iter().any(|deliverer| id(deliverer) == person);
        let files = model.volumes.iter().any(is_here) && (brings || declared.reads_files(person));
        let found = model.uses_schema(person, schema);
        comparison.same(|| format!("{person} uses {schema:?}, {}", project.name), &found, &(reads || calls || files));
    }
}

/// Masks and row filters are compared for those who may not read the table as well: somebody may let them in by hand.
fn compare_table(
    model: &Model,
    declared: &Declared<'_>,
    person: &str,
    table: &str,
    dataset: Dataset,
    comparison: &mut Comparison,
) {
    let object = &model.placed(table);
    let layer = declared.target.layers.get(&dataset.layer()).unwrap_or(&declared.target.schema);
    comparison.same(|| format!("schema of {table}"), &object[1], &layer.to_lowercase());
    let (reads, found) = (declared.reads(person, dataset), model.reads(person, object));
    comparison.same(|| format!("{person} reads {table}"), &found, &reads);
    let rows = declared.rows(person, dataset);
    comparison.same(|| format!("{person}, rows of {table}"), &model.rows(person, object), &rows);
    for column in model.columns_of(object) {
        let kind = declared.kind(dataset, &column);
        let sees = kind.is_none_or(|kind| declared.sees(person, kind));
        let sight = if sees { Sight::Clear } else { Sight::Masked };
        let found = model.sight(person, object, &column);
        comparison.same(|| format!("{person}, {table}.{column}"), &found, &sight);
    }
}

#[test]
fn the_text_gives_every_reader_what_the_specs_declare() {
    let projects = projects();
    assert!(projects.len() > 12, "{} projects", projects.len());
    let mut compared = 0;
    for root in projects {
        let compilation = compile(&root);
        for target in &compilation.project.as_ref().unwrap().targets {
            let comparison = compare(&compilation, target, &files(&compilation, target));
            assert_eq!(comparison.differences, Vec::<String>::new(), "{}, {}", root.display(), target.name);
            compared += comparison.compared;
        }
    }
    assert!(compared > 5_000, "{compared} comparisons");
}

/// A change of one generated file: the project, a part of the path, the text taken out and the text put in its place.
type Mutant = (&'static str, &'static str, &'static str, &'static str);

const SHOP: &str = ".";
const BRANCHES: &str = "tests/cases/branches";
const REGISTRY: &str = "tests/cases/registry";
const MARINA: &str = "tests/cases/marina";

/// `<s>` stands for the schema of the target.
const MUTANTS: &[Mutant] = &[
    (SHOP, "10_revokes", "REVOKE SELECT ON TABLE <s>.customers FROM `sales-team`;\n", ""),
    (SHOP, "10_revokes", "REVOKE ALL PRIVILEGES ON TABLE <s>.customers_raw FROM `marketing-team`;\n", ""),
    (SHOP, "10_revokes", "REVOKE SELECT ON TABLE <s>.row_counts FROM `account users`;\n", ""),
    (
        SHOP,
        "10_revokes",
        "REVOKE SELECT ON TABLE <s>.customers FROM `sales-team`",
        "REVOKE SELECT ON TABLE <s>.customers FROM `marketing-team`",
    ),
    (SHOP, "20_access", "REVOKE SELECT ON SCHEMA <s> FROM `sales-team`;\n", ""),
    (SHOP, "20_access", "REVOKE READ VOLUME ON SCHEMA <s> FROM `36bc0941-a4f7-5af1-a098-0a332310d61a`;\n", ""),
    (SHOP, "20_access", "GRANT USE SCHEMA ON SCHEMA <s> TO `marketing-team`;\n", ""),
    (
        SHOP,
        "20_access",
        "GRANT USE SCHEMA ON SCHEMA <s> TO `sales-team`",
        "GRANT USE SCHEMA, SELECT ON SCHEMA <s> TO `sales-team`",
    ),
    (
        SHOP,
        "30_landing",
        "GRANT READ VOLUME ON VOLUME <s>.volume TO `data-engineers`",
        "GRANT READ VOLUME ON VOLUME <s>.volume TO `sales-team`",
    ),
    (
        SHOP,
        "40_functions",
        "WHEN is_account_group_member('marketing-team') THEN value\n",
        "WHEN is_account_group_member('sales-team') THEN value\n",
    ),
    (SHOP, "40_functions", "  WHEN session_user() = '36bc0941-a4f7-5af1-a098-0a332310d61a' THEN value\n", ""),
    (SHOP, "40_functions", "ELSE if(value IS NULL, NULL, '***')", "ELSE value"),
    (SHOP, "silver/customers.sql", "email STRING MASK mask_email", "email STRING"),
    (SHOP, "bronze/customers_raw.sql", "phone STRING MASK mask_phone", "phone STRING"),
    (SHOP, "gold/marketing_customers.sql", " MASK mask_name", ""),
    (SHOP, "30_metric_views", "REVOKE SELECT ON VIEW <s>.sales_metrics FROM `marketing-team`;\n", ""),
    (SHOP, "40_grants", "GRANT SELECT ON TABLE <s>.customers TO `marketing-team`;\n", ""),
    (
        SHOP,
        "40_grants",
        "GRANT SELECT ON TABLE <s>.sales_orders TO `data-engineers`",
        "GRANT SELECT ON TABLE <s>.sales_orders TO `sales-team`",
    ),
    (SHOP, "40_grants", "GRANT SELECT ON VIEW <s>.sales_metrics TO `sales-team`;\n", ""),
    (BRANCHES, "silver/accounts.sql", "WITH ROW FILTER row_filter_accounts_by_branch_balance ON (branch, balance)", ""),
    (BRANCHES, "40_functions", "branch = 'north'", "branch <> 'north'"),
    (BRANCHES, "40_functions", "AND balance >= 1000", ""),
    (
        BRANCHES,
        "40_functions",
        "RETURN is_account_group_member('head-office')",
        "RETURN is_account_group_member('account users')",
    ),
    (
        BRANCHES,
        "gold/balances_by_city.sql",
        "WITH ROW FILTER row_filter_balances_by_branch_accounts ON (branch, accounts)",
        "",
    ),
    (
        REGISTRY,
        "20_tags",
        "ALTER STREAMING TABLE <s>.citizens ALTER COLUMN email SET TAGS ('pii' = 'email', 'pii_type' = 'string');\n",
        "",
    ),
    (
        REGISTRY,
        "20_tags",
        "ALTER COLUMN oldest_born_on SET TAGS ('pii' = 'birth_date'",
        "ALTER COLUMN oldest_born_on SET TAGS ('pii' = 'other'",
    ),
    (
        REGISTRY,
        "50_policies",
        "EXCEPT `registry-clerks`, `008dc9fa-46ba-544a-afa0-3809b4051e6f`",
        "EXCEPT `press`, `registry-clerks`, `008dc9fa-46ba-544a-afa0-3809b4051e6f`",
    ),
    (REGISTRY, "50_policies", "EXCEPT `city-planning`, `registry-clerks`", "EXCEPT `registry-clerks`"),
    // Use of a schema in which somebody reads nothing, lost use of one, a table and a function in another one.
    (
        MARINA,
        "20_access",
        "TO `harbour-master`;\n\nREVOKE",
        "TO `harbour-master`;\nGRANT USE SCHEMA ON SCHEMA <s>_raw TO `guests`;\n\nREVOKE",
    ),
    (MARINA, "20_access", "GRANT USE SCHEMA ON SCHEMA <s>_quality TO `auditors`;\n", ""),
    (MARINA, "20_access", "REVOKE ALL PRIVILEGES ON SCHEMA <s>_raw FROM `dock-crew`;\n", ""),
    (MARINA, "quality/boats_orphans", "MASK `marina`.mask_name", "MASK `marina_raw`.mask_name"),
    (REGISTRY, "50_policies", "has_tag_value('pii', 'name')", "has_tag_value('pii', 'email')"),
];

#[test]
fn every_mutant_of_the_text_is_noticed() {
    let mut unnoticed = vec![];
    for (project, path, from, to) in MUTANTS {
        let compilation = compile(&Path::new(env!("CARGO_MANIFEST_DIR")).join(project));
        let target = compilation.project.as_ref().unwrap().default_target().unwrap();
        let schema = match *project {
            SHOP => "`zoltan-verebes-catalog-m`.`dg-day`",
            BRANCHES => "`bank-dev`.branches",
            MARINA => "dev.marina",
            _ => "town_dev.registry",
        };
        let (from, to) = (from.replace("<s>", schema), to.replace("<s>", schema));
        let mut files = files(&compilation, target);
        let file = files.iter_mut().find(|(own, _)| own.contains(path)).unwrap();
        assert!(file.1.contains(&from), "{path} does not hold {from}");
        file.1 = file.1.replacen(&from, &to, 1);
        if compare(&compilation, target, &files).differences.is_empty() {
            unnoticed.push(format!("{path}: {from} -> {to}"));
        }
    }
    assert!(unnoticed.is_empty(), "{}", unnoticed.join("\n"));
}
