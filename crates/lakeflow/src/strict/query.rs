//! Clauses of queries that only other databases have, that are duplicated or in the wrong order, or that can't be
//! combined.

use sqlparser::ast::{
    Expr, GroupByExpr, GroupByWithModifier, Ident, LimitClause, OffsetRows, PipeOperator, Query, Select, SelectItem,
    SetExpr, SetOperator, SetQuantifier, Spanned,
};
use sqlparser::tokenizer::Token;

use super::{Flow, GO_ON, Strict, TABLE_FIRST};
use crate::recursion;

impl Strict<'_> {
    pub(super) fn query(&self, query: &Query) -> Flow {
        self.ctes(query)?;
        if !query.locks.is_empty() || query.for_clause.is_some() {
            return self.foreign(query, "`FOR` clause after a query");
        }
        if query.fetch.is_some() {
            return self.refuse(query, "Databricks SQL has no `FETCH`", Some("write `LIMIT`".to_owned()));
        }
        if query.settings.is_some() || query.format_clause.is_some() {
            return self.foreign(query, "such clause after a query");
        }
        self.limit(query)?;
        self.sorting(query)?;
        query.pipe_operators.iter().try_for_each(|pipe| match pipe {
            PipeOperator::Join(join) => self.join(join),
            PipeOperator::Call { function, .. } => self.foreign(function, "`|> CALL`"),
            PipeOperator::Rename { .. } => {
                let hint = "write `|> EXTEND a AS b |> DROP a`";
                self.refuse_word("RENAME", query, "Databricks SQL has no `|> RENAME`", Some(hint.to_owned()))
            }
            _ => GO_ON,
        })?;
        self.set_expr(&query.body)
    }

    fn ctes(&self, query: &Query) -> Flow {
        let tables = query.with.as_ref().map_or(&[][..], |with| &with.cte_tables);
        for (position, cte) in tables.iter().enumerate() {
            let (ident, name) = (&cte.alias.name, recursion::name(&cte.alias.name));
            self.no_string(ident)?;
            cte.alias.columns.iter().try_for_each(|column| self.ident(&column.name))?;
            if let Some(table) = &cte.from {
                let message = "a query cannot start with `FROM` after a `WITH` without `AS`";
                return self.refuse_at(table.span, message, Some(format!("write `WITH {name} AS (..)`")));
            }
            let twice = |other: &Ident| recursion::name(other).eq_ignore_ascii_case(name);
            if tables.iter().take(position).any(|other| twice(&other.alias.name)) {
                return self.refuse_at(ident.span, format!("duplicate name `{name}` in `WITH`"), None);
            }
        }
        GO_ON
    }

    fn limit(&self, query: &Query) -> Flow {
        let Some(LimitClause::LimitOffset { limit, offset: Some(offset), .. }) = &query.limit_clause else {
            return GO_ON;
        };
        if offset.rows != OffsetRows::None {
            let hint = Some("write the number alone".to_owned());
            return self.refuse(&offset.value, "`ROWS` is not allowed after `OFFSET`", hint);
        }
        match limit {
            Some(limit) if offset.value.span().start < limit.span().start => {
                let hint = "write `LIMIT .. OFFSET ..`".to_owned();
                self.refuse(limit, "`LIMIT` must come before `OFFSET`", Some(hint))
            }
            _ => GO_ON,
        }
    }

    /// Of the clauses that order rows only `DISTRIBUTE BY` and `SORT BY` go together.
    fn sorting(&self, query: &Query) -> Flow {
        let SetExpr::Select(select) = &*query.body else { return GO_ON };
        let given: Vec<&str> = [
            ("CLUSTER BY", !select.cluster_by.is_empty()),
            ("DISTRIBUTE BY", !select.distribute_by.is_empty()),
            ("SORT BY", !select.sort_by.is_empty()),
            ("ORDER BY", query.order_by.is_some()),
        ]
        .into_iter()
        .filter_map(|(clause, given)| given.then_some(clause))
        .collect();
        match given.as_slice() {
            [] | [_] | ["DISTRIBUTE BY", "SORT BY"] => GO_ON,
            [first, .., last] => {
                self.refuse_word(last, query, format!("`{first}` and `{last}` cannot be combined"), None)
            }
        }
    }

    pub(super) fn select(&self, select: &Select) -> Flow {
        self.table_query(select)?;
        self.group_by(&select.group_by)?;
        select.from.iter().try_for_each(|table| self.joins(table))?;
        select.projection.iter().try_for_each(|item| match item {
            SelectItem::ExprWithAlias { alias, .. } => self.ident(alias),
            SelectItem::ExprWithAliases { aliases, .. } => aliases.iter().try_for_each(|alias| self.ident(alias)),
            SelectItem::Wildcard(options) | SelectItem::QualifiedWildcard(_, options) => {
                self.star(options, &select.select_token.0)
            }
            SelectItem::UnnamedExpr(_) => GO_ON,
        })
    }

    /// `TABLE t`, which the lexer turned into a `SELECT`, ends behind the name.
    fn table_query(&self, select: &Select) -> Flow {
        if !matches!(&select.select_token.0.token, Token::Word(word) if word.value == "TABLE") {
            return GO_ON;
        }
        let bare = select.selection.is_none()
            && select.having.is_none()
            && select.qualify.is_none()
            && select.lateral_views.is_empty()
            && matches!(&select.group_by, GroupByExpr::Expressions(all, _) if all.is_empty());
        let alone = match select.from.as_slice() {
            [table] => {
                use sqlparser::ast::TableFactor::Table;
                table.joins.is_empty() && matches!(table.relation, Table { alias: None, sample: None, .. })
            }
            _ => false,
        };
        if bare && alone {
            return GO_ON;
        }
        let hint = "write `SELECT * FROM ..`".to_owned();
        self.refuse(
            &select.select_token.0,
            "aliases and further clauses are not allowed after `TABLE name`",
            Some(hint),
        )
    }

    fn group_by(&self, group_by: &GroupByExpr) -> Flow {
        let (GroupByExpr::All(modifiers) | GroupByExpr::Expressions(_, modifiers)) = group_by;
        if modifiers.contains(&GroupByWithModifier::Totals) {
            return self.foreign_word("TOTALS", group_by, "`WITH TOTALS`");
        }
        if modifiers.len() > 1 {
            return self.refuse(group_by, "`WITH ROLLUP` and `WITH CUBE` cannot be combined", None);
        }
        match group_by {
            GroupByExpr::Expressions(all, _) if all.iter().any(|e| matches!(e, Expr::Tuple(t) if t.is_empty())) => {
                let hint = Some("leave it out".to_owned());
                self.refuse_word("GROUP BY", group_by, "`GROUP BY ()` is not supported", hint)
            }
            _ => GO_ON,
        }
    }

    fn set_expr(&self, body: &SetExpr) -> Flow {
        match body {
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
                self.refuse(body, "expected a query, found a statement that changes data", None)
            }
            SetExpr::Table(_) => self.refuse(body, TABLE_FIRST.0, Some(TABLE_FIRST.1.to_owned())),
            SetExpr::SetOperation { left, op, set_quantifier, right } => {
                use SetQuantifier as Q;
                let by_name = matches!(set_quantifier, Q::ByName | Q::AllByName | Q::DistinctByName);
                if by_name && *op != SetOperator::Union {
                    return self.refuse_word("BY NAME", &**right, "`BY NAME` is only allowed with `UNION`", None);
                }
                self.set_expr(left)?;
                self.set_expr(right)
            }
            _ => GO_ON,
        }
    }
}
