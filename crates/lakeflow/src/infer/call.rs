//! Calls: which function it is, whether it is allowed here, which of its signatures matches, and the resulting type.

use std::ops::Range;

use sqlparser::ast::{
    DuplicateTreatment, Expr, Function as Call, FunctionArg, FunctionArgExpr, FunctionArgumentClause,
    FunctionArguments, Ident, ObjectName, OrderByExpr, WindowFrameBound, WindowSpec, WindowType,
};

use super::UnstableCall;
use super::analyzer::{Analyzer, Inside, Typed};
use super::catalog::Thing;
use super::fault::FaultKind;
use super::flow::{Dependence, ExprOutcome, Influence, Release};
use crate::diag::did_you_mean;
use crate::functions::{self, Function, FunctionKind, Stability};
use crate::is_same_name;

/// How names of functions begin that mask what they are given.
const MASK: &str = "mask_";

/// Families of functions of Databricks that are not in the tables of functions: models, hexagons, shapes.
const BUILT_IN: &[&str] = &["ai_", "h3_", "st_"];

impl Analyzer<'_> {
    pub(super) fn call(&mut self, call: &Call) -> Typed {
        let range = self.range_of_name(&call.name);
        let (args, star) = arguments(call);
        let Some(function) = plain_name(&call.name).and_then(|name| functions::lookup(&name.value)) else {
            return self.user_call(call, &args, range);
        };
        match function.kind {
            FunctionKind::Generator => {
                let message = format!(
                    "`{}` generates rows and is only allowed by itself in a select list or after `LATERAL`",
                    function.name
                );
                self.fault(FaultKind::GeneratorNotAllowed, range, message);
                self.all(&args);
                Typed::unknown()
            }
            FunctionKind::Scalar => {
                self.scalar_clauses(call, function, &range);
                let before = self.star_is_refused(star, function, &range);
                if before { Typed::unknown() } else { self.apply(function, &args, range) }
            }
            FunctionKind::Aggregate | FunctionKind::Window if call.over.is_some() => {
                self.windowed(call, function, &args, range)
            }
            FunctionKind::Window => {
                let hint = Some(format!("write `{}(..) OVER (PARTITION BY .. ORDER BY ..)`", function.name));
                let message = format!("`{}` requires an `OVER` clause", function.name);
                self.fault_with(FaultKind::WrongArguments, range, message, hint);
                self.all(&args);
                Typed::unknown()
            }
            FunctionKind::Aggregate => self.aggregated(call, function, &args, star, range),
        }
    }

    /// A call in another syntax, such as `position('a' IN b)`.
    pub(super) fn call_named(&mut self, name: &str, args: &[&Expr], range: Range<usize>) -> Typed {
        match functions::lookup(name) {
            Some(function) => self.apply(function, args, range),
            None => Typed::unknown(),
        }
    }

    fn user_call(&mut self, call: &Call, args: &[&Expr], range: Range<usize>) -> Typed {
        let masks = call
            .name
            .0
            .last()
            .and_then(|p| p.as_ident())
            .is_some_and(|i| i.value.to_ascii_lowercase().starts_with(MASK));
        let mark = self.flows.len();
        let typed = self.all(args);
        if masks {
            self.release_since(mark, Release::Masked);
        }
        self.clauses(call);
        if call.name.0.iter().any(|part| part.as_ident().is_none()) {
            return Typed::unknown(); // `IDENTIFIER('f')(a)`: known when it runs
        }
        let parts: Vec<String> = call.name.0.iter().filter_map(|p| p.as_ident()).map(|i| i.value.clone()).collect();
        let path: Vec<&str> = parts.iter().map(String::as_str).collect();
        let name = path.join(".");
        if path.len() == 1 && BUILT_IN.iter().any(|prefix| name.to_ascii_lowercase().starts_with(prefix)) {
            return Typed::unknown();
        }
        let Some(function) = self.catalog.function(&path) else {
            let hint = did_you_mean(&name, functions::names());
            self.fault_with(FaultKind::UnknownFunction, range, format!("unknown function `{name}`"), hint);
            return Typed::unknown();
        };
        self.unstable_call(&name, function.stability, &range);
        if typed.len() != function.params.len() {
            let message =
                format!("`{name}` takes {}, found {}", counted(function.params.len(), "argument"), typed.len());
            self.fault(FaultKind::WrongArguments, range, message);
        } else if let Some(((param, arg), expr)) =
            function.params.iter().zip(&typed).zip(args).find(|((p, a), _)| !p.fits(&a.ty))
        {
            let at = self.range_of_expr(expr);
            self.fault(FaultKind::TypeMismatch, at, format!("`{name}` takes {param} here, found {}", arg.ty));
        }
        Typed::new(function.returns.clone(), true)
    }

    /// Refuses what only aggregates have.
    fn scalar_clauses(&mut self, call: &Call, function: &Function, range: &Range<usize>) {
        let what = match (&call.over, &call.filter, &call.args) {
            (Some(_), ..) => "`OVER`",
            (_, Some(_), _) => "`FILTER`",
            (_, _, FunctionArguments::List(list)) if list.duplicate_treatment == Some(DuplicateTreatment::Distinct) => {
                "`DISTINCT`"
            }
            _ => return,
        };
        let message = format!("{what} is not allowed on `{}`, which is not an aggregate", function.name);
        self.fault(FaultKind::WrongArguments, range.clone(), message);
    }

    fn star_is_refused(&mut self, star: bool, function: &Function, range: &Range<usize>) -> bool {
        if star && function.name != "count" {
            let message = format!("`{}(*)` is not supported", function.name);
            self.fault_with(FaultKind::Unsupported, range.clone(), message, Some("name the columns"));
            return true;
        }
        false
    }

    fn aggregated(
        &mut self,
        call: &Call,
        function: &'static Function,
        args: &[&Expr],
        star: bool,
        range: Range<usize>,
    ) -> Typed {
        self.features.all.aggregates.push(range.clone());
        if self.over_stream {
            self.features.over_stream.aggregates.push(range.clone());
        }
        if self.place.aggregates
            && let Some(select) = self.select_frame()
        {
            select.groups.aggregated = true;
        }
        if let Some(outer) = self.inside.aggregate {
            let message = format!("aggregate `{}` is nested inside aggregate `{outer}`", function.name);
            self.fault(FaultKind::NestedAggregate, range.clone(), message);
        } else {
            self.refuse(Thing::Aggregate, function.name, &range);
        }
        let inside = Inside { aggregate: Some(function.name), ..self.inside };
        self.within(inside, |a| {
            a.clauses(call);
            if a.star_is_refused(star, function, &range) {
                return Typed::unknown();
            }
            let mark = a.flows.len();
            let typed = a.apply(function, args, range);
            a.aggregated_since(mark, function.name, is_distinct(call));
            typed
        })
    }

    /// What an aggregate leaves of the values it was given, which were noted since `mark`.
    fn aggregated_since(&mut self, mark: usize, aggregate: &str, distinct: bool) {
        match aggregate {
            "count" if !distinct => self.release_since(mark, Release::Counted),
            "count" | "approx_count_distinct" => self.release_since(mark, Release::Distinct),
            "collect_set" | "collect_list" | "array_agg" => {
                for flow in self.flows.iter_mut().skip(mark) {
                    flow.hold = if flow.hold == Dependence::Bare {
                        Dependence::Collected
                    } else {
                        flow.hold.max(Dependence::Null)
                    };
                }
                self.outcome = ExprOutcome::Settled;
            }
            _ => {}
        }
    }

    fn windowed(&mut self, call: &Call, function: &'static Function, args: &[&Expr], range: Range<usize>) -> Typed {
        self.features.all.windows.push(range.clone());
        if self.over_stream {
            self.features.over_stream.windows.push(range.clone());
        }
        if let Some(outer) = self.inside.window {
            let message = format!("window function `{}` is nested inside window function `{outer}`", function.name);
            self.fault(FaultKind::NestedAggregate, range.clone(), message);
        } else if let Some(outer) = self.inside.aggregate {
            let message = format!("window function `{}` is nested inside aggregate `{outer}`", function.name);
            self.fault(FaultKind::WindowNotAllowed, range.clone(), message);
        } else {
            self.refuse(Thing::Window, function.name, &range);
        }
        let inside = Inside { window: Some(function.name), ..self.inside };
        self.within(inside, |a| {
            a.clauses(call);
            let mark = a.flows.len();
            let typed = a.apply(function, args, range);
            if function.name == "count" {
                a.aggregated_since(mark, function.name, is_distinct(call));
            }
            typed
        })
    }

    fn refuse(&mut self, what: Thing, name: &str, range: &Range<usize>) {
        if let Some((kind, noun)) = self.place.refuses(what) {
            let message = format!("{noun} `{name}` is not allowed in {}", self.place.name);
            self.fault(kind, range.clone(), message);
        }
    }

    /// Notes a function whose result may change, and refuses it where that is not allowed.
    pub(super) fn unstable_call(&mut self, name: &str, stability: Stability, range: &Range<usize>) {
        let why = match stability {
            Stability::Stable => return,
            Stability::RowOrder => None,
            Stability::Session => Some("depends on who runs it and where"),
            Stability::Volatile => Some("changes from run to run"),
        };
        if let (Some(why), false) = (why, self.place.unstable) {
            let message = format!("`{name}` {why} and is not allowed in {}", self.place.name);
            self.fault(FaultKind::NotDeterministic, range.clone(), message);
        }
        self.unstable.push(UnstableCall { range: range.clone(), function: name.to_string(), stability });
    }

    /// `FILTER (WHERE ..)`, `WITHIN GROUP (ORDER BY ..)`, `OVER (..)` and what else may follow the arguments.
    fn clauses(&mut self, call: &Call) {
        if let Some(filter) = &call.filter {
            self.as_role(Influence::Conditional, |a| a.condition(filter, "a `FILTER`"));
        }
        self.as_role(Influence::Window, |a| a.order_exprs(&call.within_group));
        if let FunctionArguments::List(list) = &call.args {
            for clause in &list.clauses {
                if let FunctionArgumentClause::OrderBy(order) = clause {
                    self.as_role(Influence::Window, |a| a.order_exprs(order));
                }
            }
        }
        match &call.over {
            Some(WindowType::WindowSpec(spec)) => self.as_role(Influence::Window, |a| a.window_spec(spec)),
            Some(WindowType::NamedWindow(name)) => self.named_window(name),
            None => {}
        }
    }

    pub(super) fn window_spec(&mut self, spec: &WindowSpec) {
        if let Some(name) = &spec.window_name {
            self.named_window(name);
        }
        for expr in &spec.partition_by {
            self.expr(expr);
        }
        self.order_exprs(&spec.order_by);
        let Some(frame) = &spec.window_frame else { return };
        for bound in std::iter::once(&frame.start_bound).chain(&frame.end_bound) {
            if let WindowFrameBound::Preceding(Some(offset)) | WindowFrameBound::Following(Some(offset)) = bound {
                self.expr(offset);
            }
        }
    }

    fn named_window(&mut self, name: &Ident) {
        let known = self.select_frame().map(|f| f.windows.clone()).unwrap_or_default();
        if !known.iter().any(|w| is_same_name(w, &name.value)) {
            let range = self.range_of_ident(name);
            let hint = did_you_mean(&name.value, known.iter().map(String::as_str));
            self.fault_with(FaultKind::UnknownColumn, range, format!("unknown window `{}`", name.value), hint);
        }
    }

    pub(super) fn order_exprs(&mut self, order: &[OrderByExpr]) {
        for item in order {
            self.expr(&item.expr);
        }
    }

    fn all(&mut self, args: &[&Expr]) -> Vec<Typed> {
        args.iter().map(|arg| if matches!(arg, Expr::Lambda(_)) { Typed::unknown() } else { self.expr(arg) }).collect()
    }

    pub(super) fn range_of_name(&self, name: &ObjectName) -> Range<usize> {
        let mut idents = name.0.iter().filter_map(|p| p.as_ident());
        let Some(first) = idents.next() else { return self.here.clone() };
        let last = idents.next_back().unwrap_or(first);
        self.range_of_ident(first).start..self.range_of_ident(last).end
    }
}

/// Whether an aggregate looks at each value once.
fn is_distinct(call: &Call) -> bool {
    let FunctionArguments::List(list) = &call.args else { return false };
    list.duplicate_treatment == Some(DuplicateTreatment::Distinct)
}

/// The arguments of a call in order, named ones among them, and whether one of them is `*`.
pub(super) fn arguments(call: &Call) -> (Vec<&Expr>, bool) {
    let FunctionArguments::List(list) = &call.args else { return (Vec::new(), false) };
    arguments_of(&list.args)
}

/// As [`arguments`], for the arguments of a table function.
pub(super) fn arguments_of(list: &[FunctionArg]) -> (Vec<&Expr>, bool) {
    let (mut args, mut star) = (Vec::with_capacity(list.len()), false);
    for arg in list {
        match arg {
            FunctionArg::Unnamed(arg) | FunctionArg::Named { arg, .. } | FunctionArg::ExprNamed { arg, .. } => {
                match arg {
                    FunctionArgExpr::Expr(expr) => args.push(expr),
                    _ => star = true,
                }
            }
        }
    }
    (args, star)
}

/// The name of a function without catalog and schema.
pub(super) fn plain_name(name: &ObjectName) -> Option<&Ident> {
    match name.0.as_slice() {
        [only] => only.as_ident(),
        _ => None,
    }
}

/// `no columns`, `1 column`, `2 columns`.
pub(super) fn counted(n: usize, noun: &str) -> String {
    match n {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        n => format!("{n} {noun}s"),
    }
}
