//! Refuses what sqlparser accepts and Databricks does not, or reads differently.
//!
//! sqlparser's grammar is the union of many. A construct that Databricks lacks would fail only when the pipeline runs; one
//! that it reads differently would not fail at all. Names that are strings (`SELECT a 'b'`) belong to the second kind: two
//! literals side by side are one string in Spark. Meaning (types, names, functions) is not looked at.

use std::ops::{ControlFlow, Range};

use sqlparser::ast::{
    Array, BinaryOperator, CastKind, Distinct, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident,
    Interval, ObjectName, Query, Select, SelectItem, SetExpr, Spanned, TableAlias, TableFactor, TableSampleKind, Value,
    ValueWithSpan, Visit, Visitor, WildcardAdditionalOptions,
};

use super::Fault;
use super::infer::part_type;
use super::place::range_of;
use super::stream::{is_stream_name, stream_source};
use super::type_name;

/// The first thing in `node` that Databricks would refuse or read differently. `range` is where `node` stands, for parts
/// that have no place of their own.
pub(super) fn check<N: Visit>(text: &str, node: &N, range: Range<usize>) -> Result<(), Fault> {
    walk(node, Strict { text, range, paths: false })
}

/// The same for a query that may read `FROM 'path'`.
pub(super) fn check_with_paths(text: &str, query: &Query, range: Range<usize>) -> Result<(), Fault> {
    walk(query, Strict { text, range, paths: true })
}

fn walk(node: &impl Visit, mut strict: Strict<'_>) -> Result<(), Fault> {
    match node.visit(&mut strict) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(fault) => Err(fault),
    }
}

struct Strict<'a> {
    text: &'a str,
    range: Range<usize>,
    /// Whether a string may name a relation.
    paths: bool,
}

type Flow = ControlFlow<Fault>;

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
            Some(range) => ControlFlow::Break(Fault::new(range, message).maybe_hint(hint)),
            None => self.refuse(node, message, hint),
        }
    }

    fn refuse(&self, node: &impl Spanned, message: impl Into<String>, hint: Option<String>) -> Flow {
        let range = range_of(self.text, node.span()).filter(|r| !r.is_empty()).unwrap_or_else(|| self.range.clone());
        ControlFlow::Break(Fault::new(range, message).maybe_hint(hint))
    }

    fn foreign(&self, node: &impl Spanned, what: &str) -> Flow {
        self.refuse(node, format!("Databricks SQL has no {what}"), None)
    }

    fn ident(&self, ident: &Ident) -> Flow {
        let Some(quote @ ('\'' | '"')) = ident.quote_style else { return GO_ON };
        let hint = "names go in backticks, quotes of either kind make strings";
        let literal = format!("{quote}{}{quote}", ident.value);
        // Such a name has no place of its own.
        let range = self.sole(&literal).unwrap_or_else(|| self.range.clone());
        ControlFlow::Break(Fault::new(range, "expected a name, found a string").hint(hint))
    }

    fn alias(&self, alias: Option<&TableAlias>) -> Flow {
        let Some(alias) = alias else { return GO_ON };
        self.ident(&alias.name)?;
        alias.columns.iter().try_for_each(|column| {
            self.ident(&column.name)?;
            match &column.data_type {
                Some(data_type) => self.typed(&column.name, &data_type.to_string()),
                None => GO_ON,
            }
        })
    }

    /// A type behind a name that takes none.
    fn typed(&self, name: &Ident, found: &str) -> Flow {
        let range = range_of(self.text, name.span).unwrap_or_else(|| self.range.clone());
        ControlFlow::Break(Fault::new(range, format!("expected `,` or `)` behind `{}`, found `{found}`", name.value)))
    }

    fn stream(&self, factor: &TableFactor) -> Flow {
        if !is_stream_name(factor) || stream_source(factor).is_some() {
            return GO_ON;
        }
        let hint = "write `STREAM name` or `STREAM read_files(..)`; a table that is called `stream` goes in backticks";
        self.refuse(factor, "`STREAM` needs one table or table function behind it", Some(hint.to_owned()))
    }

    fn sample(&self, sample: Option<&TableSampleKind>, factor: &TableFactor) -> Flow {
        let (TableSampleKind::BeforeTableAlias(sample) | TableSampleKind::AfterTableAlias(sample)) = match sample {
            Some(sample) => sample,
            None => return GO_ON,
        };
        match &sample.quantity {
            Some(quantity) if quantity.unit.is_none() => {
                self.refuse(factor, "`TABLESAMPLE` needs `PERCENT` or `ROWS`", None)
            }
            Some(quantity) if !quantity.parenthesized => {
                self.refuse(factor, "how much `TABLESAMPLE` takes stands in brackets", None)
            }
            _ => GO_ON,
        }
    }

    fn operator(&self, op: &BinaryOperator, node: &impl Spanned) -> Flow {
        use BinaryOperator as B;
        match op {
            B::Plus | B::Minus | B::Multiply | B::Divide | B::Modulo | B::MyIntegerDivide | B::StringConcat => GO_ON,
            B::Gt | B::Lt | B::GtEq | B::LtEq | B::Spaceship | B::Eq | B::NotEq | B::And | B::Or => GO_ON,
            B::BitwiseOr | B::BitwiseAnd | B::BitwiseXor => GO_ON,
            other => self.foreign(node, &format!("operator `{other}`")),
        }
    }

    fn function(&self, function: &Function) -> Flow {
        if !matches!(function.parameters, FunctionArguments::None) || function.uses_odbc_syntax {
            return self.foreign(function, "functions with two argument lists");
        }
        if let FunctionArguments::List(list) = &function.args {
            list.args.iter().try_for_each(|arg| match arg {
                FunctionArg::Unnamed(FunctionArgExpr::WildcardWithOptions(options)) => self.star(options, function),
                _ => GO_ON,
            })?;
        }
        function.name.0.iter().filter_map(|part| part.as_ident()).try_for_each(|ident| self.ident(ident))
    }

    /// `*` goes with `EXCEPT` only.
    fn star(&self, options: &WildcardAdditionalOptions, node: &impl Spanned) -> Flow {
        match options.opt_exclude {
            Some(_) => self.refuse(node, "Databricks SQL has no `EXCLUDE`", Some("write `* EXCEPT (..)`".to_owned())),
            None => GO_ON,
        }
    }

    fn interval(&self, interval: &Interval, node: &impl Spanned) -> Flow {
        if interval.leading_field.is_some() {
            return GO_ON;
        }
        let has_unit = matches!(&*interval.value, Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(s), .. })
            if s.contains(char::is_alphabetic));
        if has_unit {
            return GO_ON;
        }
        self.refuse(node, "an interval needs a unit", Some("write `INTERVAL 7 DAYS`".to_owned()))
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

    fn set_expr(&self, body: &SetExpr) -> Flow {
        match body {
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
                self.refuse(body, "expected a query, found a statement that changes data", None)
            }
            SetExpr::SetOperation { left, right, .. } => {
                self.set_expr(left)?;
                self.set_expr(right)
            }
            _ => GO_ON,
        }
    }
}

impl Visitor for Strict<'_> {
    type Break = Fault;

    fn pre_visit_query(&mut self, query: &Query) -> Flow {
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.alias(Some(&cte.alias))?;
            if cte.materialized.is_some() || cte.from.is_some() {
                return self.foreign(cte, "`MATERIALIZED` in `WITH`");
            }
        }
        if !query.locks.is_empty() || query.for_clause.is_some() {
            return self.foreign(query, "`FOR` clause behind a query");
        }
        if query.fetch.is_some() {
            return self.refuse(query, "Databricks SQL has no `FETCH`", Some("write `LIMIT`".to_owned()));
        }
        if query.settings.is_some() || query.format_clause.is_some() {
            return self.foreign(query, "such clause behind a query");
        }
        self.set_expr(&query.body)
    }

    fn pre_visit_select(&mut self, select: &Select) -> Flow {
        let word = &select.select_token.0;
        if select.top.is_some() {
            return self.refuse(word, "Databricks SQL has no `TOP`", Some("write `LIMIT` behind the query".to_owned()));
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
        select.projection.iter().try_for_each(|item| match item {
            SelectItem::ExprWithAlias { alias, .. } => self.ident(alias),
            SelectItem::ExprWithAliases { aliases, .. } => aliases.iter().try_for_each(|alias| self.ident(alias)),
            SelectItem::Wildcard(options) | SelectItem::QualifiedWildcard(_, options) => self.star(options, word),
            _ => GO_ON,
        })
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> Flow {
        if self.paths {
            return GO_ON;
        }
        relation.0.iter().filter_map(|part| part.as_ident()).try_for_each(|ident| self.ident(ident))
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> Flow {
        match factor {
            TableFactor::Table { alias, with_hints, with_ordinality, sample, .. } => {
                self.stream(factor)?;
                self.sample(sample.as_ref(), factor)?;
                if *with_ordinality {
                    return self.foreign(factor, "`WITH ORDINALITY`");
                }
                if !with_hints.is_empty() && !is_stream_name(factor) {
                    return self.refuse(factor, "read options go with `STREAM` only", None);
                }
                self.alias(alias.as_ref())
            }
            TableFactor::Derived { alias, .. }
            | TableFactor::Function { alias, .. }
            | TableFactor::NestedJoin { alias, .. }
            | TableFactor::Pivot { alias, .. }
            | TableFactor::Unpivot { alias, .. } => self.alias(alias.as_ref()),
            TableFactor::TableFunction { expr: Expr::Function(_), alias } => self.alias(alias.as_ref()),
            _ => self.foreign(factor, "such table function"),
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> Flow {
        match expr {
            Expr::Identifier(ident) => self.ident(ident),
            Expr::CompoundIdentifier(parts) => parts.iter().try_for_each(|ident| self.ident(ident)),
            Expr::BinaryOp { op, .. } => self.operator(op, expr),
            Expr::Function(function) => self.function(function),
            Expr::Lambda(lambda) => match lambda.params.iter().find(|parameter| parameter.data_type.is_some()) {
                Some(parameter) => self.typed(&parameter.name, "a type"),
                None => GO_ON,
            },
            Expr::Extract { field, expr: from, .. } if part_type(&field.to_string()).is_none() => {
                self.refuse(&**from, format!("a date has no part `{field}`"), None)
            }
            Expr::Interval(interval) => self.interval(interval, expr),
            Expr::Cast { kind, data_type, array: false, format: None, .. } => self.cast(kind, data_type, expr),
            Expr::TypedString(literal) => {
                let name = literal.data_type.to_string();
                match name.as_str() {
                    "DATE" | "TIMESTAMP" | "TIMESTAMP_NTZ" | "TIMESTAMP_LTZ" => GO_ON,
                    _ => self.refuse(
                        expr,
                        format!("there are no literals of type `{name}`"),
                        Some(format!("write `CAST(.. AS {name})`")),
                    ),
                }
            }
            Expr::Array(Array { named: false, .. }) => {
                self.refuse(expr, "an array is not written in square brackets", Some("write `array(..)`".to_owned()))
            }
            Expr::Cast { .. } | Expr::Convert { .. } => self.foreign(expr, "such conversion"),
            Expr::SimilarTo { .. } => {
                self.refuse(expr, "Databricks SQL has no `SIMILAR TO`", Some("write `RLIKE`".to_owned()))
            }
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
