//! Functions that masks and row filters call, and policies that call them.

use askama::Template;
use lakeflow::types::{Column as TypedColumn, DataType};

use super::super::text::{Ident, Literal, Sql};
use super::super::{filters, names};
use super::Site;
use super::place::{EVERYBODY, grantee, is_asking};
use crate::model::{AudienceId, Mask, PersonalKind, Principal, Protection};
use crate::plan::protection::{self, MaskFunction, RowFilter};
use crate::plan::{Identity, access};

#[derive(Template)]
#[template(path = "governance/functions.sql")]
struct Functions {
    head: Sql,
    owner: Option<Sql>,
    functions: Vec<FunctionView>,
}

struct FunctionView {
    name: Sql,
    parameters: String,
    returns: DataType,
    deterministic: bool,
    comment: Literal,
    /// Conditions on who asks; the first that holds decides.
    unless: Vec<String>,
    masks: bool,
    /// The masked value; for filters, nothing.
    masked: String,
    callers: Vec<Sql>,
}

/// The functions of a target.
pub fn functions(site: &Site<'_>) -> Result<String, askama::Error> {
    let masks = protection::mask_functions(site.project, site.plan);
    let filters = protection::row_filters(site.project, site.plan);
    let masks = masks.iter().map(|function| mask(site, function));
    Functions {
        owner: site.shared_owner(),
        head: site.head(
            "Functions that mask personal data and keep rows from readers.",
            "before the pipeline: definitions of tables name these functions",
            site.owner(Identity::Deployer),
            if site.target.run_as.is_some() { &[] } else { &RUNS_AS_SOMEBODY },
        )?,
        functions: masks.chain(filters.iter().map(|filter| row_filter(site, filter))).collect(),
    }
    .render()
}

/// What the reader of a file must know when the project names nobody.
const RUNS_AS_SOMEBODY: [&str; 2] = [
    "The project names no `run_as`: run the pipeline as a member of an audience that sees all personal data and all",
    "rows. What is masked for whoever runs it would be stored masked.",
];

/// Those who call the functions.
fn callers(site: &Site<'_>) -> Vec<Sql> {
    access::callers(site.project, site.target).into_iter().map(grantee).collect()
}

/// Who sees a kind of personal data in the clear: members of audiences that do, and the pipeline.
fn sees<'a>(site: &'a Site<'_>, kind: PersonalKind) -> Vec<&'a Principal> {
    with_pipeline(site, access::seeing(site.project, site.target, kind))
}

fn with_pipeline<'a>(site: &'a Site<'_>, mut principals: Vec<&'a Principal>) -> Vec<&'a Principal> {
    principals.extend(site.target.run_as.iter().filter(|run_as| !principals.contains(run_as)).collect::<Vec<_>>());
    principals
}

fn mask(site: &Site<'_>, function: &MaskFunction) -> FunctionView {
    let style = site.project.masks.get(&function.kind).copied().unwrap_or(Mask::Redact);
    let by_policy = site.project.protection == Protection::Abac;
    FunctionView {
        name: site.helper(&function.name),
        parameters: format!("value {}", function.ty),
        returns: function.ty.clone(),
        // Who asks is no argument, so a mask that asks for it is not deterministic.
        deterministic: by_policy,
        comment: Literal::new(format!("Masks personal data: {}", function.kind.word())),
        unless: if by_policy { vec![] } else { sees(site, function.kind).into_iter().map(is_asking).collect() },
        masks: true,
        masked: masked(style, &function.ty),
        callers: callers(site),
    }
}

/// The masked form of `value`. Only texts have parts to keep; a value of another type is hidden whole. A missing value
/// stays missing, and a text of which everything would stay shows nothing.
fn masked(style: Mask, ty: &DataType) -> String {
    if *ty != DataType::String {
        return format!("CAST(NULL AS {ty})");
    }
    match style {
        Mask::Nullify => "CAST(NULL AS STRING)".to_owned(),
        Mask::Redact => "if(value IS NULL, NULL, '***')".to_owned(),
        Mask::Hash => "sha2(value, 256)".to_owned(),
        Mask::KeepDomain => {
            "if(instr(value, '@') > 0, concat('***@', substring_index(value, '@', -1)), if(value IS NULL, NULL, '***'))"
                .to_owned()
        }
        Mask::KeepFirst(n) => kept(n, &format!("concat(left(value, {n}), '***')")),
        Mask::KeepLast(n) => kept(n, &format!("concat('***', right(value, {n}))")),
    }
}

fn kept(n: u8, part: &str) -> String {
    format!("if(length(value) > {n}, {part}, if(value IS NULL, NULL, '***'))")
}

fn row_filter(site: &Site<'_>, filter: &RowFilter<'_>) -> FunctionView {
    let parameter = |c: &TypedColumn| format!("{} {}", Ident::new(&c.name), c.ty);
    let unlimited: Vec<AudienceId> = filter.unlimited().collect();
    let mut unless: Vec<String> = with_pipeline(site, site.members(&unlimited)).into_iter().map(is_asking).collect();
    for access in filter.rows {
        let members = site.members(&[access.audience]);
        let condition = Sql::of(&names::of_table(site.project, &access.condition));
        unless.extend(members.into_iter().map(|m| format!("({} AND ({condition}))", is_asking(m))));
    }
    FunctionView {
        name: site.helper(&filter.name),
        parameters: filter.columns.iter().map(parameter).collect::<Vec<_>>().join(", "),
        returns: DataType::Boolean,
        deterministic: false,
        comment: Literal::new("Tells which rows whoever asks may see"),
        unless,
        masks: false,
        masked: "FALSE".to_owned(),
        callers: callers(site),
    }
}

#[derive(Template)]
#[template(path = "governance/policies.sql")]
struct Policies<'a> {
    head: Sql,
    everybody: Sql,
    policies: Vec<PolicyView<'a>>,
}

struct PolicyView<'a> {
    name: Ident<'a>,
    schema: Sql,
    comment: Literal,
    function: Sql,
    except: String,
    kind: Literal,
    ty: Literal,
}

/// The policies that mask by tags.
pub fn policies(site: &Site<'_>) -> Result<String, askama::Error> {
    let functions = protection::mask_functions(site.project, site.plan);
    let schemas = site.place.schemas();
    let policies = schemas.iter().flat_map(|schema| functions.iter().map(move |function| (schema, function)));
    let policies = policies.map(|(schema, function)| PolicyView {
        name: Ident::new(&function.policy),
        schema: schema.clone(),
        comment: Literal::new(format!("Masks personal data: {}", function.kind.word())),
        function: site.helper(&function.name),
        except: sees(site, function.kind).into_iter().map(|p| grantee(p).0).collect::<Vec<_>>().join(", "),
        kind: Literal::new(function.kind.word()),
        ty: Literal::new(protection::type_word(&function.ty)),
    });
    Policies {
        head: site.head(
            "Policies that mask columns by their tags.",
            "before the pipeline, after the functions",
            site.owner(Identity::Deployer),
            &[
                "An administrator of the account makes `pii` and `pii_type` governed tags once: policies go by no other",
                "tags, and there is no statement for it that can be run again.",
            ],
        )?,
        everybody: grantee(&Principal::Group(EVERYBODY.to_owned())),
        policies: policies.collect(),
    }
    .render()
}
