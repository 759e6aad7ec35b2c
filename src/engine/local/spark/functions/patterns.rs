//! Date patterns such as `yyyy-MM-dd HH:mm`: read once, then used to write or to read.
//!
//! Letters whose meaning needs a week's first day or a locale are refused, as Spark 3 refuses most of them.

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Weekday};
use datafusion::common::{Result, plan_err};

/// A run of one letter, or text that stands for itself.
enum PatternRun {
    Letters(char, usize),
    Literal(String),
}

/// A pattern, ready for use.
pub(super) struct DatetimePattern {
    parts: Vec<PatternRun>,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl DatetimePattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When it uses a letter that this engine does not know.
    pub fn parse(pattern: &str) -> Result<Self> {
        let mut parts = vec![];
        let mut rest = pattern;
        while let Some(c) = rest.chars().next() {
            if c == '\'' {
                let (literal, after) = quoted(rest);
                parts.push(PatternRun::Literal(literal));
                rest = after;
            } else if c.is_ascii_alphabetic() {
                let run = rest.len() - rest.trim_start_matches(c).len();
                if !known(c, run) {
                    return plan_err!("the date pattern `{pattern}` is not supported by the local engine");
                }
                parts.push(PatternRun::Letters(c, run));
                rest = rest.split_at(run).1;
            } else if "[]{}#".contains(c) {
                return plan_err!("the date pattern `{pattern}` is not supported by the local engine");
            } else {
                parts.push(PatternRun::Literal(c.to_string()));
                rest = rest.split_at(c.len_utf8()).1;
            }
        }
        Ok(DatetimePattern { parts })
    }

    /// Refuses letters that Spark writes and does not read, and fractions beside other numbers, which it reads in ways of its own.
    ///
    /// # Errors
    /// When there is one.
    pub fn require_readable(&self, pattern: &str) -> Result<()> {
        let letter = |part: &PatternRun| if let PatternRun::Letters(letter, _) = part { Some(*letter) } else { None };
        let is_bare = |pair: &[PatternRun]| match pair {
            [a, b] => match (letter(a), letter(b)) {
                (Some('X'), Some(_)) | (Some(_), Some('X')) => false,
                (Some(a), Some(b)) => a == 'S' || b == 'S',
                _ => false,
            },
            _ => false,
        };
        let is_written_alone = |part: &PatternRun| matches!(letter(part), Some('E' | 'D'));
        match self.parts.iter().any(is_written_alone) || self.parts.windows(2).any(is_bare) {
            true => plan_err!("reading texts by the date pattern `{pattern}` is not supported by the local engine"),
            false => Ok(()),
        }
    }

    /// Writes a moment.
    pub fn write(&self, t: NaiveDateTime) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                PatternRun::Literal(literal) => text.push_str(literal),
                PatternRun::Letters(letter, width) => text.push_str(&written(*letter, *width, t)),
            }
        }
        text
    }

    /// Reads a moment; `None` when the text does not follow the pattern or names no moment.
    pub fn read(&self, text: &str) -> Option<NaiveDateTime> {
        let mut fields = Fields::default();
        let mut rest = text;
        for (position, part) in self.parts.iter().enumerate() {
            match part {
                PatternRun::Literal(literal) => rest = without_prefix(rest, literal)?,
                PatternRun::Letters(letter, width) => {
                    // A number that another follows at once takes exactly its width.
                    let adjacent = matches!(self.parts.get(position + 1), Some(PatternRun::Letters(..)));
                    rest = fields.read(*letter, *width, adjacent, rest)?;
                }
            }
        }
        if rest.is_empty() { fields.moment() } else { None }
    }
}

/// What follows a prefix in any letter case: names of months, AM and PM, and letters of the pattern itself.
fn without_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let same =
        |a: char, b: char| a == b || a.to_uppercase().eq(b.to_uppercase()) || a.to_lowercase().eq(b.to_lowercase());
    let mut rest = text.chars();
    prefix.chars().all(|wanted| rest.next().is_some_and(|c| same(c, wanted))).then_some(rest.as_str())
}

fn quoted(text: &str) -> (String, &str) {
    let inner = text.strip_prefix('\'').unwrap_or(text);
    if let Some(after) = inner.strip_prefix('\'') {
        return ("'".to_owned(), after);
    }
    inner.split_once('\'').map_or_else(|| (inner.to_owned(), ""), |(literal, after)| (literal.to_owned(), after))
}

fn known(letter: char, width: usize) -> bool {
    match letter {
        'y' => matches!(width, 1 | 2 | 4),
        'M' | 'L' => width <= 4,
        'd' | 'H' | 'h' | 'm' | 's' => width <= 2,
        'D' => width <= 3,
        'S' => width <= 9,
        'E' => width <= 4,
        'a' => width == 1,
        'X' => width == 3,
        _ => false,
    }
}

fn written(letter: char, width: usize, t: NaiveDateTime) -> String {
    let number = |n: u32| format!("{n:0>width$}");
    match letter {
        'y' if width == 2 => format!("{:02}", t.year().rem_euclid(100)),
        'y' if t.year() < 0 => format!("-{:0>width$}", t.year().unsigned_abs()),
        'y' if width == 4 && t.year() > 9999 => format!("+{}", t.year()),
        'y' => format!("{:0>width$}", t.year()),
        'M' | 'L' if width >= 3 => {
            let name = MONTHS.get(t.month0() as usize).copied().unwrap_or_default();
            if width == 3 { name.chars().take(3).collect() } else { name.to_owned() }
        }
        'M' | 'L' => number(t.month()),
        'd' => number(t.day()),
        'D' => number(t.ordinal()),
        'H' => number(t.hour()),
        'h' => number(t.hour12().1),
        'm' => number(t.minute()),
        's' => number(t.second()),
        'S' => format!("{:09}", t.nanosecond()).chars().take(width).collect(),
        'X' => "Z".to_owned(),
        'a' => if t.hour() < 12 { "AM" } else { "PM" }.to_owned(),
        'E' if width == 4 => full_name(t.weekday()).to_owned(),
        _ => full_name(t.weekday()).chars().take(3).collect(),
    }
}

fn full_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

/// The offset at the beginning of a text, `Z` or `+02:00`, in seconds; at most eighteen hours.
fn offset(text: &str) -> Option<(i32, &str)> {
    if let Some(rest) = without_prefix(text, "Z") {
        return Some((0, rest));
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, rest) = text.strip_prefix(['+', '-'])?.split_once(':')?;
    let (minutes, rest) = rest.split_at_checked(2)?;
    let number = |digits: &str| digits.parse::<i32>().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()));
    let seconds = number(hours).filter(|_| hours.len() == 2)? * 3600 + number(minutes).filter(|m| *m < 60)? * 60;
    (seconds <= 18 * 3600).then_some((sign * seconds, rest))
}

#[derive(Default)]
struct Fields {
    year: Option<i32>,
    month: Option<u32>,
    day: Option<u32>,
    hour: Option<u32>,
    hour12: Option<u32>,
    afternoon: Option<bool>,
    minute: u32,
    second: u32,
    nanos: u32,
    /// Seconds east of Greenwich.
    offset: i32,
}

impl Fields {
    /// Takes one field off the front of `text` and gives what is left.
    fn read<'a>(&mut self, letter: char, width: usize, adjacent: bool, text: &'a str) -> Option<&'a str> {
        match letter {
            'M' | 'L' if width >= 3 => {
                let shown = |name: &'static str| if width == 3 { name.get(..3) } else { Some(name) };
                let mut rests = MONTHS.iter().map(|name| without_prefix(text, shown(name)?));
                let (index, rest) = rests.by_ref().enumerate().find_map(|(index, rest)| Some((index, rest?)))?;
                self.month = u32::try_from(index + 1).ok();
                return Some(rest);
            }
            'a' => {
                let afternoon = without_prefix(text, "PM");
                self.afternoon = Some(afternoon.is_some());
                return afternoon.or_else(|| without_prefix(text, "AM"));
            }
            'X' => {
                let (offset, rest) = offset(text)?;
                self.offset = offset;
                return Some(rest);
            }
            'E' | 'D' => return None,
            _ => {}
        }
        let most = match (letter, width, adjacent) {
            ('y', 4, false) => 7,
            ('S', ..) => width,
            (_, 1, false) => 9,
            _ => width,
        };
        let digits = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = text.split_at_checked(digits)?;
        // Of a fraction, one digit is enough.
        if digits.len() < if letter == 'S' { 1 } else { width } {
            return None;
        }
        let number: u32 = digits.parse().ok()?;
        match letter {
            'y' if width == 2 => self.year = i32::try_from(number).ok().map(|y| 2000 + y),
            'y' => self.year = i32::try_from(number).ok(),
            'M' | 'L' => self.month = Some(number),
            'd' => self.day = Some(number),
            'H' => self.hour = Some(number),
            'h' => self.hour12 = Some(number),
            'm' => self.minute = number,
            's' => self.second = number,
            _ => self.nanos = format!("{digits:0<9}").parse().ok()?,
        }
        Some(rest)
    }

    fn moment(&self) -> Option<NaiveDateTime> {
        let date = NaiveDate::from_ymd_opt(self.year.unwrap_or(1970), self.month.unwrap_or(1), self.day.unwrap_or(1))?;
        let hour = match (self.hour, self.hour12) {
            (Some(hour), _) => hour,
            (None, Some(hour @ 1..=12)) => hour % 12 + if self.afternoon == Some(true) { 12 } else { 0 },
            (None, Some(_)) => return None,
            (None, None) => 0,
        };
        let local = date.and_hms_nano_opt(hour, self.minute, self.second, self.nanos / 1000 * 1000)?;
        local.checked_sub_signed(TimeDelta::seconds(self.offset.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::DatetimePattern;

    #[test]
    fn patterns_write_and_read() {
        let pattern = |p: &str| DatetimePattern::parse(p).unwrap_or(DatetimePattern { parts: vec![] });
        let moment = pattern("yyyy-MM-dd HH:mm:ss").read("2024-02-29 13:05:09").unwrap_or_default();
        assert_eq!(pattern("d/M/yy h:mm a 'at' EEEE, MMM").write(moment), "29/2/24 1:05 PM at Thursday, Feb");
        assert!(pattern("yyyy-MM-dd").read("2024-2-29").is_none(), "two digits are asked for");
        assert!(pattern("s.SSS").read("5.1").is_some() && pattern("s.SSS").read("5.1234").is_none());
        assert!(pattern("ss.SSS").require_readable("").is_ok() && pattern("ssSSS").require_readable("").is_err());
        assert!(pattern("yyyy-MM-dd").read("2023-02-29").is_none(), "no such day");
        assert!(pattern("yyyy-MM-dd").read("2024-02-29x").is_none(), "nothing may follow");
        assert_eq!(pattern("yyyyMMdd").read("20240229").map(|t| t.date()), Some(moment.date()));
        assert!(DatetimePattern::parse("YYYY").is_err() && DatetimePattern::parse("w").is_err());
    }
}
