//! Names are told apart without regard to letter case: by their lower-case form.

use std::borrow::Cow;

/// The form in which a name is compared; most are written in it.
pub fn folded(name: &str) -> Cow<'_, str> {
    match name.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        true => Cow::Borrowed(name),
        false => Cow::Owned(name.to_lowercase()),
    }
}

/// Whether two names are one to Databricks.
pub fn is_same_name(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || !(a.is_ascii() && b.is_ascii()) && folded(a) == folded(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letter_case_tells_no_names_apart() {
        assert!(is_same_name("Ärger", "ärger"));
        assert!(is_same_name("ORDER_ID", "order_id"));
        assert!(!is_same_name("order_id", "order-id"));
    }
}
