//! The project file: targets, principals, audiences, masks.

use std::collections::{BTreeMap, BTreeSet};

use lakeflow::diag::{Diagnostic, did_you_mean};
use lakeflow::source::Span;
use lakeflow::yaml::pointer_segment;

use super::context::Context;
use super::names::{self, NameOf};
use super::operation;
use super::ownership;
use super::places;
use super::roles;
use super::schemas;
use super::settings;
use crate::codes;
use crate::load::{Located, SpecSet};
use crate::model::{Alerts, Audience, AudienceId, Mask, Mode, PersonalKind, Principal, Schedule, Sees, Target};
use crate::spec::{
    AudienceSpec, MaskSpec, MaskStyle, OneOrMany, PlainMask, PrincipalSpec, ProjectSpec, SeesSpec, TargetSpec,
};

/// The settings of a project file, resolved.
#[derive(Default)]
pub struct ProjectSettings {
    pub targets: Vec<Target>,
    pub audiences: Vec<Audience>,
    pub open_audiences: OpenAudiences,
    pub masks: BTreeMap<PersonalKind, Mask>,
    pub schedules: Vec<Schedule>,
    pub alerts: Alerts,
}

/// Audiences of which nobody knows what they see, because what declares them is at fault.
#[derive(Debug, Default)]
pub struct OpenAudiences {
    /// Whether there may be others than those that are known.
    pub all: bool,
    /// By name.
    pub names: BTreeSet<String>,
}

impl OpenAudiences {
    /// Whether it is unknown who an audience is.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }
}

/// The settings of the one project. With none or several of them, nobody knows which hold.
pub fn settings(set: &SpecSet, context: &mut Context<'_>) -> ProjectSettings {
    let mut all: Vec<ProjectSettings> =
        set.projects.iter().map(|project| context.judge(project.file, |context| resolve(project, context))).collect();
    match (all.pop(), all.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            context.faulty.extend(set.projects.iter().map(|project| project.file));
            unclear(all.into_iter().chain(last))
        }
    }
}

/// What holds while nobody knows which settings do: there is an audience if one of them declares it, and it is open what
/// it sees.
fn unclear(all: impl Iterator<Item = ProjectSettings>) -> ProjectSettings {
    let mut unclear = ProjectSettings { masks: default_masks(), ..ProjectSettings::default() };
    let mut read = false;
    for settings in all {
        read = true;
        unclear.open_audiences.all |= settings.open_audiences.all;
        for audience in settings.audiences {
            if unclear.open_audiences.names.insert(audience.name.clone()) {
                unclear.audiences.push(audience);
            }
        }
    }
    unclear.open_audiences.all |= !read;
    unclear
}

/// Resolves everything in a project file that needs no entity or metric.
fn resolve(project: &Located<ProjectSpec>, context: &mut Context<'_>) -> ProjectSettings {
    let spec = &project.spec;
    context.extend(names::check(&spec.project, NameOf::Project, project.value("/project")));
    for (name, _) in spec.principals.iter().flatten() {
        context.extend(names::check(
            name,
            NameOf::Setting,
            project.key(&format!("/principals/{}", pointer_segment(name))),
        ));
    }
    identities(project, context);
    let (audiences, open_audiences) = audiences(project, context);
    let settings = ProjectSettings {
        targets: targets(project, context),
        audiences,
        open_audiences,
        masks: masks(project, context),
        schedules: operation::schedules(project, context),
        alerts: operation::alerts(project, context),
    };
    roles::check(project, &settings, context);
    super::settings::check(project, context);
    ownership::check(project, context);
    settings
}

/// Reports names of those who run, deploy and deliver that nobody declares.
fn identities(project: &Located<ProjectSpec>, context: &mut Context<'_>) {
    let (spec, known) = (&project.spec, principals(project));
    for (key, name) in [("/run_as", &spec.run_as), ("/deployer", &spec.deployer)] {
        name.iter().for_each(|name| check_principal(project, name, &known, project.value(key), context));
    }
    if spec.deployer.is_some() && spec.run_as.is_none() && !project.is_lost("/run_as") {
        let message = "`deployer` requires `run_as`: otherwise tables would be owned by whoever deploys first";
        let fault = Diagnostic::error(codes::OPTION_CONFLICT, message).at(project.value("/deployer"));
        context.push(fault.hint("name the service principal that the pipeline runs as, or remove `deployer`"));
    }
    for (index, name) in spec.delivers.iter().flatten().enumerate() {
        check_principal(project, name, &known, project.value(&format!("/delivers/{index}")), context);
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
        schemas::check(project, target, &pointer, context);
        targets.push(self::target(project, name, target, &pointer, context));
    }
    let defaults: Vec<&Target> = targets.iter().filter(|t| t.default).collect();
    if defaults.len() > 1 || defaults.is_empty() && !project.has_lost("/targets") {
        let message = match defaults.as_slice() {
            [] => "no target is the default".to_owned(),
            [first, second, ..] => format!("`{}` and `{}` are both the default target", first.name, second.name),
            [_] => String::new(),
        };
        let fault = Diagnostic::error(codes::DEFAULT_TARGET, message).at(project.key("/targets"));
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
                check_principal(project, name, &known, span, context);
            }
        }
    }
    let known = |wanted: &String| principals.iter().find(|(n, _)| n == wanted).map(|(_, principal)| principal.clone());
    let run_as = project.spec.run_as.as_ref().and_then(known);
    let mode = target.mode.unwrap_or(if target.default == Some(true) { Mode::Development } else { Mode::Production });
    places::check(project, target, mode, pointer, context);
    Target {
        // Whoever runs the pipeline and deploys is one identity.
        deployer: project.spec.deployer.as_ref().and_then(known).filter(|deployer| run_as.as_ref() != Some(deployer)),
        deliverers: project.spec.delivers.iter().flatten().filter_map(known).collect(),
        root: target.root.as_ref().map(|root| root.trim_end_matches('/').to_owned()),
        host: target.host.as_ref().map(|host| host.trim_end_matches('/').to_owned()),
        workspace_id: target.workspace_id.map(|id| id.to_string()),
        settings: settings::of_target(&project.spec, target.settings.as_ref()),
        ownership: ownership::of_target(target.ownership.as_ref()),
        run_as,
        name: name.to_owned(),
        default: target.default.unwrap_or(false),
        catalog: target.catalog.clone(),
        schema: target.schema.clone(),
        layers: schemas::of_target(target),
        landing: target.landing.trim_end_matches('/').to_owned(),
        // A development deployment pauses schedules by itself, unless they are said to run.
        paused: target.paused.unwrap_or(mode == Mode::Development),
        mode,
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

/// The names of the principals that a project declares.
fn principals(project: &Located<ProjectSpec>) -> Vec<&str> {
    project.spec.principals.iter().flatten().map(|(name, _)| name.as_str()).collect()
}

/// Reports a principal that is not among those that are known, unless it may be declared in a part that is lost.
fn check_principal(project: &Located<ProjectSpec>, name: &str, known: &[&str], span: Span, context: &mut Context<'_>) {
    if known.contains(&name) || project.is_lost(&format!("/principals/{}", pointer_segment(name))) {
        return;
    }
    let fault = Diagnostic::error(codes::UNKNOWN_PRINCIPAL, format!("unknown principal `{name}`")).at(span);
    let hint = did_you_mean(name, known.iter().copied()).or_else(|| list_hint("principals", known));
    context.push(fault.maybe_hint(hint));
}

/// The hint that lists what there is.
pub fn list_hint(what: &str, known: &[&str]) -> Option<String> {
    (!known.is_empty()).then(|| format!("known {what}: `{}`", known.join("`, `")))
}

/// The audiences, and those of which it is open what they see.
fn audiences(project: &Located<ProjectSpec>, context: &mut Context<'_>) -> (Vec<Audience>, OpenAudiences) {
    let known = principals(project);
    let mut open = OpenAudiences { all: project.is_lost("/audiences"), names: BTreeSet::new() };
    open.names.extend(project.lost_keys("/audiences"));
    let declared = project.spec.audiences.iter().flatten();
    let audiences = declared.map(|(name, spec)| audience(project, name, spec, &known, &mut open, context)).collect();
    (audiences, open)
}

fn audience(
    project: &Located<ProjectSpec>,
    name: &str,
    spec: &AudienceSpec,
    principals: &[&str],
    open: &mut OpenAudiences,
    context: &mut Context<'_>,
) -> Audience {
    let pointer = format!("/audiences/{}", pointer_segment(name));
    context.extend(names::check(name, NameOf::Setting, project.key(&pointer)));
    for (i, member) in spec.members.iter().enumerate() {
        check_principal(project, member, principals, project.value(&format!("{pointer}/members/{i}")), context);
    }
    if project.has_lost(&format!("{pointer}/sees")) {
        open.names.insert(name.to_owned());
    }
    let sees = match &spec.sees {
        None => Sees::Kinds(BTreeSet::new()),
        Some(SeesSpec::Word(_)) => Sees::All,
        Some(SeesSpec::Kinds(kinds)) => {
            let mut known = BTreeSet::new();
            for (i, kind) in kinds.iter().enumerate() {
                match PersonalKind::from_word(kind) {
                    Some(kind) => drop(known.insert(kind)),
                    None => {
                        open.names.insert(name.to_owned());
                        context.push(unknown_kind(kind).at(project.value(&format!("{pointer}/sees/{i}"))));
                    }
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
    Diagnostic::error(codes::UNKNOWN_PERSONAL_KIND, format!("unknown kind of personal data `{word}`"))
        .maybe_hint(did_you_mean(word, words.iter().copied()).or_else(|| list_hint("kinds", &words)))
}

fn masks(project: &Located<ProjectSpec>, context: &mut Context<'_>) -> BTreeMap<PersonalKind, Mask> {
    let mut masks = default_masks();
    for (word, spec) in project.spec.masks.iter().flatten() {
        match PersonalKind::from_word(word) {
            Some(kind) => drop(masks.insert(kind, mask(spec))),
            None => context.push(unknown_kind(word).at(project.key(&format!("/masks/{}", pointer_segment(word))))),
        }
    }
    masks
}

fn default_masks() -> BTreeMap<PersonalKind, Mask> {
    PersonalKind::ALL.iter().map(|(_, kind)| (*kind, Mask::Redact)).collect()
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
    let names = names.iter().flat_map(|n| n.with_pointers("/audience"));
    names.filter_map(|(name, pointer)| audience_id(name, located.value(&pointer), context)).collect()
}

/// The audience of a name; one that is not known is reported, unless it may be declared in something that is lost.
pub fn audience_id(name: &str, span: Span, context: &mut Context<'_>) -> Option<AudienceId> {
    let found = context.audiences.iter().position(|audience| audience.name == name).map(AudienceId);
    let open = context.open_audiences;
    if open.has(name) || open.all && found.is_none() {
        context.leave_undecided();
    } else if found.is_none() {
        context.push(unknown_audience(name, context.audiences).at(span));
    }
    found
}

/// The fault of a name that no audience has.
fn unknown_audience(name: &str, audiences: &[Audience]) -> Diagnostic {
    let known: Vec<&str> = audiences.iter().map(|a| a.name.as_str()).collect();
    let hint = did_you_mean(name, known.iter().copied()).or_else(|| list_hint("audiences", &known));
    let hint =
        hint.unwrap_or_else(|| format!("declare it in the project: `audiences: {{ {name}: {{ members: [..] }} }}`"));
    Diagnostic::error(codes::UNKNOWN_AUDIENCE, format!("unknown audience `{name}`")).hint(hint)
}
