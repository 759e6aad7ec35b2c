//! `${key}` in texts and names: replaced by the values of the run.
//!
//! Databricks replaces text before it parses; here the tree is changed, so that places keep pointing into the file. A key
//! outside of quotes never parses and thus never comes here.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use sqlparser::ast::{Expr, Ident, ObjectName, ObjectNamePart, Value, ValueWithSpan, VisitMut, VisitorMut};

use super::spark::Fault;

/// Values by key.
pub(super) type Parameters = BTreeMap<String, String>;

/// Replaces all keys in a query or an expression.
///
/// # Errors
/// When a key has no value.
pub(super) fn substitute(node: &mut impl VisitMut, parameters: &Parameters) -> Result<(), Fault> {
    match node.visit(&mut Substitution { parameters }) {
        ControlFlow::Break(fault) => Err(fault),
        ControlFlow::Continue(()) => Ok(()),
    }
}

/// The text with all keys replaced.
///
/// # Errors
/// When a key has no value.
pub(super) fn replaced(text: &str, parameters: &Parameters) -> Result<String, Fault> {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((key, behind)) = after.split_once('}') else { break };
        let Some(value) = parameters.get(key) else {
            return Err(Fault::failed(format!("the parameter `${{{key}}}` has no value")));
        };
        result.push_str(before);
        result.push_str(value);
        rest = behind;
    }
    result.push_str(rest);
    Ok(result)
}

struct Substitution<'a> {
    parameters: &'a Parameters,
}

impl Substitution<'_> {
    fn text(&self, text: &mut String) -> ControlFlow<Fault> {
        if !text.contains("${") {
            return ControlFlow::Continue(());
        }
        match replaced(text, self.parameters) {
            Ok(new) => {
                *text = new;
                ControlFlow::Continue(())
            }
            Err(fault) => ControlFlow::Break(fault),
        }
    }

    fn ident(&self, ident: &mut Ident) -> ControlFlow<Fault> {
        self.text(&mut ident.value)
    }
}

impl VisitorMut for Substitution<'_> {
    type Break = Fault;

    fn pre_visit_value(&mut self, value: &mut ValueWithSpan) -> ControlFlow<Fault> {
        match &mut value.value {
            Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => self.text(text),
            _ => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_relation(&mut self, relation: &mut ObjectName) -> ControlFlow<Fault> {
        relation.0.iter_mut().try_for_each(|part| match part {
            ObjectNamePart::Identifier(ident) => self.ident(ident),
            ObjectNamePart::Function(_) => ControlFlow::Continue(()),
        })
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Fault> {
        match expr {
            Expr::Identifier(ident) => self.ident(ident),
            Expr::CompoundIdentifier(parts) => parts.iter_mut().try_for_each(|part| self.ident(part)),
            _ => ControlFlow::Continue(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_replaced_and_unknown_ones_named() {
        let parameters = Parameters::from([("landing".to_owned(), "/data".to_owned())]);
        assert_eq!(replaced("${landing}/a*.csv", &parameters), Ok("/data/a*.csv".to_owned()));
        assert_eq!(replaced("$x {y} ${", &parameters), Ok("$x {y} ${".to_owned()));
        let fault = replaced("${catalog}", &parameters).map_err(|fault| fault.to_string());
        assert_eq!(fault, Err("the parameter `${catalog}` has no value".to_owned()));
    }
}
