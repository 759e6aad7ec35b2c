//! Dimensions and measures of a metric view: their names, windows and other keys of closed values.

use std::ops::ControlFlow;

use serde_json::{Map, Value};
use sqlparser::ast::{Expr, Function, Visitor};

use super::{MappingShape, ViewReader};
use crate::ast::MetricExpr;
use crate::diag::did_you_mean;
use crate::functions::{FunctionKind, lookup};
use crate::parse::cursor::Parsed;
use crate::walk;

const FIELD: MappingShape = MappingShape {
    keys: &["name", "expr", "comment", "display_name", "format", "synonyms"],
    required: &["name", "expr"],
};

const MEASURE: MappingShape = MappingShape {
    keys: &["name", "expr", "comment", "display_name", "format", "synonyms", "window"],
    required: &["name", "expr"],
};

const WINDOW: MappingShape =
    MappingShape { keys: &["order", "range", "semiadditive", "offset"], required: &["order", "range"] };

const FORMAT: MappingShape = MappingShape {
    keys: &[
        "type",
        "currency_code",
        "decimal_places",
        "hide_group_separator",
        "abbreviation",
        "date_format",
        "time_format",
        "leading_zeros",
    ],
    required: &["type"],
};

const DECIMAL_PLACES: MappingShape = MappingShape { keys: &["type", "places"], required: &["type"] };

const UNITS: &[&str] = &["second", "minute", "hour", "day", "week", "month", "quarter", "year"];

const FORMATS: &[&str] = &["number", "currency", "percentage", "byte", "date", "date_time"];

/// How many decimals a number shows at most: those of the widest `DECIMAL`.
const MOST_PLACES: u64 = 38;

/// How many synonyms a field has at most, and how long each is at most.
const SYNONYMS: (usize, usize) = (10, 255);

impl ViewReader {
    /// The dimensions and the measures, whose names are all different.
    pub(super) fn fields(&self, view: &Map<String, Value>) -> Parsed<(Vec<MetricExpr>, Vec<MetricExpr>)> {
        let mut names: Vec<String> = vec![];
        let (mut dimensions, mut measured) = (vec![], vec![]);
        for list in ["fields", "dimensions", "measures"] {
            for (at, item) in self.items(view, "", list)? {
                let field = self.mapping(item, &at, if list == "measures" { &MEASURE } else { &FIELD })?;
                let name = self.name(field, &at)?;
                if names.contains(&name.to_lowercase()) {
                    return Err(self.at_value(&format!("{at}/name"), format!("duplicate field `{name}`")));
                }
                names.push(name.to_lowercase());
                let expr = self.field(field, &at, list == "measures")?;
                if list == "measures" { &mut measured } else { &mut dimensions }.extend(expr);
            }
        }
        let measures = self.items(view, "", "measures")?;
        measures.iter().try_for_each(|(at, measure)| self.windows(measure, at, &names))?;
        Ok((dimensions, measured))
    }

    fn field(&self, field: &Map<String, Value>, at: &str, measure: bool) -> Parsed<Option<MetricExpr>> {
        let expr = self.expression(field, at, "expr")?;
        if let Some(MetricExpr { expr, .. }) = &expr {
            self.aggregates(expr, at, measure)?;
        }
        for key in ["comment", "display_name"] {
            self.text(field, at, key)?;
        }
        let (most, longest) = SYNONYMS;
        let synonyms = self.items(field, at, "synonyms")?;
        if synonyms.len() > most {
            return Err(self.at_key(&format!("{at}/synonyms"), format!("a field can have at most {most} synonyms")));
        }
        for (at, synonym) in synonyms {
            if synonym.as_str().is_none_or(|text| text.is_empty() || text.chars().count() > longest) {
                return Err(self.at_value(&at, format!("a synonym must be a string of 1 to {longest} characters")));
            }
        }
        if let Some(format) = field.get("format") {
            self.format(format, &format!("{at}/format"))?;
        }
        Ok(expr)
    }

    fn format(&self, format: &Value, at: &str) -> Parsed<()> {
        if !format.is_object() {
            return Err(self.at_value(at, "`format` must be a mapping").hint("write `format: {type: number}`"));
        }
        let format = self.mapping(format, at, &FORMAT)?;
        self.one_of(format, at, "type", FORMATS)?;
        self.one_of(format, at, "abbreviation", &["none", "compact", "scientific"])?;
        for flag in ["hide_group_separator", "leading_zeros"] {
            self.one_of(format, at, flag, &["true", "false"])?;
        }
        let is_code =
            |code: &str| code.contains("${") || code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        if format.get("currency_code").is_some_and(|code| !code.as_str().is_some_and(is_code)) {
            let fault = self.at_value(&format!("{at}/currency_code"), "a currency code must be three capital letters");
            return Err(fault.hint("write `currency_code: EUR`"));
        }
        let Some(decimals) = format.get("decimal_places") else { return Ok(()) };
        let at = format!("{at}/decimal_places");
        let decimals = self.mapping(decimals, &at, &DECIMAL_PLACES)?;
        self.one_of(decimals, &at, "type", &["exact", "max", "all"])?;
        let fits = |places: &Value| match places {
            Value::String(places) => places.contains("${"),
            places => places.as_u64().is_some_and(|places| places <= MOST_PLACES),
        };
        match decimals.get("places").is_none_or(fits) {
            true => Ok(()),
            false => {
                Err(self
                    .at_value(&format!("{at}/places"), format!("`places` must be a number from 0 to {MOST_PLACES}")))
            }
        }
    }

    /// A text that must not be empty.
    pub(super) fn name<'v>(&self, map: &'v Map<String, Value>, at: &str) -> Parsed<&'v str> {
        match map.get("name").and_then(Value::as_str) {
            Some(name) if !name.is_empty() => Ok(name),
            _ => Err(self.at_value(&format!("{at}/name"), "a name must be a string")),
        }
    }

    pub(super) fn text(&self, map: &Map<String, Value>, at: &str, key: &str) -> Parsed<()> {
        match map.get(key) {
            Some(Value::Array(_) | Value::Object(_)) => {
                Err(self.at_value(&format!("{at}/{key}"), format!("`{key}` must be a string")))
            }
            _ => Ok(()),
        }
    }

    /// The value of `key`, if it is given, is one of `known`.
    pub(super) fn one_of(&self, map: &Map<String, Value>, at: &str, key: &str, known: &[&str]) -> Parsed<()> {
        let Some(value) = map.get(key) else { return Ok(()) };
        let written = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if known.contains(&written.as_str()) || written.contains("${") {
            return Ok(());
        }
        let fault = self.at_value(&format!("{at}/{key}"), format!("`{written}` is not a valid value for `{key}`"));
        let hint = did_you_mean(&written, known.iter().copied());
        Err(fault.maybe_hint(hint.or_else(|| Some(format!("write `{}`", known.join("` or `"))))))
    }

    fn windows(&self, measure: &Value, at: &str, names: &[String]) -> Parsed<()> {
        let Some(measure) = measure.as_object() else { return Ok(()) };
        for (at, window) in self.items(measure, at, "window")? {
            let window = self.mapping(window, &at, &WINDOW)?;
            let order = window.get("order").and_then(Value::as_str).unwrap_or_default();
            if !names.contains(&order.to_lowercase()) {
                let fault = self.at_value(&format!("{at}/order"), format!("unknown field `{order}`"));
                return Err(fault.maybe_hint(did_you_mean(order, names.iter().map(String::as_str))));
            }
            let range = window.get("range").and_then(Value::as_str).unwrap_or_default();
            if !is_range(range) {
                let fault =
                    self.at_value(&format!("{at}/range"), format!("`{range}` is not a valid value for `range`"));
                let hint = "write `current`, `cumulative`, `all`, `trailing 7 day` or `leading 7 day`";
                return Err(fault.hint(hint));
            }
            self.one_of(window, &at, "semiadditive", &["first", "last"])?;
            let offset = window.get("offset").map(|offset| offset.as_str().unwrap_or_default());
            if offset.is_some_and(|offset| !is_span(offset.trim_start_matches('-'))) {
                let fault = self.at_value(&format!("{at}/offset"), "an offset must be a number and a unit");
                return Err(fault.hint("write `-1 month`"));
            }
        }
        Ok(())
    }

    /// A dimension looks at one row, a measure at many.
    fn aggregates(&self, expr: &Expr, at: &str, measure: bool) -> Parsed<()> {
        let mut calls = Calls::default();
        let _ = walk::visit(expr, &mut calls);
        let place = format!("{at}/expr");
        if !measure && calls.aggregate {
            return Err(self.at_value(&place, "aggregates are not allowed in a dimension").hint("make it a measure"));
        }
        if measure && calls.column && !calls.aggregate && !calls.unknown {
            let fault = self.at_value(&place, "a measure must aggregate, and this one does not");
            return Err(fault.hint("write `sum(..)` or `count(..)`, or make it a dimension"));
        }
        Ok(())
    }
}

/// What an expression calls.
#[derive(Default)]
struct Calls {
    aggregate: bool,
    /// A function that may aggregate: `measure(m)`, or one that somebody wrote.
    unknown: bool,
    column: bool,
}

impl Visitor for Calls {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Function(Function { name, over: None, .. }) => match lookup(&name.to_string()).map(|f| f.kind) {
                Some(FunctionKind::Aggregate) => self.aggregate = true,
                Some(_) => {}
                None => self.unknown = true,
            },
            Expr::Function(_) | Expr::Subquery(_) => self.unknown = true,
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => self.column = true,
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn is_range(range: &str) -> bool {
    let span = range.strip_prefix("trailing ").or_else(|| range.strip_prefix("leading "));
    match span {
        Some(span) => {
            let span = span.trim_end_matches(" inclusive").trim_end_matches(" exclusive");
            // Over a column of whole numbers there is no unit.
            is_span(span) || span.trim().parse::<u32>().is_ok_and(|count| count > 0)
        }
        None => ["current", "cumulative", "all"].contains(&range),
    }
}

/// `7 day`
fn is_span(text: &str) -> bool {
    let Some((count, unit)) = text.trim().split_once(' ') else { return false };
    count.parse::<u32>().is_ok_and(|count| count > 0) && UNITS.contains(&unit.trim().trim_end_matches('s'))
}
