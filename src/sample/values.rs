//! Valid values of the columns of an entity, as the texts of a file.

use std::collections::BTreeMap;

use lakeflow::types::DataType;

use super::limits::Limits;
use super::pattern::TextPattern;
use super::random::Random;
use super::{calendar, invent};
use crate::model::{Action, ColumnId, Entity, EntityColumn, EntityId, Load, PersonalKind, RuleKind};
use crate::resolve;

/// Keys of the entities that are made already, each as the texts of its columns.
pub type Keys = BTreeMap<EntityId, Vec<Vec<String>>>;

/// What is known about the values of an entity.
pub struct Values<'a> {
    /// The entity whose values are made.
    pub entity: &'a Entity,
    /// What its checks demand.
    pub limits: Limits,
    patterns: Vec<Option<TextPattern>>,
    keys: &'a Keys,
}

impl<'a> Values<'a> {
    /// Reads patterns and checks of an entity; `keys` holds those of the entities it refers to.
    pub fn new(entity: &'a Entity, keys: &'a Keys) -> Self {
        let pattern = |c: &EntityColumn| c.validity.matches.as_deref().and_then(TextPattern::new);
        Values { entity, limits: Limits::of(entity), patterns: entity.columns.iter().map(pattern).collect(), keys }
    }

    /// The columns of the entity with their ids.
    pub fn columns(&self) -> impl Iterator<Item = (ColumnId, &'a EntityColumn)> {
        self.entity.columns.iter().enumerate().map(|(i, c)| (ColumnId(i), c))
    }

    /// What `matches` of a column demands; `None` without it, and where no text can be made from it.
    pub fn pattern(&self, id: ColumnId) -> Option<&TextPattern> {
        self.patterns.get(id.0).and_then(Option::as_ref)
    }

    /// Whether a row without a value in this column is at fault.
    pub fn is_required(&self, id: ColumnId) -> bool {
        self.entity.rules.iter().any(|r| matches!(r.kind, RuleKind::Required(of) if of == id))
    }

    /// Whether a fault in this column would stop an update, or leave versions without an order: it stays valid.
    pub fn is_protected(&self, id: ColumnId) -> bool {
        let orders_versions = matches!(self.entity.load, Load::History { sequence, .. } if sequence == id);
        let stops = |kind: &RuleKind| match kind {
            RuleKind::Required(of) | RuleKind::Valid(of) => *of == id,
            RuleKind::Readable => false,
            RuleKind::Check(check) => check.condition.columns().any(|column| column.column == id),
        };
        orders_versions || self.entity.rules.iter().any(|r| r.action == Action::Fail && stops(&r.kind))
    }

    /// A valid value, which may be blank where no value is required. References point to keys that exist; a column that
    /// refers to its own entity is left to the caller.
    pub fn text(&self, id: ColumnId, random: &mut Random) -> String {
        let may_be_blank = !self.is_required(id) && !self.entity.key.contains(&id) && !self.is_protected(id);
        if may_be_blank && random.chance(5) {
            return String::new();
        }
        self.filled(id, random)
    }

    /// A valid value that is not blank, as far as that can be.
    fn filled(&self, id: ColumnId, random: &mut Random) -> String {
        let column = self.entity.column(id);
        let references = self.entity.references.iter().find(|r| r.columns == [id]);
        if let Some(keys) = references.and_then(|r| self.keys.get(&r.entity)) {
            return random.pick_early(keys).and_then(|key| key.first()).cloned().unwrap_or_default();
        }
        if let Some(accepted) = &column.validity.accepted {
            return random.pick_early(accepted).map(ToString::to_string).unwrap_or_default();
        }
        if !column.examples.is_empty() {
            let example = random.pick_early(&column.examples).cloned().unwrap_or_default();
            return column.reading.plain(&example, &column.ty).unwrap_or(example);
        }
        let text = self.typed(id, column, random);
        match self.pattern(id) {
            Some(pattern) if !pattern.matches(&normalized(column, &text)) => pattern.text(random).unwrap_or(text),
            _ => text,
        }
    }

    /// The keys that exist of the entities referred to by several columns, each with these columns.
    pub fn whole_keys(&self) -> impl Iterator<Item = (&[ColumnId], &[Vec<String>])> {
        let several = self.entity.references.iter().filter(|r| r.columns.len() > 1);
        several.filter_map(|r| Some((r.columns.as_slice(), self.keys.get(&r.entity)?.as_slice())))
    }

    /// Whether a column holds a key of another entity, or a part of one.
    pub fn refers(&self, id: ColumnId) -> bool {
        self.entity.references.iter().any(|r| r.columns.contains(&id))
    }

    fn typed(&self, id: ColumnId, column: &EntityColumn, random: &mut Random) -> String {
        match &column.ty {
            DataType::Boolean => random.word(&["true", "false", "true", "yes", "no", "1", "0"]).to_owned(),
            DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt => {
                let (low, high) = self.range(id, invent::usual_range(&column.name));
                random.between(low, high).to_string()
            }
            DataType::Decimal { precision, scale } => {
                let (low, high) = self.range(id, invent::usual_range(&column.name));
                decimal(low, high, *precision, *scale, random)
            }
            DataType::Float | DataType::Double => {
                let (low, high) = self.range(id, invent::usual_range(&column.name));
                decimal(low, high, 15, 2, random)
            }
            DataType::Date => self.date(id, column, random),
            DataType::Timestamp | DataType::TimestampNtz => {
                let time = format!("{:02}:{:02}:{:02}", random.below(24), random.below(60), random.below(60));
                let zone = random.word(&["Z", "", ".250Z", "+02:00"]);
                format!("{}T{time}{zone}", self.date(id, column, random))
            }
            _ => match column.pii {
                Some(kind) => invent::personal(kind, random),
                None => invent::named(&column.name, random),
            },
        }
    }

    fn date(&self, id: ColumnId, column: &EntityColumn, random: &mut Random) -> String {
        let is_birth = column.pii == Some(PersonalKind::BirthDate);
        let (low, high) = self.range(id, invent::usual_days(&column.name, is_birth));
        calendar::date(random.between(low, high))
    }

    /// The usual range, moved into the limits that checks set.
    fn range(&self, id: ColumnId, usual: (i64, i64)) -> (i64, i64) {
        let width = usual.1 - usual.0;
        let low = self
            .limits
            .low(id)
            .map_or(usual.0, |limit| if usual.0 < limit || usual.1 < limit { limit } else { usual.0 });
        let high = if usual.1 < low { low + width } else { usual.1 };
        match self.limits.high(id) {
            Some(limit) if limit < low => (limit - width, limit),
            Some(limit) => (low, high.min(limit)),
            None => (low, high),
        }
    }
}

/// The text after the normalisation of its column.
pub fn normalized(column: &EntityColumn, text: &str) -> String {
    resolve::normalized(text, column.normalize)
}

/// A decimal between two whole numbers, with all its digits after the point.
fn decimal(low: i64, high: i64, precision: u8, scale: u8, random: &mut Random) -> String {
    let most = 10_i64.saturating_pow(u32::from(precision.saturating_sub(scale)).min(17)) - 1;
    let whole = random.between(low.max(-most), (high - 1).max(low).min(most));
    let digits: String = (0..scale.min(6)).filter_map(|_| char::from_digit(random.below(10) as u32, 10)).collect();
    if digits.is_empty() { whole.to_string() } else { format!("{whole}.{digits}") }
}
