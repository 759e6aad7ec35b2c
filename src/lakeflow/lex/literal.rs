//! Numbers and the four kinds of string.
//!
//! Escapes follow Spark's parser: `\0 \b \n \r \t \Z`, `\uXXXX`, `\UXXXXXXXX`, three octal digits, `\%` and `\_` with
//! the backslash kept for `LIKE`, and any other character for itself. Typed number suffixes other than `L` are refused:
//! the tree has no node for them, and dropping one would change a type silently.

use sqlparser::ast::DollarQuotedString;
use sqlparser::tokenizer::Token;

use super::Scanner;

impl Scanner<'_> {
    pub(super) fn string(&mut self) {
        let (start, from) = (self.at, self.here);
        let quote = self.peek().unwrap_or('\'');
        self.take(1);
        let mut value = String::new();
        loop {
            value.push_str(self.take_while(|c| c != quote && c != '\\'));
            match self.take(1) {
                "\\" => self.escape(&mut value),
                "" => {
                    self.fault(start..self.line_end(start), "the string is never closed", None);
                    break;
                }
                _ if self.peek() == Some(quote) => value.push_str(self.take(1)),
                _ => break,
            }
        }
        self.push(Token::SingleQuotedString(value), start, from);
    }

    /// Reads what follows a backslash.
    fn escape(&mut self, value: &mut String) {
        let Some(c) = self.peek() else { return };
        let code = match c {
            'u' => self.digits_after(1, 4, 16),
            'U' => self.digits_after(1, 8, 16),
            '0' | '1' => self.digits_after(0, 3, 8),
            _ => None,
        };
        if let Some((code, length)) = code {
            value.push(code);
            self.take(length);
            return;
        }
        match c {
            '0' => value.push('\0'),
            'b' => value.push('\u{8}'),
            'n' => value.push('\n'),
            'r' => value.push('\r'),
            't' => value.push('\t'),
            'Z' => value.push('\u{1a}'),
            '%' | '_' => value.extend(['\\', c]),
            _ => value.push(c),
        }
        self.take(c.len_utf8());
    }

    /// The character whose code is the `count` digits behind `skip` bytes, and how many bytes that makes.
    fn digits_after(&self, skip: usize, count: usize, radix: u32) -> Option<(char, usize)> {
        let digits = self.rest().get(skip..skip + count)?;
        if !digits.chars().all(|c| c.is_digit(radix)) {
            return None;
        }
        let code = u32::from_str_radix(digits, radix).ok()?;
        Some((char::from_u32(code)?, skip + count))
    }

    pub(super) fn raw_string(&mut self) {
        let (start, from) = (self.at, self.here);
        self.take(1);
        let quote = self.peek().unwrap_or('\'');
        self.take(1);
        let value = self.take_while(|c| c != quote);
        if self.take(1).is_empty() {
            self.fault(start..self.line_end(start), "the string is never closed", None);
        }
        self.push(Token::SingleQuotedString(value.to_owned()), start, from);
    }

    pub(super) fn hex_string(&mut self) {
        let (start, from) = (self.at, self.here);
        self.take(2);
        let value = self.take_while(|c| c != '\'' && c != '\n');
        if self.take(1) != "'" {
            self.fault(start..self.at, "the hexadecimal literal is never closed", None);
        } else if !value.chars().all(|c| c.is_ascii_hexdigit()) {
            self.fault(start..self.at, "a hexadecimal literal holds only 0-9 and A-F", None);
        }
        self.push(Token::HexStringLiteral(value.to_owned()), start, from);
    }

    /// `$$ .. $$`, the body of a metric view.
    pub(super) fn dollar_text(&mut self) {
        let (start, from) = (self.at, self.here);
        self.take(2);
        let rest = self.rest();
        let value = match rest.find("$$") {
            Some(end) => self.take(end).to_owned(),
            None => {
                self.fault(start..start + 2, "the text behind `$$` is never closed", None);
                self.take(rest.len()).to_owned()
            }
        };
        self.take(2);
        self.push(Token::DollarQuotedString(DollarQuotedString { value, tag: None }), start, from);
    }

    pub(super) fn number(&mut self) {
        let (start, from) = (self.at, self.here);
        self.take_while(|c| c.is_ascii_digit());
        let mut whole = true;
        if self.peek() == Some('.') {
            whole = false;
            self.take(1);
            self.take_while(|c| c.is_ascii_digit());
        }
        let exponent = self.exponent_length();
        whole &= exponent == 0;
        self.take(exponent);
        let digits = self.text.get(start..self.at).unwrap_or("").to_owned();
        let suffix = self.take_while(|c| c.is_alphanumeric() || c == '_').to_ascii_uppercase();
        if !(suffix.is_empty() || whole && suffix == "L") {
            self.suffix_fault(start, &digits, &suffix);
        }
        self.push(Token::Number(digits, suffix == "L"), start, from);
    }

    /// Length of `e12`, `E+12`, `e-3`; 0 when no exponent follows.
    fn exponent_length(&self) -> usize {
        let rest = self.rest();
        let Some(after) = rest.strip_prefix(['e', 'E']) else { return 0 };
        let digits = after.strip_prefix(['+', '-']).unwrap_or(after);
        match digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len()) {
            0 => 0,
            count => rest.len() - digits.len() + count,
        }
    }

    fn suffix_fault(&mut self, start: usize, digits: &str, suffix: &str) {
        let type_name = match suffix {
            "L" => Some("BIGINT"),
            "S" => Some("SMALLINT"),
            "Y" => Some("TINYINT"),
            "D" => Some("DOUBLE"),
            "F" => Some("FLOAT"),
            "BD" => Some("DECIMAL(38, 18)"),
            _ => None,
        };
        let text = self.text.get(start..self.at).unwrap_or("").to_owned();
        let (message, hint) = match type_name {
            Some(name) => {
                (format!("the number suffix of `{text}` is not supported"), format!("write `CAST({digits} AS {name})`"))
            }
            None => (
                format!("`{text}` is neither a number nor a name"),
                "a name that begins with a digit goes in backticks".to_owned(),
            ),
        };
        self.fault(start..self.at, message, Some(&hint));
    }
}
