//! The format of `.databrickscfg`: sections, `key = value`, comments. Sections don't inherit from each other.

use std::collections::BTreeMap;

/// The section that holds settings of the file itself and is no profile.
pub const SETTINGS: &str = "__settings__";

/// Sections by name.
pub type Sections = BTreeMap<String, BTreeMap<String, String>>;

/// Sections by name, each with its values by key in lower case; or the line that can't be read, from one. A section that
/// holds nothing is not there.
pub fn read(text: &str) -> Result<Sections, usize> {
    let mut sections = Sections::new();
    let mut name = "DEFAULT".to_owned();
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(rest) = line.strip_prefix('[') {
            name = rest.split_once(']').ok_or(at + 1)?.0.trim().to_owned();
            continue;
        }
        let (key, value) = line.split_once(['=', ':']).ok_or(at + 1)?;
        sections.entry(name.clone()).or_default().insert(key.trim().to_lowercase(), plain(value).to_owned());
    }
    Ok(sections)
}

/// A value without quotes around it, and without a comment: that begins behind a blank.
fn plain(value: &str) -> &str {
    let value = value.trim();
    for quote in ['"', '\''] {
        if let Some((inner, _)) = value.strip_prefix(quote).and_then(|rest| rest.split_once(quote)) {
            return inner;
        }
    }
    [" #", "\t#", " ;", "\t;"]
        .iter()
        .fold(value, |value, mark| value.split_once(mark).map_or(value, |(value, _)| value.trim()))
}
