//! Aggregates whose result would depend on the order of rows, in a form that does not.
//!
//! Rows have no order: two updates over the same rows, or two engines, may read them in different orders. A list is
//! sorted, a tie is broken by the value itself, and `any_value` becomes the smallest value. An aggregate that needs an
//! order that is not given, such as the first value, is rejected. Each form returns a result that Spark may return for
//! what was written.

use std::collections::BTreeSet;
use std::ops::{ControlFlow, Range};

use lakeflow::functions::Stability;
use lakeflow::infer::{FaultKind, NodeTypes, QueryInfo, TypeFault};
use lakeflow::types::DataType;
use lakeflow::walk;
use lakeflow::{build, range_of_node};
use sqlparser::ast::{
    DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArguments, Ident,
    ObjectName, OrderByExpr, OrderByOptions, Query, VisitorMut,
};

/// Functions that give the same for a list in any order.
const ORDERLESS: [&str; 9] = [
    "array_contains",
    "array_max",
    "array_min",
    "array_size",
    "array_sort",
    "arrays_overlap",
    "cardinality",
    "size",
    "sort_array",
];

/// Makes every aggregate of an expression independent of the order of rows. True if anything was changed; what can't be is
/// reported.
pub fn stabilise(expr: &mut Expr, types: &NodeTypes, sql: &str, faults: &mut Vec<TypeFault>) -> bool {
    let mut forms = Forms { types, sql, faults, fine: BTreeSet::new(), has_list: false, changed: false };
    let _ = walk::visit_mut(expr, &mut forms);
    forms.changed
}

/// Names of aggregates in a query that depend on the order of rows, by their bytes: nothing is changed in what somebody wrote
/// as a whole. A list that is sorted at once, or only looked into, does not depend on it.
pub fn unordered(query: &Query, info: &QueryInfo, sql: &str) -> Vec<Range<usize>> {
    let mut fine: Vec<Range<usize>> = vec![];
    let _ = walk::expressions(query, |expr| {
        if let Expr::Function(function) = expr
            && ORDERLESS.contains(&name_of(function).as_str())
        {
            fine.extend(range_of_node(sql, expr));
        }
        ControlFlow::<()>::Continue(())
    });
    let calls =
        info.unstable.iter().filter(|call| call.stability == Stability::RowOrder).map(|call| call.range.clone());
    calls.filter(|call| !fine.iter().any(|outer| outer.start < call.start && call.end <= outer.end)).collect()
}

struct Forms<'a> {
    types: &'a NodeTypes,
    sql: &'a str,
    faults: &'a mut Vec<TypeFault>,
    /// Places of the expressions whose order of elements does not matter.
    fine: BTreeSet<usize>,
    /// Whether there is a list of all values already. Two lists that are sorted apart are no pairs any more.
    has_list: bool,
    changed: bool,
}

impl VisitorMut for Forms<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::Function(function) = expr
            && ORDERLESS.contains(&name_of(function).as_str())
        {
            self.fine.extend(arguments(function).into_iter().map(place_of));
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        let is_fine = self.fine.contains(&place_of(expr));
        let whole = range_of_node(self.sql, &*expr).unwrap_or(0..self.sql.len());
        let Expr::Function(function) = &mut *expr else { return ControlFlow::Continue(()) };
        if function.over.is_some() {
            return ControlFlow::Continue(());
        }
        let name = name_of(function);
        let ordered = |argument: &Expr| self.types.of(argument).is_none_or(DataType::is_ordered);
        let first = arguments(function).first().copied();
        let Some(first) = first else { return ControlFlow::Continue(()) };
        let (value, is_ordered) = (first.clone(), ordered(first));
        let no_order = |ty: &str| format!("`{name}` depends on the order of rows, and {ty} cannot be sorted");
        match name.as_str() {
            "collect_list" | "collect_set" | "array_agg" if !is_fine => match is_ordered {
                true if name != "collect_set" && std::mem::replace(&mut self.has_list, true) => {
                    let message = format!(
                        "a second `{name}` depends on the order of rows: the two lists are sorted independently"
                    );
                    return self.refused(message, "collect pairs: `collect_list(struct(a, b))`", whole);
                }
                true if has_order(function) => order_by(function, &value),
                true => *expr = build::call("array_sort", [taken(expr)]),
                false => {
                    return self.refused(
                        no_order("the type of its elements"),
                        "collect a part that can be sorted",
                        whole,
                    );
                }
            },
            "any_value" if is_ordered => keep_first(function, "min"),
            "any_value" => {
                let hint = "use a part of it that can be sorted";
                return self.refused(no_order("the type of the value"), hint, whole);
            }
            "first" | "first_value" | "last" | "last_value" => {
                let message = format!(
                    "`{name}` depends on the order of rows: it takes the value of the row that is read {}",
                    end(&name)
                );
                let hint = "use `min_by(.., <column>)` to choose the row, or `any_value(..)` if it does not matter";
                return self.refused(message, hint, whole);
            }
            "max_by" | "min_by" if has_no_ties(function, &value) => return ControlFlow::Continue(()),
            "max_by" | "min_by" if is_ordered => break_ties(function, value),
            "max_by" | "min_by" => {
                let hint = "use a part of it that can be sorted";
                return self.refused(no_order("the type of the value"), hint, whole);
            }
            "mode" => match arguments(function).len() {
                1 => push_argument(function, build::truth(true)),
                _ => set_argument(function, 1, build::truth(true)),
            },
            "listagg" | "string_agg" => order_within(function, value),
            _ => return ControlFlow::Continue(()),
        }
        self.changed = true;
        ControlFlow::Continue(())
    }
}

impl Forms<'_> {
    fn refused(&mut self, message: String, hint: &str, range: std::ops::Range<usize>) -> ControlFlow<()> {
        self.faults.push(TypeFault { kind: FaultKind::NotDeterministic, range, message, hint: Some(hint.to_owned()) });
        ControlFlow::Continue(())
    }
}

fn end(name: &str) -> &'static str {
    if name.starts_with("first") { "first" } else { "last" }
}

fn place_of(expr: &Expr) -> usize {
    std::ptr::from_ref(expr).addr()
}

fn name_of(function: &Function) -> String {
    function.name.to_string().to_lowercase()
}

fn arguments(function: &Function) -> Vec<&Expr> {
    let FunctionArguments::List(list) = &function.args else { return vec![] };
    let plain = |arg| match arg {
        &FunctionArg::Unnamed(FunctionArgExpr::Expr(ref expr)) => Some(expr),
        _ => None,
    };
    list.args.iter().map_while(plain).collect()
}

fn set_argument(function: &mut Function, index: usize, value: Expr) {
    if let FunctionArguments::List(list) = &mut function.args
        && let Some(slot) = list.args.get_mut(index)
    {
        *slot = FunctionArg::Unnamed(FunctionArgExpr::Expr(value));
    }
}

fn push_argument(function: &mut Function, value: Expr) {
    if let FunctionArguments::List(list) = &mut function.args {
        list.args.push(FunctionArg::Unnamed(FunctionArgExpr::Expr(value)));
    }
}

/// Calls another aggregate with the first argument alone. NULLs are left out by it anyway.
fn keep_first(function: &mut Function, name: &str) {
    function.name = ObjectName::from(vec![Ident::new(name)]);
    function.null_treatment = None;
    if let FunctionArguments::List(list) = &mut function.args {
        list.args.truncate(1);
        list.clauses.clear();
    }
}

fn has_order(function: &Function) -> bool {
    let FunctionArguments::List(list) = &function.args else { return false };
    list.clauses.iter().any(|clause| matches!(clause, FunctionArgumentClause::OrderBy(_)))
}

fn key(value: &Expr) -> OrderByExpr {
    OrderByExpr { expr: value.clone(), options: OrderByOptions { asc: None, nulls_first: None }, with_fill: None }
}

/// Breaks ties of a stated order by the value.
fn order_by(function: &mut Function, value: &Expr) {
    if let FunctionArguments::List(list) = &mut function.args {
        for clause in &mut list.clauses {
            if let FunctionArgumentClause::OrderBy(order) = clause {
                order.push(key(value));
            }
        }
    }
}

/// Orders within a group by the value, or breaks ties by it.
fn order_within(function: &mut Function, value: Expr) {
    let is_distinct = matches!(&function.args, FunctionArguments::List(list)
        if list.duplicate_treatment == Some(DuplicateTreatment::Distinct));
    // Of values that stand once each there are no ties.
    if !is_distinct || function.within_group.is_empty() {
        function.within_group.push(key(&value));
    }
}

/// Whether rows that are alike by the second argument have the same value.
fn has_no_ties(function: &Function, value: &Expr) -> bool {
    arguments(function).get(1).is_none_or(|by| breaks_ties(by, value))
}

/// Goes by the second argument and then by the value. Rows without the second argument take no part.
fn break_ties(function: &mut Function, value: Expr) {
    let Some(by) = arguments(function).get(1).map(|by| (*by).clone()) else { return };
    let both = build::call("named_struct", [build::string("by"), by.clone(), build::string("of"), value]);
    set_argument(function, 1, build::case([(build::is_not_null(by), both)], None));
}

/// Whether rows that are alike by an expression have the same value.
fn breaks_ties(by: &Expr, value: &Expr) -> bool {
    let shown = value.to_string();
    match by {
        Expr::Function(function) if matches!(name_of(function).as_str(), "struct" | "named_struct") => {
            arguments(function).iter().any(|part| part.to_string() == shown)
        }
        Expr::Struct { values, .. } => values.iter().any(|part| part.to_string() == shown),
        by => by.to_string() == shown,
    }
}

fn taken(expr: &mut Expr) -> Expr {
    std::mem::replace(expr, build::null())
}

#[cfg(test)]
mod tests {
    use super::*;
    use lakeflow::infer::{ExprPlace, analyze_expr};
    use lakeflow::types::Column;
    use lakeflow::{expr_text, parse_expr};

    fn stable(sql: &str) -> String {
        let ty = |text: &str| DataType::parse(text).unwrap_or(DataType::Unknown);
        let columns = [("x", "string"), ("n", "int"), ("m", "map<string, int>")];
        let columns: Vec<Column> = columns.iter().map(|(name, text)| Column::nullable(*name, ty(text))).collect();
        let Ok(mut expr) = parse_expr(sql) else { return "no SQL".to_owned() };
        let info = analyze_expr(&expr, sql, columns.as_slice(), ExprPlace::measure("a measure"));
        let mut faults = vec![];
        stabilise(&mut expr, &info.types, sql, &mut faults);
        faults.first().map_or_else(|| expr_text(&expr), |fault| fault.message.clone())
    }

    #[test]
    fn each_aggregate_gives_the_same_for_rows_in_any_order() {
        let by = "CASE WHEN n IS NOT NULL THEN named_struct('by', n, 'of', x) END";
        for (written, printed) in [
            ("collect_list(x)", "array_sort(collect_list(x))"),
            ("array_join(collect_set(x), ',')", "array_join(array_sort(collect_set(x)), ',')"),
            ("array_sort(collect_set(x))", "array_sort(collect_set(x))"),
            ("size(array_agg(x))", "size(array_agg(x))"),
            ("any_value(x)", "min(x)"),
            ("any_value(x, true)", "min(x)"),
            ("max_by(x, n)", &format!("max_by(x, {by})")),
            ("min_by(x, n) FILTER (WHERE n > 1)", &format!("min_by(x, {by}) FILTER (WHERE n > 1)")),
            ("max_by(x, struct(n, x))", "max_by(x, STRUCT(n, x))"),
            ("max_by(x, x)", "max_by(x, x)"),
            ("mode(x)", "mode(x, TRUE)"),
            ("mode(x, false)", "mode(x, TRUE)"),
            ("listagg(x, ',')", "listagg(x, ',') WITHIN GROUP (ORDER BY x)"),
            ("listagg(x, ',') WITHIN GROUP (ORDER BY n)", "listagg(x, ',') WITHIN GROUP (ORDER BY n, x)"),
            ("listagg(DISTINCT x) WITHIN GROUP (ORDER BY x)", "listagg(DISTINCT x) WITHIN GROUP (ORDER BY x)"),
            ("sum(n) / count(x)", "sum(n) / count(x)"),
        ] {
            assert_eq!(stable(written), printed);
        }
        assert_eq!(
            stable("first(x)"),
            "`first` depends on the order of rows: it takes the value of the row that is read first"
        );
        assert_eq!(
            stable("last_value(x)"),
            "`last_value` depends on the order of rows: it takes the value of the row that is read last"
        );
        for name in
            ["map_from_arrays(collect_list(x), collect_list(n))", "collect_list(m)", "any_value(m)", "max_by(m, n)"]
        {
            assert!(stable(name).contains("depends on the order of rows"), "{name}: {}", stable(name));
        }
    }
}
