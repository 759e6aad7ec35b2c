//! Calls: clauses among the arguments, windows, units of time, lambdas.

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArgumentList, FunctionArguments,
    LambdaFunction, LambdaSyntax, Value, WindowFrameUnits, WindowSpec, WindowType,
};

use super::{Flow, GO_ON, Strict};

/// Functions whose first argument is a unit of time when there are three.
const WITH_UNIT: &[&str] =
    &["dateadd", "date_add", "timestampadd", "datediff", "date_diff", "timestampdiff", "timediff"];

/// Functions that take `IGNORE NULLS` inside the brackets too.
const IGNORING_NULLS: &[&str] = &["first", "first_value", "last", "last_value", "any_value"];

impl Strict<'_> {
    pub(super) fn function(&self, function: &Function) -> Flow {
        if !matches!(function.parameters, FunctionArguments::None) || function.uses_odbc_syntax {
            return self.foreign(function, "functions with two argument lists");
        }
        function.name.0.iter().filter_map(|part| part.as_ident()).try_for_each(|ident| self.ident(ident))?;
        if let FunctionArguments::List(list) = &function.args {
            let name = function.name.to_string();
            if name.eq_ignore_ascii_case("cast") {
                let hint = format!("write `{name}(a AS INT)`");
                return self.refuse(function, format!("`{name}` requires a value, `AS` and a type"), Some(hint));
            }
            self.argument_clauses(function, &name, &list.clauses)?;
            self.unit(&name, list)?;
            list.args.iter().try_for_each(|arg| match arg {
                FunctionArg::Unnamed(FunctionArgExpr::WildcardWithOptions(options)) => self.star(options, function),
                _ => GO_ON,
            })?;
        }
        match &function.over {
            Some(WindowType::WindowSpec(window)) => self.window(window, function),
            _ => GO_ON,
        }
    }

    fn argument_clauses(&self, function: &Function, name: &str, clauses: &[FunctionArgumentClause]) -> Flow {
        use FunctionArgumentClause as C;
        clauses.iter().try_for_each(|clause| match clause {
            C::IgnoreOrRespectNulls(_) if IGNORING_NULLS.iter().any(|known| name.eq_ignore_ascii_case(known)) => GO_ON,
            C::IgnoreOrRespectNulls(_) => {
                let hint = format!("write it after the brackets: `{name}(..) IGNORE NULLS`");
                self.refuse(
                    function,
                    format!("`IGNORE NULLS` is not allowed inside the brackets of `{name}`"),
                    Some(hint),
                )
            }
            C::OrderBy(_) => {
                let hint = "sort the result: `array_sort(array_agg(..))`; `listagg` takes `WITHIN GROUP (ORDER BY ..)`";
                let message = format!("`ORDER BY` is not allowed inside the brackets of `{name}`");
                self.refuse(function, message, Some(hint.to_owned()))
            }
            _ => self.foreign(function, &format!("such clause in the arguments of `{name}`")),
        })
    }

    /// `dateadd(DAY, 1, d)`: the unit is a word, not a string.
    fn unit(&self, name: &str, list: &FunctionArgumentList) -> Flow {
        if list.args.len() != 3 || !WITH_UNIT.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            return GO_ON;
        }
        match list.args.first() {
            Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(unit)))) => match &unit.value {
                Value::SingleQuotedString(text) => {
                    let hint = format!("write `{}` without quotes", text.to_uppercase());
                    self.refuse(unit, format!("the unit of `{name}` must be a keyword, not a string"), Some(hint))
                }
                _ => GO_ON,
            },
            _ => GO_ON,
        }
    }

    fn window(&self, window: &WindowSpec, function: &Function) -> Flow {
        match &window.window_frame {
            Some(frame) if frame.units == WindowFrameUnits::Groups => {
                let hint = Some("write `ROWS` or `RANGE`".to_owned());
                self.refuse_word("GROUPS", function, "Databricks SQL has no `GROUPS`", hint)
            }
            _ => GO_ON,
        }
    }

    pub(super) fn lambda(&self, lambda: &LambdaFunction) -> Flow {
        if lambda.syntax == LambdaSyntax::LambdaKeyword {
            let hint = Some("write `x -> ..`".to_owned());
            return self.refuse(&*lambda.body, "Databricks SQL has no `LAMBDA`", hint);
        }
        match lambda.params.iter().find(|parameter| parameter.data_type.is_some()) {
            Some(parameter) => self.typed(&parameter.name, "a type"),
            None => GO_ON,
        }
    }
}
