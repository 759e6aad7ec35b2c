//! Where personal data chooses rows of entities: rules, deletions, sequences, the rows that an audience sees.
//!
//! That a row is present discloses that it passed the rules, and that a value is missing may disclose that it was not
//! valid. A condition that only tests whether there is a value, or whether a text is a valid value of its column's
//! type, discloses nothing.

use lakeflow::source::Span;

use super::{Dependence, Ground, Influence, Release};
use crate::model::{Action, ColumnId, Entity, Expression, HoleName, Leaf, Load, PersonalKind, Project, Rule, RuleKind};

/// A column with personal data that chooses rows.
#[derive(Debug, Clone)]
pub struct RowChoice {
    /// The column, in lower case.
    pub column: String,
    /// The word in the spec.
    pub span: Span,
    /// How it chooses.
    pub influence: Influence,
    /// What chooses by it, as specs call it.
    pub by: String,
    /// Why that tells nothing, if it does not.
    pub ground: Option<Ground>,
}

/// A column with personal data by which an audience that may not see it sees some rows only.
#[derive(Debug, Clone)]
pub struct RowLimit {
    /// Name of the table whose rows are limited, in lower case.
    pub dataset: String,
    /// The audience, as an index of the audiences.
    pub reader: usize,
    /// The column, in lower case.
    pub column: String,
    /// As the column declares it with `pii`.
    pub kind: PersonalKind,
    /// The word in the spec.
    pub span: Span,
}

/// Whether a value of a column is NULL where what was delivered is not valid, beyond the type of the column.
pub(super) fn null_tells(entity: &Entity, id: ColumnId) -> bool {
    is_demanding(entity, id) && valid_rule(entity, id).is_some_and(|rule| rule.action == Action::Warn)
}

fn valid_rule(entity: &Entity, id: ColumnId) -> Option<&Rule> {
    entity.rules.iter().find(|rule| matches!(rule.kind, RuleKind::Valid(own) if own == id))
}

/// Whether a text must be more than a value of the type of its column.
fn is_demanding(entity: &Entity, id: ColumnId) -> bool {
    let validity = &entity.column(id).validity;
    validity.matches.is_some() || validity.accepted.is_some()
}

/// Whether it is asked for more of a personal column than whether there is a value of its type.
pub(super) fn is_asked_for(entity: &Entity, id: ColumnId) -> bool {
    let decides = match &entity.load {
        Load::Upsert { sequence, .. } => sequence.contains(&id),
        Load::History { sequence, .. } => *sequence == id,
        Load::Append | Load::Snapshot => false,
    };
    entity.column(id).pii.is_some() && (is_demanding(entity, id) || decides)
}

/// What chooses the rows of the table of an entity by personal data.
pub(super) fn of_rows(entity: &Entity) -> Vec<RowChoice> {
    let mut choices: Vec<RowChoice> = entity.rules.iter().flat_map(|rule| of_rule(entity, rule)).collect();
    let (sequence, delete_when) = match &entity.load {
        Load::Upsert { sequence, delete_when, .. } => (sequence.as_slice(), delete_when.as_ref()),
        Load::History { sequence, delete_when } => (std::slice::from_ref(sequence), delete_when.as_ref()),
        Load::Append | Load::Snapshot => (&[][..], None),
    };
    if let Some(condition) = delete_when {
        let reason = entity.deletion_reason.as_ref();
        choices.extend(of_condition(entity, condition, "delete_when", reason));
    }
    for (place, id) in sequence.iter().enumerate() {
        let column = entity.column(*id);
        if column.pii.is_some() {
            choices.push(RowChoice {
                column: column.name.to_lowercase(),
                span: entity.sequence_words.get(place).copied().unwrap_or(column.span),
                influence: Influence::Sort,
                by: "sequence".to_owned(),
                ground: column.declassify.clone().map(Ground::Declassified),
            });
        }
    }
    choices
}

fn of_rule(entity: &Entity, rule: &Rule) -> Vec<RowChoice> {
    let of_column = |id: ColumnId, ground: Option<Ground>| {
        let column = entity.column(id);
        let choice = RowChoice {
            column: column.name.to_lowercase(),
            span: column.span,
            influence: Influence::Filter,
            by: rule.name.clone(),
            ground,
        };
        may_be_personal(entity, id).then_some(choice).into_iter().collect()
    };
    match &rule.kind {
        // Rows that break it stay.
        _ if rule.action == Action::Warn => vec![],
        RuleKind::Required(id) => of_column(*id, Some(Ground::Sql(Release::Presence))),
        RuleKind::Valid(id) if is_demanding(entity, *id) => {
            of_column(*id, entity.column(*id).declassify.clone().map(Ground::Declassified))
        }
        RuleKind::Valid(id) => of_column(*id, Some(Ground::Type)),
        // Whether a record is one tells nothing of what is in it.
        RuleKind::Readable => vec![],
        RuleKind::Check(check) => of_condition(entity, &check.condition, &rule.name, rule.declassify.as_ref()),
    }
}

fn of_condition(entity: &Entity, condition: &Expression, by: &str, reason: Option<&String>) -> Vec<RowChoice> {
    let personal = condition.leaves().iter().filter_map(|leaf| Some((leaf, own_column(leaf)?)));
    let personal = personal.filter(|(_, id)| may_be_personal(entity, *id));
    personal
        .map(|(leaf, id)| RowChoice {
            column: entity.column(id).name.to_lowercase(),
            span: leaf.span,
            influence: Influence::Filter,
            by: by.to_owned(),
            ground: released(entity, leaf, id).map(Ground::Sql).or_else(|| reason.cloned().map(Ground::Declassified)),
        })
        .collect()
}

/// Why the value of a column does not show in a condition, if it does not.
fn released(entity: &Entity, leaf: &Leaf, id: ColumnId) -> Option<Release> {
    let hold = if null_tells(entity, id) && entity.column(id).declassify.is_none() {
        Dependence::Null
    } else {
        Dependence::Bare
    };
    leaf.release.filter(|release| release.holds(hold))
}

/// Whether a column may hold personal data: one of files as declared, one of a query also by what it is computed from, which
/// the flow tells.
fn may_be_personal(entity: &Entity, id: ColumnId) -> bool {
    entity.column(id).pii.is_some() || entity.query().is_some()
}

fn own_column(leaf: &Leaf) -> Option<ColumnId> {
    match &leaf.named {
        HoleName::Column(path) if path.path.is_empty() => Some(path.column),
        _ => None,
    }
}

/// Columns by which audiences see some rows only, although they may not see their values.
pub(super) fn limits(entity: &Entity, dataset: &str, project: &Project) -> Vec<RowLimit> {
    let mut limits = vec![];
    for access in &entity.rows {
        let Some(audience) = project.audiences.get(access.audience.0) else { continue };
        for leaf in access.condition.leaves() {
            let Some(id) = own_column(leaf) else { continue };
            let column = entity.column(id);
            let Some(kind) = column.pii.filter(|kind| !audience.sees.includes(*kind)) else { continue };
            if released(entity, leaf, id).is_none() {
                limits.push(RowLimit {
                    dataset: dataset.to_owned(),
                    reader: access.audience.0,
                    column: column.name.to_lowercase(),
                    kind,
                    span: leaf.span,
                });
            }
        }
    }
    limits
}
