//! Texts that look like what a column should hold, judged by its kind of personal data or by its name.

use super::calendar;
use super::random::Random;
use super::words::{
    ADJECTIVES, CITIES, COUNTRIES, CURRENCIES, FAMILY, GIVEN, GROUPS, NOUNS, SENTENCES, STATES, STREETS,
};
use crate::model::PersonalKind;

/// First and last day of dates that tell when something happened.
const RECENT: (&str, &str) = ("2023-01-02", "2024-12-30");
/// First and last day of birth.
const BIRTH: (&str, &str) = ("1940-01-01", "2010-12-31");

/// Words of a column name, in lower case: `list_price` has `list` and `price`.
fn has(name: &str, words: &[&str]) -> bool {
    name.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|part| words.contains(&part))
}

/// A text of a kind of personal data. None of them belongs to anybody.
pub fn personal(kind: PersonalKind, random: &mut Random) -> String {
    match kind {
        PersonalKind::Name => format!("{} {}", random.word(GIVEN), random.word(FAMILY)),
        PersonalKind::Email => {
            let ascii: String = random.word(GIVEN).to_lowercase().chars().filter(char::is_ascii_lowercase).collect();
            format!("{ascii}{}@{}.example", random.below(10_000), random.word(&["mail", "post", "inbox"]))
        }
        PersonalKind::Phone => format!("({}) 555-01{:02}", random.between(201, 989), random.below(100)),
        PersonalKind::Address => {
            format!("{} {}, {}", random.between(1, 250), random.word(STREETS), random.word(CITIES))
        }
        PersonalKind::BirthDate => day_between(BIRTH, random),
        PersonalKind::NationalId => format!("{}-{:06}", random.word(COUNTRIES), random.below(1_000_000)),
        PersonalKind::Payment => {
            format!("XX{:02}{:08}{:08}", random.below(100), random.below(100_000_000), random.below(100_000_000))
        }
        PersonalKind::DeviceAddress => format!("192.0.2.{}", random.below(256)),
        PersonalKind::Location => format!(
            "{}.{:04},{}.{:04}",
            random.between(-60, 60),
            random.below(10_000),
            random.between(-170, 170),
            random.below(10_000)
        ),
        PersonalKind::Health => {
            format!("{}{:02}.{}", random.word(&["A", "I", "J", "S"]), random.below(100), random.below(10))
        }
        PersonalKind::Other => random.word(NOUNS).to_owned(),
    }
}

/// A text for a column, by its name.
pub fn named(name: &str, random: &mut Random) -> String {
    if has(name, &["name", "title", "label"]) {
        format!("{} {}", random.word(ADJECTIVES), random.word(NOUNS))
    } else if has(name, &["city", "town", "site", "building", "place"]) {
        random.word(CITIES).to_owned()
    } else if has(name, &["country", "nation"]) {
        random.word(COUNTRIES).to_owned()
    } else if has(name, &["currency"]) {
        random.word(CURRENCIES).to_owned()
    } else if has(name, &["category", "group", "kind", "type", "genre", "class", "segment"]) {
        random.word(GROUPS).to_owned()
    } else if has(name, &["status", "state", "phase"]) {
        random.word(STATES).to_owned()
    } else if has(name, &["description", "comment", "note", "remark", "text", "reason"]) {
        random.word(SENTENCES).to_owned()
    } else if has(name, &["url", "link", "website"]) {
        format!("https://www.{}.example/{}", random.word(NOUNS), random.below(1000))
    } else if has(name, &["id", "code", "no", "nr", "number", "key", "ref"]) {
        format!("{}-{:03}", random.word(COUNTRIES), random.below(1000))
    } else {
        random.word(NOUNS).to_owned()
    }
}

/// The whole numbers that are usual in a column of this name.
pub fn usual_range(name: &str) -> (i64, i64) {
    if has(name, &["quantity", "qty", "pieces", "count", "line", "units"]) {
        (1, 9)
    } else if has(name, &["year"]) {
        (2022, 2025)
    } else if has(name, &["percent", "share", "discount"]) {
        (0, 40)
    } else if has(name, &["age"]) {
        (18, 90)
    } else if has(name, &["rating", "mark", "grade", "score", "stars"]) {
        (1, 5)
    } else if has(name, &["temperature"]) {
        (-10, 35)
    } else {
        (1, 400)
    }
}

/// Days of dates that are usual in a column of this name.
pub fn usual_days(name: &str, is_birth: bool) -> (i64, i64) {
    let (first, last) = if is_birth || has(name, &["born", "birth"]) { BIRTH } else { RECENT };
    (calendar::day_of(first).unwrap_or_default(), calendar::day_of(last).unwrap_or_default())
}

fn day_between(range: (&str, &str), random: &mut Random) -> String {
    let day = |text| calendar::day_of(text).unwrap_or_default();
    calendar::date(random.between(day(range.0), day(range.1)))
}
