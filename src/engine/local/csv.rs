//! Lines of CSV as Spark reads them: the rules of its parser (univocity, `unescapedQuoteHandling` STOP_AT_DELIMITER) for
//! quotes in places where they do not belong, line ends and empty lines.
//!
//! A quote that does not close its field makes the whole field a text with all its quotes, up to the next delimiter. A
//! reader by RFC 4180 would drop some of them.

use crate::model::lines;

/// How fields are told apart.
#[derive(Debug, Clone, Copy)]
pub struct CsvFormat {
    /// Between two fields.
    pub delimiter: char,
    /// Around a field that holds delimiters.
    pub quote: char,
    /// Before a quote that belongs to a quoted field; the quote itself where quotes are doubled.
    pub escape: char,
    /// At the beginning of lines that are comments.
    pub comment: Option<char>,
}

/// A line of a file, or several that quotes hold together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvRecord {
    /// Number of the line on which it begins, from 1 on.
    pub line: usize,
    /// Its fields as Spark reads them; an empty field is an empty text.
    pub fields: Vec<String>,
}

const NEW_LINE: char = '\n';

/// No character: before the first one, and behind one that was used up.
const NONE: char = '\0';

/// A text without its first lines.
pub fn without_lines(text: &str, count: usize) -> &str {
    let mut rest = text;
    for _ in 0..count {
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let tail = &rest[end..];
        rest = tail.strip_prefix("\r\n").or_else(|| tail.strip_prefix(['\n', '\r'])).unwrap_or(tail);
    }
    rest
}

/// The records of a text in which no field spans lines: Spark reads each line by itself then, but for blank lines and
/// comments.
///
/// # Errors
/// As [`records`].
pub fn records_of_lines(text: &str, format: CsvFormat) -> Result<Vec<CsvRecord>, String> {
    let mut all = vec![];
    for (index, line) in lines(text).enumerate() {
        let is_comment = format.comment.is_some_and(|comment| line.starts_with(comment));
        if is_comment || line.chars().all(|c| c <= ' ') {
            continue;
        }
        let found = records(line, format).map_err(|why| format!("line {}: {why}", index + 1))?;
        all.extend(found.into_iter().map(|record| CsvRecord { line: index + 1, ..record }));
    }
    Ok(all)
}

/// The records of a text; empty lines are none.
///
/// # Errors
/// What Spark reads in a way that depends on where its buffers end, or that is not known well enough.
pub fn records(text: &str, format: CsvFormat) -> Result<Vec<CsvRecord>, String> {
    let mut reader = RecordReader::new(text, format);
    let mut records = vec![];
    while let Some(record) = reader.next_record() {
        records.extend(record.filter(|record| !record.fields.is_empty()));
        if let Some(fault) = reader.fault {
            return Err(fault);
        }
    }
    Ok(records)
}

/// The text is at its end.
struct AtEnd;

type Step = Result<(), AtEnd>;

struct RecordReader<'a> {
    chars: std::iter::Peekable<std::str::Chars<'a>>,
    format: CsvFormat,
    /// What ends a line besides `\n`: found at the first line end of the text.
    line_end: Option<&'static str>,
    in_quotes: bool,
    /// Whether the character at hand is a `\n` in a text whose lines end otherwise.
    is_bare: bool,
    /// The character at hand, and the one before it as far as quotes are concerned.
    ch: char,
    prev: char,
    /// Whether a quote was found that does not close its field.
    stray: bool,
    field: String,
    fields: Vec<String>,
    line: usize,
    /// Whether anything of the record was read.
    begun: bool,
    fault: Option<String>,
}

impl<'a> RecordReader<'a> {
    fn new(text: &'a str, format: CsvFormat) -> Self {
        let first = text.find(['\n', '\r']).and_then(|at| text.get(at..));
        let line_end = match first {
            Some(rest) if rest.starts_with("\r\n") => Some("\r\n"),
            Some(rest) if rest.starts_with('\r') => Some("\r"),
            _ => None,
        };
        RecordReader {
            chars: text.chars().peekable(),
            format,
            line_end,
            in_quotes: false,
            is_bare: false,
            ch: NONE,
            prev: NONE,
            stray: false,
            field: String::new(),
            fields: vec![],
            line: 1,
            begun: false,
            fault: None,
        }
    }

    /// The next record that is no comment.
    fn next_record(&mut self) -> Option<Option<CsvRecord>> {
        while self.format.comment.is_some_and(|comment| self.chars.peek() == Some(&comment)) {
            while self.next().is_ok() && self.ch != NEW_LINE {}
        }
        self.record()
    }

    /// The next record; the inner `None` for one that the end of the text cuts off before it has a field.
    fn record(&mut self) -> Option<Option<CsvRecord>> {
        let line = self.line;
        self.begun = false;
        let ended = self.next().and_then(|()| self.fields()).is_err();
        if ended {
            if !self.begun {
                return None;
            }
            self.close_at_end();
        }
        self.in_quotes = false;
        if self.is_bare && self.ch == NEW_LINE && !self.fields.is_empty() {
            let other = self.line_end.map(str::escape_default).map(|end| end.to_string()).unwrap_or_default();
            self.fault = Some(format!(
                "line {line} ends in `\\n`, but earlier lines end in `{other}`: Spark may read two such lines as one; save the file with the same line end everywhere"
            ));
        }
        Some(Some(CsvRecord { line, fields: std::mem::take(&mut self.fields) }))
    }

    /// Takes the next character; line ends of the text are `\n`, in quotes too.
    fn next(&mut self) -> Step {
        let Some(mut c) = self.chars.next() else { return Err(AtEnd) };
        self.begun = true;
        self.is_bare = c == NEW_LINE && self.line_end.is_some();
        match (c, self.line_end) {
            ('\r', Some("\r")) => c = NEW_LINE,
            ('\r', Some("\r\n")) if self.chars.peek() == Some(&'\n') => {
                self.chars.next();
                c = NEW_LINE;
            }
            _ => {}
        }
        self.line += usize::from(c == NEW_LINE);
        self.ch = c;
        Ok(())
    }

    fn is_end_of_field(&self) -> bool {
        self.ch == self.format.delimiter || self.ch == NEW_LINE
    }

    fn is_blank(&self) -> bool {
        self.ch <= ' ' && !self.is_end_of_field()
    }

    fn fields(&mut self) -> Step {
        while self.ch != NEW_LINE {
            if self.ch == self.format.delimiter {
                self.fields.push(String::new());
            } else {
                (self.stray, self.prev) = (false, NONE);
                if self.ch == self.format.quote {
                    self.in_quotes = true;
                    self.quoted()?;
                    self.in_quotes = false;
                } else {
                    self.rest_of_field()?;
                }
                let field = std::mem::take(&mut self.field);
                self.fields.push(field);
            }
            if self.ch != NEW_LINE {
                self.next()?;
                if self.ch == NEW_LINE {
                    self.fields.push(String::new());
                }
            }
        }
        Ok(())
    }

    /// Takes everything up to the end of the field as it stands. At the end of the text, the character at hand stays the
    /// one with which it began.
    fn rest_of_field(&mut self) -> Step {
        let first = self.ch;
        while !self.is_end_of_field() {
            self.field.push(self.ch);
            if self.next().is_err() {
                self.ch = first;
                return Err(AtEnd);
            }
        }
        Ok(())
    }

    /// Behind the quote that opens a field.
    fn quoted(&mut self) -> Step {
        let escape = self.format.escape;
        self.next()?;
        while !(self.prev == self.format.quote && (self.ch <= ' ' || self.is_end_of_field())) {
            if self.ch != self.format.quote && self.ch != escape {
                if self.prev == self.format.quote {
                    return self.stray_quote("");
                }
                if self.prev == escape {
                    self.field.push(escape);
                }
                let first = self.ch;
                while self.ch != self.format.quote && self.ch != escape {
                    self.field.push(self.ch);
                    if self.next().is_err() {
                        self.ch = first;
                        return Err(AtEnd);
                    }
                }
                self.prev = self.ch;
                self.next()?;
            } else {
                self.escaped();
                self.prev = self.ch;
                self.next()?;
                if self.stray && self.is_end_of_field() {
                    return Ok(());
                }
            }
        }
        if !self.is_blank() {
            return Ok(());
        }
        let mut blanks = String::new();
        while self.is_blank() {
            blanks.push(self.ch);
            self.next()?;
        }
        if self.is_end_of_field() { Ok(()) } else { self.stray_quote(&blanks) }
    }

    /// A quote, or what may escape one, inside of a quoted field.
    fn escaped(&mut self) {
        let escape = self.format.escape;
        if escape != self.format.quote && self.ch == escape && self.prev == escape {
            self.field.push(escape);
            self.ch = NONE;
        } else if self.prev == escape {
            if self.ch == self.format.quote {
                self.field.push(self.format.quote);
                self.ch = NONE;
            } else {
                self.field.push(self.prev);
            }
        } else if self.ch == self.format.quote && self.prev == self.format.quote {
            self.field.push(self.format.quote);
        } else if self.prev == self.format.quote {
            self.stray = true;
            self.field.push(self.format.quote);
        }
        if self.stray && escape != self.format.quote {
            self.fault = Some(format!("line {}: quote inside a field", self.line));
        }
    }

    /// The field is a text with its quotes, up to the next delimiter.
    fn stray_quote(&mut self, blanks: &str) -> Step {
        self.stray = true;
        self.in_quotes = false;
        if self.format.escape != self.format.quote {
            let why =
                "quote inside a field; the local engine reads that only where quotes are doubled (`escape => '\"'`)";
            self.fault = Some(format!("line {}: {why}", self.line));
        }
        self.field.insert(0, self.format.quote);
        self.field.push(self.format.quote);
        self.field.push_str(blanks);
        self.prev = self.ch;
        self.rest_of_field()
    }

    /// The last record of a text that ends without a line end.
    fn close_at_end(&mut self) {
        // A quote that opened a field which has nothing else.
        if self.ch == self.format.quote && self.prev != self.format.quote && !self.stray {
            self.field.push(self.format.quote);
        }
        let field = std::mem::take(&mut self.field);
        self.fields.push(field);
        (self.ch, self.prev) = (NONE, NONE);
    }
}
