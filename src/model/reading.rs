//! How the texts of a file become values: words that stand for no value, and forms of dates, timestamps and numbers.
//!
//! A text of a stated form is brought into the plain one, which the shapes of [`super::constant`] and the casts of Spark
//! know. Generated SQL, values that specs state and sample files all go by these forms, and by nothing else.

use lakeflow::cast::date_of;
use lakeflow::types::DataType;
use regex::Regex;

use super::constant::Constant;

/// How the texts of a column are read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// Texts that stand for no value, besides the empty one.
    pub nulls: Vec<String>,
    /// Its form; `None` for the plain one.
    pub form: Option<TextForm>,
}

/// What the bytes 128 to 159 stand for in windows-1252; all others are those of ISO-8859-1. Five of them stand for nothing,
/// which Java reads as the replacement character.
pub const WINDOWS_1252: [char; 32] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž', '\u{fffd}', '\u{fffd}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}', 'ž', 'Ÿ',
];

/// The lines of a text, without what ends them: `\n`, `\r\n` or `\r`.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let (line, tail) = rest.split_at(end);
        rest = tail.strip_prefix("\r\n").or_else(|| tail.strip_prefix(['\n', '\r'])).unwrap_or(tail);
        Some(line)
    })
}

/// The character that a byte stands for in windows-1252.
pub fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        byte => char::from(byte),
    }
}

/// The characters of windows-1252 that a text has other ones for when it is read as ISO-8859-1: these, and those.
pub fn misread_as_latin_1() -> impl Iterator<Item = (char, char)> {
    let read = (0x80..=0x9f).map(char::from);
    read.zip(WINDOWS_1252).filter(|(_, meant)| *meant != '\u{fffd}')
}

/// How a value is written in a file.
#[derive(Debug, Clone, PartialEq)]
pub enum TextForm {
    /// A number.
    Number(NumberForm),
    /// A date or a timestamp.
    Moment(MomentForm),
}

impl Reading {
    /// A reader of the texts of a column of a type.
    pub fn reader(&self, ty: &DataType) -> FormReader<'_> {
        let shape = match &self.form {
            None => return FormReader { form: None },
            Some(TextForm::Number(form)) => form.shape(ty),
            Some(TextForm::Moment(form)) => form.shape(),
        };
        FormReader { form: self.form.as_ref().map(|form| (form, Regex::new(&shape).ok())) }
    }

    /// The text in the plain form; `None` when it does not have the form that it should have. Who has many, makes a
    /// [`Reading::reader`] of them.
    pub fn plain(&self, text: &str, ty: &DataType) -> Option<String> {
        self.reader(ty).plain(text)
    }

    /// A value as it is written in files.
    pub fn written(&self, value: &Constant) -> String {
        match (&self.form, value) {
            (Some(TextForm::Number(form)), _) => form.written(&value.to_string()),
            (Some(TextForm::Moment(form)), Constant::Date(days)) => form.written(i64::from(*days) * DAY),
            (Some(TextForm::Moment(form)), Constant::Timestamp(micros)) => form.written(*micros),
            _ => value.to_string(),
        }
    }
}

/// Brings texts of one form into the plain one; its shape is compiled once.
#[derive(Debug)]
pub struct FormReader<'a> {
    form: Option<(&'a TextForm, Option<Regex>)>,
}

impl FormReader<'_> {
    /// The text in the plain form; `None` when it does not have the form that it should have.
    pub fn plain(&self, text: &str) -> Option<String> {
        match &self.form {
            None => Some(text.to_owned()),
            Some((TextForm::Number(form), shape)) => form.plain(text, shape.as_ref()?),
            Some((TextForm::Moment(form), shape)) => form.plain(text, shape.as_ref()?),
        }
    }
}

/// How numbers are written: what stands between thousands, and before the fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberForm {
    grouping: Option<char>,
    point: char,
}

impl NumberForm {
    /// The forms, each as 1234.56 looks in it. The first is the plain one.
    pub const EXAMPLES: [&'static str; 8] =
        ["1234.56", "1234,56", "1,234.56", "1.234,56", "1 234,56", "1 234.56", "1'234.56", "1'234,56"];

    /// The form that an example is written in.
    pub fn of_example(example: &str) -> Option<NumberForm> {
        if !Self::EXAMPLES.contains(&example) {
            return None;
        }
        let marks: Vec<char> = example.chars().filter(|c| !c.is_ascii_digit()).collect();
        match marks.as_slice() {
            [point] => Some(NumberForm { grouping: None, point: *point }),
            [grouping, point] => Some(NumberForm { grouping: Some(*grouping), point: *point }),
            _ => None,
        }
    }

    /// The characters that stand between thousands: programs write spaces and apostrophes of several kinds.
    fn groupings(self) -> &'static str {
        match self.grouping {
            Some(' ') => " \u{a0}\u{202f}",
            Some('\'') => "'\u{2019}",
            Some(',') => ",",
            Some('.') => ".",
            _ => "",
        }
    }

    /// What a text of this form must look like.
    pub fn shape(self, ty: &DataType) -> String {
        let whole = match self.groupings() {
            "" => "[0-9]+".to_owned(),
            groupings => format!("([0-9]{{1,3}}([{groupings}][0-9]{{3}})+|[0-9]+)"),
        };
        let fraction = if ty.is_integral() { String::new() } else { format!("([{}][0-9]+)?", self.point) };
        let exponent = if ty.is_floating() { "([eE][-+]?[0-9]{1,3})?" } else { "" };
        format!(r"^-?{whole}{fraction}{exponent}\z")
    }

    /// The two last operands of `translate`, which makes a text of this form a plain one: characters to look for, and what
    /// stands in place of the first of them; the others go.
    pub fn translation(self) -> (String, &'static str) {
        (format!("{}{}", self.point, self.groupings()), ".")
    }

    fn plain(self, text: &str, shape: &Regex) -> Option<String> {
        let plain = |c: char| if c == self.point { Some('.') } else { (!self.groupings().contains(c)).then_some(c) };
        shape.is_match(text).then(|| text.chars().filter_map(plain).collect())
    }

    fn written(self, plain: &str) -> String {
        let (sign, rest) = plain.strip_prefix('-').map_or(("", plain), |rest| ("-", rest));
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (whole, fraction) = rest.split_at(end);
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                grouped.extend(self.grouping);
            }
            grouped.push(digit);
        }
        format!("{sign}{grouped}{}", fraction.replace('.', &self.point.to_string()))
    }
}

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// How dates or timestamps are written, as a pattern of Spark.
#[derive(Debug, Clone, PartialEq)]
pub struct MomentForm {
    /// The pattern.
    pub pattern: String,
    parts: Vec<MomentPart>,
}

#[derive(Debug, Clone, PartialEq)]
enum MomentPart {
    /// A run of one letter.
    Field(char, usize),
    /// What stands for itself.
    Literal(char),
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl MomentForm {
    /// Reads a pattern for values of a type.
    ///
    /// # Errors
    /// Why it can't be used, as what follows "the pattern".
    pub fn parse(pattern: &str, ty: &DataType) -> Result<MomentForm, String> {
        let parts = parts(pattern)?;
        let is_space = |part: Option<&MomentPart>| part == Some(&MomentPart::Literal(' '));
        if is_space(parts.first()) || is_space(parts.last()) {
            return Err("begins or ends with a space, and spaces around a text are removed".to_owned());
        }
        let form = MomentForm { pattern: pattern.to_owned(), parts };
        form.fault(ty).map_or(Ok(form), Err)
    }

    fn has(&self, letters: &str) -> bool {
        self.parts.iter().any(|part| matches!(part, MomentPart::Field(letter, _) if letters.contains(*letter)))
    }

    /// Why a text of this form does not determine a moment.
    fn fault(&self, ty: &DataType) -> Option<String> {
        let has_time = *ty != DataType::Date;
        for (letter, what) in [("y", "no year (`yyyy`)"), ("M", "no month (`MM`)"), ("d", "no day (`dd`)")] {
            if !self.has(letter) {
                return Some(format!("contains {what}"));
            }
        }
        if !has_time && self.has("HhamsSX") {
            return Some("contains a time of day, but the column is a DATE".to_owned());
        }
        if has_time && !self.has("Hh") {
            return Some("contains no hour (`HH`)".to_owned());
        }
        if *ty == DataType::TimestampNtz && self.has("X") {
            return Some("contains an offset (`XXX`), but the column is a TIMESTAMP_NTZ".to_owned());
        }
        if self.has("h") != self.has("a") {
            return Some(
                "must contain both `hh` (hour from 1 to 12) and `a` (AM or PM), or neither of them".to_owned(),
            );
        }
        let mut letters: Vec<char> = self.fields().map(|(letter, _)| letter).collect();
        letters.sort_unstable();
        if let Some(twice) = letters.windows(2).find(|pair| pair[0] == pair[1]) {
            return Some(format!("contains `{}` twice", twice[0]));
        }
        // Digits that follow each other fall into fields by their width alone; Spark reads fractions in a way of its own.
        let is_digits = |letter: char, width: usize| !matches!((letter, width), ('a' | 'X', _) | ('M', 3));
        let is_open = |letter: char, width: usize| width == 1 || letter == 'S';
        let touching = self.parts.windows(2).any(|pair| match pair {
            [MomentPart::Field(a, first), MomentPart::Field(b, second)] => {
                is_digits(*a, *first) && is_digits(*b, *second) && (is_open(*a, *first) || is_open(*b, *second))
            }
            _ => false,
        });
        touching.then(|| "contains adjacent fields of variable width: put a character between them".to_owned())
    }

    fn fields(&self) -> impl Iterator<Item = (char, usize)> {
        self.parts
            .iter()
            .filter_map(|part| if let MomentPart::Field(c, width) = part { Some((*c, *width)) } else { None })
    }

    /// What a text of this form must look like, with a group for each field.
    pub fn shape(&self) -> String {
        let mut shape = String::from("^");
        for part in &self.parts {
            match part {
                MomentPart::Literal(c) if c.is_alphanumeric() || *c == ' ' || *c == '-' => shape.push(*c),
                MomentPart::Literal(c) => shape.push_str(&format!("[{c}]")),
                MomentPart::Field('M', 3) => shape.push_str("([A-Za-z]{3})"),
                MomentPart::Field('a', _) => shape.push_str("([AaPp][Mm])"),
                MomentPart::Field('X', _) => shape.push_str("(Z|[-+][0-9]{2}:[0-9]{2})"),
                MomentPart::Field(_, 1) => shape.push_str("([0-9]{1,2})"),
                MomentPart::Field(_, width) => shape.push_str(&format!("([0-9]{{{width}}})")),
            }
        }
        shape + r"\z"
    }

    fn plain(&self, text: &str, shape: &Regex) -> Option<String> {
        let found = shape.captures(text)?;
        let of = |letter: char| {
            let index = self.fields().position(|(c, _)| c == letter)?;
            found.get(index + 1).map(|field| field.as_str())
        };
        let number = |letter: char| of(letter).map_or(Some(0), |digits| digits.parse::<u32>().ok());
        let month = match self.fields().find(|(letter, _)| *letter == 'M') {
            Some((_, 3)) => MONTHS.iter().position(|name| of('M').is_some_and(|m| m.eq_ignore_ascii_case(name)))? + 1,
            _ => number('M')? as usize,
        };
        let date = format!("{}-{month:02}-{:02}", of('y')?, number('d')?);
        if !self.has("Hh") {
            return Some(date);
        }
        let hour = match (of('h'), of('a')) {
            (Some(hour), Some(half)) => {
                let hour = hour.parse::<u32>().ok().filter(|hour| (1..=12).contains(hour))?;
                hour % 12 + if half.eq_ignore_ascii_case("pm") { 12 } else { 0 }
            }
            _ => number('H')?,
        };
        let fraction = of('S').map(|digits| format!(".{digits}")).unwrap_or_default();
        let offset = of('X').unwrap_or_default();
        Some(format!("{date} {hour:02}:{:02}:{:02}{fraction}{offset}", number('m')?, number('s')?))
    }

    /// A moment, in microseconds since 1970 in UTC; what the pattern has no field for is left out.
    fn written(&self, micros: i64) -> String {
        let (days, rest) = (micros.div_euclid(DAY), micros.rem_euclid(DAY));
        // Days of a number of microseconds fit 32 bits.
        let (year, month, day) = date_of(i32::try_from(days).unwrap_or_default());
        let seconds = rest / 1_000_000;
        let (hour, minute) = (seconds / 3600, seconds / 60 % 60);
        let field = |letter: char, width: usize| match letter {
            'y' => format!("{year:04}"),
            'M' if width == 3 => MONTHS.get((month as usize).wrapping_sub(1)).copied().unwrap_or_default().to_owned(),
            'M' => format!("{month:0width$}"),
            'd' => format!("{day:0width$}"),
            'H' => format!("{hour:0width$}"),
            'h' => format!("{:0width$}", (hour + 11) % 12 + 1),
            'a' => if hour < 12 { "AM" } else { "PM" }.to_owned(),
            'm' => format!("{minute:0width$}"),
            's' => format!("{:0width$}", seconds % 60),
            'S' => format!("{:06}", rest % 1_000_000).chars().take(width).collect(),
            _ => "Z".to_owned(),
        };
        let part = |part: &MomentPart| match part {
            MomentPart::Literal(c) => c.to_string(),
            MomentPart::Field(letter, width) => field(*letter, *width),
        };
        self.parts.iter().map(part).collect()
    }
}

/// The parts of a pattern; text in single quotes stands for itself.
fn parts(pattern: &str) -> Result<Vec<MomentPart>, String> {
    let mut parts = vec![];
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        if c == '\'' {
            let Some((literal, after)) = rest[1..].split_once('\'') else {
                return Err("has a single quote that is not closed".to_owned());
            };
            for c in if literal.is_empty() { "'" } else { literal }.chars() {
                parts.push(self::literal(c)?);
            }
            rest = after;
            continue;
        }
        let run = rest.len() - rest.trim_start_matches(c).len();
        if c.is_ascii_alphabetic() {
            parts.push(field(c, run)?);
            rest = &rest[run..];
        } else {
            parts.push(literal(c)?);
            rest = &rest[c.len_utf8()..];
        }
    }
    Ok(parts)
}

/// A character that stands for itself. Some mean more to patterns or to what is made of them, in quotes too.
fn literal(c: char) -> Result<MomentPart, String> {
    if "#[]{}\\^".contains(c) || c.is_control() {
        return Err(format!("contains `{}`, which is not supported", c.escape_default()));
    }
    Ok(MomentPart::Literal(c))
}

fn field(letter: char, width: usize) -> Result<MomentPart, String> {
    let shown = letter.to_string().repeat(width);
    let is_known = match letter {
        'y' => width == 4,
        'M' => width <= 3,
        'd' | 'H' | 'h' | 'm' | 's' => width <= 2,
        'a' => width == 1,
        'S' => width <= 6,
        'X' => width == 3,
        _ => false,
    };
    match (is_known, letter) {
        (true, _) => Ok(MomentPart::Field(letter, width)),
        (false, 'y') => {
            Err(format!("contains `{shown}`, which does not tell the century: write a year of four digits (`yyyy`)"))
        }
        (false, 'Y') => Err(format!("contains `{shown}`, the week-based year: write `yyyy`")),
        (false, 'D') => Err(format!("contains `{shown}`, the day of the year: write `dd`")),
        (false, _) => Err(format!("contains `{shown}`, which is not supported")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form_of(form: MomentForm) -> Reading {
        Reading { nulls: vec![], form: Some(TextForm::Moment(form)) }
    }

    fn moment(pattern: &str, text: &str) -> Option<String> {
        let ty = if pattern.contains(['H', 'h']) { DataType::Timestamp } else { DataType::Date };
        form_of(MomentForm::parse(pattern, &ty).ok()?).plain(text, &ty)
    }

    #[test]
    fn moments_become_plain() {
        for (pattern, text, plain) in [
            ("dd.MM.yyyy", "05.01.2024", "2024-01-05"),
            ("M/d/yyyy", "1/5/2024", "2024-01-05"),
            ("d MMM yyyy", "5 SEP 2024", "2024-09-05"),
            ("yyyyMMdd", "20240105", "2024-01-05"),
            ("M/d/yyyy h:mm a", "1/5/2024 12:07 am", "2024-01-05 00:07:00"),
            ("M/d/yyyy h:mm a", "1/5/2024 12:07 PM", "2024-01-05 12:07:00"),
            ("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2024-01-05T10:00:00.250+02:00", "2024-01-05 10:00:00.250+02:00"),
        ] {
            assert_eq!(moment(pattern, text).as_deref(), Some(plain), "{text} as {pattern}");
        }
        for (pattern, text) in [
            ("dd.MM.yyyy", "5.1.2024"),
            ("dd.MM.yyyy", "05.01.24"),
            ("d MMM yyyy", "5 Sept 2024"),
            ("M/d/yyyy h:mm a", "1/5/2024 13:07 PM"),
            ("dd.MM.yyyy", "05.01.2024\n"),
        ] {
            assert_eq!(moment(pattern, text), None, "{text} as {pattern}");
        }
    }

    #[test]
    fn moments_are_written_as_they_are_read() {
        for pattern in ["dd.MM.yyyy HH:mm:ss.SSSSSS", "MMM d, yyyy h:mm:ss.SSSSSS a", "yyyyMMdd'T'HHmmss.SSSSSS"] {
            let form = MomentForm::parse(pattern, &DataType::Timestamp).unwrap_or_else(|why| unreachable!("{why}"));
            let reading = form_of(form);
            let reader = reading.reader(&DataType::Timestamp);
            for micros in [0, -1, 1_704_463_509_000_250, 951_782_400_000_000] {
                let plain = reader.plain(&reading.written(&Constant::Timestamp(micros)));
                let plain = plain.and_then(|plain| lakeflow::cast::timestamp(&plain));
                assert_eq!(plain, Some(micros), "{pattern}");
            }
        }
    }

    #[test]
    fn patterns_that_leave_a_moment_open_are_refused() {
        for (pattern, has_time) in [
            ("dd.MM.yy", false),
            ("MM.yyyy", false),
            ("dd.MM.YYYY", false),
            ("yyyy-MM-dd HH:mm", false),
            ("yyyy-MM-dd", true),
            ("yyyy-MM-dd hh:mm", true),
            ("dMyyyy", false),
            ("yyyyMMddHHmmssSSS", true),
            ("yyyy-MM-dd'T", false),
            ("yyyy-MM-dd [HH]", true),
            ("dd'^'MM.yyyy", false),
            ("dd']'MM.yyyy", false),
            (" dd.MM.yyyy", false),
            ("dd.MM.yyyy ' '", false),
            ("yyyy-MM-dd EEE", false),
        ] {
            let ty = if has_time { DataType::Timestamp } else { DataType::Date };
            assert!(MomentForm::parse(pattern, &ty).is_err(), "{pattern}");
        }
        assert!(MomentForm::parse("yyyy-MM-dd HH:mmXXX", &DataType::TimestampNtz).is_err());
    }

    #[test]
    fn numbers_become_plain_and_are_written_again() {
        let form = |example| NumberForm::of_example(example).unwrap_or(NumberForm { grouping: None, point: '.' });
        let plain = |example, text: &str, ty: &DataType| {
            Reading { nulls: vec![], form: Some(TextForm::Number(form(example))) }.plain(text, ty)
        };
        let decimal = DataType::Decimal { precision: 12, scale: 2 };
        for (example, text) in [
            ("1.234,56", "-1.234.567,80"),
            ("1,234.56", "-1,234,567.80"),
            ("1 234,56", "-1 234 567,80"),
            ("1'234.56", "-1'234'567.80"),
            ("1234,56", "-1234567,80"),
        ] {
            assert_eq!(plain(example, text, &decimal).as_deref(), Some("-1234567.80"), "{example}");
            assert_eq!(form(example).written("-1234567.80"), text);
        }
        assert_eq!(plain("1 234,56", "1\u{202f}234,5", &decimal).as_deref(), Some("1234.5"));
        assert_eq!(plain("1.234,56", "1234,5", &decimal).as_deref(), Some("1234.5"));
        for (example, text) in
            [("1.234,56", "12.34"), ("1.234,56", "1.23,4"), ("1234,56", "1.234,5"), ("1,234.56", ",5")]
        {
            assert_eq!(plain(example, text, &decimal), None, "{text} as {example}");
        }
        assert_eq!(plain("1.234,56", "1.234,0", &DataType::Int), None);
        assert!(NumberForm::of_example("12.3456").is_none());
    }
}
