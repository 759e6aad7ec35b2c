//! Small types that several kinds of file use.

use schemars::JsonSchema;
use serde::Deserialize;

/// One value or a list of values.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum OneOrMany {
    /// A single value, without a list.
    One(String),
    /// A list of values.
    Many(Vec<String>),
}

impl OneOrMany {
    /// The values with the JSON pointer of each, below `pointer`.
    pub fn with_pointers(&self, pointer: &str) -> Vec<(&str, String)> {
        match self {
            OneOrMany::One(value) => vec![(value.as_str(), pointer.to_owned())],
            OneOrMany::Many(values) => {
                values.iter().enumerate().map(|(i, v)| (v.as_str(), format!("{pointer}/{i}"))).collect()
            }
        }
    }
}

/// Why figures are not personal data although they are computed from personal data: just the reason, for a total over all
/// rows, or the reason and the columns by which the figures may be grouped.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum DeclassifyEntry {
    /// Just the reason, for a total over all rows.
    Reason(String),
    /// The reason, and the groupings that it applies to.
    Full(DeclassifySpec),
}

/// Why figures are not personal data, and how they may be grouped.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclassifySpec {
    /// Why they identify no person, in a sentence.
    #[schemars(example = &"an average over a whole state tells nothing of one person")]
    pub reason: String,
    /// Columns and dimensions, as they are named in the tables, and `period_start` for periods: the reason applies to tables
    /// that are grouped by these, by some of them, or by none.
    #[schemars(extend("examples" = [["state"]]))]
    pub by: Vec<String>,
}

impl DeclassifyEntry {
    /// The reason, with the JSON pointer that leads to it from that of the entry.
    pub fn reason(&self) -> (&str, &'static str) {
        match self {
            DeclassifyEntry::Reason(reason) => (reason, ""),
            DeclassifyEntry::Full(full) => (&full.reason, "/reason"),
        }
    }

    /// The columns by which the figures may be grouped; empty for a total.
    pub fn by(&self) -> &[String] {
        match self {
            DeclassifyEntry::Reason(_) => &[],
            DeclassifyEntry::Full(full) => &full.by,
        }
    }
}

/// A warning that is allowed: which one, where, and why.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AllowSpec {
    /// Code of the warning.
    #[schemars(example = &"W0705")]
    pub warning: String,
    /// The part of this file where it is allowed, as keys separated by dots: all warnings with the code in that part are
    /// suppressed, and no others.
    #[schemars(example = &"columns.email")]
    pub at: String,
    /// Why it is intended.
    #[schemars(length(min = 1), example = &"addresses of shops are on their doors")]
    pub reason: String,
}

/// What happens to a row that violates a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActionSpec {
    /// The row is kept and counted.
    Warn,
    /// The row is left out and counted; only the raw table keeps it.
    Drop,
    /// The update fails.
    Fail,
    /// The row goes to `<entity>_quarantine` with the names of the rules that it violates.
    Quarantine,
}

/// How far a table may be shared. A table with personal data can't be `public`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClassificationSpec {
    /// May be shared outside the company.
    Public,
    /// For everybody inside the company.
    Internal,
    /// For its audiences only.
    Confidential,
}

/// A kind of personal data. Masks and audiences are declared per kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonalSpec {
    /// Names of people.
    Name,
    /// Mail addresses.
    Email,
    /// Telephone numbers.
    Phone,
    /// Postal addresses.
    Address,
    /// Dates of birth.
    BirthDate,
    /// Passport, tax and social security numbers.
    NationalId,
    /// Card and account numbers.
    Payment,
    /// Network and device addresses.
    DeviceAddress,
    /// Places where a person was.
    Location,
    /// Health data.
    Health,
    /// Anything else that identifies a person.
    Other,
}

impl PersonalSpec {
    /// All kinds with their spelling in specs.
    pub const ALL: [(&'static str, PersonalSpec); 11] = [
        ("name", PersonalSpec::Name),
        ("email", PersonalSpec::Email),
        ("phone", PersonalSpec::Phone),
        ("address", PersonalSpec::Address),
        ("birth_date", PersonalSpec::BirthDate),
        ("national_id", PersonalSpec::NationalId),
        ("payment", PersonalSpec::Payment),
        ("device_address", PersonalSpec::DeviceAddress),
        ("location", PersonalSpec::Location),
        ("health", PersonalSpec::Health),
        ("other", PersonalSpec::Other),
    ];

    /// The kind spelt `word`.
    pub fn from_word(word: &str) -> Option<PersonalSpec> {
        Self::ALL.iter().find(|(name, _)| *name == word).map(|(_, kind)| *kind)
    }

    /// The spelling in specs.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("other", |(name, _)| name)
    }
}
