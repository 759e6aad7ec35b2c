//! Regular expressions as Java reads them, in the syntax of the `regex` crate.
//!
//! A pattern in a spec is matched by Spark, which uses Java, and here by an engine without backtracking. Constructs
//! that both read in the same way are translated one by one; everything else is an error, so that a pattern never
//! means different things in the two engines.

mod class;
mod escape;
mod property;

use std::iter::Peekable;
use std::str::Chars;

use regex::Regex;

/// A pattern that means here what it means in Java.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// In the syntax of the `regex` crate.
    pub regex: String,
    /// Where it asks for the end of the text.
    pub end: End,
    /// Whether it asks for the border of a word: what a letter is beyond ASCII differs between versions of Java.
    pub has_word_border: bool,
}

/// Where `$` and `\Z` stand: both match before a line end that closes the text, which here they can only take in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Nowhere.
    Unasked,
    /// Behind everything else: whether a text matches does not depend on it.
    Last,
    /// With something behind it.
    Inside,
}

/// Why a pattern can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternFault {
    /// It is no pattern to Java.
    #[error("{0}")]
    Invalid(String),
    /// Java reads it; here it has no form of the same meaning. The text names the construct.
    #[error("{0} has no form that Spark and the local engine interpret alike")]
    Apart(String),
}

type Result<T> = std::result::Result<T, PatternFault>;

fn invalid<T>(why: impl Into<String>) -> Result<T> {
    Err(PatternFault::Invalid(why.into()))
}

fn apart<T>(what: impl Into<String>) -> Result<T> {
    Err(PatternFault::Apart(what.into()))
}

/// What ends a line in Java.
const LINE_ENDS: &str = r"\n\r\x{85}\x{2028}\x{2029}";

/// What `$` becomes: the end of the text, and before it a line end if there is one.
pub const CLOSING_END: &str = r"(?:\r\n|[\n\r\x{85}\x{2028}\x{2029}])?\z";

/// Groups in groups beyond this are refused rather than followed.
const DEEPEST: usize = 100;

/// Translates a pattern of Java.
///
/// # Errors
/// When it is none, or has no form of the same meaning.
pub fn translate(pattern: &str) -> Result<Pattern> {
    let mut reader = PatternReader {
        chars: pattern.chars().peekable(),
        out: String::with_capacity(pattern.len()),
        end: End::Unasked,
        has_word_border: false,
        names: vec![],
    };
    reader.alternatives(Flags::default(), 0)?;
    if reader.chars.next().is_some() {
        return invalid("unmatched `)`");
    }
    if let Err(error) = regex_syntax::parse(&reader.out) {
        let text = error.to_string();
        let last = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
        return invalid(last);
    }
    Ok(Pattern { regex: reader.out, end: reader.end, has_word_border: reader.has_word_border })
}

/// A pattern of Java, ready to match.
///
/// # Errors
/// As [`translate`]; or when it is too large.
pub fn compiled(pattern: &str) -> Result<Regex> {
    Regex::new(&translate(pattern)?.regex).or_else(|_| apart("a pattern of this size"))
}

/// Flags in force.
#[derive(Debug, Clone, Copy, Default)]
struct Flags {
    /// `(?i)`: letters of ASCII in any case.
    any_case: bool,
    /// `(?s)`: a dot is any character.
    dot_all: bool,
}

struct PatternReader<'a> {
    chars: Peekable<Chars<'a>>,
    out: String,
    end: End,
    has_word_border: bool,
    names: Vec<String>,
}

/// What was read last, as far as a quantifier behind it is concerned.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    Nothing,
    Atom,
    /// A group in which `$` or `\Z` stands.
    Closing,
    /// `^`, `\b`: what it means to repeat it differs.
    Border,
    /// `$`, `\Z`.
    End,
}

impl PatternReader<'_> {
    fn accept(&mut self, c: char) -> bool {
        self.chars.next_if_eq(&c).is_some()
    }

    /// Alternatives up to the end of their group; whether `$` stands in one of them.
    fn alternatives(&mut self, mut flags: Flags, depth: usize) -> Result<bool> {
        if depth > DEEPEST {
            return apart("groups nested this deeply");
        }
        let (mut asks, mut is_behind) = (false, false);
        while let Some(&c) = self.chars.peek() {
            if c == ')' {
                break;
            }
            self.chars.next();
            if c == '|' {
                self.out.push('|');
                is_behind = false;
                continue;
            }
            if is_behind {
                self.end = End::Inside;
            }
            let last = self.one(c, &mut flags, depth)?;
            self.quantifier(last)?;
            is_behind |= matches!(last, Last::End | Last::Closing);
            asks |= is_behind;
        }
        Ok(asks)
    }

    /// What a character begins.
    fn one(&mut self, c: char, flags: &mut Flags, depth: usize) -> Result<Last> {
        Ok(match c {
            '(' => return self.group(flags, depth),
            '*' | '+' | '?' => return invalid(format!("nothing to repeat before `{c}`")),
            '{' => return invalid("nothing to repeat before `{`"),
            '[' => return self.class(*flags),
            '\\' => return self.escaped(*flags),
            '^' => self.put(r"\A", Last::Border),
            '$' => self.closing_end(),
            '.' if flags.dot_all => self.put("(?s:.)", Last::Atom),
            '.' => {
                self.out.push_str(&format!("[^{LINE_ENDS}]"));
                Last::Atom
            }
            other => self.literal(other, *flags),
        })
    }

    fn put(&mut self, text: &str, last: Last) -> Last {
        self.out.push_str(text);
        last
    }

    /// `$` and `\Z`.
    fn closing_end(&mut self) -> Last {
        self.out.push_str(CLOSING_END);
        if self.end == End::Unasked {
            self.end = End::Last;
        }
        Last::End
    }

    fn literal(&mut self, c: char, flags: Flags) -> Last {
        if flags.any_case && c.is_ascii_alphabetic() {
            self.out.extend(['[', c.to_ascii_lowercase(), c.to_ascii_uppercase(), ']']);
        } else {
            self.out.push_str(&quoted(c));
        }
        Last::Atom
    }

    /// Behind `(`: a group, or flags that hold from here on.
    fn group(&mut self, flags: &mut Flags, depth: usize) -> Result<Last> {
        let mut inner = *flags;
        if self.accept('?') {
            match self.chars.peek().copied() {
                Some('=' | '!' | '>') => return apart("a lookahead or an atomic group"),
                Some('<') => {
                    self.chars.next();
                    if matches!(self.chars.peek(), Some('=' | '!')) {
                        return apart("a lookbehind");
                    }
                    let name = self.name()?;
                    self.out.push_str(&format!("(?<{name}>"));
                }
                Some('P') => return invalid("a named group is written `(?<name>..)`"),
                _ => {
                    if !self.flags(&mut inner)? {
                        *flags = inner;
                        return Ok(Last::Nothing);
                    }
                    self.out.push_str("(?:");
                }
            }
        } else {
            self.out.push('(');
        }
        let asks = self.alternatives(inner, depth + 1)?;
        if !self.accept(')') {
            return invalid("unclosed group");
        }
        self.out.push(')');
        Ok(if asks { Last::Closing } else { Last::Atom })
    }

    fn name(&mut self) -> Result<String> {
        let mut name = String::new();
        while let Some(c) = self.chars.next_if(char::is_ascii_alphanumeric) {
            name.push(c);
        }
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !self.accept('>') || self.names.contains(&name) {
            return invalid("a group name must be unique and consist of letters and digits");
        }
        self.names.push(name.clone());
        Ok(name)
    }

    /// `(?is-i)` or `(?i:`; whether a group follows.
    fn flags(&mut self, flags: &mut Flags) -> Result<bool> {
        let mut on = true;
        loop {
            match self.chars.next() {
                Some('-') if on => on = false,
                Some('i') => flags.any_case = on,
                Some('s') => flags.dot_all = on,
                Some(':') => return Ok(true),
                Some(')') => return Ok(false),
                Some(c @ ('m' | 'd' | 'u' | 'x' | 'U')) => return apart(format!("the flag `{c}`")),
                _ => return invalid("unknown kind of group after `(?`"),
            }
        }
    }

    /// A quantifier behind what was read.
    fn quantifier(&mut self, last: Last) -> Result<()> {
        let next = self.chars.peek().copied();
        match (last, next) {
            (Last::Nothing, _) => return Ok(()),
            (Last::Border | Last::End, Some('*' | '+' | '?')) => return apart("a repeated anchor"),
            (Last::Border | Last::End, Some('{')) => {
                self.chars.next();
                let before = self.out.len();
                self.counts()?;
                if self.out.get(before..) != Some("{1}") {
                    return apart("a repeated anchor");
                }
                self.out.truncate(before);
            }
            (_, Some(c @ ('*' | '+' | '?'))) => {
                self.chars.next();
                self.out.push(c);
            }
            (_, Some('{')) => {
                self.chars.next();
                self.counts()?;
            }
            _ => return Ok(()),
        }
        match self.chars.peek() {
            Some('+') => return apart("a possessive quantifier"),
            Some('?') => {
                self.chars.next();
                self.out.push('?');
            }
            _ => {}
        }
        match self.chars.peek() {
            Some(c @ ('*' | '+' | '?')) => invalid(format!("`{c}` repeats a quantifier")),
            Some('{') => apart("a quantifier directly after another"),
            _ => Ok(()),
        }
    }

    /// Behind `{`: one count or two.
    fn counts(&mut self) -> Result<()> {
        let least = self.digits();
        let most = self.accept(',').then(|| self.digits());
        let is_known = !least.is_empty() && self.accept('}');
        if !is_known {
            return invalid("a repetition must be `{n}`, `{n,}` or `{n,m}`");
        }
        let most = most.map(|most| format!(",{most}")).unwrap_or_default();
        self.out.push_str(&format!("{{{least}{most}}}"));
        Ok(())
    }

    fn digits(&mut self) -> String {
        std::iter::from_fn(|| self.chars.next_if(char::is_ascii_digit)).collect()
    }
}

/// A character that stands for itself, in and outside of a class.
fn quoted(c: char) -> String {
    match c {
        c if c.is_alphanumeric() || c == '_' => c.to_string(),
        c => format!("\\x{{{:x}}}", u32::from(c)),
    }
}

#[cfg(test)]
mod tests;
