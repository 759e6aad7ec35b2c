//! Texts that must never be shown: tokens, client secrets, and what is derived from them.
//!
//! Nothing that prints a [`Secret`] shows it, so neither a message nor a panic can. [`Secret::expose`] is called where
//! a request leaves the process, and where a message from outside is searched for it.

use std::fmt;

use serde::{Deserialize, Deserializer};

/// A text that prints as stars.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text; blanks around it, such as the line end of a file that holds it, are no part of it.
    pub fn new(text: &str) -> Self {
        Secret(text.trim().to_owned())
    }

    /// In clear text: only for requests, and to find it in messages from outside.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Secret::new(&text))
    }
}
