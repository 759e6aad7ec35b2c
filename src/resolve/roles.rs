//! Warnings about readers: principals in two roles, groups of all users, masks that hide little.

use std::collections::{BTreeMap, BTreeSet};

use lakeflow::diag::Diagnostic;
use lakeflow::is_same_name;
use lakeflow::yaml::pointer_segment;

use super::context::Context;
use super::project::ProjectSettings;
use crate::codes;
use crate::load::Located;
use crate::model::{Audience, Mask, PersonalKind, Principal, Sees, Target};
use crate::spec::{PrincipalSpec, ProjectSpec};

/// Groups that everybody belongs to.
const EVERYBODY: [&str; 2] = ["account users", "users"];

/// Reports what is allowed but hardly meant.
pub fn check(project: &Located<ProjectSpec>, settings: &ProjectSettings, context: &mut Context<'_>) {
    application_ids(project, context);
    let mut told = BTreeSet::new();
    let known = |audience: &&Audience| !settings.open_audiences.has(&audience.name);
    let audiences: Vec<&Audience> = settings.audiences.iter().filter(known).collect();
    for target in &settings.targets {
        same_principals(project, target, &audiences, &mut told, context);
        everybody(project, target, &audiences, &mut told, context);
    }
    for (kind, mask) in &settings.masks {
        weak_mask(project, *kind, *mask, context);
    }
}

/// Service principals that are not known by their application id: no statement finds them.
fn application_ids(project: &Located<ProjectSpec>, context: &mut Context<'_>) {
    let of_project =
        project.spec.principals.iter().flatten().map(|(name, spec)| ("/principals".to_owned(), name, spec));
    let of_targets = project.spec.targets.iter().flat_map(|(target, spec)| {
        let pointer = format!("/targets/{}/principals", pointer_segment(target));
        spec.principals.iter().flatten().map(move |(name, spec)| (pointer.clone(), name, spec))
    });
    for (pointer, name, spec) in of_project.chain(of_targets) {
        let PrincipalSpec::ServicePrincipal(id) = spec else { continue };
        if !is_uuid(id) {
            let place = project.value(&format!("{pointer}/{}/service_principal", pointer_segment(name)));
            let message =
                format!("`{id}` is not an application id, which SQL statements need to identify a service principal");
            let fault = Diagnostic::warning(codes::NO_APPLICATION_ID, message).at(place);
            context.push(fault.hint(
                "write the application id from the workspace settings, like `2f1c3a54-7d0e-4a53-9c44-1f6f3d0c8b11`",
            ));
        }
    }
}

/// Whether a text has the form of an application id.
fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let is_hex = |group: &&str| group.chars().all(|c| c.is_ascii_hexdigit());
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && groups.iter().all(is_hex)
}

fn shown(principal: &Principal) -> String {
    match principal {
        Principal::Group(name) => format!("group `{name}`"),
        Principal::ServicePrincipal(id) => format!("service principal `{id}`"),
    }
}

/// The members of an audience in a target, with the index of each.
fn members<'a>(audience: &'a Audience, target: &'a Target) -> impl Iterator<Item = (usize, &'a Principal)> {
    let members = audience.members.iter().enumerate();
    members.filter_map(|(index, name)| Some((index, target.principal(name)?)))
}

/// A principal that is a member of audiences that see different things, or that runs the pipeline and reads.
fn same_principals(
    project: &Located<ProjectSpec>,
    target: &Target,
    audiences: &[&Audience],
    told: &mut BTreeSet<(String, usize)>,
    context: &mut Context<'_>,
) {
    let mut first: BTreeMap<&Principal, &Audience> = BTreeMap::new();
    for &audience in audiences {
        for (index, principal) in members(audience, target) {
            let pointer = format!("/audiences/{}/members/{index}", pointer_segment(&audience.name));
            let runs = target.run_as.as_ref() == Some(principal) && audience.sees != Sees::All;
            let other = first.get(principal).copied().filter(|other| other.sees != audience.sees);
            first.entry(principal).or_insert(audience);
            let who = shown(principal);
            let (message, hint) = match other {
                _ if runs => (
                    format!(
                        "{who} both reads as `{}` and runs the pipeline in target `{}`",
                        audience.name, target.name
                    ),
                    "the identity that runs the pipeline sees everything: use a separate principal to run it"
                        .to_owned(),
                ),
                Some(other) => (
                    format!(
                        "{who} is a member of both `{}` and `{}` in target `{}`",
                        other.name, audience.name, target.name
                    ),
                    "it sees what either of them sees: give each audience its own group".to_owned(),
                ),
                None => continue,
            };
            if told.insert((pointer.clone(), usize::from(runs))) {
                let fault = Diagnostic::warning(codes::SAME_PRINCIPAL, message).at(project.value(&pointer));
                context.push(fault.hint(hint));
            }
        }
    }
}

/// A group of everybody in an audience that sees personal data.
fn everybody(
    project: &Located<ProjectSpec>,
    target: &Target,
    audiences: &[&Audience],
    told: &mut BTreeSet<(String, usize)>,
    context: &mut Context<'_>,
) {
    for &audience in audiences {
        let sees = match &audience.sees {
            Sees::All => "all personal data".to_owned(),
            Sees::Kinds(kinds) if kinds.is_empty() => continue,
            Sees::Kinds(kinds) => {
                let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
                format!("personal data ({})", words.join(", "))
            }
        };
        for (index, principal) in members(audience, target) {
            let Principal::Group(name) = principal else { continue };
            let pointer = format!("/audiences/{}/members/{index}", pointer_segment(&audience.name));
            if EVERYBODY.iter().any(|group| is_same_name(group, name)) && told.insert((pointer.clone(), 2)) {
                let message = format!("everybody in group `{name}` sees {sees} as `{}`", audience.name);
                let fault = Diagnostic::warning(codes::EVERYBODY_SEES, message).at(project.value(&pointer));
                context.push(fault.hint("name the groups that need to see it"));
            }
        }
    }
}

/// How many characters values of a kind have at least, as a rule.
fn usual_length(kind: PersonalKind) -> u8 {
    match kind {
        PersonalKind::Name | PersonalKind::NationalId | PersonalKind::Phone | PersonalKind::BirthDate => 9,
        PersonalKind::Email | PersonalKind::Payment | PersonalKind::DeviceAddress => 13,
        PersonalKind::Address | PersonalKind::Location | PersonalKind::Health | PersonalKind::Other => 13,
    }
}

/// Whether all values of a kind can be tried out.
fn is_small(kind: PersonalKind) -> bool {
    matches!(
        kind,
        PersonalKind::Phone
            | PersonalKind::BirthDate
            | PersonalKind::NationalId
            | PersonalKind::Payment
            | PersonalKind::DeviceAddress
            | PersonalKind::Health
    )
}

fn weak_mask(project: &Located<ProjectSpec>, kind: PersonalKind, mask: Mask, context: &mut Context<'_>) {
    let word = kind.word();
    let (message, hint) = match mask {
        Mask::KeepFirst(n) | Mask::KeepLast(n) if n > usual_length(kind) / 2 => {
            let message = format!("a mask that keeps {n} characters reveals most of the value ({word})");
            (message, "keep a few characters, or write `redact`")
        }
        Mask::Hash if is_small(kind) => {
            let message = format!(
                "a hash does not protect this value ({word}): there are so few possible values that all can be tried"
            );
            (message, "write `redact` or `nullify`")
        }
        _ => return,
    };
    let place = project.value(&format!("/masks/{}", pointer_segment(word)));
    context.push(Diagnostic::warning(codes::WEAK_MASK, message).at(place).hint(hint));
}
