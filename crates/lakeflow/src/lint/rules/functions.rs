//! Functions whose result is not what their name suggests: lakeflow-sql.md, "Functions and time".

use sqlparser::tokenizer::Token;

use crate::diag::did_you_mean;
use crate::lint::finding::Finding;
use crate::lint::view::StatementView;

/// Functions with a pattern of letters for dates, with the position of the pattern.
const FORMATS: &[(&str, usize)] = &[
    ("date_format", 1),
    ("to_date", 1),
    ("to_timestamp", 1),
    ("try_to_date", 1),
    ("try_to_timestamp", 1),
    ("from_unixtime", 1),
    ("unix_timestamp", 1),
    ("to_unix_timestamp", 1),
];

/// `date_format(d, 'YYYY')`.
pub fn week_year_pattern(view: &StatementView<'_>) -> Vec<Finding> {
    let mut found = vec![];
    for (name, position) in FORMATS {
        for at in view.calls(name) {
            let Some((first, last)) = view.parts(at + 1).get(*position).copied() else { continue };
            let Some(pattern) = view.constant(first).filter(|_| first == last) else { continue };
            let Some(letter) = week_letter(pattern) else { continue };
            let range = view.range(first, last);
            let message = format!("Spark rejects the week-based pattern letter `{letter}`");
            let finding = Finding::new(range.clone(), message);
            found.push(if letter == 'Y' && !pattern.contains(['\'', '\\', 'w']) {
                finding
                    .hint("write `y` for the calendar year")
                    .replace(range, format!("'{}'", pattern.replace('Y', "y")))
            } else {
                finding.hint("use `extract(YEAROFWEEK FROM ..)` and `weekofyear(..)`")
            });
        }
    }
    found
}

/// The first letter of weeks in a pattern, outside of its quoted parts.
fn week_letter(pattern: &str) -> Option<char> {
    pattern.split('\'').step_by(2).flat_map(str::chars).find(|c| matches!(c, 'Y' | 'w' | 'W' | 'u' | 'e' | 'c'))
}

/// Units of `date_trunc`.
const UNITS: &[&str] = &[
    "YEAR",
    "YYYY",
    "YY",
    "QUARTER",
    "MONTH",
    "MM",
    "MON",
    "WEEK",
    "DAY",
    "DD",
    "HOUR",
    "MINUTE",
    "SECOND",
    "MILLISECOND",
    "MICROSECOND",
];

/// `date_trunc('WEEKLY', d)`.
pub fn date_trunc_unit(view: &StatementView<'_>) -> Vec<Finding> {
    let find = |at: usize| {
        let unit = view.constant(at + 2)?;
        let is_known = UNITS.iter().any(|known| known.eq_ignore_ascii_case(unit));
        let message = format!("`{unit}` is not a valid unit of `date_trunc`, which then returns NULL");
        let hint = did_you_mean(unit, UNITS.iter().copied())
            .unwrap_or_else(|| "write `WEEK`, `MONTH` or another unit".to_owned());
        (!is_known).then(|| Finding::new(view.range(at + 2, at + 2), message).hint(hint))
    };
    view.calls("date_trunc").filter_map(find).collect()
}

/// `year(d)` beside `weekofyear(d)`.
pub fn week_with_calendar_year(view: &StatementView<'_>) -> Vec<Finding> {
    let weeks = view.calls("weekofyear").chain(view.places("WEEK FROM")).next();
    let has_year = view.calls("year").next().is_some() || view.has("YEAR FROM");
    let Some(at) = weeks.filter(|_| has_year && !view.has("YEAROFWEEK")) else { return vec![] };
    let message = "the first days of January can fall in the last week of the previous year";
    vec![Finding::new(view.range(at, at), message).hint("take the year from `extract(YEAROFWEEK FROM ..)`")]
}

/// Functions that put a list into order.
const SORTERS: &[&str] = &["array_sort", "sort_array", "size", "cardinality", "array_contains", "array_size"];

/// `collect_list(x)` and `listagg(x)` without an order.
pub fn unordered_list(view: &StatementView<'_>) -> Vec<Finding> {
    let lists = ["collect_list", "collect_set", "array_agg", "listagg", "string_agg"];
    let is_ordered = |at: usize| {
        let close = view.closing(at + 1);
        let sorted = |open: usize| {
            open > 0 && view.word(open - 1).is_some_and(|w| SORTERS.iter().any(|s| s.eq_ignore_ascii_case(w)))
        };
        view.is(close + 1, "WITHIN GROUP") || view.is(close + 1, "OVER") || view.opening(at).is_some_and(sorted)
    };
    let calls = lists.into_iter().flat_map(|name| view.calls(name).collect::<Vec<_>>());
    let find = |at: usize| {
        let hint = match view.word(at).map(str::to_lowercase).as_deref() {
            Some("listagg" | "string_agg") => "add `WITHIN GROUP (ORDER BY ..)`",
            _ => "wrap it in `array_sort(..)`",
        };
        Finding::new(view.range(at, at), "the order of these values changes from run to run").hint(hint)
    };
    calls.filter(|at| view.created().is_some() && !is_ordered(*at)).map(find).collect()
}

/// `first(x)` and `last(x)` as aggregates.
pub fn first_without_order(view: &StatementView<'_>) -> Vec<Finding> {
    let names = ["first", "last", "first_value", "last_value", "any_value"];
    let calls = names.into_iter().flat_map(|name| view.calls(name).collect::<Vec<_>>());
    let in_window = |at: usize| (view.closing(at + 1)..view.closing(at + 1) + 4).any(|index| view.is(index, "OVER"));
    let find = |at: usize| {
        let finding = Finding::new(view.range(at, at), "which row comes first in a group changes from run to run");
        finding.hint("choose one with `min_by(value, order)` or `max_by(value, order)`")
    };
    calls.filter(|at| view.created().is_some() && !in_window(*at)).map(find).collect()
}

/// `sha2(concat_ws(..))` over values that can be NULL.
pub fn nullable_hash(view: &StatementView<'_>) -> Vec<Finding> {
    let hashes = ["sha2", "sha1", "sha", "md5", "xxhash64", "hash", "crc32"];
    let calls = hashes.into_iter().flat_map(|name| view.calls(name).collect::<Vec<_>>());
    let find = |at: usize| {
        let inside = at + 2..view.closing(at + 1);
        let is_call = |at: &usize| view.is(*at, "concat_ws") && view.is_token(at + 1, &Token::LParen);
        let concat = inside.into_iter().find(is_call)?;
        let is_plain = |(first, last): (usize, usize)| {
            first == last && matches!(view.token(first), Some(Token::Word(_)))
                || (view.is_token(first + 1, &Token::Period) && last == first + 2)
        };
        let message = "`concat_ws` skips NULLs, so different rows can get the same hash";
        let hint = "wrap each part in `coalesce(x, '..')`, with a marker that no value contains";
        view.parts(concat + 1)
            .into_iter()
            .skip(1)
            .any(is_plain)
            .then(|| Finding::new(view.range(concat, concat), message).hint(hint))
    };
    calls.filter_map(find).collect()
}
