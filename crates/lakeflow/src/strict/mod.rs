//! Refuses what sqlparser accepts and Databricks does not, or reads differently.
//!
//! sqlparser's grammar is the union of many. A construct that Databricks lacks would fail only when the pipeline runs; one
//! that it reads differently would not fail at all. Names that are strings (`SELECT a 'b'`) belong to the second kind: two
//! literals side by side are one string in Spark. Meaning (types, names, functions) is not looked at.

use std::ops::{ControlFlow, Range};

mod call;
mod literal;
mod query;
mod relation;
mod walk;

use sqlparser::ast::{
    AccessExpr, BinaryOperator, CastKind, CeilFloorKind, DateTimeField, Distinct, Expr, Ident, ObjectName, Query,
    Select, Spanned, Subscript, TableFactor, Value, ValueWithSpan, Visitor, WildcardAdditionalOptions,
};
use sqlparser::tokenizer::Span;

use super::ParseFault;
use super::dialect::UNSIGNED_SHIFT;
use super::infer::part_type;
use super::place::range_of;
use super::recursion;
use super::type_name;
use crate::diag::did_you_mean;

/// The first thing in `expr` that Databricks would refuse or read differently. `range` is where it stands, for parts that
/// have no place of their own.
pub(super) fn check_expr(text: &str, expr: &Expr, range: Range<usize>) -> Result<(), ParseFault> {
    fault(Strict { text, range, paths: false }.walk_expr(expr))
}

/// The same in a query.
pub(super) fn check_query(text: &str, query: &Query, range: Range<usize>) -> Result<(), ParseFault> {
    fault(Strict { text, range, paths: false }.walk_query(query))
}

/// The same in a query that may read `FROM 'path'`.
pub(super) fn check_query_with_paths(text: &str, query: &Query, range: Range<usize>) -> Result<(), ParseFault> {
    fault(Strict { text, range, paths: true }.walk_query(query))
}

fn fault(flow: Flow) -> Result<(), ParseFault> {
    match flow {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(fault) => Err(fault),
    }
}

/// What is wrong with a `TABLE` that `lex/rewrite.rs` left, and what helps.
pub(super) const TABLE_FIRST: (&str, &str) = ("a query cannot start with `TABLE` here", "write `AS TABLE ..`");

/// Parts of a date that are worth guessing at.
const DATE_PARTS: &[&str] =
    &["YEAR", "YEAROFWEEK", "QUARTER", "MONTH", "WEEK", "DAY", "DAYOFWEEK", "DAYOFYEAR", "HOUR", "MINUTE", "SECOND"];

struct Strict<'a> {
    text: &'a str,
    range: Range<usize>,
    /// Whether a string may name a relation.
    paths: bool,
}

type Flow = ControlFlow<ParseFault>;

const GO_ON: Flow = ControlFlow::Continue(());

impl Strict<'_> {
    /// The bytes of `word`, for a part that sqlparser gives no place: its only occurrence in what is checked, if it has
    /// just one.
    fn sole(&self, word: &str) -> Option<Range<usize>> {
        let lower = self.text.get(self.range.clone())?.to_ascii_lowercase();
        let word = word.to_ascii_lowercase();
        let mut found = lower.match_indices(&word).map(|(at, _)| self.range.start + at);
        let start = found.next()?;
        found.next().is_none().then(|| start..start + word.len())
    }

    fn refuse_word(&self, word: &str, node: &impl Spanned, message: impl Into<String>, hint: Option<String>) -> Flow {
        match self.sole(word) {
            Some(range) => ControlFlow::Break(ParseFault::new(range, message).maybe_hint(hint)),
            None => self.refuse(node, message, hint),
        }
    }

    fn refuse(&self, node: &impl Spanned, message: impl Into<String>, hint: Option<String>) -> Flow {
        let range = range_of(self.text, node.span()).filter(|r| !r.is_empty()).unwrap_or_else(|| self.range.clone());
        ControlFlow::Break(ParseFault::new(range, message).maybe_hint(hint))
    }

    fn refuse_at(&self, span: Span, message: impl Into<String>, hint: Option<String>) -> Flow {
        let range = range_of(self.text, span).unwrap_or_else(|| self.range.clone());
        ControlFlow::Break(ParseFault::new(range, message).maybe_hint(hint))
    }

    fn foreign_word(&self, word: &str, node: &impl Spanned, what: &str) -> Flow {
        self.refuse_word(word, node, format!("Databricks SQL has no {what}"), None)
    }

    fn foreign(&self, node: &impl Spanned, what: &str) -> Flow {
        self.refuse(node, format!("Databricks SQL has no {what}"), None)
    }

    fn ident(&self, ident: &Ident) -> Flow {
        if recursion::is_marked(ident) {
            let message = "`MAX RECURSION LEVEL` is only allowed in `WITH RECURSIVE`";
            return self.refuse_at(ident.span, message, None);
        }
        self.no_string(ident)
    }

    fn no_string(&self, ident: &Ident) -> Flow {
        let Some(quote @ ('\'' | '"')) = ident.quote_style else { return GO_ON };
        let hint = "quote names with backticks; single and double quotes make strings";
        let literal = format!("{quote}{}{quote}", ident.value);
        // Such a name has no place of its own.
        let range = self.sole(&literal).unwrap_or_else(|| self.range.clone());
        ControlFlow::Break(ParseFault::new(range, "expected a name, found a string").hint(hint))
    }

    /// A type after a name that takes none.
    fn typed(&self, name: &Ident, found: &str) -> Flow {
        let range = range_of(self.text, name.span).unwrap_or_else(|| self.range.clone());
        ControlFlow::Break(ParseFault::new(
            range,
            format!("expected `,` or `)` after `{}`, found `{found}`", name.value),
        ))
    }

    fn operator(&self, op: &BinaryOperator, node: &impl Spanned) -> Flow {
        use BinaryOperator as B;
        match op {
            B::Plus | B::Minus | B::Multiply | B::Divide | B::Modulo | B::MyIntegerDivide | B::StringConcat => GO_ON,
            B::Gt | B::Lt | B::GtEq | B::LtEq | B::Spaceship | B::Eq | B::NotEq | B::And | B::Or => GO_ON,
            B::BitwiseOr | B::BitwiseAnd | B::BitwiseXor => GO_ON,
            B::PGBitwiseShiftLeft | B::PGBitwiseShiftRight => GO_ON,
            B::Custom(op) if op == UNSIGNED_SHIFT => GO_ON,
            other => self.foreign(node, &format!("operator `{other}`")),
        }
    }

    fn like(&self, any: bool, pattern: &Expr, escape: Option<&ValueWithSpan>) -> Flow {
        if any && !matches!(pattern, Expr::Tuple(_) | Expr::Nested(_) | Expr::Subquery(_)) {
            let hint = Some("write `LIKE ANY ('..', '..')`".to_owned());
            return self.refuse(pattern, "`LIKE ANY` takes a list in brackets", hint);
        }
        match escape.map(|escape| (&escape.value, escape)) {
            Some((Value::SingleQuotedString(text), escape)) if text.chars().count() != 1 => {
                self.refuse(escape, "`ESCAPE` takes one character", None)
            }
            _ => GO_ON,
        }
    }

    /// `*` goes with `EXCEPT` only.
    fn star(&self, options: &WildcardAdditionalOptions, node: &impl Spanned) -> Flow {
        match options.opt_exclude {
            Some(_) => {
                let hint = Some("write `* EXCEPT (..)`".to_owned());
                self.refuse_word("EXCLUDE", node, "Databricks SQL has no `EXCLUDE`", hint)
            }
            None => GO_ON,
        }
    }

    fn other_expr(&self, expr: &Expr) -> Flow {
        let with_hint = |message: &str, hint: &str| self.refuse(expr, message, Some(hint.to_owned()));
        match expr {
            Expr::Array(_) => with_hint("an array is not written in square brackets", "write `array(..)`"),
            Expr::Like { any, pattern, escape_char, .. } | Expr::ILike { any, pattern, escape_char, .. } => {
                self.like(*any, pattern, escape_char.as_ref())
            }
            Expr::Substring { substring_from: None, substring_for: Some(_), .. } => {
                with_hint("`FOR` needs `FROM` before it", "write `substring(a FROM 1 FOR n)`")
            }
            Expr::Ceil { field: CeilFloorKind::DateTimeField(field), .. }
            | Expr::Floor { field: CeilFloorKind::DateTimeField(field), .. }
                if *field != DateTimeField::NoDateTime =>
            {
                with_hint("numbers are rounded, not times", "write `date_trunc('day', ..)`")
            }
            Expr::CompoundFieldAccess { access_chain, .. } if access_chain.iter().any(is_slice) => {
                with_hint("Databricks SQL has no slices", "write `slice(a, start, length)`")
            }
            // Printed without the blank, `5 .F` would be a number with a type.
            Expr::CompoundFieldAccess { root, access_chain } if takes_field_of_number(root, access_chain) => {
                self.refuse(&**root, "a number has no fields", None)
            }
            Expr::Collate { collation, .. } => {
                collation.0.iter().filter_map(|part| part.as_ident()).try_for_each(|ident| self.ident(ident))
            }
            Expr::Struct { fields, .. } if !fields.is_empty() => {
                with_hint("`STRUCT<..>` is a type, not a value", "write `named_struct('a', 1)`")
            }
            Expr::SimilarTo { .. } => with_hint("Databricks SQL has no `SIMILAR TO`", "write `RLIKE`"),
            Expr::Cast { .. } | Expr::Convert { .. } => self.foreign(expr, "such conversion"),
            Expr::IsNormalized { .. }
            | Expr::InUnnest { .. }
            | Expr::AtTimeZone { .. }
            | Expr::Prefixed { .. }
            | Expr::Dictionary(_)
            | Expr::Map(_)
            | Expr::MatchAgainst { .. }
            | Expr::OuterJoin(_)
            | Expr::Prior(_)
            | Expr::MemberOf(_)
            | Expr::AnyOp { .. }
            | Expr::AllOp { .. } => self.foreign(expr, "such expression"),
            _ => GO_ON,
        }
    }

    fn cast(&self, kind: &CastKind, data_type: &sqlparser::ast::DataType, node: &impl Spanned) -> Flow {
        if *kind == CastKind::SafeCast {
            let hint = Some("write `TRY_CAST`".to_owned());
            return self.refuse_word("SAFE_CAST", node, "Databricks SQL has no `SAFE_CAST`", hint);
        }
        match type_name::unknown(data_type) {
            Some((message, hint)) => self.refuse_word(&data_type.to_string(), node, message, hint),
            None => GO_ON,
        }
    }
}

impl Visitor for Strict<'_> {
    type Break = ParseFault;

    fn pre_visit_query(&mut self, query: &Query) -> Flow {
        self.query(query)
    }

    fn pre_visit_select(&mut self, select: &Select) -> Flow {
        let word = &select.select_token.0;
        if select.top.is_some() {
            return self.refuse(word, "Databricks SQL has no `TOP`", Some("write `LIMIT` after the query".to_owned()));
        }
        if matches!(select.distinct, Some(Distinct::On(_))) {
            let hint = "write `QUALIFY row_number() OVER (PARTITION BY ..) = 1`";
            return self.refuse(word, "Databricks SQL has no `DISTINCT ON`", Some(hint.to_owned()));
        }
        if select.into.is_some() {
            return self.foreign(word, "`SELECT INTO`");
        }
        let odd = select.prewhere.is_some()
            || !select.connect_by.is_empty()
            || select.value_table_mode.is_some()
            || select.select_modifiers.is_some()
            || select.exclude.is_some();
        if odd {
            return self.foreign(word, "such clause in `SELECT`");
        }
        self.select(select)
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> Flow {
        if self.paths {
            return GO_ON;
        }
        relation.0.iter().filter_map(|part| part.as_ident()).try_for_each(|ident| self.ident(ident))
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> Flow {
        self.factor(factor)
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> Flow {
        match expr {
            Expr::Identifier(ident) if is_not(ident) => {
                self.refuse_at(ident.span, "expected a condition after `NOT`", None)
            }
            Expr::Identifier(ident) => self.ident(ident),
            Expr::CompoundIdentifier(parts) => parts.iter().try_for_each(|ident| self.ident(ident)),
            Expr::BinaryOp { op, .. } => self.operator(op, expr),
            Expr::Function(function) => self.function(function),
            Expr::Lambda(lambda) => self.lambda(lambda),
            Expr::Extract { field, expr: from, .. } if part_type(&field.to_string()).is_none() => {
                let part = field.to_string();
                let hint = did_you_mean(&part, DATE_PARTS.iter().copied());
                self.refuse_word(&part, &**from, format!("a date has no part `{part}`"), hint)
            }
            Expr::Interval(interval) => self.interval(interval, expr),
            Expr::Cast { kind, data_type, array: false, format: None, .. } => self.cast(kind, data_type, expr),
            Expr::TypedString(literal) => self.typed_string(literal, expr),
            other => self.other_expr(other),
        }
    }

    fn pre_visit_value(&mut self, value: &ValueWithSpan) -> Flow {
        match &value.value {
            Value::DollarQuotedString(_) => self.refuse(
                value,
                "`$$` holds the body of a metric view, not a string",
                Some("write `'..'`".to_owned()),
            ),
            _ => GO_ON,
        }
    }
}

/// sqlparser takes `NOT` for a column where nothing follows that it could negate.
fn is_not(ident: &Ident) -> bool {
    ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case("NOT")
}

/// `a[1:2]`; `a[:p]` has a parameter in its brackets.
fn takes_field_of_number(root: &Expr, chain: &[AccessExpr]) -> bool {
    let is_number = matches!(root, Expr::Value(value) if matches!(value.value, Value::Number(..)));
    is_number && matches!(chain.first(), Some(AccessExpr::Dot(_)))
}

fn is_slice(access: &AccessExpr) -> bool {
    matches!(access, AccessExpr::Subscript(Subscript::Slice { lower_bound, stride, .. })
        if lower_bound.is_some() || stride.is_some())
}
