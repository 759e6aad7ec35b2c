//! Texts that match a regular expression.
//!
//! Columns with `matches` get values made from the pattern itself, so any pattern of any project is served. Look-around
//! does not exist in the language; anchors and word boundaries are ignored, and the caller checks the result.

use lakeflow::pattern::{self, CLOSING_END};
use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use super::random::Random;

/// How often an open repetition (`*`, `+`, `{2,}`) repeats beyond its minimum, at most.
const EXTRA: u32 = 3;

/// A pattern to make texts from.
#[derive(Debug, Clone)]
pub struct TextPattern {
    hir: Hir,
    regex: regex::Regex,
}

impl TextPattern {
    /// Reads a pattern; `None` when it is not valid.
    pub fn new(pattern: &str) -> Option<Self> {
        let translated = pattern::translate(pattern).ok()?.regex;
        // No line end before the end of a text: a file would break there.
        let translated = translated.replace(CLOSING_END, r"\z");
        Some(TextPattern { hir: regex_syntax::parse(&translated).ok()?, regex: regex::Regex::new(&translated).ok()? })
    }

    /// Whether a text matches, in the sense of RLIKE: anywhere, unless the pattern is anchored.
    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// A text that matches; `None` when none was found in a few tries.
    pub fn text(&self, random: &mut Random) -> Option<String> {
        (0..8).find_map(|_| {
            let mut out = String::new();
            write(&self.hir, random, &mut out);
            self.matches(&out).then_some(out)
        })
    }
}

fn write(hir: &Hir, random: &mut Random, out: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => out.extend(one_of(class, random)),
        HirKind::Repetition(repetition) => repeat(repetition, random, out),
        HirKind::Capture(capture) => write(&capture.sub, random, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, random, out)),
        HirKind::Alternation(parts) => {
            if let Some(part) = random.pick(parts) {
                write(part, random, out);
            }
        }
    }
}

fn repeat(repetition: &Repetition, random: &mut Random, out: &mut String) {
    let most = repetition.max.unwrap_or(repetition.min.saturating_add(EXTRA));
    for _ in 0..random.between(i64::from(repetition.min), i64::from(most)) {
        write(&repetition.sub, random, out);
    }
}

/// A character of a class, a letter or digit where the class has one: `[^/]` should not give control characters.
fn one_of(class: &Class, random: &mut Random) -> Option<char> {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => class.iter().map(|r| (r.start().into(), r.end().into())).collect(),
        Class::Bytes(class) => class.iter().map(|r| (r.start().into(), r.end().into())).collect(),
    };
    let common: Vec<char> = ('a'..='z').chain('A'..='Z').chain('0'..='9').collect();
    let inside = |c: &char| ranges.iter().any(|(start, end)| (*start..=*end).contains(&u32::from(*c)));
    let preferred: Vec<char> = common.into_iter().filter(inside).collect();
    random.pick(&preferred).copied().or_else(|| ranges.first().and_then(|(start, _)| char::from_u32(*start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_match_their_pattern() {
        let mut random = Random::new(1, "patterns");
        for pattern in
            [r"^[A-Z]{2}[0-9]{4}\z", "^[^@ ]+@[^@ ]+[.][^@ ]+$", "^(a|bc)?x{2,}$", "@", r"^[α-ω]\d$", "^[^/]*[.]csv$"]
        {
            let made = TextPattern::new(pattern);
            for _ in 0..20 {
                let text = made.as_ref().and_then(|p| p.text(&mut random)).unwrap_or_default();
                assert!(regex::Regex::new(pattern).is_ok_and(|r| r.is_match(&text)), "{pattern} gave {text:?}");
            }
        }
    }

    #[test]
    fn a_pattern_that_nothing_matches_gives_nothing() {
        let pattern = TextPattern::new(r"^a\z.b");
        assert_eq!(pattern.and_then(|p| p.text(&mut Random::new(1, "none"))), None);
    }
}
