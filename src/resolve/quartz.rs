//! Cron expressions as Quartz 2.3 reads them, which runs the schedules of jobs.
//!
//! It accepts more than standard cron does: ranges that wrap around (`22-2`, `NOV-FEB`), longer names (`MONDAY`), the
//! last days of a month (`L-3`, `LW`), working days (`15W`), the third Friday (`FRI#3`). What it accepts but then
//! ignores, such as everything after the star of `*5`, is rejected here: the schedule would not be what is written.

/// A field of an expression.
struct QuartzField {
    /// What it is called in messages, in the plural.
    name: &'static str,
    /// The smallest and the largest value.
    range: (u32, u32),
    /// The largest `n` of `*/n`: the distance between the two ends of the range.
    step: u32,
    /// Names of values, from the smallest on.
    words: &'static [&'static str],
}

const MONTHS: [&str; 12] = [
    "JANUARY",
    "FEBRUARY",
    "MARCH",
    "APRIL",
    "MAY",
    "JUNE",
    "JULY",
    "AUGUST",
    "SEPTEMBER",
    "OCTOBER",
    "NOVEMBER",
    "DECEMBER",
];
const WEEKDAYS: [&str; 7] = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"];
/// Letters of a name that count.
const SHORT: usize = 3;

const DAY: usize = 3;
const WEEKDAY: usize = 5;
const YEAR: usize = 6;
const FIELDS: [QuartzField; 7] = [
    QuartzField { name: "seconds", range: (0, 59), step: 59, words: &[] },
    QuartzField { name: "minutes", range: (0, 59), step: 59, words: &[] },
    QuartzField { name: "hours", range: (0, 23), step: 23, words: &[] },
    QuartzField { name: "days of the month", range: (1, 31), step: 31, words: &[] },
    QuartzField { name: "months", range: (1, 12), step: 12, words: &MONTHS },
    QuartzField { name: "days of the week", range: (1, 7), step: 7, words: &WEEKDAYS },
    QuartzField { name: "years", range: (1970, 2099), step: 129, words: &[] },
];

/// Why the six or seven fields of an expression are none to Quartz.
///
/// # Errors
/// What is wrong, in words.
pub fn judge(fields: &[&str]) -> Result<(), String> {
    for (index, (text, field)) in fields.iter().zip(&FIELDS).enumerate() {
        let text = text.to_ascii_uppercase();
        let has_others = text.contains(',');
        if has_others && [DAY, WEEKDAY].contains(&index) && text.split(',').any(is_last) {
            return Err(format!("in `{text}`, `L` cannot be combined with other {}", field.name));
        }
        if has_others && index == WEEKDAY && text.contains('#') {
            return Err(format!("in `{text}`, `#` cannot be combined with other {}", field.name));
        }
        text.split(',').try_for_each(|item| self::item(index, field, item))?;
    }
    Ok(())
}

/// Whether an item is about last days. The letter is in the name of July too.
fn is_last(item: &str) -> bool {
    item.starts_with('L') || (item.ends_with('L') && !item.starts_with("JUL"))
}

fn item(index: usize, field: &QuartzField, item: &str) -> Result<(), String> {
    if item == "?" && [DAY, WEEKDAY].contains(&index) {
        return Ok(());
    }
    if let Some(rest) = item.strip_prefix('*') {
        return if rest.is_empty() { Ok(()) } else { increment(field, item, rest) };
    }
    if item.starts_with('/') {
        return increment(field, item, item);
    }
    match index {
        DAY if item.starts_with('L') => last_day(item),
        WEEKDAY if item == "L" => Ok(()),
        _ => value(index, field, item),
    }
}

/// `L`, `LW`, `L-3`, `L-3W`: the last day of a month, some days before it, the last working day until then.
fn last_day(item: &str) -> Result<(), String> {
    let offset = item.strip_prefix('L').unwrap_or(item);
    let offset = offset.strip_suffix('W').unwrap_or(offset);
    match offset.strip_prefix('-').map(str::parse) {
        Some(Ok(0..=30_u8)) => Ok(()),
        Some(_) => Err(format!("`{item}` is more than 30 days before the end of a month")),
        None if offset.is_empty() => Ok(()),
        None => Err(format!("cannot parse `{item}`")),
    }
}

/// A value, and what may stand behind it.
fn value(index: usize, field: &QuartzField, item: &str) -> Result<(), String> {
    let (first, rest) = one(field, item, item)?;
    match (index, rest) {
        (_, "") | (DAY, "W") | (WEEKDAY, "L") => return Ok(()),
        (WEEKDAY, rest) if rest.starts_with('#') => {
            let is_week =
                matches!(rest.trim_start_matches('#').parse(), Ok(1..=5_u8)) && rest.matches('#').count() == 1;
            return if is_week {
                Ok(())
            } else {
                Err(format!("expected a number from 1 to 5 after the `#` of `{item}`"))
            };
        }
        _ => {}
    }
    let is_named = |text: &str| text.starts_with(|c: char| c.is_ascii_alphabetic());
    let Some(end) = rest.strip_prefix('-') else {
        let is_step = rest.starts_with('/') && !is_named(item);
        return if is_step { increment(field, item, rest) } else { Err(unread(item, rest)) };
    };
    let (last, rest) = one(field, item, end)?;
    match rest {
        "" => {}
        "W" if index == DAY => {}
        rest if rest.starts_with('/') && !is_named(end) => increment(field, item, rest)?,
        rest => return Err(unread(item, rest)),
    }
    // Other fields run over their ends.
    if index == YEAR && last < first {
        return Err(format!("the range of years `{item}` ends before it starts"));
    }
    Ok(())
}

fn unread(item: &str, rest: &str) -> String {
    format!("unexpected `{rest}` in `{item}`")
}

/// A number or name at the beginning of a text, and what stands behind it.
fn one<'t>(field: &QuartzField, item: &str, text: &'t str) -> Result<(u32, &'t str), String> {
    let (low, high) = field.range;
    let out_of_range = || match field.words {
        [] => format!("`{item}` is not valid: {} are {low} to {high}", field.name),
        [first, ..] => {
            format!(
                "`{item}` is not valid: {} are {low} ({}) to {high}",
                field.name,
                first.get(..SHORT).unwrap_or(first)
            )
        }
    };
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    if end > 0 {
        let (digits, rest) = text.split_at(end);
        let number = digits.parse().ok().filter(|number| (low..=high).contains(number));
        return number.map(|number| (number, rest)).ok_or_else(out_of_range);
    }
    // Three letters tell; those of the whole name may follow.
    let named = |word: &&&str| text.get(..SHORT) == word.get(..SHORT);
    let Some((place, word)) = field.words.iter().enumerate().find(|(_, word)| named(word)) else {
        return Err(if text.is_empty() { format!("the range `{item}` has no end") } else { out_of_range() });
    };
    let same = text.bytes().zip(word.bytes()).take_while(|(a, b)| a == b).count();
    // `FRIL` is the last Friday.
    let rest = text.get(same..).unwrap_or_default();
    Ok((low + u32::try_from(place).unwrap_or_default(), rest))
}

/// `/5`
fn increment(field: &QuartzField, item: &str, text: &str) -> Result<(), String> {
    let step = text.strip_prefix('/').ok_or_else(|| unread(item, text))?;
    match step.parse() {
        Ok(step) if (1..=field.step).contains(&step) => Ok(()),
        _ => Err(format!(
            "invalid increment in `{item}`: an increment of {} is a number from 1 to {}",
            field.name, field.step
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::judge;

    fn judged(cron: &str) -> Result<(), String> {
        judge(&cron.split(' ').collect::<Vec<_>>())
    }

    /// Judged by the `CronExpression` of Quartz 2.3.2.
    #[test]
    fn what_quartz_accepts() {
        for cron in [
            "0 0 5 * * ?",
            "0 0 4 ? * MON",
            "0 0 4 ? * monday",
            "0 15 10 ? * 2-6",
            "0 0/5 14 * * ?",
            "0 0,30 8-18/2 * * ?",
            "0 */10 * * * ?",
            "0 /10 * * * ?",
            "0 0 12 1/5 * ?",
            "0 0 22-2 * * ?",
            "50-10 0 0 * * ?",
            "0 0 0 ? NOV-FEB MON",
            "0 0 0 ? JANUARY FRI-MON",
            "0 0 0 1 JULY ?",
            "0 0 0 28-3 * ?",
            "0 0 12 L * ?",
            "0 0 12 LW * ?",
            "0 0 12 L-3 * ?",
            "0 0 12 L-3W * ?",
            "0 0 12 15W * ?",
            "0 0 12 1-5W * ?",
            "0 0 12 ? * L",
            "0 0 12 ? * 6L",
            "0 0 12 ? * FRIL",
            "0 0 12 ? * 6#3",
            "0 0 12 ? * FRI#3",
            "0 0 12 ? JAN,JUL,12 MON,WED,7",
            "0 0 12 * * ? 2030-2032/2",
        ] {
            assert_eq!(judged(cron), Ok(()), "{cron}");
        }
    }

    #[test]
    fn what_quartz_refuses_or_ignores() {
        for (cron, why) in [
            ("0 0 5 ? * 0", "`0` is not valid: days of the week are 1 (SUN) to 7"),
            ("0 0 5 ? * 8", "`8` is not valid: days of the week are 1 (SUN) to 7"),
            ("0 0 24 * * ?", "`24` is not valid: hours are 0 to 23"),
            ("0 60 5 * * ?", "`60` is not valid: minutes are 0 to 59"),
            ("0 0 5 0 * ?", "`0` is not valid: days of the month are 1 to 31"),
            ("0 0 5 1 13 ?", "`13` is not valid: months are 1 (JAN) to 12"),
            ("0 0 5 1 FOO ?", "`FOO` is not valid: months are 1 (JAN) to 12"),
            ("0 0 5 1-x * ?", "`1-X` is not valid: days of the month are 1 to 31"),
            ("0 0 5 1- * ?", "the range `1-` has no end"),
            ("0 0/60 5 * * ?", "invalid increment in `0/60`: an increment of minutes is a number from 1 to 59"),
            ("0 0/ 5 * * ?", "invalid increment in `0/`: an increment of minutes is a number from 1 to 59"),
            ("0 0 */24 * * ?", "invalid increment in `*/24`: an increment of hours is a number from 1 to 23"),
            ("0 0 *5 * * ?", "unexpected `5` in `*5`"),
            ("0 0 5 L-31 * ?", "`L-31` is more than 30 days before the end of a month"),
            ("0 0 5 L,15 * ?", "in `L,15`, `L` cannot be combined with other days of the month"),
            ("0 0 5 ? * MON,6L", "in `MON,6L`, `L` cannot be combined with other days of the week"),
            ("0 0 5 ? * 6#6", "expected a number from 1 to 5 after the `#` of `6#6`"),
            ("0 0 5 ? * 6#1,2#1", "in `6#1,2#1`, `#` cannot be combined with other days of the week"),
            ("0 0 5W * * ?", "unexpected `W` in `5W`"),
            ("0 0 L * * ?", "`L` is not valid: hours are 0 to 23"),
            ("0 ? 5 * * ?", "`?` is not valid: minutes are 0 to 59"),
            ("0 0 5 ? JAN/2 MON", "unexpected `/2` in `JAN/2`"),
            ("0 0 5 1 * ? 2032-2030", "the range of years `2032-2030` ends before it starts"),
        ] {
            assert_eq!(judged(cron), Err(why.to_owned()), "{cron}");
        }
    }
}
