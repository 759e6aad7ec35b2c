//! The stock of words that sample values are made of.
//!
//! Names are common ones of several languages, so that text beyond ASCII turns up everywhere. Hosts and telephone
//! numbers come from the ranges that are reserved for examples: nothing here reaches a real person.

pub const GIVEN: &[&str] = &[
    "Ada", "Anna", "Björn", "Carlos", "Chloé", "Dmitri", "Elif", "Emma", "Fatima", "Giulia", "Hannah", "Hiro", "Ines",
    "Jan", "José", "Kai", "Laura", "Łukasz", "Maria", "Mehmet", "Noah", "Olga", "Priya", "Quinn", "Rosa", "Søren",
    "Tom", "Ursula", "Víctor", "Wei", "Xenia", "Yara", "Zoë",
];

pub const FAMILY: &[&str] = &[
    "Andersson",
    "Bauer",
    "Cohen",
    "Da Silva",
    "Dvořák",
    "Evans",
    "Fischer",
    "García",
    "Hoffmann",
    "Ivanova",
    "Jensen",
    "Kowalski",
    "Lee",
    "Martin",
    "Müller",
    "Nguyen",
    "O'Brien",
    "Papadopoulos",
    "Quispe",
    "Rossi",
    "Şahin",
    "Smith",
    "Tanaka",
    "Ueda",
    "van den Berg",
    "Weber",
    "Yılmaz",
    "Žukauskas",
];

pub const STREETS: &[&str] =
    &["Main Street", "Mill Lane", "Park Avenue", "Rue de l'Église", "Bahnhofstrasse", "High Street", "Oak Road"];

pub const CITIES: &[&str] =
    &["Springfield", "Riverton", "Zürich", "Kraków", "Porto", "Málaga", "Lake City", "Umeå", "Bath"];

pub const COUNTRIES: &[&str] = &["US", "CH", "DE", "PT", "PL", "SE", "GB"];

pub const CURRENCIES: &[&str] = &["USD", "EUR", "CHF", "GBP"];

pub const ADJECTIVES: &[&str] =
    &["Plain", "Small", "Blue", "Quiet", "Folding", "Solid", "Light", "Old", "Bright", "Heavy"];

pub const NOUNS: &[&str] =
    &["lamp", "kettle", "chair", "ladder", "bicycle", "notebook", "basket", "mirror", "radio", "tent"];

pub const GROUPS: &[&str] = &["Garden", "Kitchen", "Office", "Travel", "Sport"];

pub const STATES: &[&str] = &["open", "active", "closed"];

pub const SENTENCES: &[&str] = &["checked by hand", "second delivery", "see the letter of May", "urgent", "none"];

/// Texts that readers of CSV files stumble over. They are all valid.
pub const AWKWARD: &[&str] = &[
    "comma, inside",
    "a \"quoted\" word",
    "two\nlines",
    "two\r\nlines, with \"all\"",
    "日本語 and 🚲",
    "  spaces around  ",
    "tab\there",
    "NULL",
    "semicolon; inside",
    "it's --not a comment",
    "back\\slash",
    "\u{a0}no-break space",
];
