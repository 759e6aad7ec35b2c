//! Reads types from text: the `type:` of a spec, the `schema` of `read_files`, the schema string of `from_json`.
//!
//! The grammar is that of Databricks data types and is read here, not by the SQL parser, because a type in a spec
//! deserves a caret under the very word and a hint. `CHAR(n)` and `VARCHAR(n)` are refused: their length would be lost.

use std::ops::Range;

use super::{Column, DataType, Field, IntervalUnit, MAX_PRECISION};
use crate::diag::did_you_mean;
use crate::{NameIndex, is_same_name};

/// Why a text is no type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeError {
    /// The offending word, in bytes of the text.
    pub range: Range<usize>,
    /// The fault, in the voice of diagnostics.
    pub message: String,
    /// A remedy, if one is known.
    pub hint: Option<String>,
}

const SIMPLE: &[(&str, DataType)] = &[
    ("string", DataType::String),
    ("boolean", DataType::Boolean),
    ("tinyint", DataType::TinyInt),
    ("byte", DataType::TinyInt),
    ("smallint", DataType::SmallInt),
    ("short", DataType::SmallInt),
    ("int", DataType::Int),
    ("integer", DataType::Int),
    ("bigint", DataType::BigInt),
    ("long", DataType::BigInt),
    ("float", DataType::Float),
    ("real", DataType::Float),
    ("double", DataType::Double),
    ("date", DataType::Date),
    ("timestamp", DataType::Timestamp),
    ("timestamp_ltz", DataType::Timestamp),
    ("timestamp_ntz", DataType::TimestampNtz),
    ("binary", DataType::Binary),
    ("variant", DataType::Variant),
    ("void", DataType::Null),
];

/// Structs deeper than this are refused, so that no text can exhaust the stack.
const MAX_DEPTH: usize = 50;

impl DataType {
    /// Reads one type; the whole text must be it.
    ///
    /// # Errors
    /// The first word that does not belong, with its place and a hint where one helps.
    pub fn parse(text: &str) -> Result<DataType, TypeError> {
        let mut reader = TypeReader::new(text);
        let ty = reader.data_type(0)?;
        reader.end()?;
        Ok(ty)
    }
}

/// Reads a list of columns as DDL writes it: `a INT NOT NULL, b STRING COMMENT 'text'`.
///
/// # Errors
/// As [`DataType::parse`].
pub fn parse_columns(text: &str) -> Result<Vec<Column>, TypeError> {
    let mut reader = TypeReader::new(text);
    let (mut columns, mut names) = (Vec::new(), NameIndex::default());
    loop {
        let (range, _) = reader.peek();
        let name = reader.name()?;
        if names.add(&name, columns.len()).is_some() {
            return Err(fault(range, format!("duplicate column `{name}`")));
        }
        reader.accept(":");
        let ty = reader.data_type(0)?;
        let nullable = !reader.not_null()?;
        reader.comment()?;
        columns.push(Column { name, ty, nullable });
        if !reader.accept(",") {
            reader.end()?;
            return Ok(columns);
        }
    }
}

/// The text with a cursor at the next token.
struct TypeReader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> TypeReader<'a> {
    fn new(text: &'a str) -> Self {
        TypeReader { text, at: 0 }
    }

    /// The next token without taking it: a word, a number, a quoted name or string, or one other character.
    fn peek(&self) -> (Range<usize>, &'a str) {
        let rest = self.text.get(self.at..).unwrap_or("");
        let start = self.at + (rest.len() - rest.trim_start().len());
        let rest = self.text.get(start..).unwrap_or("");
        let length = match rest.chars().next() {
            None => 0,
            Some(quote @ ('`' | '\'' | '"')) => quoted_length(rest, quote),
            Some(c) if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            Some(c) => c.len_utf8(),
        };
        (start..start + length, rest.get(..length).unwrap_or(""))
    }

    fn take(&mut self) -> (Range<usize>, &'a str) {
        let (range, token) = self.peek();
        self.at = range.end;
        (range, token)
    }

    fn accept(&mut self, wanted: &str) -> bool {
        let (range, token) = self.peek();
        let found = token.eq_ignore_ascii_case(wanted);
        if found {
            self.at = range.end;
        }
        found
    }

    fn expect(&mut self, wanted: &str) -> Result<(), TypeError> {
        if self.accept(wanted) {
            return Ok(());
        }
        let (range, token) = self.peek();
        Err(fault(range, format!("expected `{wanted}`, found {}", shown(token))))
    }

    fn end(&self) -> Result<(), TypeError> {
        match self.peek() {
            (_, "") => Ok(()),
            (range, token) => Err(fault(range, format!("unexpected {} after the type", shown(token)))),
        }
    }

    fn name(&mut self) -> Result<String, TypeError> {
        let (range, token) = self.take();
        match token.strip_prefix('`').and_then(|t| t.strip_suffix('`')) {
            Some(quoted) if !quoted.is_empty() => Ok(quoted.replace("``", "`")),
            None if token.starts_with(is_word) => Ok(token.to_string()),
            _ => Err(fault(range, format!("expected a name, found {}", shown(token)))),
        }
    }

    fn data_type(&mut self, depth: usize) -> Result<DataType, TypeError> {
        let (range, token) = self.take();
        if depth > MAX_DEPTH {
            return Err(fault(range, "the type is nested too deeply".into()));
        }
        if token.eq_ignore_ascii_case("string") && self.accept("collate") {
            self.name()?;
            return Ok(DataType::String);
        }
        if let Some((_, ty)) = SIMPLE.iter().find(|(name, _)| token.eq_ignore_ascii_case(name)) {
            return Ok(ty.clone());
        }
        match token.to_ascii_lowercase().as_str() {
            "decimal" | "dec" | "numeric" => self.decimal(),
            "array" => {
                self.expect("<")?;
                let element = self.data_type(depth + 1)?;
                self.expect(">")?;
                Ok(DataType::array(element))
            }
            "map" => {
                self.expect("<")?;
                let key = self.data_type(depth + 1)?;
                self.expect(",")?;
                let value = self.data_type(depth + 1)?;
                self.expect(">")?;
                Ok(DataType::map(key, value))
            }
            "struct" => self.structure(depth),
            "interval" => self.interval(),
            _ => Err(unknown(range, token)),
        }
    }

    fn decimal(&mut self) -> Result<DataType, TypeError> {
        if !self.accept("(") {
            return Ok(DataType::decimal(10, 0));
        }
        let (precision, precision_at) = self.number()?;
        let (scale, scale_at) = if self.accept(",") { self.number()? } else { (0, precision_at.clone()) };
        self.expect(")")?;
        if precision == 0 || precision > u32::from(MAX_PRECISION) {
            let message = format!("a decimal must have 1 to {MAX_PRECISION} digits, found {precision}");
            return Err(fault(precision_at, message));
        }
        if scale > precision {
            return Err(fault(scale_at, format!("a decimal of {precision} digits cannot have {scale} decimal places")));
        }
        Ok(DataType::decimal(precision, scale))
    }

    fn number(&mut self) -> Result<(u32, Range<usize>), TypeError> {
        let (range, token) = self.take();
        match token.parse() {
            Ok(number) => Ok((number, range)),
            Err(_) => Err(fault(range, format!("expected an integer, found {}", shown(token)))),
        }
    }

    fn structure(&mut self, depth: usize) -> Result<DataType, TypeError> {
        self.expect("<")?;
        let mut fields: Vec<Field> = Vec::new();
        while !self.accept(">") {
            if !fields.is_empty() {
                self.expect(",")?;
            }
            let (range, _) = self.peek();
            let name = self.name()?;
            if fields.iter().any(|f| is_same_name(&f.name, &name)) {
                return Err(fault(range, format!("duplicate field `{name}`")));
            }
            self.accept(":");
            let ty = self.data_type(depth + 1)?;
            self.not_null()?;
            self.comment()?;
            fields.push(Field { name, ty });
        }
        Ok(DataType::Struct(fields.into()))
    }

    fn interval(&mut self) -> Result<DataType, TypeError> {
        let from = self.unit()?;
        let to = if self.accept("to") { self.unit()? } else { from };
        Ok(DataType::Interval { from, to })
    }

    fn unit(&mut self) -> Result<IntervalUnit, TypeError> {
        use IntervalUnit::{Day, Hour, Minute, Month, Second, Year};
        let (range, token) = self.take();
        let found = [Year, Month, Day, Hour, Minute, Second].into_iter().find(|u| token.eq_ignore_ascii_case(u.word()));
        found.ok_or_else(|| fault(range, format!("expected a unit of time, found {}", shown(token))))
    }

    fn not_null(&mut self) -> Result<bool, TypeError> {
        let found = self.accept("not");
        if found {
            self.expect("null")?;
        }
        Ok(found)
    }

    fn comment(&mut self) -> Result<(), TypeError> {
        if !self.accept("comment") {
            return Ok(());
        }
        match self.take() {
            (_, token) if token.starts_with(['\'', '"']) => Ok(()),
            (range, token) => Err(fault(range, format!("expected a string, found {}", shown(token)))),
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Bytes of the quoted token at the start of `rest`; a quote without its end runs to the end of the text.
fn quoted_length(rest: &str, quote: char) -> usize {
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((i, c)) = chars.next() {
        match c {
            '\\' if quote != '`' => drop(chars.next()),
            c if c == quote && chars.peek().is_some_and(|(_, next)| *next == quote) => drop(chars.next()),
            c if c == quote => return i + 1,
            _ => {}
        }
    }
    rest.len()
}

fn shown(token: &str) -> String {
    if token.is_empty() { "the end".into() } else { format!("`{token}`") }
}

fn fault(range: Range<usize>, message: String) -> TypeError {
    TypeError { range, message, hint: None }
}

fn unknown(range: Range<usize>, token: &str) -> TypeError {
    let hint = match token.to_ascii_lowercase().as_str() {
        "" => return fault(range, "expected a type, found the end".into()),
        "varchar" | "char" | "text" | "nvarchar" | "character" => Some("use `string`".to_string()),
        "number" | "money" => Some("use `decimal(precision,scale)`".to_string()),
        "datetime" => Some("use `timestamp`".to_string()),
        word => {
            did_you_mean(word, SIMPLE.iter().map(|(n, _)| *n).chain(["decimal", "array", "map", "struct", "interval"]))
        }
    };
    TypeError { range, message: format!("unknown type `{token}`"), hint }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match DataType::parse(text) {
            Ok(ty) => ty.to_string(),
            Err(e) => format!("{:?} {} | {}", e.range, e.message, e.hint.unwrap_or_default()),
        }
    }

    #[test]
    fn types_print_as_databricks_writes_them() {
        assert_eq!(read("decimal(18,2)"), "DECIMAL(18,2)");
        assert_eq!(read(" Decimal ( 5 ) "), "DECIMAL(5,0)");
        assert_eq!(
            read("array<struct<a: int, `b c` string not null comment 'it''s'>>"),
            "ARRAY<STRUCT<a: INT, `b c`: STRING>>"
        );
        assert_eq!(read("map<string,array<date>>"), "MAP<STRING, ARRAY<DATE>>");
        assert_eq!(read("interval day to second"), "INTERVAL DAY TO SECOND");
        assert_eq!(read("long"), "BIGINT");
    }

    #[test]
    fn faults_point_at_the_word() {
        assert_eq!(read("bigit"), "0..5 unknown type `bigit` | did you mean `bigint`?");
        assert_eq!(read("varchar(10)"), "0..7 unknown type `varchar` | use `string`");
        assert_eq!(read("decimal(40,2)"), "8..10 a decimal must have 1 to 38 digits, found 40 | ");
        assert_eq!(read("decimal(4,6)"), "10..11 a decimal of 4 digits cannot have 6 decimal places | ");
        assert_eq!(read("array<int"), "9..9 expected `>`, found the end | ");
        assert_eq!(read("int not"), "4..7 unexpected `not` after the type | ");
        assert_eq!(read("struct<a int, A int>"), "14..15 duplicate field `A` | ");
        assert_eq!(read(""), "0..0 expected a type, found the end | ");
    }

    #[test]
    fn a_list_of_columns() {
        let columns = parse_columns("id INT NOT NULL, `full name` STRING COMMENT 'a, b'").unwrap_or_default();
        let read: Vec<_> = columns.iter().map(|c| (c.name.as_str(), c.ty.to_string(), c.nullable)).collect();
        assert_eq!(read, [("id", "INT".into(), false), ("full name", "STRING".into(), true)]);
        for twice in ["k STRING, K STRING", "`Ärger` INT, b INT, ärger DATE"] {
            assert!(parse_columns(twice).is_err_and(|e| e.message.starts_with("duplicate column")), "{twice}");
        }
    }

    #[test]
    fn deep_nesting_is_refused() {
        assert!(read(&"array<".repeat(10_000)).contains("nested too deeply"));
    }
}
