//! `SELECT`: rows that pass, groups, columns.

use std::collections::BTreeSet;

use lakeflow::functions::{self, FunctionKind};
use lakeflow::infer::aggregates;
use lakeflow::{expr_text, folded};
use sqlparser::ast::{
    Distinct, ExcludeSelectItem, Expr, Function, GroupByExpr, Select, SelectItem, SelectItemQualifiedWildcardKind,
    WildcardAdditionalOptions,
};

use super::query::ordinal;
use super::relation::Factor;
use super::{Ctes, Evaluator, Term, TermRelation, TermScope, parts, plain, term};

/// The columns of a result while they are found.
#[derive(Default)]
struct SelectOutput {
    columns: Vec<(String, Term)>,
    rest: Option<Term>,
    /// Generators, each of which makes rows.
    generators: Vec<Term>,
}

impl Evaluator {
    pub(super) fn select<'s>(
        &mut self,
        select: &Select,
        ctes: &Ctes,
        outer: Option<&'s TermScope<'s>>,
    ) -> (TermRelation, TermScope<'s>) {
        let joined = self.from(&select.from, ctes, outer);
        let mut rows = joined.rows;
        let mut scope = TermScope { factors: joined.factors, outer, ..TermScope::default() };
        for view in &select.lateral_views {
            let view = self.lateral_view(view, &mut scope, ctes);
            rows = term("lateral").term(rows).term(view).end();
        }
        if let Some(condition) = &select.selection {
            scope.context = Some(rows);
            let condition = self.expr(condition, &scope, ctes);
            rows = term("where").term(rows).term(condition).end();
        }
        scope.context = Some(rows);
        if let Some(groups) = self.groups(select, &mut scope, ctes) {
            rows = term("group").term(rows).terms(groups).end();
            scope.context = Some(rows);
        }
        let windows: Vec<String> = select.named_window.iter().map(|w| plain(w, ToString::to_string)).collect();
        if !windows.is_empty() {
            let made = windows.iter().fold(term("windows"), |made, window| made.text(window));
            scope.context = Some(made.terms(scope.context).terms(super::from::seen(&scope)).end());
        }
        let output = self.projection(&select.projection, &mut scope, ctes);
        for made in &output.generators {
            rows = term("generate").term(rows).term(*made).end();
        }
        for (word, condition) in [("having", &select.having), ("qualify", &select.qualify)] {
            if let Some(condition) = condition {
                let condition = self.expr(condition, &scope, ctes);
                rows = term(word).term(rows).term(condition).end();
            }
        }
        match &select.distinct {
            None | Some(Distinct::All) => {}
            Some(distinct) => {
                let values = output.columns.iter().map(|(_, value)| *value).chain(output.rest);
                rows = term("distinct").text(&plain(distinct, ToString::to_string)).term(rows).terms(values).end();
            }
        }
        if let Some(rest) = self.beyond(select, ctes) {
            rows = term("beyond").term(rows).term(rest).end();
        }
        (TermRelation { rows, columns: output.columns, rest: output.rest }, scope)
    }

    /// Clauses that are not taken apart.
    fn beyond(&mut self, select: &Select, ctes: &Ctes) -> Option<Term> {
        let is_plain = select.top.is_none()
            && select.into.is_none()
            && select.exclude.is_none()
            && select.prewhere.is_none()
            && select.connect_by.is_empty()
            && select.value_table_mode.is_none()
            && select.select_modifiers.is_none();
        (!is_plain)
            .then(|| term("select").text(&plain(select, ToString::to_string)).terms(self.mentioned(select, ctes)).end())
    }

    /// By what rows are grouped, if they are.
    fn groups(&mut self, select: &Select, scope: &mut TermScope<'_>, ctes: &Ctes) -> Option<Vec<Term>> {
        let items = || select.projection.iter().filter_map(value_of);
        let (expressions, modifiers): (Vec<&Expr>, _) = match &select.group_by {
            GroupByExpr::All(modifiers) => {
                (items().map(|(expr, _)| expr).filter(|e| !aggregates(e)).collect(), modifiers)
            }
            GroupByExpr::Expressions(expressions, modifiers) => (expressions.iter().collect(), modifiers),
        };
        let is_grouped = !expressions.is_empty() || select.having.is_some() || items().any(|(e, _)| aggregates(e));
        if !is_grouped {
            return None;
        }
        let mut groups: Vec<Term> = vec![];
        for expr in expressions {
            let meant = ordinal(expr).and_then(|place| select.projection.get(place)).and_then(value_of);
            let meant = meant.or_else(|| {
                let Expr::Identifier(name) = expr else { return None };
                let name = folded(&name.value);
                let is_column = scope.factors.iter().any(|factor| factor.relation.column(&name).is_some());
                let is_named = |alias: &Option<String>| alias.as_deref() == Some(&*name);
                items().filter(|_| !is_column).find(|(_, alias)| is_named(alias))
            });
            groups.extend(meant.as_ref().map(|(meant, _)| self.expr(meant, scope, ctes)));
            // Where not all columns are known, the name may be that of one.
            let may_be_column = meant.is_none() || scope.factors.iter().any(|factor| factor.relation.rest.is_some());
            groups.extend(may_be_column.then(|| self.expr(expr, scope, ctes)));
        }
        groups.sort_unstable();
        groups.extend(
            modifiers.iter().map(|modifier| term("grouping").text(&plain(modifier, ToString::to_string)).end()),
        );
        Some(groups)
    }

    fn projection(&mut self, items: &[SelectItem], scope: &mut TermScope<'_>, ctes: &Ctes) -> SelectOutput {
        let mut output = SelectOutput::default();
        for item in items {
            match item {
                SelectItem::Wildcard(options) => {
                    let factors = scope.factors.clone();
                    self.star(&factors, options, scope, ctes, &mut output);
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options) => {
                    let prefix = parts(name);
                    let named = scope.factors.iter().filter(|factor| factor.qualifier.ends_with(&prefix));
                    let factors: Vec<Factor> = named.cloned().collect();
                    if factors.is_empty() {
                        let whole = scope.resolve(&prefix, &self.known);
                        self.spread(whole, &mut output);
                    }
                    self.star(&factors, options, scope, ctes, &mut output);
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::Expr(expr), _) => {
                    let whole = self.expr(expr, scope, ctes);
                    self.spread(whole, &mut output);
                }
                SelectItem::ExprWithAliases { expr, aliases } => {
                    let made = self.expr(expr, scope, ctes);
                    output.generators.push(made);
                    let column = |(place, alias): (usize, &sqlparser::ast::Ident)| {
                        (folded(&alias.value).into_owned(), term("generated").term(made).text(&place.to_string()).end())
                    };
                    output.columns.extend(aliases.iter().enumerate().map(column));
                }
                SelectItem::UnnamedExpr(_) | SelectItem::ExprWithAlias { .. } => {
                    let Some((expr, alias)) = value_of(item) else { continue };
                    let made = self.expr(expr, scope, ctes);
                    output.generators.extend(generates(expr).then_some(made));
                    let name = alias.unwrap_or_else(|| expr_text(expr).to_lowercase());
                    scope.outputs.push((name.clone(), made));
                    output.columns.push((name, made));
                }
            }
        }
        output
    }

    /// The fields of a struct as columns.
    fn spread(&mut self, whole: Term, output: &mut SelectOutput) {
        match self.known.struct_of(whole) {
            Some(fields) => output.columns.extend(fields.iter().cloned()),
            None => open(output, term("fields").term(whole).end()),
        }
    }

    /// `*`, with what it leaves out.
    fn star(
        &mut self,
        factors: &[Factor],
        options: &WildcardAdditionalOptions,
        scope: &TermScope<'_>,
        ctes: &Ctes,
        output: &mut SelectOutput,
    ) {
        let mut left_out: BTreeSet<String> = BTreeSet::new();
        if let Some(except) = &options.opt_except {
            let names = std::iter::once(&except.first_element).chain(&except.additional_elements);
            left_out.extend(names.map(|name| folded(&name.value).into_owned()));
        }
        match &options.opt_exclude {
            Some(ExcludeSelectItem::Single(name)) => left_out.extend(parts(name).pop()),
            Some(ExcludeSelectItem::Multiple(names)) => {
                left_out.extend(names.iter().filter_map(|name| parts(name).pop()));
            }
            None => {}
        }
        let mut replaced: Vec<(String, Term)> = vec![];
        for item in options.opt_replace.iter().flat_map(|replace| &replace.items) {
            replaced.push((folded(&item.column_name.value).into_owned(), self.expr(&item.expr, scope, ctes)));
        }
        let other = [
            options.opt_ilike.as_ref().map(ToString::to_string),
            options.opt_rename.as_ref().map(ToString::to_string),
            options.opt_alias.as_ref().map(ToString::to_string),
        ];
        for factor in factors {
            for (name, value) in &factor.relation.columns {
                if left_out.contains(name) || factor.merged.contains(name) {
                    continue;
                }
                let new = replaced.iter().find(|(replaced, _)| replaced == name);
                output.columns.push((name.clone(), new.map_or(*value, |(_, value)| *value)));
            }
            if let Some(rest) = factor.relation.rest {
                let is_bare = left_out.is_empty() && replaced.is_empty();
                let names = left_out.iter().fold(term("star").term(rest), |made, name| made.text(name));
                let chosen = names.terms(replaced.iter().map(|(_, value)| *value)).end();
                open(output, if is_bare { rest } else { chosen });
            }
        }
        if other.iter().any(Option::is_some) {
            let all = factors.iter().map(|factor| factor.relation.all());
            output.columns.clear();
            open(output, term("other star").text(&format!("{other:?}")).terms(all).end());
        }
    }
}

/// Notes that there are further columns.
fn open(output: &mut SelectOutput, rest: Term) {
    output.rest = Some(match output.rest {
        None => rest,
        Some(before) => term("and").term(before).term(rest).end(),
    });
}

/// The expression of an item, and the name that its column gets.
fn value_of(item: &SelectItem) -> Option<(&Expr, Option<String>)> {
    match item {
        SelectItem::ExprWithAlias { expr, alias } => Some((expr, Some(folded(&alias.value).into_owned()))),
        SelectItem::UnnamedExpr(expr) => {
            let name = match expr {
                Expr::Identifier(name) => Some(name),
                Expr::CompoundIdentifier(path) => path.last(),
                _ => None,
            };
            Some((expr, name.map(|name| folded(&name.value).into_owned())))
        }
        _ => None,
    }
}

/// Whether an expression makes several rows of one.
fn generates(expr: &Expr) -> bool {
    let Expr::Function(Function { name, .. }) = expr else { return false };
    functions::lookup(&name.to_string().to_lowercase()).is_some_and(|f| f.kind == FunctionKind::Generator)
}
