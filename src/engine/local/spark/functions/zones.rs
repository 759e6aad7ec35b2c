//! Moments moved between time zones.

use std::str::FromStr;
use std::sync::Arc;

use chrono::{Duration, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;
use datafusion::arrow::array::{ArrayRef, TimestampMicrosecondArray};
use datafusion::arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use datafusion::common::{Result, exec_datafusion_err, exec_err, plan_err};

use super::super::native::NativeParam::{Any, Text, Timestamp};
use super::super::native::{GivenArguments, Native, NativeCall, native};
use super::super::types;
use super::dates::{micros, moment};
use super::strings::constant;

pub(super) const FUNCTIONS: &[Native] = &[
    native(
        "from_utc_timestamp",
        &[Timestamp, Text],
        |_| Ok(types::timestamp()),
        |c| moved(c, Some("UTC".into()), true),
    ),
    native("to_utc_timestamp", &[Timestamp, Text], |_| Ok(types::timestamp()), |c| moved(c, Some("UTC".into()), false)),
    native("convert_timezone", &[Text, Text, Any], converted_type, converted),
];

fn zone(name: &str) -> Result<Tz> {
    Tz::from_str(name).map_err(|_| exec_datafusion_err!("the local engine knows zones by region here, not `{name}`"))
}

/// What clocks in the zone show at a moment of UTC.
fn local(t: NaiveDateTime, zone: Tz) -> NaiveDateTime {
    zone.from_utc_datetime(&t).naive_local()
}

/// The moment of UTC at which clocks in the zone show `t`: the earlier of two, and past a gap the clock before it.
fn universal(t: NaiveDateTime, zone: Tz) -> Option<NaiveDateTime> {
    let resolved = zone.from_local_datetime(&t).earliest();
    if let Some(resolved) = resolved {
        return Some(resolved.naive_utc());
    }
    let before = zone.from_local_datetime(&t.checked_sub_signed(Duration::hours(3))?).earliest()?;
    t.checked_sub_signed(Duration::seconds(i64::from(before.offset().fix().local_minus_utc())))
}

fn moved(call: &NativeCall, shown_in: Option<Arc<str>>, from_utc: bool) -> Result<ArrayRef> {
    let times = call.values::<TimestampMicrosecondType>(0)?.iter();
    let mut zones: Option<(String, Tz)> = None;
    let mut results = Vec::with_capacity(call.rows);
    for (time, name) in times.zip(call.text(1)?.iter()) {
        let (Some(time), Some(name)) = (time, name) else {
            results.push(None);
            continue;
        };
        let Some(time) = moment(time) else { return exec_err!("a moment beyond the calendar of the local engine") };
        let tz = match &zones {
            Some((known, tz)) if known == name => *tz,
            _ => zone(name)?,
        };
        zones = Some((name.to_owned(), tz));
        results.push(if from_utc { Some(local(time, tz)) } else { universal(time, tz) }.map(micros));
    }
    Ok(Arc::new(results.into_iter().collect::<TimestampMicrosecondArray>().with_timezone_opt(shown_in)))
}

fn converted_type(given: &GivenArguments) -> Result<DataType> {
    match given.type_at(2) {
        DataType::Timestamp(TimeUnit::Microsecond, None) => Ok(DataType::Timestamp(TimeUnit::Microsecond, None)),
        other => plan_err!("`convert_timezone` needs a TIMESTAMP_NTZ, not {}", types::show(&other)),
    }
}

fn converted(call: &NativeCall) -> Result<ArrayRef> {
    let (Some(from), Some(to)) = (constant(call, 0)?, constant(call, 1)?) else {
        return exec_err!("a time zone of NULL");
    };
    let (from, to) = (zone(&from)?, zone(&to)?);
    let times = call.values::<TimestampMicrosecondType>(2)?.iter();
    let moved = times.map(|t| Some(micros(local(universal(moment(t?)?, from)?, to))));
    Ok(Arc::new(moved.collect::<TimestampMicrosecondArray>()))
}
