//! Placeholders that are replaced in a text where it ends up, by three readers, none of which supports escaping.
//!
//! A pipeline replaces `${key}` anywhere in a file before it is parsed: in strings, patterns and comments. A bundle
//! takes `${var.x}` for a reference wherever it is. A job replaces `{{job.run_id}}` in the texts of its tasks, and a
//! query `{{parameter}}`. So no text of a spec may contain either.

use std::ops::Range;

/// The first stretch of a text that some reader would replace.
pub fn expanded(text: &str) -> Option<Range<usize>> {
    let dollar = text.find("${").map(|start| {
        // Another text may hold the brace that closes it.
        let end = text.get(start..).and_then(|rest| rest.find('}')).map_or(start + 2, |length| start + length + 1);
        start..end
    });
    let braces = text.find("{{").and_then(|start| {
        let length = text.get(start..)?.find("}}")?;
        Some(start..start + length + 2)
    });
    match (dollar, braces) {
        (Some(dollar), Some(braces)) if braces.start < dollar.start => Some(braces),
        (Some(dollar), _) => Some(dollar),
        (None, braces) => braces,
    }
}

#[cfg(test)]
mod tests {
    use super::expanded;

    #[test]
    fn what_three_readers_replace_is_found() {
        let shown = |text: &'static str| expanded(text).and_then(|range| text.get(range));
        assert_eq!(shown("from ${landing}/x"), Some("${landing}"));
        assert_eq!(shown("a ${ b"), Some("${"));
        assert_eq!(shown("run {{job.run_id}} ${x}"), Some("{{job.run_id}}"));
        assert_eq!(shown("${x} {{y}}"), Some("${x}"));
        for text in ["$1 {a}", "$ {x}", r"\{{2}", "^[a-z]{2}$", "}}{{", "costs 3$"] {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
