//! Numbers from text.

/// A text without blanks around it as a whole number of 64 bits.
pub fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// A text without blanks around it as a floating point number; one that is too large is infinite.
pub fn double(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    match lower.as_str() {
        "nan" => return Some(f64::NAN),
        "inf" | "+inf" | "infinity" | "+infinity" => return Some(f64::INFINITY),
        "-inf" | "-infinity" => return Some(f64::NEG_INFINITY),
        // With a sign, as Java writes it alone.
        _ if matches!(text, "+NaN" | "-NaN") => return Some(f64::NAN),
        _ => {}
    }
    // Java reads a trailing `d` or `f` as part of the number, and no other letters than the exponent's.
    let body = lower.strip_suffix(['d', 'f']).unwrap_or(&lower);
    let plain = body.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'+' | b'-'));
    plain.then(|| body.parse().ok()).flatten()
}

/// `0x1p3`.
pub(super) fn is_hexadecimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    unsigned.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("0x")) && unsigned.contains(['p', 'P'])
}

/// Reads `[+-]digits[.digits][e[+-]digits]` as the unscaled value of a DECIMAL, rounded half up.
///
/// `None` when the text is no number or does not fit the precision.
pub fn decimal(text: &str, precision: u8, scale: u8) -> Option<i128> {
    let (negative, text) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (text.get(..at)?, exponent(text.get(at + 1..)?)?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let shift = exponent - i64::try_from(fraction.len()).ok()? + i64::from(scale);
    let unscaled = shifted(digits.trim_start_matches('0'), shift)?;
    let fits = unscaled < 10_i128.checked_pow(u32::from(precision))?;
    fits.then_some(if negative { -unscaled } else { unscaled })
}

fn exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let plain = !digits.is_empty() && digits.len() <= 9 && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// `digits` × 10^`shift`, rounded half up; `None` beyond 38 digits.
fn shifted(digits: &str, shift: i64) -> Option<i128> {
    if digits.is_empty() {
        return Some(0);
    }
    if shift >= 0 {
        let shift = u32::try_from(shift).ok()?;
        return digits.parse::<i128>().ok()?.checked_mul(10_i128.checked_pow(shift)?);
    }
    let dropped = usize::try_from(-shift).ok()?;
    if dropped > digits.len() {
        return Some(0);
    }
    let (kept, rest) = digits.split_at(digits.len() - dropped);
    let kept: i128 = if kept.is_empty() { 0 } else { kept.parse().ok()? };
    Some(kept + i128::from(rest.as_bytes().first().is_some_and(|d| *d >= b'5')))
}

#[cfg(test)]
mod tests {
    use super::{decimal, double, integer};

    #[test]
    fn decimals_round_half_up_and_keep_their_precision() {
        let cases = [
            ("12.345", Some(1235)),
            ("-12.345", Some(-1235)),
            ("12.344", Some(1234)),
            ("0.005", Some(1)),
            ("0.0049", Some(0)),
            ("1e2", Some(10000)),
            ("+7.", Some(700)),
            (".5", Some(50)),
            ("99999999.99", Some(9_999_999_999)),
            ("99999999.995", None),
            ("", None),
            (".", None),
            ("1,5", None),
            ("1e999999999999", None),
            ("١", None),
        ];
        for (text, expected) in cases {
            assert_eq!(decimal(text, 10, 2), expected, "{text}");
        }
    }

    #[test]
    fn numbers_are_read_as_spark_reads_them() {
        assert_eq!([integer("+7"), integer("-007")], [Some(7), Some(-7)]);
        assert_eq!(
            [integer("1.9"), integer(""), integer("-"), integer("1_0"), integer("9223372036854775808")],
            [None; 5]
        );
        assert_eq!([double("1e3"), double("1d"), double(".5")], [Some(1000.0), Some(1.0), Some(0.5)]);
        assert_eq!([double("x"), double(""), double("0x1")], [None; 3]);
    }
}
