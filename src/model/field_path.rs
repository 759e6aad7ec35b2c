//! Paths to fields of JSON records: `customer.address.city`.

/// The way to a field: names, outermost first, never none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldPath {
    /// The field of the record.
    pub field: String,
    /// The names that lead on from there.
    pub inner: Vec<String>,
}

/// Characters of inner names that paths of generated SQL would have to escape, for which there is no way.
const REFUSED: &str = "'\"\\";

impl FieldPath {
    /// Reads names with dots between them; a name in back-quotes may hold dots.
    ///
    /// # Errors
    /// What is wrong with the text, as the end of a sentence that begins with it.
    pub fn parse(text: &str) -> Result<FieldPath, String> {
        let mut names = vec![];
        let mut rest = text;
        loop {
            let (name, after) = match rest.strip_prefix('`') {
                Some(quoted) => {
                    quoted.split_once('`').ok_or_else(|| "has a back-quote that is not closed".to_owned())?
                }
                None => rest.split_at(rest.find('.').unwrap_or(rest.len())),
            };
            if name.trim().is_empty() {
                return Err("has an empty name".to_owned());
            }
            let is_inner = !names.is_empty();
            let refused = name.chars().find(|c| c.is_control() || is_inner && REFUSED.contains(*c));
            if let Some(c) = refused {
                return Err(format!("has `{}` in a name, which is not supported", c.escape_default()));
            }
            names.push(name.to_owned());
            match after.strip_prefix('.') {
                Some(next) => rest = next,
                None if after.is_empty() => break,
                None => return Err("has text between a back-quote and a dot".to_owned()),
            }
        }
        let mut names = names.into_iter();
        let field = names.next().unwrap_or_default();
        Ok(FieldPath { field, inner: names.collect() })
    }
}

/// A path as functions for JSON take it, from the value of the outermost field: `$.address.city`, `$['price.net']`.
pub fn json_path(inner: &[String]) -> String {
    let is_plain = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let step = |name: &String| if is_plain(name) { format!(".{name}") } else { format!("['{name}']") };
    std::iter::once("$".to_owned()).chain(inner.iter().map(step)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read() {
        let read = |text| FieldPath::parse(text).map(|path| (path.field, json_path(&path.inner)));
        let own = |field: &str, path: &str| Ok((field.to_owned(), path.to_owned()));
        assert_eq!(read("city"), own("city", "$"));
        assert_eq!(read("customer.address.city"), own("customer", "$.address.city"));
        assert_eq!(read("`a.b`.`c d`.e"), own("a.b", "$['c d'].e"));
        assert_eq!(read("it's"), own("it's", "$"));
        assert_eq!(read("order no.größe"), own("order no", "$['größe']"));
        for wrong in ["", ".", "a.", "a..b", "`a", "`a`b", "a.``", "a.b'c", "a.b\\c"] {
            assert!(FieldPath::parse(wrong).is_err(), "{wrong}");
        }
    }
}
