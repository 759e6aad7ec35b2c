//! What can't be known while a spec has errors, so that possible consequences are not reported as further errors.
//!
//! A part that was left out of a spec ([`Located::lost`]), or a spec that could not be read, may declare names. An
//! expression that uses one of them has no type, but that is not an error.

use lakeflow::infer::Resolution;
use lakeflow::types::DataType;

use crate::load::Located;
use crate::model::Entity;
use crate::spec::{ColumnEntry, EntitySpec};

use super::entity::column_pointer;

/// What is open about an entity.
#[derive(Debug, Clone, Copy, Default)]
pub struct Open {
    /// Which columns and derived expressions it has besides those that are known.
    pub names: bool,
    /// Which references it has besides those that are known.
    pub references: bool,
    /// What its key is.
    pub key: bool,
}

impl Open {
    /// Of an entity that could not be read.
    pub const ALL: Open = Open { names: true, references: true, key: true };

    /// Of an entity that was resolved from a spec, as far as that could be read.
    pub fn of(spec: &Located<EntitySpec>, entity: &Entity) -> Open {
        let columns = spec.is_lost("/columns");
        let refers = |(name, entry): (&String, &ColumnEntry)| {
            matches!(entry, ColumnEntry::Full(_)) && spec.has_lost(&format!("{}/references", column_pointer(name)))
        };
        let wanted = spec.spec.key.as_ref().map_or(0, |key| key.with_pointers("").len());
        Open {
            names: columns || spec.is_lost("/derived"),
            references: columns
                || spec.has_lost("/references")
                || spec.lost_keys("/columns").next().is_some()
                || spec.spec.columns.iter().any(refers),
            key: columns || spec.has_lost("/key") || spec.is_lost("/load") || wanted != entity.key.len(),
        }
    }
}

/// Something of which only its name is known.
pub fn unknown(path: &[&str]) -> Resolution {
    Resolution::Found { ty: DataType::Unknown, nullable: true, used: path.len(), path: path.join(".") }
}
