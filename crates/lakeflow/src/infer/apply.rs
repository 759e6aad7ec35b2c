//! Matches arguments against the signatures of a built-in function.
//!
//! Candidates are chosen by the number of arguments and the positions of lambdas; a form that takes the arguments as they
//! are precedes one that converts them. Lambdas are typed last, when the types of their parameters are known.

use std::ops::Range;

use sqlparser::ast::{Expr, LambdaFunction, Value};

use super::analyzer::{Analyzer, Frame, Typed};
use super::call::counted;
use super::fault::FaultKind;
use super::flow::role_of_argument;
use super::rules::{self, Args};
use crate::diag::did_you_mean;
use crate::functions::{CallResult, Class, Function, NullRule, Param, Signature, TypePattern, Var};
use crate::types::DataType;

/// What the variables of a signature stand for.
pub(super) type Bindings = [Option<DataType>; Var::LIMIT];

/// A signature that takes the arguments of a call.
pub(super) struct Match {
    pub signature: &'static Signature,
    pub bindings: Bindings,
    /// `None` for lambdas and bare words.
    pub typed: Vec<Option<Typed>>,
    /// Whether another form may be meant: of an argument nothing is known.
    pub is_open: bool,
}

/// How well an argument fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    No,
    Converted,
    Exact,
}

/// The words that stand for a unit of time.
const UNITS: [&str; 19] = [
    "MICROSECOND",
    "MILLISECOND",
    "SECOND",
    "MINUTE",
    "HOUR",
    "DAY",
    "DAYOFYEAR",
    "WEEK",
    "MONTH",
    "QUARTER",
    "YEAR",
    "MICROSECONDS",
    "MILLISECONDS",
    "SECONDS",
    "MINUTES",
    "HOURS",
    "DAYS",
    "MONTHS",
    "YEARS",
];

/// What `trunc` and `date_trunc` can cut to; the first eight are all that `trunc` knows.
const TRUNC_UNITS: [&str; 15] = [
    "YEAR",
    "YYYY",
    "YY",
    "QUARTER",
    "MONTH",
    "MON",
    "MM",
    "WEEK",
    "DAY",
    "DD",
    "HOUR",
    "MINUTE",
    "SECOND",
    "MILLISECOND",
    "MICROSECOND",
];

/// The parts of a date that are offered for a misspelt one.
const PARTS: [&str; 13] = [
    "YEAR",
    "YEAROFWEEK",
    "QUARTER",
    "MONTH",
    "WEEK",
    "DAY",
    "DAYOFWEEK",
    "DAYOFWEEK_ISO",
    "DAYOFYEAR",
    "HOUR",
    "MINUTE",
    "SECOND",
    "DOW",
];

impl Analyzer<'_> {
    /// The type of `function(args)`; `range` is the function's name.
    pub(super) fn apply(&mut self, function: &'static Function, args: &[&Expr], range: Range<usize>) -> Typed {
        let mark = self.flows.len();
        let Some(found) = self.matched(function, args, &range) else { return Typed::unknown() };
        self.arguments_converted(function, args, &found);
        self.conclude_call(function.name, args, &found.typed, mark);
        let Match { signature, bindings, typed, is_open } = found;
        if is_open {
            return Typed::new(DataType::Unknown, is_nullable(signature.nulls, &typed)); // another form may be meant
        }
        self.check_exactness(function, args, &typed);
        let ty = match &signature.returns {
            CallResult::Type(pattern) => resolve(pattern, &bindings),
            CallResult::Rule(rule) => {
                let call = Args { exprs: args, typed: &typed };
                rules::result(*rule, &call).unwrap_or_else(|(at, message)| {
                    let place = args.get(at).map_or(range, |arg| self.range_of_expr(arg));
                    self.fault(FaultKind::TypeMismatch, place, format!("`{}` {message}", function.name));
                    DataType::Unknown
                })
            }
            CallResult::Columns(_) => DataType::Unknown,
        };
        Typed::new(ty, is_nullable(signature.nulls, &typed))
    }

    /// Types the arguments and finds the signature that takes them; `None` after a fault.
    pub(super) fn matched(
        &mut self,
        function: &'static Function,
        args: &[&Expr],
        range: &Range<usize>,
    ) -> Option<Match> {
        self.note_risk(function.name, args, range);
        let mut candidates = function.signatures.iter().filter(|s| has_shape(s, args));
        let Some(first) = candidates.next() else {
            self.wrong_shape(function, args, range.clone());
            return None;
        };
        // Forms with as many arguments are alike in this.
        self.unstable_call(function.name, first.stability, range);
        let typed: Vec<Option<Typed>> = (args.iter().enumerate())
            .map(|(i, arg)| match param(first, i).map(|p| &p.pattern) {
                Some(TypePattern::Lambda(..)) => None,
                Some(TypePattern::Unit) => self.unit(arg),
                Some(TypePattern::Part | TypePattern::TruncUnit | TypePattern::TruncDateUnit) => {
                    Some(self.word(first, i, arg))
                }
                _ => Some(self.argument(function.name, i, arg, args)),
            })
            .collect();
        let (signature, mut bindings) = match choose(std::iter::once(first).chain(candidates), &typed) {
            Ok(chosen) => chosen,
            Err((at, message)) => {
                let place = args.get(at).map_or(range.clone(), |arg| self.range_of_expr(arg));
                let is_narrow =
                    |p: &Param| matches!(p.pattern, TypePattern::Class(Class::JustInt | Class::UpToInt | Class::Days));
                let hint = param(first, at).is_some_and(is_narrow).then_some("write the cast: `CAST(.. AS INT)`");
                self.fault_with(FaultKind::TypeMismatch, place, format!("`{}` {message}", function.name), hint);
                return None;
            }
        };
        for (i, arg) in args.iter().enumerate() {
            if let (Expr::Lambda(lambda), Some(TypePattern::Lambda(params, result))) =
                (arg, param(signature, i).map(|p| &p.pattern))
            {
                self.lambda(function, lambda, params, result, &mut bindings);
            }
        }
        let is_unknown = |value: &Option<Typed>| value.as_ref().is_some_and(|value| value.ty == DataType::Unknown);
        let others = function.signatures.iter().filter(|s| has_shape(s, args) && !std::ptr::eq(*s, signature));
        let is_open =
            typed.iter().any(is_unknown) && others.into_iter().any(|other| try_signature(other, &typed).is_ok());
        Some(Match { signature, bindings, typed, is_open })
    }

    fn argument(&mut self, function: &str, index: usize, arg: &Expr, args: &[&Expr]) -> Typed {
        let mark = self.flows.len();
        let typed = match role_of_argument(function, index) {
            Some(role) => self.as_role(role, |a| a.expr(arg)),
            None => self.expr(arg),
        };
        self.argument_since(mark, function, index, args);
        typed
    }

    fn wrong_shape(&mut self, function: &Function, args: &[&Expr], range: Range<usize>) {
        for arg in args {
            if !matches!(arg, Expr::Lambda(_)) {
                self.expr(arg);
            }
        }
        let by_count = function.signatures.iter().find(|s| takes(s, args.len()));
        let message = match by_count {
            None => format!("`{}` takes {}, found {}", function.name, wanted(&function.signatures), args.len()),
            Some(_) if args.iter().any(|a| matches!(a, Expr::Lambda(_))) => {
                format!("`{}` does not take a lambda of this form", function.name)
            }
            Some(_) => format!("`{}` requires a lambda such as `x -> x + 1`", function.name),
        };
        self.fault(FaultKind::WrongArguments, range, message);
    }

    /// A bare word of time, which is no column.
    fn unit(&mut self, arg: &Expr) -> Option<Typed> {
        let word = match arg {
            Expr::Identifier(ident) => ident.value.to_ascii_uppercase(),
            other => other.to_string(),
        };
        if !UNITS.contains(&word.as_str()) {
            let range = self.range_of_expr(arg);
            let hint = did_you_mean(&word, UNITS);
            self.fault_with(FaultKind::WrongArguments, range, format!("unknown unit of time `{word}`"), hint);
        }
        None
    }

    /// A string that names a part of a date. An unknown one would give NULL for every row.
    fn word(&mut self, signature: &Signature, index: usize, arg: &Expr) -> Typed {
        let typed = self.expr(arg);
        let Expr::Value(literal) = arg else { return typed };
        let Value::SingleQuotedString(text) = &literal.value else { return typed };
        let word = text.to_ascii_uppercase();
        let units = match param(signature, index).map(|p| &p.pattern) {
            Some(TypePattern::TruncUnit) => &TRUNC_UNITS[..],
            Some(TypePattern::TruncDateUnit) => &TRUNC_UNITS[..8],
            _ if rules::part_type(&word).is_some() => return typed,
            _ => &PARTS[..],
        };
        if !units.contains(&word.as_str()) {
            let range = self.range_of_expr(arg);
            let hint = did_you_mean(&word, units.iter().copied());
            self.fault_with(FaultKind::WrongArguments, range, format!("unknown unit of time `{text}`"), hint);
        }
        typed
    }

    fn lambda(
        &mut self,
        function: &Function,
        lambda: &LambdaFunction,
        params: &[TypePattern],
        result: &TypePattern,
        bindings: &mut Bindings,
    ) {
        let names = lambda.params.iter().map(|p| p.name.value.clone());
        let types = params.iter().map(|p| Typed::new(resolve(p, bindings), true));
        self.frames.push(Frame::Lambda(names.zip(types).collect()));
        let body = self.expr(&lambda.body);
        self.frames.pop();
        let range = self.range_of_expr(&lambda.body);
        match result {
            TypePattern::Var(var, _) => match bindings.get(var.index()).cloned().flatten() {
                None => set(bindings, *var, body.ty),
                Some(start) if start == body.ty || start.is_open() || body.ty.is_open() => {}
                Some(start) => {
                    let message =
                        format!("the lambda of `{}` returns {} but its start value is {start}", function.name, body.ty);
                    let hint = Some(format!("cast the start value to {}", body.ty));
                    self.fault_with(FaultKind::TypeMismatch, range, message, hint);
                }
            },
            TypePattern::Is(DataType::Boolean) if body.ty != DataType::Boolean && !body.ty.is_open() => {
                let message = format!("the lambda of `{}` must return BOOLEAN, found {}", function.name, body.ty);
                self.fault(FaultKind::NotBoolean, range, message);
            }
            TypePattern::Is(ty) if !ty.fits(&body.ty) => {
                let message = format!("the lambda of `{}` must return {ty}, found {}", function.name, body.ty);
                self.fault(FaultKind::TypeMismatch, range, message);
            }
            _ => {}
        }
    }

    /// Sums of floating point numbers depend on the order of rows.
    fn check_exactness(&mut self, function: &Function, args: &[&Expr], typed: &[Option<Typed>]) {
        let sums = matches!(function.name, "sum" | "avg" | "mean" | "try_sum" | "try_avg");
        let (true, [arg], [Some(value)]) = (sums, args, typed) else { return };
        if !value.ty.is_floating() {
            return;
        }
        let range = self.range_of_expr(arg);
        if !self.place.inexact_sums {
            let message = format!("`{}` over {} depends on the order of rows", function.name, value.ty);
            self.fault_with(FaultKind::InexactSum, range.clone(), message, Some("cast it to a DECIMAL first"));
        }
        self.inexact_sums.push(range);
    }
}

/// The parameter at a place; the last one stands for all that follow when it repeats.
fn param(signature: &Signature, index: usize) -> Option<&Param> {
    signature.params.get(index).or_else(|| signature.params.last().filter(|_| signature.repeats))
}

fn takes(signature: &Signature, n: usize) -> bool {
    let required = signature.params.iter().filter(|p| !p.optional).count();
    n >= required && (n <= signature.params.len() || signature.repeats)
}

/// Whether the number of arguments fits, and lambdas stand where they should.
fn has_shape(signature: &Signature, args: &[&Expr]) -> bool {
    let fits = |(i, arg): (usize, &&Expr)| match (arg, param(signature, i).map(|p| &p.pattern)) {
        (Expr::Lambda(lambda), Some(TypePattern::Lambda(params, _))) => lambda.params.len() == params.len(),
        (Expr::Lambda(_), _) | (_, Some(TypePattern::Lambda(..))) => false,
        _ => true,
    };
    takes(signature, args.len()) && args.iter().enumerate().all(fits)
}

fn wanted(signatures: &[Signature]) -> String {
    let required = signatures.iter().map(|s| s.params.iter().filter(|p| !p.optional).count()).min().unwrap_or(0);
    let most = signatures.iter().map(|s| s.params.len()).max().unwrap_or(0);
    match signatures.iter().any(|s| s.repeats) {
        true => format!("at least {}", counted(required, "argument")),
        false if required == most => counted(required, "argument"),
        false => format!("{required} to {}", counted(most, "argument")),
    }
}

/// The first form that takes the arguments as they are, else the first that takes them at all.
fn choose(
    candidates: impl Iterator<Item = &'static Signature>,
    typed: &[Option<Typed>],
) -> Result<(&'static Signature, Bindings), (usize, String)> {
    let mut converted = None;
    let mut misfit = None;
    for signature in candidates {
        match try_signature(signature, typed) {
            Ok((Fit::Exact, bindings)) => return Ok((signature, bindings)),
            Ok((_, bindings)) => converted = converted.or(Some((signature, bindings))),
            Err((at, so_far)) => misfit = misfit.or(Some((signature, at, so_far))),
        }
    }
    converted.ok_or_else(|| match misfit {
        Some((signature, at, so_far)) => (at, misfit_text(signature, at, so_far, typed)),
        None => (0, "takes other arguments".into()),
    })
}

/// How well a form takes the arguments; otherwise the first that it does not take, with what its variable stands for by then.
fn try_signature(signature: &Signature, typed: &[Option<Typed>]) -> Result<(Fit, Bindings), (usize, Option<DataType>)> {
    let mut bindings: Bindings = Default::default();
    let mut worst = Fit::Exact;
    for (i, value) in typed.iter().enumerate() {
        let (Some(value), Some(param)) = (value, param(signature, i)) else { continue };
        match fit(&param.pattern, &value.ty, &mut bindings) {
            Fit::No => return Err((i, bound_by(&param.pattern, &bindings))),
            quality => worst = worst.min(quality),
        }
    }
    Ok((worst, bindings))
}

fn misfit_text(signature: &Signature, at: usize, so_far: Option<DataType>, typed: &[Option<Typed>]) -> String {
    let ty = typed.get(at).and_then(Option::as_ref).map_or(&DataType::Unknown, |value| &value.ty);
    let pattern = param(signature, at).map_or(&TypePattern::Any, |param| &param.pattern);
    match so_far.filter(|so_far| so_far != ty && !matches!(pattern, TypePattern::Var(_, Some(_)))) {
        Some(so_far) => format!("requires arguments of one type, found {so_far} and {ty}"),
        None => format!("takes {} here, found {ty}", describe(pattern)),
    }
}

fn bound_by(pattern: &TypePattern, bindings: &Bindings) -> Option<DataType> {
    match pattern {
        TypePattern::Var(var, _) => bindings.get(var.index()).cloned().flatten(),
        _ => None,
    }
}

fn set(bindings: &mut Bindings, var: Var, ty: DataType) {
    if let Some(slot) = bindings.get_mut(var.index()) {
        *slot = Some(ty);
    }
}

fn fit(pattern: &TypePattern, ty: &DataType, bindings: &mut Bindings) -> Fit {
    match pattern {
        TypePattern::Any => Fit::Exact,
        TypePattern::Is(wanted) if wanted == ty || ty.is_open() => Fit::Exact,
        TypePattern::Is(wanted) => {
            if wanted.fits(ty) {
                Fit::Converted
            } else {
                Fit::No
            }
        }
        TypePattern::Class(class) => fit_class(*class, ty).0,
        TypePattern::Either(choices) => choices.iter().map(|c| fit(c, ty, bindings)).max().unwrap_or(Fit::No),
        TypePattern::Var(var, bound) => fit_var(*var, bound.as_deref(), ty, bindings),
        TypePattern::Array(element) => match ty {
            DataType::Array(own) => fit(element, own, bindings),
            ty if ty.is_open() => fit(element, ty, bindings),
            _ => Fit::No,
        },
        TypePattern::Map(key, value) => match ty {
            DataType::Map(k, v) => fit(key, k, bindings).min(fit(value, v, bindings)),
            ty if ty.is_open() => fit(key, ty, bindings).min(fit(value, ty, bindings)),
            _ => Fit::No,
        },
        TypePattern::Part | TypePattern::TruncUnit | TypePattern::TruncDateUnit => {
            fit(&TypePattern::Is(DataType::String), ty, bindings)
        }
        TypePattern::Lambda(..) | TypePattern::Unit => Fit::Exact,
    }
}

fn fit_var(var: Var, bound: Option<&TypePattern>, ty: &DataType, bindings: &mut Bindings) -> Fit {
    let (quality, own) = match bound {
        Some(TypePattern::Class(class)) => fit_class(*class, ty),
        Some(pattern) => (fit(pattern, ty, bindings), ty.clone()),
        None => (Fit::Exact, ty.clone()),
    };
    let so_far = bindings.get(var.index()).cloned().flatten();
    let common = match (quality, so_far) {
        (Fit::No, _) => return Fit::No,
        (_, None) => Some(own),
        (_, Some(so_far)) => so_far.common(&own),
    };
    match common {
        Some(common) => {
            set(bindings, var, common);
            quality
        }
        None => Fit::No,
    }
}

/// How a type fits a class, and as what it then counts.
fn fit_class(class: Class, ty: &DataType) -> (Fit, DataType) {
    let exact = match class {
        Class::Number => ty.is_numeric(),
        Class::Integral | Class::Whole => ty.is_integral(),
        Class::JustInt => *ty == DataType::Int,
        Class::JustString => *ty == DataType::String,
        Class::UpToInt | Class::Days => matches!(ty, DataType::TinyInt | DataType::SmallInt | DataType::Int),
        Class::Text => matches!(ty, DataType::String | DataType::Binary),
        Class::Time => ty.is_temporal(),
        Class::Interval => ty.is_interval(),
        Class::Ordered => ty.is_ordered(),
    };
    let takes_null = !matches!(class, Class::JustInt | Class::UpToInt);
    if exact || *ty == DataType::Unknown || *ty == DataType::Null && takes_null {
        return (Fit::Exact, ty.clone());
    }
    match (class, ty) {
        (Class::Number, DataType::String) => (Fit::Converted, DataType::Double),
        (Class::Integral, ty) if ty.is_numeric() || *ty == DataType::String => (Fit::Converted, DataType::BigInt),
        (Class::Days, DataType::String) => (Fit::Converted, DataType::Int),
        (Class::Text, ty) if DataType::String.fits(ty) => (Fit::Converted, DataType::String),
        (Class::Time, DataType::String) => (Fit::Converted, DataType::Timestamp),
        _ => (Fit::No, ty.clone()),
    }
}

/// The type that a pattern stands for; an unbound variable is VOID.
pub(super) fn resolve(pattern: &TypePattern, bindings: &Bindings) -> DataType {
    match pattern {
        TypePattern::Is(ty) => ty.clone(),
        TypePattern::Var(var, _) => bindings.get(var.index()).cloned().flatten().unwrap_or(DataType::Null),
        TypePattern::Array(element) => DataType::array(resolve(element, bindings)),
        TypePattern::Map(key, value) => DataType::map(resolve(key, bindings), resolve(value, bindings)),
        _ => DataType::Unknown,
    }
}

fn is_nullable(rule: NullRule, typed: &[Option<Typed>]) -> bool {
    let nullable = |value: &Option<Typed>| value.as_ref().is_some_and(|v| v.nullable);
    match rule {
        NullRule::Maybe => true,
        NullRule::Never => false,
        NullRule::AnyArgument => typed.iter().any(nullable),
        NullRule::AllArguments => typed.iter().all(nullable),
        NullRule::First => typed.first().is_none_or(nullable),
        NullRule::AfterFirst => typed.iter().skip(1).any(nullable),
    }
}

fn describe(pattern: &TypePattern) -> String {
    match pattern {
        TypePattern::Any => "anything".into(),
        TypePattern::Is(ty) => ty.to_string(),
        TypePattern::Class(Class::Number) => "a number".into(),
        TypePattern::Class(Class::Integral | Class::Whole) => "an integer".into(),
        TypePattern::Class(Class::JustInt | Class::UpToInt | Class::Days) => "INT".into(),
        TypePattern::Class(Class::JustString) => "STRING".into(),
        TypePattern::Class(Class::Text) => "STRING or BINARY".into(),
        TypePattern::Class(Class::Time) => "a date or a timestamp".into(),
        TypePattern::Class(Class::Interval) => "an interval".into(),
        TypePattern::Class(Class::Ordered) => "something that can be ordered".into(),
        TypePattern::Either(choices) => choices.iter().map(describe).collect::<Vec<_>>().join(" or "),
        TypePattern::Var(_, Some(bound)) => describe(bound),
        TypePattern::Var(_, None) => "anything".into(),
        TypePattern::Array(_) => "an array".into(),
        TypePattern::Map(..) => "a map".into(),
        TypePattern::Lambda(..) => "a lambda".into(),
        TypePattern::Unit | TypePattern::Part | TypePattern::TruncUnit | TypePattern::TruncDateUnit => {
            "a unit of time".into()
        }
    }
}
