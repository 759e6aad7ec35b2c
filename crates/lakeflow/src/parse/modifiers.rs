//! What stands between `CREATE` and the kind of object, and which object takes what of it.

use std::ops::Range;

use super::cursor::{Cursor, Parsed};
use crate::ParseFault;

/// What may stand between `CREATE` and the kind of object, with the places.
#[derive(Default)]
pub(super) struct Modifiers {
    pub(super) or_refresh: Option<Range<usize>>,
    pub(super) or_replace: Option<Range<usize>>,
    pub(super) private: Option<Range<usize>>,
    pub(super) temporary: Option<Range<usize>>,
    /// `GLOBAL` before `TEMPORARY`.
    pub(super) global: bool,
}

impl Modifiers {
    /// Reads what stands there.
    pub(super) fn read(c: &mut Cursor<'_>) -> Parsed<Self> {
        let mut modifiers = Modifiers::default();
        let start = c.index();
        if c.eat("OR") {
            let slot = match c.one_of(&["REFRESH", "REPLACE"])? {
                "REFRESH" => &mut modifiers.or_refresh,
                _ => &mut modifiers.or_replace,
            };
            *slot = Some(c.range_since(start));
        }
        modifiers.global = c.is("GLOBAL TEMPORARY VIEW") || c.is("GLOBAL TEMP VIEW");
        if modifiers.global {
            c.advance();
        }
        let range = c.range();
        let first = c.found();
        if c.eat("PRIVATE") {
            modifiers.private = Some(range);
        } else if c.eat("TEMPORARY") || c.eat("TEMP") {
            modifiers.temporary = Some(range);
        }
        modifiers.ends(c, &first)?;
        Ok(modifiers)
    }

    /// Nothing but the kind of object may follow; `first` is `PRIVATE` or `TEMPORARY`, if either was read.
    fn ends(&self, c: &Cursor<'_>, first: &str) -> Parsed<()> {
        let private = self.private.is_some() || self.temporary.is_some();
        let replaces = self.or_refresh.is_some() || self.or_replace.is_some();
        if c.is("OR REFRESH") || c.is("OR REPLACE") {
            return Err(c.fault(match (replaces, private) {
                (true, _) => "duplicate `OR ..`".to_owned(),
                _ => format!("`OR ..` must come before {first}"),
            }));
        }
        if private && (c.is("PRIVATE") || c.is("TEMPORARY") || c.is("TEMP")) {
            return Err(c.fault(format!("{first} and {} cannot be combined", c.found())));
        }
        Ok(())
    }

    /// Refuses every modifier that is not in `allowed`.
    pub(super) fn only(&self, allowed: &[&str], object: &str) -> Parsed<()> {
        let given = [
            ("OR REFRESH", &self.or_refresh),
            ("OR REPLACE", &self.or_replace),
            ("PRIVATE", &self.private),
            ("TEMPORARY", &self.temporary),
        ];
        for (name, range) in given {
            let Some(range) = range.clone().filter(|_| !allowed.contains(&name)) else { continue };
            let hint = match name {
                "OR REPLACE" if allowed.contains(&"OR REFRESH") => Some("write `OR REFRESH`".to_owned()),
                "OR REFRESH" if allowed.contains(&"OR REPLACE") => Some("write `OR REPLACE`".to_owned()),
                "TEMPORARY" if allowed.contains(&"PRIVATE") => Some("write `PRIVATE`".to_owned()),
                _ => None,
            };
            return Err(
                ParseFault::new(range, format!("`{name}` is not allowed with `CREATE {object}`")).maybe_hint(hint)
            );
        }
        Ok(())
    }
}
