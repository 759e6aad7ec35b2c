//! JSON as the standard has it, with the very text of each value: what Spark's reader gives for columns of text when it is
//! told to take nothing else (`allowSingleQuotes`, `allowNonNumericNumbers` off), and what `try_parse_json` takes.

/// Deeper texts are malformed to Spark (`StreamReadConstraints`); nobody writes them.
const DEEPEST: usize = 500;

/// Longer numbers are malformed to Spark too.
const LONGEST_NUMBER: usize = 1000;

/// A value and its text.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonNode<'a> {
    /// The text, from its first character to its last.
    pub raw: &'a str,
    /// The value.
    pub value: JsonValue<'a>,
}

/// A value of JSON.
#[derive(Debug, Clone, PartialEq)]
pub enum JsonValue<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Truth,
    /// A number, which is its text.
    Number,
    /// A text.
    Text(JsonString),
    /// An array.
    Array(Vec<JsonNode<'a>>),
    /// An object, with all its fields in their order.
    Object(Vec<(JsonString, JsonNode<'a>)>),
}

/// A text of JSON without its quotes and escapes.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonString {
    /// The characters; a question mark for half a character.
    pub text: String,
    /// Whether it has escapes for half a character (a surrogate without the other one).
    pub is_broken: bool,
}

impl JsonNode<'_> {
    /// The value as a column of text holds it.
    pub fn column_text(&self) -> Option<String> {
        match &self.value {
            JsonValue::Null => None,
            JsonValue::Text(string) => Some(string.text.clone()),
            _ => Some(self.raw.to_owned()),
        }
    }
}

/// A text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoJson;

/// The first value of a text and what stands behind it; `None` where the text is blank.
///
/// # Errors
/// When the value is malformed.
pub fn first_value(text: &str) -> Result<Option<(JsonNode<'_>, &str)>, NoJson> {
    let mut reader = StrictReader { rest: text };
    reader.skip();
    if reader.rest.is_empty() {
        return Ok(None);
    }
    let node = reader.node(0)?;
    // A number ends where something else begins, and not everything may.
    let is_bare = matches!(node.value, JsonValue::Null | JsonValue::Truth | JsonValue::Number);
    let goes_on = reader.rest.starts_with(|c: char| !c.is_ascii_whitespace());
    if is_bare && goes_on { Err(NoJson) } else { Ok(Some((node, reader.rest))) }
}

struct StrictReader<'a> {
    rest: &'a str,
}

impl<'a> StrictReader<'a> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn accept(&mut self, token: char) -> bool {
        self.skip();
        let found = self.rest.strip_prefix(token);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn node(&mut self, depth: usize) -> Result<JsonNode<'a>, NoJson> {
        self.skip();
        let start = self.rest;
        let value = match start.chars().next() {
            _ if depth > DEEPEST => return Err(NoJson),
            Some('{') => self.object(depth)?,
            Some('[') => self.array(depth)?,
            Some('"') => JsonValue::Text(self.string()?),
            _ => self.bare()?,
        };
        let raw = start.get(..start.len() - self.rest.len()).ok_or(NoJson)?;
        Ok(JsonNode { raw, value })
    }

    fn object(&mut self, depth: usize) -> Result<JsonValue<'a>, NoJson> {
        let mut fields = vec![];
        self.accept('{');
        if self.accept('}') {
            return Ok(JsonValue::Object(fields));
        }
        loop {
            self.skip();
            let name = self.string()?;
            if !self.accept(':') {
                return Err(NoJson);
            }
            fields.push((name, self.node(depth + 1)?));
            if self.accept('}') {
                return Ok(JsonValue::Object(fields));
            }
            if !self.accept(',') {
                return Err(NoJson);
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<JsonValue<'a>, NoJson> {
        let mut items = vec![];
        self.accept('[');
        if self.accept(']') {
            return Ok(JsonValue::Array(items));
        }
        loop {
            items.push(self.node(depth + 1)?);
            if self.accept(']') {
                return Ok(JsonValue::Array(items));
            }
            if !self.accept(',') {
                return Err(NoJson);
            }
        }
    }

    /// A word or a number, up to what may follow one.
    fn bare(&mut self) -> Result<JsonValue<'a>, NoJson> {
        let end =
            self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c))).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        match word {
            "null" => Ok(JsonValue::Null),
            "true" | "false" => Ok(JsonValue::Truth),
            number if is_number(number) => Ok(JsonValue::Number),
            _ => Err(NoJson),
        }
    }

    fn string(&mut self) -> Result<JsonString, NoJson> {
        let inner = self.rest.strip_prefix('"').ok_or(NoJson)?;
        let mut string = StringParts::default();
        let mut chars = inner.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = inner.get(at + 1..).ok_or(NoJson)?;
                    return Ok(string.finish());
                }
                '\\' => {
                    let (_, escaped) = chars.next().ok_or(NoJson)?;
                    match escaped {
                        'u' => {
                            let digits: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                            let is_unit = digits.len() == 4 && digits.chars().all(|c| c.is_ascii_hexdigit());
                            string.unit(u16::from_str_radix(&digits, 16).ok().filter(|_| is_unit).ok_or(NoJson)?);
                        }
                        other => string.push(unescaped(other).ok_or(NoJson)?),
                    }
                }
                c if c < ' ' => return Err(NoJson),
                c => string.push(c),
            }
        }
        Err(NoJson)
    }
}

fn unescaped(c: char) -> Option<char> {
    match c {
        'n' => Some('\n'),
        't' => Some('\t'),
        'r' => Some('\r'),
        'b' => Some('\u{8}'),
        'f' => Some('\u{c}'),
        '"' | '\\' | '/' => Some(c),
        _ => None,
    }
}

/// `-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?`
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    text.len() <= LONGEST_NUMBER
        && digits(whole)
        && (whole.len() == 1 || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

/// A text that is put together of characters and of halves of such.
#[derive(Default)]
struct StringParts {
    text: String,
    /// The first half of a character.
    half: Option<u16>,
    is_broken: bool,
}

impl StringParts {
    fn push(&mut self, c: char) {
        self.lose_half();
        self.text.push(c);
    }

    fn lose_half(&mut self) {
        if self.half.take().is_some() {
            self.text.push('?');
            self.is_broken = true;
        }
    }

    fn unit(&mut self, unit: u16) {
        if let Some(high) = self.half.take() {
            match String::from_utf16(&[high, unit]) {
                Ok(both) => return self.text.push_str(&both),
                Err(_) => {
                    self.half = Some(high);
                    self.lose_half();
                }
            }
        }
        match char::from_u32(u32::from(unit)) {
            Some(c) => self.text.push(c),
            None if unit < 0xdc00 => self.half = Some(unit),
            None => {
                self.text.push('?');
                self.is_broken = true;
            }
        }
    }

    fn finish(mut self) -> JsonString {
        self.lose_half();
        JsonString { text: self.text, is_broken: self.is_broken }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(json: &str) -> Option<Option<String>> {
        first_value(json).ok().flatten().map(|(node, _)| node.column_text())
    }

    #[test]
    fn values_keep_their_text() {
        for (json, text) in [
            (" 1.10 ", "1.10"),
            ("1e3", "1e3"),
            ("-0.0", "-0.0"),
            ("true", "true"),
            (r#""x\u00e4\n\/""#, "xä\n/"),
            (r#""\ud83d\ude00""#, "😀"),
            (r#""\ud83d""#, "?"),
            (r#""\ude00x\ud83d\ud83d\ude00""#, "?x?😀"),
            (r#"{"a" : [1, 2.50]} "#, r#"{"a" : [1, 2.50]}"#),
            ("[ ]", "[ ]"),
        ] {
            assert_eq!(text_of(json), Some(Some(text.to_owned())), "{json}");
        }
        assert_eq!(text_of("null"), Some(None));
        assert_eq!(first_value(" \t").map(|found| found.is_none()), Ok(true));
    }

    #[test]
    fn what_the_standard_lacks_is_malformed() {
        for json in [
            "01",
            "1.",
            ".5",
            "-",
            "+1",
            "NaN",
            "Infinity",
            "'a'",
            "{a:1}",
            "{'a':1}",
            "{\"a\":1,}",
            "[1,]",
            "tru",
            "nul",
            "\"a",
            "\"\\q\"",
            "\"\t\"",
            "{\"a\" 1}",
            "{\"a\":1",
            "/* */1",
            "1x",
            "\"\\u00g0\"",
            "\"\\u+123\"",
            "[1 2]",
        ] {
            assert_eq!(first_value(json), Err(NoJson), "{json}");
        }
        assert!(first_value(&"[".repeat(100_000)).is_err());
    }
}
