//! A plan in words that a reviewer can assess: for terminals, for comments on a change, for programs.

use std::fmt::Write as _;

use serde::Serialize;

use super::change::{Change, DeployStage, Waits};
use super::effect::{Effect, TaggedObject};
use super::field::ChangedField;
use crate::bundle::resource::ResourceKind;

/// What becomes of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is made.
    New,
    /// It changes.
    Changed,
    /// It goes.
    Gone,
}

impl Fate {
    /// The sign that stands before it.
    pub fn sign(self) -> char {
        match self {
            Fate::New => '+',
            Fate::Changed => '~',
            Fate::Gone => '-',
        }
    }
}

/// What a change means for who may see what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessChange {
    /// Somebody may do more.
    Widens,
    /// Somebody may do less.
    Narrows,
    /// What is masked or filtered is decided anew.
    Decides,
}

impl AccessChange {
    fn words(self) -> &'static str {
        match self {
            AccessChange::Widens => "widens access",
            AccessChange::Narrows => "narrows access",
            AccessChange::Decides => "changes what is masked or filtered",
        }
    }
}

/// A change in words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportLine {
    /// When it is made.
    pub stage: DeployStage,
    /// What becomes of the object.
    pub fate: Fate,
    /// The object, and what is done.
    pub what: String,
    /// Settings that change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<ChangedField>,
    /// What it means for who may see what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<AccessChange>,
    /// What it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits: Option<String>,
}

/// The changes in words, in their order.
pub fn lines(changes: &[Change]) -> Vec<ReportLine> {
    changes.iter().map(line).collect()
}

/// A change in words.
pub fn line(change: &Change) -> ReportLine {
    let stage = change.stage();
    let plain = |fate, what: String| ReportLine { stage, fate, what, fields: vec![], access: None, waits: None };
    match change {
        Change::Statement { statement, waits, .. } => {
            let (fate, what, access) = effect(&statement.effect, &statement.text);
            let waits = waits.as_ref().map(|waits| match waits {
                Waits::Table(table) => table.to_string(),
                Waits::Update => "an update of all tables".to_owned(),
            });
            ReportLine { access, waits, ..plain(fate, what) }
        }
        Change::Release { release, files } => plain(Fate::New, format!("release `{release}`: {files} files")),
        Change::Validate { name, .. } => plain(Fate::Changed, format!("pipeline `{name}`: validated, or pointed back")),
        Change::Create { kind, name, .. } => plain(Fate::New, format!("{} `{name}`", kind.word())),
        Change::Update { kind, name, fields, .. } => {
            ReportLine { fields: fields.clone(), ..plain(Fate::Changed, format!("{} `{name}`", kind.word())) }
        }
        Change::Delete { kind, key, .. } => plain(Fate::Gone, format!("{} `{key}`", kind.word())),
        Change::Permit { kind, key, levels } => {
            let levels: Vec<String> = levels.iter().map(|(who, level)| format!("{level} to `{}`", who.id())).collect();
            let what = format!("{} `{key}`: {}", kind.word(), levels.join(", "));
            ReportLine { access: Some(AccessChange::Widens), ..plain(Fate::New, what) }
        }
        Change::Forbid { kind, key, from } => {
            let (from, kind) =
                (from.iter().map(|who| format!("`{who}`")), kind.map_or("dashboard", ResourceKind::word));
            let what = format!("{kind} `{key}`: other levels of {}", from.collect::<Vec<_>>().join(", "));
            ReportLine { access: Some(AccessChange::Narrows), ..plain(Fate::Gone, what) }
        }
        Change::Show { key, to } => {
            let to: Vec<String> = to.iter().map(|who| format!("`{}`", who.id())).collect();
            let what = format!("dashboard `{key}`: CAN_READ to {}", to.join(", "));
            ReportLine { access: Some(AccessChange::Widens), ..plain(Fate::New, what) }
        }
        Change::TakeOver { key, tables } => {
            plain(Fate::Changed, format!("pipeline `{key}`: takes over {} tables that were kept", tables.len()))
        }
        Change::Dashboard { key, is_new } => {
            plain(if *is_new { Fate::New } else { Fate::Changed }, format!("dashboard `{key}`"))
        }
    }
}

fn effect(effect: &Effect, text: &str) -> (Fate, String, Option<AccessChange>) {
    let list = |words: &std::collections::BTreeSet<String>| words.iter().cloned().collect::<Vec<_>>().join(", ");
    let tagged = |tagged: &TaggedObject| match &tagged.column {
        Some(column) => format!("column `{}.{column}`", tagged.table.full_name()),
        None => tagged.table.to_string(),
    };
    match effect {
        Effect::Exists(object) => (Fate::New, object.to_string(), None),
        Effect::Comment(on, _) => (Fate::Changed, format!("comment of {on}"), None),
        Effect::Owned(on, owner) => (Fate::Changed, format!("owner of {on}: `{owner}`"), None),
        Effect::Granted(on, to, words) => {
            (Fate::New, format!("{} on {on} to `{to}`", list(words)), Some(AccessChange::Widens))
        }
        Effect::Revoked(on, from, words) => {
            (Fate::Gone, format!("{} on {on} from `{from}`", list(words)), Some(AccessChange::Narrows))
        }
        Effect::Function(name, _) => (Fate::Changed, name.to_string(), Some(AccessChange::Decides)),
        Effect::MetricView(name, _) => (Fate::Changed, format!("metric view `{}`", name.full_name()), None),
        Effect::View(name, _) => (Fate::Changed, format!("view `{}`", name.full_name()), None),
        Effect::Policy(on, name, _) => (Fate::Changed, format!("policy `{name}` on {on}"), Some(AccessChange::Decides)),
        Effect::NoPolicy(on, name) => (Fate::Gone, format!("policy `{name}` on {on}"), Some(AccessChange::Decides)),
        Effect::Tags(of, tags) => {
            let tags: Vec<String> = tags.iter().map(|(key, value)| format!("{key} = {value}")).collect();
            (Fate::Changed, format!("tags of {}: {}", tagged(of), tags.join(", ")), None)
        }
        Effect::NoTags(of, keys) => (Fate::Gone, format!("tags of {}: {}", tagged(of), list(keys)), None),
        Effect::Gone(object) => (Fate::Gone, object.to_string(), None),
        Effect::Unknown => (Fate::Changed, text.lines().next().unwrap_or_default().to_owned(), None),
    }
}

impl DeployStage {
    fn title(self) -> &'static str {
        match self {
            DeployStage::Before => "before the pipeline",
            DeployStage::Files => "files",
            DeployStage::Pipeline => "pipeline",
            DeployStage::Opening => "schema and functions, for readers",
            DeployStage::Resources => "jobs, alerts, dashboards",
            DeployStage::After => "tables and views",
            DeployStage::Waiting => "after the next update",
        }
    }
}

/// The plan for a terminal.
pub fn human(lines: &[ReportLine]) -> String {
    let mut text = String::new();
    let mut stage = None;
    for line in lines {
        if stage != Some(line.stage) {
            let gap = if stage.is_some() { "\n" } else { "" };
            let _ = writeln!(text, "{gap}{}", line.stage.title());
            stage = Some(line.stage);
        }
        let access = line.access.map(|access| format!("   [{}]", access.words())).unwrap_or_default();
        let _ = writeln!(text, "  {} {}{access}", line.fate.sign(), line.what);
        for field in shown_fields(&line.fields) {
            let _ = writeln!(text, "      {field}");
        }
    }
    text
}

/// The plan for a comment on a change.
pub fn markdown(title: &str, lines: &[ReportLine]) -> String {
    let mut text = format!("### {title}\n");
    let mut stage = None;
    for line in lines {
        if stage != Some(line.stage) {
            let _ = writeln!(text, "\n**{}**\n", line.stage.title());
            stage = Some(line.stage);
        }
        let access = line.access.map(|access| format!(" (**{}**)", access.words())).unwrap_or_default();
        let _ = writeln!(text, "- `{}` {}{access}", line.fate.sign(), line.what);
        for field in shown_fields(&line.fields) {
            let _ = writeln!(text, "  - {field}");
        }
    }
    text
}

/// Fields a line each; those that do no more than point at another release are one.
pub fn shown_fields(fields: &[ChangedField]) -> Vec<String> {
    let (moved, others): (Vec<&ChangedField>, Vec<&ChangedField>) = fields.iter().partition(|field| is_moved(field));
    let to = moved.first().and_then(|field| field.after.as_ref()).and_then(release_of);
    let moved = to.map(|to| format!("points at release `{to}`"));
    moved.into_iter().chain(others.into_iter().map(shown)).collect()
}

/// Whether a path is the same below another release.
fn is_moved(field: &ChangedField) -> bool {
    let plain = |value: &Option<serde_json::Value>| {
        let text = value.as_ref()?.as_str()?;
        Some(text.replace(&release_of(value.as_ref()?)?, ""))
    };
    let (before, after) = (plain(&field.before), plain(&field.after));
    before.is_some() && before == after
}

/// The release that a path leads into.
fn release_of(value: &serde_json::Value) -> Option<String> {
    let (_, rest) = value.as_str()?.split_once("/releases/")?;
    Some(rest.split('/').next().unwrap_or_default().to_owned())
}

fn shown(field: &ChangedField) -> String {
    let value = |value: &Option<serde_json::Value>| value.as_ref().map_or_else(|| "(none)".to_owned(), short);
    format!("{}: {} -> {}", field.path, value(&field.before), value(&field.after))
}

/// A value in one line that is not too long.
fn short(value: &serde_json::Value) -> String {
    const MOST: usize = 80;
    let text = value.to_string();
    if text.chars().count() <= MOST {
        return text;
    }
    text.chars().take(MOST).chain("..".chars()).collect()
}
