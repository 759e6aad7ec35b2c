//! The page in `docs/language/` about a kind of file, generated from its keys.

use std::fmt::Write as _;

use super::keys::{SpecKey, keys};
use crate::spec::SpecKind;

/// The page, in Markdown.
pub fn page(kind: SpecKind) -> String {
    let about = match kind {
        SpecKind::Project => {
            "The project file, `specs/project.yml`: where a project runs, who reads it, when it is refreshed."
        }
        SpecKind::Entity => {
            "An entity file, in `specs/entities/`: what arrives, what it must look like, what happens if it does not."
        }
        SpecKind::Metric => "A metric file, in `specs/metrics/`: what is computed from entities, by what, for whom.",
    };
    let mut page = format!("# Keys of {} files\n\n{about}\n\n", kind.key());
    page.push_str(
        "This page comes from the types of the compiler; `gen explain <key>` shows the same, and so does an editor.\n",
    );
    keys(kind).iter().for_each(|key| entry(&mut page, key));
    page
}

fn entry(page: &mut String, key: &SpecKey) {
    let form = format!("{}{}", key.form, if key.required { ", required" } else { "" });
    let description = escaped(&key.description);
    let _ = match key.path.contains('.') {
        true => write!(page, "\n**`{}`** ({form}): {description}\n", key.path),
        false => write!(page, "\n## {}\n\n({form}) {description}\n", key.path),
    };
    if !key.words.is_empty() {
        page.push('\n');
    }
    for (word, meaning) in &key.words {
        let _ = writeln!(page, "- `{word}`: {}", escaped(meaning));
    }
    let examples: Vec<String> = key.examples.iter().map(|example| format!("`{example}`")).collect();
    if !examples.is_empty() {
        let _ = write!(page, "\nFor example {}.\n", examples.join(", or "));
    }
}

/// A text in which Markdown sees no tags: names in angle brackets stand outside of code now and then.
fn escaped(text: &str) -> String {
    let mut is_code = false;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        is_code ^= c == '`';
        match c {
            '<' if !is_code => out.push_str("&lt;"),
            c => out.push(c),
        }
    }
    out
}
