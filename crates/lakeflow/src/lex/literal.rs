//! Numbers and the four kinds of string.
//!
//! Escapes follow Spark's parser: `\0 \b \n \r \t \Z`, `\uXXXX`, `\UXXXXXXXX`, three octal digits, `\%` and `\_` with
//! the backslash kept for `LIKE`, and any other character for itself. sqlparser's tree has no node for a number with a
//! type other than `L`, so `1.5D` becomes the tokens of `CAST(1.5 AS DOUBLE)`, which means the same.

use sqlparser::ast::DollarQuotedString;
use sqlparser::tokenizer::Token;

use super::Scanner;

impl Scanner<'_> {
    pub(super) fn string(&mut self) {
        let start = self.at;
        let quote = self.peek().unwrap_or('\'');
        self.take(1);
        let mut value = String::new();
        loop {
            let rest = self.rest();
            let plain = rest.bytes().position(|byte| char::from(byte) == quote || byte == b'\\');
            value.push_str(self.take(plain.unwrap_or(rest.len())));
            match self.take(1) {
                "\\" => self.escape(&mut value),
                "" => {
                    self.fault(start..self.line_end(start), "unclosed string", None);
                    break;
                }
                _ if self.peek() == Some(quote) => value.push_str(self.take(1)),
                _ => break,
            }
        }
        self.push(Token::SingleQuotedString(value), start);
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
        let start = self.at;
        self.take(1);
        let quote = self.peek().unwrap_or('\'');
        self.take(1);
        let value = self.take_while(|c| c != quote);
        if self.take(1).is_empty() {
            self.fault(start..self.line_end(start), "unclosed string", None);
        }
        self.push(Token::SingleQuotedString(value.to_owned()), start);
    }

    pub(super) fn hex_string(&mut self) {
        let start = self.at;
        let quote = char::from(self.byte(1));
        self.take(2);
        let value = self.take_while(|c| c != quote && c != '\n');
        if !self.take(1).starts_with(quote) {
            self.fault(start..self.at, "unclosed hexadecimal literal", None);
        } else if !value.chars().all(|c| c.is_ascii_hexdigit()) {
            self.fault(start..self.at, "a hexadecimal literal may only contain 0-9 and A-F", None);
        }
        self.push(Token::HexStringLiteral(value.to_owned()), start);
    }

    /// `$$ .. $$`, the body of a metric view.
    pub(super) fn dollar_text(&mut self) {
        let start = self.at;
        self.take(2);
        let rest = self.rest();
        let value = match rest.find("$$") {
            Some(end) => self.take(end).to_owned(),
            None => {
                self.fault(start..start + 2, "unclosed `$$` string", None);
                self.take(rest.len()).to_owned()
            }
        };
        self.take(2);
        self.push(Token::DollarQuotedString(DollarQuotedString { value, tag: None }), start);
    }

    pub(super) fn number(&mut self) {
        let start = self.at;
        self.digits();
        let mut whole = true;
        if self.byte(0) == b'.' {
            whole = false;
            self.take(1);
            self.digits();
        }
        let exponent = self.exponent_length();
        whole &= exponent == 0;
        self.take(exponent);
        let digits = self.text.get(start..self.at).unwrap_or("").to_owned();
        let suffix = self.take_while(|c| c.is_alphanumeric() || c == '_').to_ascii_uppercase();
        if suffix.is_empty() || whole && suffix == "L" {
            self.push(Token::Number(digits, suffix == "L"), start);
        } else if let Some(type_name) = typed(&digits, &suffix, whole) {
            self.typed_number(digits, type_name, start);
        } else {
            self.digit_name(start);
        }
    }

    fn digits(&mut self) {
        while self.byte(0).is_ascii_digit() {
            self.at += 1;
        }
    }

    /// `CAST(digits AS type)`: the first token stands for the whole literal, the others have no width.
    fn typed_number(&mut self, digits: String, type_name: TypedNumber, start: usize) {
        let word = |text: &str| Token::make_word(text, None);
        self.push(word("CAST"), start);
        let mut tokens = vec![Token::LParen, Token::Number(digits, false), word("AS"), word(type_name.name)];
        if let Some((precision, scale)) = type_name.decimal {
            let number = |n: usize| Token::Number(n.to_string(), false);
            tokens.extend([Token::LParen, number(precision), Token::Comma, number(scale), Token::RParen]);
        }
        tokens.push(Token::RParen);
        let end = self.at;
        tokens.into_iter().for_each(|token| self.push(token, end));
    }

    /// A name may begin with digits, if it does not read as a number; printed, it has backticks.
    fn digit_name(&mut self, start: usize) {
        let text = self.text.get(start..self.at).unwrap_or("").to_owned();
        if text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            self.push(Token::make_word(&text, Some('`')), start);
            return;
        }
        let hint = "put names with characters other than letters, digits and `_` in backticks";
        self.fault(start..self.at, format!("`{text}` is neither a number nor a name"), Some(hint));
        self.push(Token::Number("0".to_owned(), false), start);
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
}

/// The type that a suffix gives a number.
struct TypedNumber {
    name: &'static str,
    /// Precision and scale of a decimal.
    decimal: Option<(usize, usize)>,
}

fn typed(digits: &str, suffix: &str, whole: bool) -> Option<TypedNumber> {
    let name = match suffix {
        "S" if whole => "SMALLINT",
        "Y" if whole => "TINYINT",
        "D" => "DOUBLE",
        "F" => "FLOAT",
        "BD" => return Some(TypedNumber { name: "DECIMAL", decimal: Some(precision_and_scale(digits)?) }),
        _ => return None,
    };
    Some(TypedNumber { name, decimal: None })
}

/// What Spark makes of `1.50BD` and `1e3BD`; `None` past 38 digits.
fn precision_and_scale(digits: &str) -> Option<(usize, usize)> {
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let exponent: i64 = exponent.parse().ok()?;
    let fraction = mantissa.split_once('.').map_or("", |(_, fraction)| fraction);
    let significant = mantissa.replace('.', "").trim_start_matches('0').len().max(1);
    let scale = i64::try_from(fraction.len()).ok()? - exponent;
    let grown = usize::try_from(-scale).unwrap_or(0);
    let scale = usize::try_from(scale).unwrap_or(0);
    let precision = (significant + grown).max(scale);
    (precision <= 38).then_some((precision, scale))
}
