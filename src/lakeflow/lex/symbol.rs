//! Operators and punctuation, longest first.
//!
//! Characters that mean something only to other databases (`@`, `#`, `?`, `{`) are refused here, by name and with the
//! Databricks way to say it where there is one.

use sqlparser::tokenizer::{Location, Token};

use super::Scanner;

/// Operators of several characters; each stands before its own beginnings.
const LONG: &[(&str, Token)] = &[
    ("<=>", Token::Spaceship),
    ("==", Token::Eq),
    ("=>", Token::RArrow),
    ("<=", Token::LtEq),
    ("<>", Token::Neq),
    ("<<", Token::ShiftLeft),
    (">=", Token::GtEq),
    (">>", Token::ShiftRight),
    ("!=", Token::Neq),
    ("::", Token::DoubleColon),
    ("||", Token::StringConcat),
    ("->", Token::Arrow),
];

impl Scanner<'_> {
    pub(super) fn symbol(&mut self, start: usize, from: Location) {
        let may_be_long = matches!(self.peek_second(), Some('=' | '>' | '<' | ':' | '|'));
        let long = LONG.iter().find(|(text, _)| may_be_long && self.rest().starts_with(text));
        if let Some((text, token)) = long {
            self.take_ascii(text.len());
            self.push(token.clone(), start, from);
            return;
        }
        let Some(c) = self.peek() else { return };
        self.take(c.len_utf8());
        match short(c) {
            Some(token) => self.push(token, start, from),
            None => self.unknown(c, start),
        }
    }

    fn unknown(&mut self, c: char, start: usize) {
        let hint = match c {
            '$' => Some("a parameter outside a string goes in backticks: `${key}`"),
            '?' => Some("`x ?:: t` is written `try_cast(x AS t)`"),
            '\u{feff}' => Some("save the file without a byte-order mark"),
            c if c.is_whitespace() => Some("replace it by a plain blank"),
            _ => None,
        };
        // One fault for a run such as `{{`; braces of `${key}` belong to the same mistake.
        let end = if c == '$' { self.rest().find('}').map(|n| n + 1) } else { None };
        let inner = self.rest().get(..end.unwrap_or(0)).filter(|s| s.starts_with('{') && !s.contains('\n'));
        self.take(inner.map_or(0, str::len));
        let shown = match c {
            c if c.is_control() || c.is_whitespace() || c == '\u{feff}' => format!("U+{:04X}", u32::from(c)),
            _ => self.text.get(start..self.at).unwrap_or("").to_owned(),
        };
        self.fault(start..self.at, format!("unexpected `{shown}`"), hint);
    }
}

fn short(c: char) -> Option<Token> {
    Some(match c {
        '(' => Token::LParen,
        ')' => Token::RParen,
        '[' => Token::LBracket,
        ']' => Token::RBracket,
        ',' => Token::Comma,
        ';' => Token::SemiColon,
        ':' => Token::Colon,
        '.' => Token::Period,
        '+' => Token::Plus,
        '-' => Token::Minus,
        '*' => Token::Mul,
        '/' => Token::Div,
        '%' => Token::Mod,
        '=' => Token::Eq,
        '<' => Token::Lt,
        '>' => Token::Gt,
        '!' => Token::ExclamationMark,
        '~' => Token::Tilde,
        '^' => Token::Caret,
        '&' => Token::Ampersand,
        '|' => Token::Pipe,
        _ => return None,
    })
}
