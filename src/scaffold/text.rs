//! Scalars of YAML, quoted when they have to be.

use std::fmt;

/// A string as a YAML scalar that reads back as this string, whatever it looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar(pub String);

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Scalar(text) = self;
        if is_plain(text) {
            return f.write_str(text);
        }
        if text.chars().all(|c| !c.is_control()) {
            return write!(f, "'{}'", text.replace('\'', "''"));
        }
        // JSON strings are YAML's double-quoted scalars.
        write!(f, "{}", serde_json::Value::from(text.as_str()))
    }
}

/// Whether a text may stand without quotes, also inside `[..]` and `{..}`. Stricter than YAML for the sake of readers.
fn is_plain(text: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ' | '*' | '/' | '(' | ')');
    let starts = text.chars().next().is_some_and(char::is_alphabetic);
    let looks_like_something_else =
        ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"].contains(&text.to_lowercase().as_str());
    starts && !text.ends_with(' ') && text.chars().all(word) && !looks_like_something_else
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_yaml_would_read_as_something_else_is_quoted() {
        let quoted = [("NO", "'NO'"), ("1.10", "'1.10'"), ("a: b", "'a: b'"), ("it's", "'it''s'"), ("", "''"), ("a\tb", "\"a\\tb\"")];
        for (text, expected) in quoted {
            assert_eq!(Scalar(text.to_owned()).to_string(), expected);
        }
        for plain in ["Books", "in_stock", "orders*.csv", "Home and Garden", "decimal(10"] {
            assert_eq!(Scalar(plain.to_owned()).to_string(), plain);
        }
    }
}
