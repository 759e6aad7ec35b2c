//! Operators and punctuation, longest first.
//!
//! Characters that mean something only to other databases (`@`, `#`, `{`) are refused here, by name and with the
//! Databricks way to say it where there is one.

use sqlparser::tokenizer::Token;

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
    ("|>", Token::VerticalBarRightAngleBracket),
];

/// `x ?:: t` is `try_cast(x AS t)`; sqlparser has no token for it.
pub(crate) const TRY_CAST: &str = "?::";

impl Scanner<'_> {
    pub(super) fn symbol(&mut self, start: usize) {
        if matches!(self.byte(1), b'=' | b'>' | b'<' | b':' | b'|')
            && let Some((text, token)) = LONG.iter().find(|(text, _)| self.rest().starts_with(text))
        {
            self.take(text.len());
            self.push(token.clone(), start);
            return;
        }
        if self.byte(0) == b'?' && self.rest().starts_with(TRY_CAST) {
            self.take(TRY_CAST.len());
            self.push(Token::CustomBinaryOperator(TRY_CAST.to_owned()), start);
            return;
        }
        if self.byte(0) == b'@' && self.operand_ends_at(start) && self.version(start) {
            return;
        }
        if let Some(token) = short(self.byte(0)) {
            self.at += 1;
            self.push(token, start);
        } else if let Some(c) = self.peek() {
            self.take(c.len_utf8());
            self.unknown(c, start);
        }
    }

    /// `table@v7` is `table VERSION AS OF 7`; `table@20240229123000000` is `table TIMESTAMP AS OF '..'`.
    fn version(&mut self, start: usize) -> bool {
        let rest = self.rest().get(1..).unwrap_or("");
        let marked = rest.starts_with(['v', 'V']);
        let digits = rest.get(usize::from(marked)..).unwrap_or("");
        let digits = digits.get(..digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len())).unwrap_or("");
        let (word, value) = match (marked, digits.len()) {
            (true, 1..) => ("VERSION", Token::Number(digits.to_owned(), false)),
            (false, 17) => ("TIMESTAMP", Token::SingleQuotedString(dashed(digits))),
            _ => return false,
        };
        self.take(1 + usize::from(marked) + digits.len());
        self.push(Token::make_word(word, None), start);
        let end = self.at;
        let words = [Token::make_word("AS", None), Token::make_word("OF", None), value];
        words.into_iter().for_each(|token| self.push(token, end));
        true
    }

    fn unknown(&mut self, c: char, start: usize) {
        let hint = match c {
            '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{00b4}' | '\u{201c}' | '\u{201d}' | '\u{201e}' => {
                Some("write straight quotes around a text: `'text'`")
            }
            '\u{2013}' | '\u{2014}' | '\u{2212}' => Some("write `-`"),
            '\u{00d7}' => Some("write `*`"),
            '\u{2264}' => Some("write `<=`"),
            '\u{2265}' => Some("write `>=`"),
            '\u{2260}' => Some("write `<>`"),
            '$' => Some("a parameter is written `${key}` or `:key`"),
            '\u{feff}' => Some("save the file without a byte-order mark"),
            _ => None,
        };
        // One fault for a run such as `{{`; braces of `${key}` belong to the same mistake.
        let opens = c == '$' && self.peek() == Some('{');
        let end = if opens { self.rest().find(['}', '\n']) } else { None };
        self.take(end.filter(|end| self.rest()[*end..].starts_with('}')).map_or(0, |end| end + 1));
        let shown = match c {
            c if c.is_control() || c.is_whitespace() || c == '\u{feff}' => format!("U+{:04X}", u32::from(c)),
            _ => self.text.get(start..self.at).unwrap_or("").to_owned(),
        };
        self.fault(start..self.at, format!("unexpected `{shown}`"), hint);
    }
}

/// `20240229123000000` as `2024-02-29 12:30:00.000`.
fn dashed(digits: &str) -> String {
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        match position {
            4 | 6 => text.push('-'),
            8 => text.push(' '),
            10 | 12 => text.push(':'),
            14 => text.push('.'),
            _ => {}
        }
        text.push(digit);
    }
    text
}

fn short(byte: u8) -> Option<Token> {
    Some(match byte {
        b'(' => Token::LParen,
        b')' => Token::RParen,
        b'[' => Token::LBracket,
        b']' => Token::RBracket,
        b',' => Token::Comma,
        b';' => Token::SemiColon,
        b':' => Token::Colon,
        b'.' => Token::Period,
        b'+' => Token::Plus,
        b'-' => Token::Minus,
        b'*' => Token::Mul,
        b'/' => Token::Div,
        b'%' => Token::Mod,
        b'=' => Token::Eq,
        b'<' => Token::Lt,
        b'>' => Token::Gt,
        b'!' => Token::ExclamationMark,
        b'~' => Token::Tilde,
        b'^' => Token::Caret,
        b'&' => Token::Ampersand,
        b'|' => Token::Pipe,
        b'?' => Token::Placeholder("?".to_owned()),
        _ => return None,
    })
}
