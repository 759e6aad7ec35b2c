//! JSON with the very text of each value, read as Spark reads it: what it takes beside the standard depends on who reads.

mod records;

pub use records::{Behind, JsonRecord, records, records_in};

/// Deeper texts are malformed to Spark (`StreamReadConstraints`); nobody writes them.
const DEEPEST: usize = 500;

/// Numbers of more digits are malformed to Spark too.
const LONGEST_NUMBER: usize = 1000;

/// A value and its text.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonNode<'a> {
    /// The text, from its first character to its last.
    pub raw: &'a str,
    /// What kind of value it is, with its parts.
    pub value: JsonValue<'a>,
}

/// The kinds of values; numbers and truth values are the text of their node.
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
    /// The value as JSON without blanks.
    pub fn compact(&self, style: JsonStyle) -> String {
        let mut out = String::new();
        self.write(style, &mut out);
        out
    }

    /// Whether a string in it has half a character.
    pub fn is_broken(&self) -> bool {
        match &self.value {
            JsonValue::Text(text) => text.is_broken,
            JsonValue::Array(items) => items.iter().any(JsonNode::is_broken),
            JsonValue::Object(fields) => fields.iter().any(|(name, value)| name.is_broken || value.is_broken()),
            JsonValue::Null | JsonValue::Truth | JsonValue::Number => false,
        }
    }

    /// Whether `try_parse_json` takes it: no object in it has a name twice, and no text half a character.
    pub fn is_variant(&self) -> bool {
        match &self.value {
            JsonValue::Text(text) => !text.is_broken,
            JsonValue::Array(items) => items.iter().all(JsonNode::is_variant),
            JsonValue::Object(fields) => {
                let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.text.as_str()).collect();
                names.sort_unstable();
                let is_single = names.windows(2).all(|pair| pair[0] != pair[1]);
                is_single && fields.iter().all(|(name, value)| !name.is_broken && value.is_variant())
            }
            JsonValue::Null | JsonValue::Truth | JsonValue::Number => true,
        }
    }

    fn write(&self, style: JsonStyle, out: &mut String) {
        match &self.value {
            JsonValue::Null | JsonValue::Truth => out.push_str(self.raw),
            JsonValue::Number => out.push_str(&(style.number)(self.raw)),
            JsonValue::Text(text) => out.push_str(&(style.string)(&text.text)),
            JsonValue::Array(items) => {
                out.push('[');
                for (place, item) in items.iter().enumerate() {
                    out.push_str(if place > 0 { "," } else { "" });
                    item.write(style, out);
                }
                out.push(']');
            }
            JsonValue::Object(fields) => {
                let mut fields: Vec<&(JsonString, JsonNode<'_>)> = fields.iter().collect();
                if style.order == JsonOrder::ByName {
                    fields.sort_by(|(a, _), (b, _)| a.text.encode_utf16().cmp(b.text.encode_utf16()));
                }
                out.push('{');
                for (place, (name, value)) in fields.into_iter().enumerate() {
                    out.push_str(if place > 0 { "," } else { "" });
                    out.push_str(&(style.string)(&name.text));
                    out.push(':');
                    value.write(style, out);
                }
                out.push('}');
            }
        }
    }

    /// The value as a column of text holds it.
    pub fn column_text(&self) -> Option<String> {
        match &self.value {
            JsonValue::Null => None,
            JsonValue::Text(string) => Some(string.text.clone()),
            _ => Some(self.raw.to_owned()),
        }
    }
}

/// How a value is written.
#[derive(Debug, Clone, Copy)]
pub struct JsonStyle {
    /// The order of fields.
    pub order: JsonOrder,
    /// Writes a number, given its text.
    pub number: fn(&str) -> String,
    /// Writes a string, given its characters.
    pub string: fn(&str) -> String,
}

/// Who reads, and so what is taken beside the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonDialect {
    /// Files (`allowSingleQuotes` and `allowNonNumericNumbers` off) and `try_parse_json`: nothing.
    Standard,
    /// `from_json`: strings in single quotes, and `NaN`, `Infinity` and `INF` with signs.
    Typed,
    /// `get_json_object` and its like: strings in single quotes, and control characters in strings. After a word or a string,
    /// anything may follow, as after an array.
    Path,
}

/// The order in which the fields of an object are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonOrder {
    /// That of the text.
    Written,
    /// By their names, as Java compares texts.
    ByName,
}

/// A text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoJson;

/// A text as a string of JSON.
pub fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

/// The first value of a text and what stands behind it; `None` where the text is blank.
///
/// # Errors
/// When the value is malformed.
pub fn first_value(text: &str, dialect: JsonDialect) -> Result<Option<(JsonNode<'_>, &str)>, NoJson> {
    let mut reader = JsonReader { rest: text, dialect };
    reader.skip();
    if reader.rest.is_empty() {
        return Ok(None);
    }
    let node = reader.node(0)?;
    // A number ends where something else begins, and not everything may.
    let is_word = matches!(node.value, JsonValue::Null | JsonValue::Truth);
    let is_bare = node.value == JsonValue::Number || is_word && dialect != JsonDialect::Path;
    let goes_on = reader.rest.starts_with(|c: char| !c.is_ascii_whitespace());
    if is_bare && goes_on { Err(NoJson) } else { Ok(Some((node, reader.rest))) }
}

struct JsonReader<'a> {
    rest: &'a str,
    dialect: JsonDialect,
}

impl<'a> JsonReader<'a> {
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
            Some('"' | '\'') => JsonValue::Text(self.string()?),
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
            "NaN" | "Infinity" | "+Infinity" | "-Infinity" | "+INF" | "-INF" if self.dialect == JsonDialect::Typed => {
                Ok(JsonValue::Number)
            }
            number if is_number(number) => Ok(JsonValue::Number),
            _ => Err(NoJson),
        }
    }

    fn string(&mut self) -> Result<JsonString, NoJson> {
        let is_quote = |c: &char| *c == '"' || *c == '\'' && self.dialect != JsonDialect::Standard;
        let quote = self.rest.chars().next().filter(is_quote).ok_or(NoJson)?;
        let inner = self.rest.get(1..).ok_or(NoJson)?;
        let mut string = StringParts::default();
        let mut chars = inner.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                c if c == quote => {
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
                        '\'' if self.dialect != JsonDialect::Standard => string.push('\''),
                        other => string.push(unescaped(other).ok_or(NoJson)?),
                    }
                }
                c if c < ' ' && self.dialect != JsonDialect::Path => return Err(NoJson),
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
    text.bytes().filter(u8::is_ascii_digit).count() <= LONGEST_NUMBER
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
        first_value(json, JsonDialect::Standard).ok().flatten().map(|(node, _)| node.column_text())
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
        assert_eq!(first_value(" \t", JsonDialect::Standard).map(|found| found.is_none()), Ok(true));
    }

    fn style(order: JsonOrder) -> JsonStyle {
        JsonStyle { order, number: str::to_owned, string: quoted }
    }

    #[test]
    fn single_quotes_are_read_where_they_may_be() {
        for (json, compact) in [
            (r#"{'a':'b"c'}"#, r#"{"a":"b\"c"}"#),
            (r#"{"a":"b\'c", "b":1.0}"#, r#"{"a":"b'c","b":1.0}"#),
            (r"'x\'y'", r#""x'y""#),
        ] {
            let value = first_value(json, JsonDialect::Path).ok().flatten();
            let compact_of = |(node, _): (JsonNode<'_>, &str)| node.compact(style(JsonOrder::Written));
            assert_eq!(value.map(compact_of).as_deref(), Some(compact), "{json}");
            assert_eq!(first_value(json, JsonDialect::Standard), Err(NoJson), "{json}");
        }
        let names = first_value(r#"{"b":[1, 2],"a":null}"#, JsonDialect::Standard).ok().flatten();
        let sorted = names.map(|(node, _)| node.compact(style(JsonOrder::ByName)));
        assert_eq!(sorted.as_deref(), Some(r#"{"a":null,"b":[1,2]}"#));
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
            assert_eq!(first_value(json, JsonDialect::Standard), Err(NoJson), "{json}");
        }
        assert!(first_value(&"[".repeat(100_000), JsonDialect::Path).is_err());
    }
}
