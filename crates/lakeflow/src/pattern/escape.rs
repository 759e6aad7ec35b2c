//! What a backslash begins. Classes are those of ASCII in Java.

use super::{Flags, LINE_ENDS, Last, PatternReader, Result, apart, invalid};

/// Blanks that do not end a line, by `\h`.
const HORIZONTAL: &str = r"\x{9}\x{20}\x{a0}\x{1680}\x{180e}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}";

/// What ends a line, by `\v` and `\R`.
const VERTICAL: &str = r"\n\x{b}\x{c}\r\x{85}\x{2028}\x{2029}";

/// The members of a class that a letter stands for, and whether all others are meant.
pub(super) fn class_of(letter: char) -> Option<(&'static str, bool)> {
    let members = match letter.to_ascii_lowercase() {
        'd' => "0-9",
        'w' => "A-Za-z0-9_",
        's' => r"\x{20}\t\n\x{b}\x{c}\r",
        'h' => HORIZONTAL,
        'v' => VERTICAL,
        _ => return None,
    };
    Some((members, letter.is_ascii_uppercase()))
}

impl PatternReader<'_> {
    /// Behind a backslash, outside of a class.
    pub(super) fn escaped(&mut self, flags: Flags) -> Result<Last> {
        let Some(c) = self.chars.peek().copied() else { return invalid("trailing backslash") };
        if let Some((members, negated)) = class_of(c) {
            self.chars.next();
            let not = if negated { "^" } else { "" };
            self.out.push_str(&format!("[{not}{members}]"));
            return Ok(Last::Atom);
        }
        if matches!(c, 'p' | 'P') {
            self.chars.next();
            let class = self.property(c == 'P', flags)?;
            return Ok(self.put(&class, Last::Atom));
        }
        let simple = match c {
            'A' => (r"\A", Last::Border),
            'z' => (r"\z", Last::Border),
            'b' => (r"(?-u:\b)", Last::Border),
            'B' => (r"(?-u:\B)", Last::Border),
            'Z' => {
                self.chars.next();
                return Ok(self.closing_end());
            }
            'R' => {
                self.chars.next();
                self.out.push_str(&format!(r"(?:\r\n|[{LINE_ENDS}\x{{b}}\x{{c}}])"));
                return Ok(Last::Atom);
            }
            'Q' => {
                self.chars.next();
                return self.quotation(flags);
            }
            _ => {
                let c = self.character()?;
                return Ok(self.literal(c, flags));
            }
        };
        self.chars.next();
        self.has_word_border |= matches!(c, 'b' | 'B');
        Ok(self.put(simple.0, simple.1))
    }

    /// Behind `\Q`: characters that stand for themselves, up to `\E`. What repeats them repeats the last one.
    fn quotation(&mut self, flags: Flags) -> Result<Last> {
        let mut last = Last::Nothing;
        while let Some(c) = self.chars.next() {
            if c == '\\' && self.accept('E') {
                return match (last, self.chars.peek()) {
                    (Last::Nothing, Some('*' | '+' | '?' | '{')) => invalid("an empty quotation is repeated"),
                    _ => Ok(last),
                };
            }
            last = self.literal(c, flags);
        }
        Ok(last)
    }

    /// Behind a backslash: one character, however it is written.
    pub(super) fn character(&mut self) -> Result<char> {
        let Some(c) = self.chars.next() else { return invalid("trailing backslash") };
        Ok(match c {
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'f' => '\u{c}',
            'a' => '\u{7}',
            'e' => '\u{1b}',
            'x' if self.accept('{') => {
                let digits: String =
                    std::iter::from_fn(|| self.chars.next_if(char::is_ascii_hexdigit)).take(8).collect();
                if !self.accept('}') {
                    return invalid(r"`\x{` is not closed");
                }
                coded(&digits)?
            }
            'x' => self.hexadecimal(2)?,
            'u' => self.hexadecimal(4)?,
            '0' => self.octal()?,
            '1'..='9' | 'k' => return apart("a backreference"),
            'G' | 'X' | 'N' | 'c' => return apart(format!(r"`\{c}`")),
            c if c.is_ascii_alphabetic() => return invalid(format!(r"`\{c}` is not a valid escape")),
            c => c,
        })
    }

    fn hexadecimal(&mut self, width: usize) -> Result<char> {
        let digits: String = std::iter::from_fn(|| self.chars.next_if(char::is_ascii_hexdigit)).take(width).collect();
        if digits.len() < width {
            return invalid("too few hexadecimal digits in an escape");
        }
        coded(&digits)
    }

    fn octal(&mut self) -> Result<char> {
        let mut value = 0;
        let mut count = 0;
        while count < 3
            && let Some(digit) = self.chars.peek().and_then(|c| c.to_digit(8))
            && value * 8 + digit <= 0o377
        {
            value = value * 8 + digit;
            count += 1;
            self.chars.next();
        }
        match char::from_u32(value) {
            Some(c) if count > 0 => Ok(c),
            _ => invalid(r"`\0` requires octal digits"),
        }
    }
}

fn coded(digits: &str) -> Result<char> {
    match u32::from_str_radix(digits, 16).ok().and_then(char::from_u32) {
        Some(c) => Ok(c),
        None => invalid("an escape is not a valid character code"),
    }
}
