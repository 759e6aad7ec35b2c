//! `[..]`. A class within a class and `&&` are rejected: their meaning next to `^` differs between versions of Java.

use super::escape::class_of;
use super::{Flags, Last, PatternReader, Result, apart, invalid, quoted};

/// One thing between brackets.
enum Member {
    One(char),
    Class(&'static str, bool),
    /// A class in brackets.
    Set(String),
}

impl PatternReader<'_> {
    /// Behind `[`.
    pub(super) fn class(&mut self, flags: Flags) -> Result<Last> {
        self.out.push('[');
        if self.accept('^') {
            self.out.push('^');
        }
        let mut is_first = true;
        loop {
            let Some(c) = self.chars.next() else { return invalid("unclosed character class") };
            match c {
                ']' if !is_first => break,
                '[' => return apart("a nested character class"),
                '&' if self.chars.peek() == Some(&'&') => return apart("`&&` in a character class"),
                _ => {}
            }
            is_first = false;
            match self.member(c, flags)? {
                Member::Set(class) => self.out.push_str(&class),
                Member::Class(members, false) => self.out.push_str(members),
                Member::Class(members, true) => self.out.push_str(&format!("[^{members}]")),
                Member::One(low) => self.single_or_range(low, flags)?,
            }
        }
        self.out.push(']');
        Ok(Last::Atom)
    }

    fn member(&mut self, c: char, flags: Flags) -> Result<Member> {
        if c != '\\' {
            return Ok(Member::One(c));
        }
        match self.chars.peek().copied() {
            Some('Q' | 'E') => apart("a quotation `\\Q..\\E` in a character class"),
            Some(letter) if let Some((members, negated)) = class_of(letter) => {
                self.chars.next();
                Ok(Member::Class(members, negated))
            }
            Some(letter @ ('p' | 'P')) => {
                self.chars.next();
                self.property(letter == 'P', flags).map(Member::Set)
            }
            _ => self.character().map(Member::One),
        }
    }

    fn single_or_range(&mut self, low: char, flags: Flags) -> Result<()> {
        let mut ahead = self.chars.clone();
        let is_range = ahead.next() == Some('-') && !matches!(ahead.next(), None | Some(']'));
        let high = if is_range {
            self.chars.next();
            match self.chars.next() {
                Some('[') => return apart("a nested character class"),
                Some('&') if self.chars.peek() == Some(&'&') => return apart("`&&` in a character class"),
                Some(c) => match self.member(c, flags)? {
                    Member::One(high) => high,
                    Member::Class(..) | Member::Set(_) => return invalid("a range must end with a character"),
                },
                None => return invalid("unclosed character class"),
            }
        } else {
            low
        };
        if high < low {
            return invalid("a range ends before it starts");
        }
        self.out.push_str(&quoted(low));
        if high != low {
            self.out.push_str(&format!("-{}", quoted(high)));
        }
        if flags.any_case {
            let other = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
            let letters = ('A'..='Z').chain('a'..='z').filter(|c| (low..=high).contains(c)).map(other);
            self.out.extend(letters);
        }
        Ok(())
    }
}
