//! What is read in the words of another clause, written as it was: see `lex/rewrite/spelling.rs` and `dialect/call.rs`.

use sqlparser::ast::{Expr, Function, Ident, NamedWindowExpr, Select, WindowSpec, WindowType};

/// Writes `SORT BY` and its like behind `HAVING`, `WINDOW` and `QUALIFY`, where Databricks reads them; sqlparser has them
/// before.
pub(super) fn put_late_clauses(select: &mut Select) {
    let clauses: Vec<String> = [
        ("CLUSTER BY", listed(&select.cluster_by)),
        ("DISTRIBUTE BY", listed(&select.distribute_by)),
        ("SORT BY", listed(&select.sort_by)),
    ]
    .into_iter()
    .filter(|(_, keys)| !keys.is_empty())
    .map(|(clause, keys)| format!(" {clause} {keys}"))
    .collect();
    let clauses = clauses.concat();
    if clauses.is_empty() {
        return;
    }
    let behind = |expr: &mut Expr| *expr = Expr::Identifier(Ident::new(format!("{expr}{clauses}")));
    let window_is_last = select.qualify.is_none() || !select.window_before_qualify;
    match (&mut select.qualify, select.named_window.last_mut(), &mut select.having) {
        (_, Some(window), _) if window_is_last => {
            window.1 = NamedWindowExpr::NamedWindow(Ident::new(match &window.1 {
                NamedWindowExpr::NamedWindow(name) => format!("{name}{clauses}"),
                NamedWindowExpr::WindowSpec(spec) => format!("({spec}){clauses}"),
            }));
        }
        (Some(expr), _, _) | (None, None, Some(expr)) => behind(expr),
        _ => return,
    }
    select.cluster_by.clear();
    select.distribute_by.clear();
    select.sort_by.clear();
}

fn listed<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// `TABLE(t) PARTITION BY a ORDER BY b`, which is kept as a call with a window.
pub(super) fn shared_table(function: &Function) -> Option<String> {
    let Some(WindowType::WindowSpec(WindowSpec { partition_by, order_by, .. })) = &function.over else { return None };
    if !function.name.to_string().eq_ignore_ascii_case("TABLE") {
        return None;
    }
    let clause = |words: &str, keys: String| if keys.is_empty() { keys } else { format!(" {words} ({keys})") };
    let partitions = match partition_by.is_empty() {
        true => " WITH SINGLE PARTITION".to_owned(),
        false => clause("PARTITION BY", listed(partition_by)),
    };
    let call = Function { over: None, ..function.clone() };
    Some(format!("{call}{partitions}{}", clause("ORDER BY", listed(order_by))))
}
