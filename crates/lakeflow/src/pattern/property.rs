//! `\p{..}`: in Java, the POSIX classes are ASCII only; categories, scripts and properties are those of Unicode, in
//! the version of Java 17. Characters that were added later belong to no class there, so they belong to none here.

use super::{Flags, PatternReader, Result, apart, invalid};

/// Classes of ASCII.
const ASCII: [(&str, &str); 13] = [
    ("Lower", "a-z"),
    ("Upper", "A-Z"),
    ("ASCII", r"\x{0}-\x{7f}"),
    ("Alpha", "A-Za-z"),
    ("Digit", "0-9"),
    ("Alnum", "A-Za-z0-9"),
    ("Punct", r"!-/:-@\[-`{-\x{7e}"),
    ("Graph", r"!-\x{7e}"),
    ("Print", r"\x{20}-\x{7e}"),
    ("Blank", r"\x{20}\t"),
    ("Cntrl", r"\x{0}-\x{1f}\x{7f}"),
    ("XDigit", "0-9A-Fa-f"),
    ("Space", r"\x{20}\t\n\x{b}\x{c}\r"),
];

/// General categories. Those that hold what is not assigned differ between versions.
const CATEGORIES: [&str; 31] = [
    "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Me", "Mc", "N", "Nd", "Nl", "No", "Z", "Zs", "Zl", "Zp", "Cc", "P",
    "Pd", "Ps", "Pe", "Pc", "Po", "Pi", "Pf", "S", "Sm", "Sc", "Sk",
];

/// Properties behind `Is`, and what they are here.
const PROPERTIES: [(&str, &str); 9] = [
    ("Alphabetic", "Alphabetic"),
    ("Lowercase", "Lowercase"),
    ("Uppercase", "Uppercase"),
    ("White_Space", "White_Space"),
    ("Ideographic", "Ideographic"),
    ("Letter", "L"),
    ("Digit", "Nd"),
    ("Punctuation", "P"),
    ("Titlecase", "Lt"),
];

/// Scripts behind `Is`.
const SCRIPTS: [&str; 12] = [
    "Latin",
    "Greek",
    "Cyrillic",
    "Armenian",
    "Hebrew",
    "Arabic",
    "Devanagari",
    "Thai",
    "Han",
    "Hiragana",
    "Katakana",
    "Hangul",
];

/// What of a class in letter case: beside `(?i)` versions of Java differ.
const CASED: [&str; 8] = ["Lower", "Upper", "Lu", "Ll", "Lt", "Lowercase", "Uppercase", "Titlecase"];

impl PatternReader<'_> {
    /// Behind `\p` or `\P`: a class in brackets.
    pub(super) fn property(&mut self, is_negated: bool, flags: Flags) -> Result<String> {
        let name: String = if self.accept('{') {
            let name = std::iter::from_fn(|| self.chars.next_if(|c| *c != '}')).take(40).collect();
            if !self.accept('}') {
                return invalid(r"`\p{` is not closed");
            }
            name
        } else {
            self.chars.next().into_iter().collect()
        };
        let bare = name.strip_prefix("Is").unwrap_or(&name);
        if flags.any_case && CASED.contains(&bare) {
            return apart(format!(r"`\p{{{name}}}` beside `(?i)`"));
        }
        let not = if is_negated { "^" } else { "" };
        if let Some((_, members)) = ASCII.iter().find(|(class, _)| *class == name) {
            return Ok(format!("[{not}{members}]"));
        }
        let property = PROPERTIES.iter().find(|(property, _)| *property == bare).filter(|_| bare != name);
        let class = match property {
            Some((_, here)) => (*here).to_owned(),
            None if CATEGORIES.contains(&bare) => bare.to_owned(),
            None if SCRIPTS.contains(&bare) && bare != name => format!("Script={bare}"),
            None => return apart(format!(r"a class `\p{{{name}}}`")),
        };
        Ok(format!(r"[{not}\p{{{class}}}&&\p{{Age=13.0}}]"))
    }
}
