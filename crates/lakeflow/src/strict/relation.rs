//! What follows `FROM`: joins, versions, samples and pivots of other databases; aliases that are reserved words.

use sqlparser::ast::{
    BinaryOperator, Expr, Ident, Join, JoinConstraint, JoinOperator, PivotValueSource, TableAlias, TableFactor,
    TableSample, TableSampleKind, TableSampleModifier, TableSampleSeedModifier, TableSampleUnit, TableVersion,
    TableWithJoins, Value, ValueWithSpan,
};

use super::{Flow, GO_ON, Strict};
use crate::diag::did_you_mean;
use crate::stream::{FLAGS, StreamSource, VALUES, is_stream_name, stream_source};

/// Words that Databricks refuses as the name of a relation, `AS` or not (lakeflow-sql.md, "Names and literals").
const RESERVED: &[&str] = &[
    "ANTI",
    "CROSS",
    "EXCEPT",
    "FULL",
    "INNER",
    "INTERSECT",
    "JOIN",
    "LATERAL",
    "LEFT",
    "MINUS",
    "NATURAL",
    "ON",
    "RIGHT",
    "SEMI",
    "UNION",
    "USING",
];

impl Strict<'_> {
    pub(super) fn joins(&self, table: &TableWithJoins) -> Flow {
        table.joins.iter().try_for_each(|join| self.join(join))
    }

    pub(super) fn join(&self, join: &Join) -> Flow {
        use JoinOperator as J;
        let at = &join.relation;
        let swap = |kind: &str| Some(format!("swap the tables and write `LEFT {kind} JOIN`"));
        match &join.join_operator {
            _ if join.global => self.foreign_word("GLOBAL", at, "`GLOBAL` joins"),
            J::CrossApply | J::OuterApply => {
                let hint = Some("write `JOIN LATERAL (..)` or `, LATERAL f(..)`".to_owned());
                self.refuse_word("APPLY", at, "Databricks SQL has no `APPLY`", hint)
            }
            J::RightSemi(_) => self.refuse_word("RIGHT", at, "`RIGHT SEMI JOIN` is not supported", swap("SEMI")),
            J::RightAnti(_) => self.refuse_word("RIGHT", at, "`RIGHT ANTI JOIN` is not supported", swap("ANTI")),
            J::Semi(JoinConstraint::Natural)
            | J::LeftSemi(JoinConstraint::Natural)
            | J::Anti(JoinConstraint::Natural)
            | J::LeftAnti(JoinConstraint::Natural) => {
                let hint = Some("name the columns: `SEMI JOIN t USING (a)`, `ANTI JOIN t USING (a)`".to_owned());
                self.refuse_word("NATURAL", at, "a `NATURAL` join can't be a semi or anti join", hint)
            }
            J::AsOf { .. } => self.foreign_word("ASOF", at, "`ASOF JOIN`"),
            J::StraightJoin(_) => self.foreign_word("STRAIGHT_JOIN", at, "`STRAIGHT_JOIN`"),
            J::ArrayJoin | J::LeftArrayJoin | J::InnerArrayJoin => self.foreign_word("ARRAY", at, "`ARRAY JOIN`"),
            J::Join(on) | J::Inner(on) | J::Left(on) | J::LeftOuter(on) | J::Right(on) | J::RightOuter(on) => {
                self.constraint(on)
            }
            J::FullOuter(on) | J::CrossJoin(on) | J::Semi(on) | J::LeftSemi(on) | J::Anti(on) | J::LeftAnti(on) => {
                self.constraint(on)
            }
        }
    }

    fn constraint(&self, constraint: &JoinConstraint) -> Flow {
        let JoinConstraint::Using(columns) = constraint else { return GO_ON };
        match columns.iter().find(|column| column.0.len() > 1) {
            Some(column) => self.refuse(column, "columns in `USING` must not be qualified", None),
            None => GO_ON,
        }
    }

    pub(super) fn factor(&self, factor: &TableFactor) -> Flow {
        match factor {
            TableFactor::Table { alias, with_hints, with_ordinality, sample, version, .. } => {
                self.stream(factor)?;
                self.sample(sample.as_ref(), factor)?;
                self.version(version.as_ref(), factor)?;
                if *with_ordinality {
                    return self.foreign(factor, "`WITH ORDINALITY`");
                }
                if !with_hints.is_empty() && !is_stream_name(factor) {
                    return self.refuse(factor, "read options are only allowed with `STREAM`", None);
                }
                self.stream_options(factor, with_hints)?;
                self.alias(alias.as_ref())
            }
            TableFactor::Derived { alias, sample, .. } => {
                self.sample(sample.as_ref(), factor)?;
                self.alias(alias.as_ref())
            }
            TableFactor::NestedJoin { alias, table_with_joins } => {
                self.joins(table_with_joins)?;
                self.alias(alias.as_ref())
            }
            TableFactor::Pivot { alias, value_source, default_on_null, .. } => {
                self.pivot(value_source, default_on_null.as_ref(), factor)?;
                self.alias(alias.as_ref())
            }
            TableFactor::Function { alias, .. }
            | TableFactor::Unpivot { alias, .. }
            | TableFactor::TableFunction { expr: Expr::Function(_), alias } => self.alias(alias.as_ref()),
            _ => self.foreign(factor, "such table function"),
        }
    }

    /// The name of a relation.
    pub(super) fn relation_name(&self, name: &Ident) -> Flow {
        let reserved = name.quote_style.is_none() && RESERVED.iter().any(|word| name.value.eq_ignore_ascii_case(word));
        if !reserved {
            return self.ident(name);
        }
        let message = format!("`{}` is reserved and cannot name a relation", name.value);
        self.refuse_at(name.span, message, Some("choose another name, or put it in backticks".to_owned()))
    }

    fn alias(&self, alias: Option<&TableAlias>) -> Flow {
        let Some(alias) = alias else { return GO_ON };
        self.relation_name(&alias.name)?;
        alias.columns.iter().try_for_each(|column| {
            self.ident(&column.name)?;
            match &column.data_type {
                Some(data_type) => self.typed(&column.name, &data_type.to_string()),
                None => GO_ON,
            }
        })
    }

    fn stream(&self, factor: &TableFactor) -> Flow {
        if !is_stream_name(factor) || stream_source(factor).is_some() {
            return GO_ON;
        }
        let hint = "write `STREAM name` or `STREAM read_files(..)`; put a table named `stream` in backticks";
        self.refuse(factor, "expected a single table or table function after `STREAM`", Some(hint.to_owned()))
    }

    /// The options of `STREAM t WITH (..)`; those of functions are the functions' own.
    fn stream_options(&self, factor: &TableFactor, options: &[Expr]) -> Flow {
        if !matches!(stream_source(factor), Some(StreamSource::Table(_))) {
            return GO_ON;
        }
        let mut seen: Vec<&str> = vec![];
        for option in options {
            let (name, value) = match option {
                Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => (&**left, Some(&**right)),
                name => (name, None),
            };
            let name = match name {
                Expr::Identifier(name) => name.value.as_str(),
                Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(name), .. }) => name.as_str(),
                _ => return self.refuse(option, "expected `option = value`", None),
            };
            if name.starts_with(['$', '{']) {
                continue;
            }
            let all = || FLAGS.iter().chain(VALUES).copied();
            let Some(known) = all().find(|known| known.eq_ignore_ascii_case(name)) else {
                let message = format!("unknown stream option `{name}`");
                return self.refuse(option, message, did_you_mean(name, all()));
            };
            if seen.contains(&known) {
                return self.refuse(option, format!("duplicate `{known}`"), None);
            }
            seen.push(known);
            self.option_value(option, known, value)?;
        }
        GO_ON
    }

    fn option_value(&self, option: &Expr, name: &str, value: Option<&Expr>) -> Flow {
        let Some(value) = value else {
            let is_flag = FLAGS.contains(&name);
            return if is_flag { GO_ON } else { self.refuse(option, format!("`{name}` requires a value"), None) };
        };
        let fits = match value {
            Expr::Value(value) if FLAGS.contains(&name) => match &value.value {
                Value::SingleQuotedString(text) => {
                    ["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word)) || text.contains("${")
                }
                value => matches!(value, Value::Boolean(_) | Value::Placeholder(_)),
            },
            Expr::Value(value) => !matches!(value.value, Value::Boolean(_) | Value::Null),
            Expr::Identifier(name) => name.value.starts_with(['$', '{']),
            _ => false,
        };
        let wanted = if FLAGS.contains(&name) { "TRUE or FALSE" } else { "a number or a string" };
        if fits { GO_ON } else { self.refuse(value, format!("`{name}` takes {wanted}"), None) }
    }

    fn version(&self, version: Option<&TableVersion>, factor: &TableFactor) -> Flow {
        let word = match version {
            Some(TableVersion::Function(_)) => "AT",
            Some(TableVersion::Changes { .. }) => "CHANGES",
            _ => return GO_ON,
        };
        let hint = "write `TIMESTAMP AS OF '..'` or `VERSION AS OF n`; read changes with `table_changes(..)`";
        self.refuse_word(word, factor, format!("Databricks SQL has no `{word} (..)`"), Some(hint.to_owned()))
    }

    fn sample(&self, sample: Option<&TableSampleKind>, factor: &TableFactor) -> Flow {
        let Some(TableSampleKind::BeforeTableAlias(sample) | TableSampleKind::AfterTableAlias(sample)) = sample else {
            return GO_ON;
        };
        let TableSample { modifier, quantity, seed, .. } = &**sample;
        if *modifier == TableSampleModifier::Sample {
            let hint = Some("write `TABLESAMPLE`".to_owned());
            return self.refuse_word("SAMPLE", factor, "Databricks SQL has no `SAMPLE`", hint);
        }
        if seed.as_ref().is_some_and(|seed| seed.modifier == TableSampleSeedModifier::Seed) {
            let hint = Some("write `REPEATABLE (..)`".to_owned());
            return self.refuse_word("SEED", factor, "Databricks SQL has no `SEED`", hint);
        }
        let Some(quantity) = quantity else { return GO_ON };
        match quantity.unit {
            None => self.refuse(factor, "`TABLESAMPLE` requires `PERCENT` or `ROWS`", None),
            _ if !quantity.parenthesized => self.refuse(factor, "put the size of the sample in brackets", None),
            Some(TableSampleUnit::Percent) if number(&quantity.value).is_some_and(|percent| percent > 100.0) => {
                self.refuse(&quantity.value, "a sample cannot exceed 100 percent", None)
            }
            Some(_) => GO_ON,
        }
    }

    fn pivot(&self, source: &PivotValueSource, default: Option<&Expr>, factor: &TableFactor) -> Flow {
        let hint = || Some("list the values: `FOR c IN ('a', 'b')`".to_owned());
        match source {
            PivotValueSource::Subquery(query) => self.refuse(&**query, "a query is not allowed in `PIVOT`", hint()),
            PivotValueSource::Any(_) => self.refuse_word("ANY", factor, "`ANY` is not allowed in `PIVOT`", hint()),
            PivotValueSource::List(_) => match default {
                Some(default) => self.foreign(default, "`DEFAULT ON NULL` in `PIVOT`"),
                None => GO_ON,
            },
        }
    }
}

fn number(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::Number(digits, _) => digits.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}
