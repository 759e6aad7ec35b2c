//! Time zones as Java names them: offsets from UTC, regions, and the three-letter names that it keeps from its first
//! version.

use std::str::FromStr;

use chrono::{Days, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;

/// `ZoneId.SHORT_IDS`, as far as the letters are no region of their own.
const SHORT: &[(&str, &str)] = &[
    ("ACT", "Australia/Darwin"),
    ("AET", "Australia/Sydney"),
    ("AGT", "America/Argentina/Buenos_Aires"),
    ("ART", "Africa/Cairo"),
    ("AST", "America/Anchorage"),
    ("BET", "America/Sao_Paulo"),
    ("BST", "Asia/Dhaka"),
    ("CAT", "Africa/Harare"),
    ("CNT", "America/St_Johns"),
    ("CST", "America/Chicago"),
    ("CTT", "Asia/Shanghai"),
    ("EAT", "Africa/Addis_Ababa"),
    ("ECT", "Europe/Paris"),
    ("EST", "-05:00"),
    ("HST", "-10:00"),
    ("IET", "America/Indiana/Indianapolis"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("MIT", "Pacific/Apia"),
    ("MST", "-07:00"),
    ("NET", "Asia/Yerevan"),
    ("NST", "Pacific/Auckland"),
    ("PLT", "Asia/Karachi"),
    ("PNT", "America/Phoenix"),
    ("PRT", "America/Puerto_Rico"),
    ("PST", "America/Los_Angeles"),
    ("SST", "Pacific/Guadalcanal"),
    ("VST", "Asia/Ho_Chi_Minh"),
];

/// Seconds by which the zone is ahead of UTC when its clocks show `local`; `None` when there is no such zone.
pub(super) fn offset(zone: &str, local: NaiveDateTime) -> Option<i32> {
    let zone = SHORT.iter().find(|(short, _)| *short == zone).map_or(zone, |(_, long)| long);
    if matches!(zone, "Z" | "UTC" | "GMT" | "UT") {
        return Some(0);
    }
    let distance = ["UTC", "GMT", "UT"].iter().find_map(|zero| zone.strip_prefix(zero)).unwrap_or(zone);
    if distance.starts_with(['+', '-']) {
        return fixed(distance);
    }
    let region = Tz::from_str(zone).ok()?;
    // A local time that a clock change skips counts by the clock before, as in Java.
    let instant = region.from_local_datetime(&local).earliest();
    let before = || region.from_local_datetime(&local.checked_sub_days(Days::new(1))?).earliest();
    Some(instant.or_else(before)?.offset().fix().local_minus_utc())
}

/// `+h`, `+hh`, `+h:mm`, `+hh:m`, `+hh:mm`, `+hhmm`, `+hh:mm:ss` and `+hhmmss`, at most 18 hours.
fn fixed(text: &str) -> Option<i32> {
    let (sign, body) = text.split_at_checked(1)?;
    let parts: Vec<&str> = match (body.contains(':'), body.len()) {
        (true, _) => body.split(':').collect(),
        (false, 1 | 2) => vec![body],
        (false, 4) => vec![body.get(..2)?, body.get(2..)?],
        (false, 6) => vec![body.get(..2)?, body.get(2..4)?, body.get(4..)?],
        _ => return None,
    };
    let number = |part: &&str| {
        let plain = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| part.parse::<i32>().ok()).flatten()
    };
    let seconds = match parts.iter().map(number).collect::<Option<Vec<_>>>()?.as_slice() {
        [hours] => hours * 3600,
        [hours, minutes @ ..=59] => hours * 3600 + minutes * 60,
        [hours, minutes @ ..=59, seconds @ ..=59] => hours * 3600 + minutes * 60 + seconds,
        _ => return None,
    };
    (seconds <= 18 * 3600).then_some(if sign == "-" { -seconds } else { seconds })
}
