//! Days since 1970-01-01 in the proleptic Gregorian calendar, for every year that Spark's DATE has.

/// The day of a date; `None` when there is no such date, or its day does not fit 32 bits.
pub fn days_of(year: i32, month: u32, day: u32) -> Option<i32> {
    if !(1..=days_in(year, month)?).contains(&day) {
        return None;
    }
    // Counted from March, so that the leap day is the last of its year.
    let (month, day) = (i64::from(month), i64::from(day));
    let year = i64::from(year) - i64::from(month <= 2);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let year_of_era = year.rem_euclid(400);
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    i32::try_from(year.div_euclid(400) * 146_097 + day_of_era - 719_468).ok()
}

/// Year, month and day of a day.
pub fn date_of(days: i32) -> (i32, u32, u32) {
    let shifted = i64::from(days) + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year as i32, month as u32, day as u32)
}

fn days_in(year: i32, month: u32) -> Option<u32> {
    let leaps = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => Some(if leaps { 29 } else { 28 }),
        4 | 6 | 9 | 11 => Some(30),
        1..=12 => Some(31),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_go_there_and_back() {
        for (date, days) in [
            ((1970, 1, 1), 0),
            ((1969, 12, 31), -1),
            ((2024, 2, 29), 19_782),
            ((2000, 2, 29), 11_016),
            ((1900, 3, 1), -25_508),
            ((0, 1, 1), -719_528),
            ((-4, 2, 29), -720_930),
            ((5_881_580, 7, 11), i32::MAX),
        ] {
            assert_eq!(days_of(date.0, date.1, date.2), Some(days), "{date:?}");
            assert_eq!(date_of(days), date);
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for (year, month, day) in
            [(2023, 2, 29), (1900, 2, 29), (2024, 13, 1), (2024, 0, 1), (2024, 4, 31), (2024, 1, 0)]
        {
            assert_eq!(days_of(year, month, day), None);
        }
        assert_eq!(days_of(5_881_580, 7, 12), None);
    }
}
