//! Columns whose name suggests personal data but that declare none.
//!
//! Only names that hardly ever mean anything else are listed, and only where the last word says what the column
//! contains: `customer_email` is a mail address, `email_count` is a number. Names of places and organisations are not
//! personal data.

use lakeflow::diag::Diagnostic;
use lakeflow::types::DataType;

use super::context::Context;
use crate::codes;
use crate::model::{Entity, EntityColumn, PersonalKind};

/// Endings of names, as words with a `_` between them, and what they mean.
const ENDINGS: &[(&str, PersonalKind)] = &[
    ("first_name", PersonalKind::Name),
    ("last_name", PersonalKind::Name),
    ("full_name", PersonalKind::Name),
    ("given_name", PersonalKind::Name),
    ("family_name", PersonalKind::Name),
    ("maiden_name", PersonalKind::Name),
    ("middle_name", PersonalKind::Name),
    ("surname", PersonalKind::Name),
    ("firstname", PersonalKind::Name),
    ("lastname", PersonalKind::Name),
    ("fullname", PersonalKind::Name),
    ("customer_name", PersonalKind::Name),
    ("patient_name", PersonalKind::Name),
    ("employee_name", PersonalKind::Name),
    ("person_name", PersonalKind::Name),
    ("passenger_name", PersonalKind::Name),
    ("guest_name", PersonalKind::Name),
    ("student_name", PersonalKind::Name),
    ("cardholder_name", PersonalKind::Name),
    ("email", PersonalKind::Email),
    ("e_mail", PersonalKind::Email),
    ("email_address", PersonalKind::Email),
    ("mail_address", PersonalKind::Email),
    ("phone", PersonalKind::Phone),
    ("telephone", PersonalKind::Phone),
    ("phone_number", PersonalKind::Phone),
    ("telephone_number", PersonalKind::Phone),
    ("mobile_number", PersonalKind::Phone),
    ("home_address", PersonalKind::Address),
    ("street_address", PersonalKind::Address),
    ("postal_address", PersonalKind::Address),
    ("date_of_birth", PersonalKind::BirthDate),
    ("birth_date", PersonalKind::BirthDate),
    ("birthdate", PersonalKind::BirthDate),
    ("birthday", PersonalKind::BirthDate),
    ("dob", PersonalKind::BirthDate),
    ("ssn", PersonalKind::NationalId),
    ("social_security_number", PersonalKind::NationalId),
    ("national_id", PersonalKind::NationalId),
    ("passport_number", PersonalKind::NationalId),
    ("iban", PersonalKind::Payment),
    ("card_number", PersonalKind::Payment),
    ("credit_card", PersonalKind::Payment),
    ("credit_card_number", PersonalKind::Payment),
    ("ip_address", PersonalKind::DeviceAddress),
    ("mac_address", PersonalKind::DeviceAddress),
];

/// Words for what is no person but has a telephone, too.
const NOBODY: &[&str] = &[
    "account",
    "agency",
    "airline",
    "bank",
    "branch",
    "business",
    "carrier",
    "company",
    "department",
    "facility",
    "helpdesk",
    "hospital",
    "hotel",
    "institution",
    "manufacturer",
    "merchant",
    "office",
    "organisation",
    "organization",
    "partner",
    "plant",
    "product",
    "publisher",
    "restaurant",
    "school",
    "seller",
    "shop",
    "site",
    "station",
    "store",
    "supplier",
    "support",
    "team",
    "vendor",
    "venue",
    "warehouse",
];

/// Warns of the columns of an entity that are named so.
pub fn check(entity: &Entity, context: &mut Context<'_>) {
    for column in entity.columns.iter().filter(|column| column.pii.is_none()) {
        let is_reference =
            entity.references.iter().flat_map(|r| &r.columns).any(|id| entity.column(*id).name == column.name);
        if is_reference {
            continue;
        }
        let Some(kind) = meant(column, &entity.name) else { continue };
        let word = kind.word();
        let message = format!("the name `{}` suggests personal data ({word}), but none is declared", column.name);
        let hint = format!("write `pii: {word}`; if it is not about a person, state the reason in `allow`");
        context.push(Diagnostic::warning(codes::SOUNDS_PERSONAL, message).at(column.span).hint(hint));
    }
}

/// The kind of personal data that the name of a column means.
fn meant(column: &EntityColumn, entity: &str) -> Option<PersonalKind> {
    let name = words(&column.name);
    let fits = |ending: &str| name == ending || name.strip_suffix(ending).is_some_and(|rest| rest.ends_with('_'));
    let (_, kind) = ENDINGS.iter().find(|(ending, _)| fits(ending))?;
    let holds = match column.ty {
        DataType::String => true,
        DataType::Date | DataType::Timestamp => *kind == PersonalKind::BirthDate,
        DataType::BigInt | DataType::Int => {
            matches!(kind, PersonalKind::Phone | PersonalKind::NationalId | PersonalKind::Payment)
        }
        _ => false,
    };
    // What a shop is called or where it is reached is no secret; when somebody was born is one anywhere.
    let reaches = matches!(kind, PersonalKind::Email | PersonalKind::Phone | PersonalKind::Address)
        || matches!(kind, PersonalKind::Payment);
    let owner = words(entity);
    let is_nobody = |text: &str| text.split('_').any(|word| NOBODY.contains(&word) || is_plural_of_nobody(word));
    (holds && !(reaches && (is_nobody(&name) || is_nobody(&owner)))).then_some(*kind)
}

fn is_plural_of_nobody(word: &str) -> bool {
    let singular = word.strip_suffix("ies").map(|stem| format!("{stem}y"));
    let plain = [word.strip_suffix('s'), word.strip_suffix("es")];
    singular.iter().map(String::as_str).chain(plain.into_iter().flatten()).any(|word| NOBODY.contains(&word))
}

/// A name in lower case, its words apart: `EMailAddress` and `e-mail address` are `e_mail_address`.
fn words(name: &str) -> String {
    let mut out = String::new();
    let mut before = '_';
    for c in name.chars() {
        let is_start = c.is_uppercase() && before.is_lowercase();
        match c {
            _ if !c.is_alphanumeric() => out.push('_'),
            _ if is_start => out.extend(std::iter::once('_').chain(c.to_lowercase())),
            _ => out.extend(c.to_lowercase()),
        }
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let names = ["homeAddress", "Home Address", "HOME_ADDRESS", "home-address"];
        assert_eq!(names.map(words), ["home_address"; 4].map(String::from));
        assert!(
            is_plural_of_nobody("companies") && is_plural_of_nobody("branches") && !is_plural_of_nobody("customers")
        );
    }
}
