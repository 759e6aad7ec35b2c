//! Names are told apart without regard to letter case: by their lower-case form.

use std::borrow::Cow;

/// The form in which a name is compared; most are written in it.
pub fn folded(name: &str) -> Cow<'_, str> {
    match name.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        true => Cow::Borrowed(name),
        false => Cow::Owned(name.to_lowercase()),
    }
}
