//! The project file: targets, principals, audiences, masks.

use std::collections::{BTreeMap, BTreeSet};

use super::Context;
use super::names::{self, NameOf};
use super::operation;
use crate::diag::{Code, Diagnostic, did_you_mean};
use crate::load::{Located, pointer_segment};
use crate::model::{Alerts, Audience, AudienceId, Mask, Mode, PersonalKind, Principal, Schedule, Sees, Target};
use crate::spec::{
    AudienceSpec, MaskSpec, MaskStyle, OneOrMany, PlainMask, PrincipalSpec, ProjectSpec, SeesSpec, TargetSpec,
};

/// The settings of a project file, resolved.
pub struct Settings {
    pub targets: Vec<Target>,
    pub audiences: Vec<Audience>,
    pub masks: BTreeMap<PersonalKind, Mask>,
    pub schedules: Vec<Schedule>,
    pub alerts: Alerts,
}

/// Resolves everything in the project file that needs no entity or metric.
pub fn resolve(project: &Located<ProjectSpec>, context: &mut Context<'_>) -> Settings {
    let spec = &project.spec;
    context.extend(names::check(&spec.project, NameOf::Project, project.value("/project")));
    let principals = spec.principals.iter().flatten();
    for (name, _) in principals {
        context.extend(names::check(
            name,
            NameOf::Setting,
            project.key(&format!("/principals/{}", pointer_segment(name))),
        ));
    }
    if let Some(name) = &spec.run_as {
        let known: Vec<&str> = spec.principals.iter().flatten().map(|(n, _)| n.as_str()).collect();
        if !known.contains(&name.as_str()) {
            context.push(unknown_principal(name, &known).at(project.value("/run_as")));
        }
    }
    Settings {
        targets: targets(project, context),
        audiences: audiences(project, context),
        masks: masks(project, context),
        schedules: operation::schedules(project, context),
        alerts: operation::alerts(project, context),
    }
}

fn targets(project: &Located<ProjectSpec>, context: &mut Context<'_>) -> Vec<Target> {
    let spec = &project.spec;
    let mut targets = vec![];
    for (name, target) in &spec.targets {
        let pointer = format!("/targets/{}", pointer_segment(name));
        context.extend(names::check(name, NameOf::Setting, project.key(&pointer)));
        for (key, value) in [("catalog", &target.catalog), ("schema", &target.schema)] {
            context.extend(names::check(value, NameOf::Place, project.value(&format!("{pointer}/{key}"))));
        }
        targets.push(self::target(project, name, target, &pointer, context));
    }
    let defaults: Vec<&Target> = targets.iter().filter(|t| t.default).collect();
    if defaults.len() != 1 {
        let message = match defaults.as_slice() {
            [] => "no target is the default".to_owned(),
            [first, second, ..] => format!("`{}` and `{}` are both the default target", first.name, second.name),
            [_] => String::new(),
        };
        let fault = Diagnostic::error(Code::DefaultTarget, message).at(project.key("/targets"));
        context.push(fault.hint("write `default: true` in exactly one target"));
    }
    targets
}

fn target(
    project: &Located<ProjectSpec>,
    name: &str,
    target: &TargetSpec,
    pointer: &str,
    context: &mut Context<'_>,
) -> Target {
    let declared = project.spec.principals.iter().flatten();
    let mut principals: Vec<(String, Principal)> = declared.map(|(n, p)| (n.clone(), principal(p))).collect();
    for (name, own) in target.principals.iter().flatten() {
        match principals.iter_mut().find(|(n, _)| n == name) {
            Some((_, slot)) => *slot = principal(own),
            None => {
                let span = project.key(&format!("{pointer}/principals/{}", pointer_segment(name)));
                let known: Vec<&str> = principals.iter().map(|(n, _)| n.as_str()).collect();
                context.push(unknown_principal(name, &known).at(span));
            }
        }
    }
    let run_as = project.spec.run_as.as_ref();
    let run_as = run_as.and_then(|wanted| principals.iter().find(|(n, _)| n == wanted));
    Target {
        run_as: run_as.map(|(_, principal)| principal.clone()),
        name: name.to_owned(),
        default: target.default.unwrap_or(false),
        catalog: target.catalog.clone(),
        schema: target.schema.clone(),
        landing: target.landing.trim_end_matches('/').to_owned(),
        paused: target.paused.unwrap_or(false),
        mode: target.mode.unwrap_or(if target.default == Some(true) { Mode::Development } else { Mode::Production }),
        warehouse: target.warehouse.clone(),
        principals,
    }
}

fn principal(spec: &PrincipalSpec) -> Principal {
    match spec {
        PrincipalSpec::Group(name) => Principal::Group(name.clone()),
        PrincipalSpec::ServicePrincipal(id) => Principal::ServicePrincipal(id.clone()),
    }
}

fn unknown_principal(name: &str, known: &[&str]) -> Diagnostic {
    Diagnostic::error(Code::UnknownPrincipal, format!("unknown principal `{name}`"))
        .maybe_hint(did_you_mean(name, known.iter().copied()).or_else(|| list_hint("principals", known)))
}

/// The hint that lists what there is.
pub fn list_hint(what: &str, known: &[&str]) -> Option<String> {
    (!known.is_empty()).then(|| format!("{what} there are: `{}`", known.join("`, `")))
}

fn audiences(project: &Located<ProjectSpec>, context: &mut Context<'_>) -> Vec<Audience> {
    let known: Vec<&str> = project.spec.principals.iter().flatten().map(|(n, _)| n.as_str()).collect();
    let declared = project.spec.audiences.iter().flatten();
    declared.map(|(name, spec)| audience(project, name, spec, &known, context)).collect()
}

fn audience(
    project: &Located<ProjectSpec>,
    name: &str,
    spec: &AudienceSpec,
    principals: &[&str],
    context: &mut Context<'_>,
) -> Audience {
    let pointer = format!("/audiences/{}", pointer_segment(name));
    context.extend(names::check(name, NameOf::Setting, project.key(&pointer)));
    for (i, member) in spec.members.iter().enumerate() {
        if !principals.contains(&member.as_str()) {
            context.push(unknown_principal(member, principals).at(project.value(&format!("{pointer}/members/{i}"))));
        }
    }
    let sees = match &spec.sees {
        None => Sees::Kinds(BTreeSet::new()),
        Some(SeesSpec::Word(_)) => Sees::All,
        Some(SeesSpec::Kinds(kinds)) => {
            let mut known = BTreeSet::new();
            for (i, kind) in kinds.iter().enumerate() {
                match PersonalKind::from_word(kind) {
                    Some(kind) => drop(known.insert(kind)),
                    None => context.push(unknown_kind(kind).at(project.value(&format!("{pointer}/sees/{i}")))),
                }
            }
            Sees::Kinds(known)
        }
    };
    Audience {
        name: name.to_owned(),
        description: spec.description.clone().unwrap_or_default(),
        members: spec.members.clone(),
        sees,
    }
}

fn unknown_kind(word: &str) -> Diagnostic {
    let words: Vec<&str> = PersonalKind::ALL.iter().map(|(w, _)| *w).collect();
    Diagnostic::error(Code::UnknownPersonalKind, format!("`{word}` is no kind of personal data"))
        .maybe_hint(did_you_mean(word, words.iter().copied()).or_else(|| list_hint("kinds", &words)))
}

fn masks(project: &Located<ProjectSpec>, context: &mut Context<'_>) -> BTreeMap<PersonalKind, Mask> {
    let mut masks: BTreeMap<_, _> = PersonalKind::ALL.iter().map(|(_, kind)| (*kind, Mask::Redact)).collect();
    for (word, spec) in project.spec.masks.iter().flatten() {
        match PersonalKind::from_word(word) {
            Some(kind) => drop(masks.insert(kind, mask(spec))),
            None => context.push(unknown_kind(word).at(project.key(&format!("/masks/{}", pointer_segment(word))))),
        }
    }
    masks
}

fn mask(spec: &MaskSpec) -> Mask {
    match spec {
        MaskSpec::Plain(PlainMask::Redact) => Mask::Redact,
        MaskSpec::Plain(PlainMask::Nullify) => Mask::Nullify,
        MaskSpec::Plain(PlainMask::Hash) => Mask::Hash,
        MaskSpec::Plain(PlainMask::KeepDomain) => Mask::KeepDomain,
        MaskSpec::Styled(MaskStyle::KeepFirst(n)) => Mask::KeepFirst(*n),
        MaskSpec::Styled(MaskStyle::KeepLast(n)) => Mask::KeepLast(*n),
    }
}

/// The audiences of an entity or metric.
pub fn audience_ids<T>(located: &Located<T>, names: Option<&OneOrMany>, context: &mut Context<'_>) -> Vec<AudienceId> {
    let audiences = context.audiences;
    let mut ids = vec![];
    for (name, pointer) in names.iter().flat_map(|n| n.with_pointers("/audience")) {
        match audiences.iter().position(|a| a.name == name) {
            Some(index) => ids.push(AudienceId(index)),
            None => context.push(unknown_audience(name, audiences).at(located.value(&pointer))),
        }
    }
    ids
}

/// The fault of a name that no audience has.
pub fn unknown_audience(name: &str, audiences: &[Audience]) -> Diagnostic {
    let known: Vec<&str> = audiences.iter().map(|a| a.name.as_str()).collect();
    Diagnostic::error(Code::UnknownAudience, format!("unknown audience `{name}`"))
        .maybe_hint(did_you_mean(name, known.iter().copied()).or_else(|| list_hint("audiences", &known)))
}
