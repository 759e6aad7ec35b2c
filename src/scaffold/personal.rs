//! Guesses which columns hold personal data, by what they are called and by what is in them.
//!
//! A guess too many costs a masked column until somebody reads the spec; a guess too few would show people's data. So in
//! doubt a column is personal.

use std::sync::LazyLock;

use regex::Regex;

use crate::spec::PersonalSpec;

/// Share of the values that must look like a kind.
const MOST: f64 = 0.8;

/// Words of column names, the more telling kinds first.
const WORDS: &[(PersonalSpec, &[&str])] = &[
    (PersonalSpec::Email, &["email", "mail", "e_mail"]),
    (PersonalSpec::Phone, &["phone", "telephone", "mobile", "cell", "fax", "tel", "telefon"]),
    (PersonalSpec::BirthDate, &["birth", "birthday", "birthdate", "dob", "born"]),
    (PersonalSpec::NationalId, &["ssn", "passport", "national_id", "tax_id", "tin", "nino", "social_security"]),
    (PersonalSpec::Payment, &["iban", "card", "credit_card", "account_number", "bank_account", "bic"]),
    (PersonalSpec::DeviceAddress, &["ip", "ip_address", "mac_address", "imei", "device_id", "user_agent"]),
    (PersonalSpec::Location, &["latitude", "longitude", "lat", "lon", "lng", "gps", "geo"]),
    (PersonalSpec::Health, &["diagnosis", "allergy", "allergies", "blood", "symptom", "symptoms", "medication"]),
    (PersonalSpec::Address, &["address", "street", "zip", "zipcode", "postcode", "postal", "house_number"]),
];

/// Names of people, wherever they stand.
const PERSON_NAMES: &[&str] =
    &["first_name", "last_name", "full_name", "middle_name", "surname", "forename", "given_name", "family_name", "firstname", "lastname", "contact_name", "customer_name", "employee_name", "patient_name", "user_name", "username"];

#[expect(clippy::expect_used, reason = "constant patterns, compiled by every test of this module")]
static PATTERNS: LazyLock<[(PersonalSpec, Regex); 4]> = LazyLock::new(|| {
    let pattern = |text: &str| Regex::new(text).expect("a constant pattern");
    [
        (PersonalSpec::Email, pattern(r"^[^@ ]+@[^@ ]+[.][^@ ]+$")),
        (PersonalSpec::Payment, pattern(r"^[A-Z]{2}[0-9]{2}( ?[A-Z0-9]{4}){3,7}[A-Z0-9 ]*$")),
        (PersonalSpec::DeviceAddress, pattern(r"^([0-9]{1,3}[.]){3}[0-9]{1,3}$|^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$")),
        (PersonalSpec::Phone, pattern(r"^([+][0-9]|[(][0-9]|[0-9]{3}[ .-][0-9]{3}[ .-][0-9]{4}).*$")),
    ]
});

/// The kind of personal data in a column, from its name and its values that are not blank.
pub fn kind(name: &str, values: &[&str]) -> Option<PersonalSpec> {
    by_name(name).or_else(|| by_values(values))
}

fn by_name(name: &str) -> Option<PersonalSpec> {
    let has = |word: &&str| format!("_{name}_").contains(&format!("_{word}_"));
    if PERSON_NAMES.iter().any(|n| has(n)) {
        return Some(PersonalSpec::Name);
    }
    WORDS.iter().find(|(_, words)| words.iter().any(|word| has(word))).map(|(kind, _)| *kind)
}

fn by_values(values: &[&str]) -> Option<PersonalSpec> {
    let share = |pattern: &Regex| values.iter().filter(|v| pattern.is_match(v)).count() as f64 / values.len().max(1) as f64;
    PATTERNS.iter().find(|(_, pattern)| share(pattern) >= MOST).map(|(kind, _)| *kind)
}

/// Whether an entity looks like people, so that its plain `name` is the name of a person.
pub fn is_people(entity: &str, kinds: &[Option<PersonalSpec>]) -> bool {
    const PEOPLE: &[&str] = &["customer", "user", "person", "people", "employee", "patient", "member", "contact", "student", "teacher", "driver", "tenant", "subscriber", "author", "guest", "client", "lead", "donor"];
    let telling = |kind: &PersonalSpec| matches!(kind, PersonalSpec::Email | PersonalSpec::Phone | PersonalSpec::BirthDate | PersonalSpec::NationalId);
    PEOPLE.iter().any(|word| entity.contains(word)) || kinds.iter().flatten().any(telling)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personal_data_is_known_by_name_or_by_value() {
        assert_eq!(kind("contact_email", &[]), Some(PersonalSpec::Email));
        assert_eq!(kind("ship_street", &[]), Some(PersonalSpec::Address));
        assert_eq!(kind("last_name", &[]), Some(PersonalSpec::Name));
        assert_eq!(kind("c3", &["a@b.de", "c@d.org", "e@f.com", "g@h.net", "?"]), Some(PersonalSpec::Email));
        assert_eq!(kind("c4", &["+41 44 123 45 67", "(555) 123-4567", "555-123-4567"]), Some(PersonalSpec::Phone));
        assert_eq!(kind("c5", &["10.0.0.1"]), Some(PersonalSpec::DeviceAddress));
    }

    #[test]
    fn other_columns_are_left_alone() {
        for name in ["price", "product_name", "status", "shipped", "description", "mailing_count_total"] {
            assert_eq!(kind(name, &["12.50", "13"]), None, "{name}");
        }
        assert_eq!(kind("ordered_on", &["2024-01-05", "2024-02-07"]), None);
        assert!(is_people("customers", &[]) && is_people("x", &[Some(PersonalSpec::Email)]) && !is_people("parts", &[None]));
    }
}
