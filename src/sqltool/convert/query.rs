//! Conversion within queries and expressions: sources, names, functions, parameters.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use lakeflow::walk;
use lakeflow::{StreamSource, stream_source};
use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArguments, Ident,
    ObjectName, Query, Spanned, TableFactor, TableFunctionArgs, Value, ValueWithSpan, VisitMut, VisitorMut,
};

use super::names::{is_live, parts, shown};
use super::note::Loss;
use super::scope::ConversionScope;
use super::{files, spark};

/// Rewrites a query or an expression in place.
pub(super) fn rewrite(node: &mut impl VisitMut, scope: &mut ConversionScope<'_>) {
    let mut ctes = Ctes::default();
    let _ = walk::visit_mut(node, &mut ctes);
    let _ = walk::visit_mut(node, &mut Rewrite { scope, ctes: ctes.names });
}

/// Names that a query gives to its own parts: what bears one is no dataset.
#[derive(Default)]
struct Ctes {
    names: BTreeSet<String>,
}

const GO_ON: ControlFlow<()> = ControlFlow::Continue(());

impl VisitorMut for Ctes {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        let tables = query.with.iter().flat_map(|with| &with.cte_tables);
        self.names.extend(tables.map(|table| table.alias.name.value.to_lowercase()));
        GO_ON
    }
}

struct Rewrite<'s, 'a> {
    scope: &'s mut ConversionScope<'a>,
    ctes: BTreeSet<String>,
}

impl VisitorMut for Rewrite<'_, '_> {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<()> {
        self.options(factor);
        match stream_source(factor) {
            Some(StreamSource::Table(names)) => {
                let name = ObjectName::from(names.into_iter().cloned().collect::<Vec<_>>());
                self.stream_of_table(name, factor);
            }
            Some(StreamSource::Function(function)) => {
                let function = function.clone();
                self.stream_of_function(&function, factor);
            }
            None => self.batch(factor),
        }
        GO_ON
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        match expr {
            Expr::CompoundIdentifier(names) if names.len() > 2 && is_live(&names.iter().collect::<Vec<_>>()) => {
                names.remove(0);
            }
            Expr::Function(function) => self.call(function),
            Expr::Cast { data_type, .. } => {
                if let Some(lacking) = spark::missing_type(data_type) {
                    let place = self.scope.span(expr.span());
                    self.scope.note_at(place, Loss::Unconverted, format!("Spark 4.3 has no type `{lacking}`"));
                }
            }
            _ => {}
        }
        GO_ON
    }

    fn pre_visit_value(&mut self, value: &mut ValueWithSpan) -> ControlFlow<()> {
        let Value::Placeholder(written) = &value.value else { return GO_ON };
        let key = written.strip_prefix(':');
        match key.and_then(|key| self.scope.setting(key)) {
            Some(setting) => value.value = Value::SingleQuotedString(setting.to_owned()),
            None => {
                let remedy = key.map_or(String::new(), |key| format!(": give --set {key}=VALUE"));
                let message = format!("parameter `{written}` has no value{remedy}");
                let place = self.scope.span(value.span);
                self.scope.note_at(place, Loss::Unconverted, message);
            }
        }
        GO_ON
    }
}

impl Rewrite<'_, '_> {
    /// `WITH (flag)` becomes `WITH (flag = TRUE)`.
    fn options(&mut self, factor: &mut TableFactor) {
        let TableFactor::Table { with_hints, .. } = factor else { return };
        for option in with_hints.iter_mut().filter(|option| matches!(option, Expr::Identifier(_))) {
            let flag = Box::new(option.clone());
            let yes = Box::new(Expr::value(Value::Boolean(true)));
            *option = Expr::BinaryOp { left: flag, op: BinaryOperator::Eq, right: yes };
        }
    }

    fn stream_of_table(&mut self, mut name: ObjectName, factor: &mut TableFactor) {
        if let [format, path] = parts(&name).as_slice()
            && spark::is_format(&format.value)
            && path.quote_style.is_some()
        {
            let message = "Spark cannot stream files by their path: declare them as a table";
            let place = self.scope.ident(format);
            self.scope.note_at(place, Loss::Unconverted, message);
        }
        self.settle(&mut name);
        if let TableFactor::Table { args: Some(arguments), .. } = factor {
            *arguments = stream_arguments(&name);
        }
    }

    fn stream_of_function(&mut self, function: &Function, factor: &mut TableFactor) {
        let FunctionArguments::List(list) = &function.args else { return };
        let Some(name) = self.source(&function.name, &list.args) else { return };
        if let TableFactor::Table { args: Some(arguments), .. } = factor {
            *arguments = stream_arguments(&name);
        }
    }

    fn batch(&mut self, factor: &mut TableFactor) {
        let TableFactor::Table { name, args, .. } = factor else { return };
        match args {
            None if spark::is_description(name) => {
                let message = "Spark cannot query the result of `DESCRIBE`: put it into a table";
                let place = self.scope.name(name);
                self.scope.note_at(place, Loss::Unconverted, message);
            }
            None => {
                let mut settled = name.clone();
                self.settle(&mut settled);
                *name = settled;
            }
            Some(arguments) => {
                if let Some(table) = self.source(name, &arguments.args) {
                    *name = table;
                    *args = None;
                }
            }
        }
    }

    fn settle(&self, name: &mut ObjectName) {
        let is_cte = matches!(parts(name).as_slice(), [only] if self.ctes.contains(&only.value.to_lowercase()));
        if !is_cte {
            self.scope.settle(name);
        }
    }

    /// The table that stands for a function in `FROM`; `None` where the function stays.
    fn source(&mut self, name: &ObjectName, arguments: &[FunctionArg]) -> Option<ObjectName> {
        let names = parts(name);
        let [plain] = names.as_slice() else { return None };
        if plain.value.eq_ignore_ascii_case("read_files") {
            return files::external_table(name, arguments, self.scope);
        }
        if spark::lacks_source(&plain.value) {
            let message = format!("Spark has no `{}`: put what it reads into a table", plain.value.to_lowercase());
            let place = self.scope.ident(plain);
            self.scope.note_at(place, Loss::Unconverted, message);
        }
        None
    }

    fn call(&mut self, function: &mut Function) {
        if let FunctionArguments::List(list) = &mut function.args {
            // Spark has `IGNORE NULLS` behind the brackets only.
            list.clauses.retain(|clause| match clause {
                FunctionArgumentClause::IgnoreOrRespectNulls(treatment) => {
                    function.null_treatment = Some(*treatment);
                    false
                }
                _ => true,
            });
        }
        match parts(&function.name).as_slice() {
            [name] if name.value.eq_ignore_ascii_case("iff") => {
                function.name = ObjectName::from(vec![Ident::new("if")]);
            }
            [name] if spark::lacks_function(&name.value) => {
                let message = format!("Spark 4.3 has no function `{}`", name.value.to_lowercase());
                let place = self.scope.ident(name);
                self.scope.note_at(place, Loss::Missing, message);
            }
            [first, .., _] => {
                let message = format!("function `{}` must exist in Spark", shown(&function.name));
                let place = self.scope.ident(first);
                self.scope.note_at(place, Loss::Missing, message);
            }
            _ => {}
        }
    }
}

fn stream_arguments(name: &ObjectName) -> TableFunctionArgs {
    let names: Vec<Ident> = parts(name).into_iter().cloned().collect();
    let source = match names.as_slice() {
        [only] => Expr::Identifier(only.clone()),
        _ => Expr::CompoundIdentifier(names),
    };
    TableFunctionArgs { args: vec![FunctionArg::Unnamed(FunctionArgExpr::Expr(source))], settings: None }
}
