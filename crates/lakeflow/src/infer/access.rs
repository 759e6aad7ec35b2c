//! Access to parts of values: struct fields, array elements, map values, paths into JSON.

use sqlparser::ast::{AccessExpr, Expr, Ident, Subscript};

use super::analyzer::{Analyzer, Typed};
use super::fault::FaultKind;
use super::flow::{Dependence, Flow};
use crate::diag::did_you_mean;
use crate::types::DataType;

impl Analyzer<'_> {
    /// `value.name`.
    pub(super) fn field(&mut self, value: Typed, name: &Ident) -> Typed {
        match &value.ty {
            DataType::Unknown => Typed::unknown(),
            DataType::Struct(fields) => match value.ty.field(&name.value) {
                Some(field) => Typed::new(field.ty.clone(), true),
                None => {
                    let hint = did_you_mean(&name.value, fields.iter().map(|f| f.name.as_str()));
                    let range = self.range_of_ident(name);
                    self.fault_with(FaultKind::UnknownColumn, range, format!("unknown field `{}`", name.value), hint);
                    Typed::unknown()
                }
            },
            // A field of every element at once.
            DataType::Array(element) if matches!(**element, DataType::Struct(_)) => {
                let element = Typed::new((**element).clone(), true);
                let field = self.field(element, name);
                Typed::new(DataType::array(field.ty), value.nullable)
            }
            DataType::Map(_, item) => Typed::new((**item).clone(), true),
            ty => {
                let message = format!("{ty} has no field `{}`", name.value);
                let range = self.range_of_ident(name);
                self.fault(FaultKind::TypeMismatch, range, message);
                Typed::unknown()
            }
        }
    }

    /// `root.a[0].b`, where the first parts may be a qualified column.
    pub(super) fn access(&mut self, root: &Expr, chain: &[AccessExpr]) -> Typed {
        let mut path = match root {
            Expr::Identifier(ident) => vec![ident.clone()],
            Expr::CompoundIdentifier(idents) => idents.clone(),
            _ => Vec::new(),
        };
        let mut rest = chain;
        while let (false, [AccessExpr::Dot(Expr::Identifier(ident)), tail @ ..]) = (path.is_empty(), rest) {
            path.push(ident.clone());
            rest = tail;
        }
        let mark = self.flows.len();
        let mut value = if path.is_empty() { self.expr(root) } else { self.path(&path) };
        if rest.len() == chain.len() {
            self.record_type(root, &value.ty);
        }
        for step in rest {
            value = match step {
                AccessExpr::Dot(Expr::Identifier(name)) => {
                    self.take_field(&name.value, mark);
                    self.field(value, name)
                }
                AccessExpr::Subscript(Subscript::Index { index }) => {
                    self.flows.iter_mut().skip(mark).for_each(Flow::compute);
                    let item = self.subscript(value, index);
                    self.hold_since(mark, Dependence::Fail);
                    item
                }
                AccessExpr::Dot(other) => {
                    let range = self.range_of_expr(other);
                    self.fault(FaultKind::Unsupported, range, "expected the name of a field");
                    Typed::unknown()
                }
                AccessExpr::Subscript(Subscript::Slice { .. }) => {
                    let range = self.range_of_expr(root);
                    let hint = Some("write `slice(array, start, length)`");
                    self.fault_with(FaultKind::Unsupported, range, "Databricks has no `[from:to]`", hint);
                    Typed::unknown()
                }
            };
        }
        value
    }

    fn subscript(&mut self, value: Typed, index: &Expr) -> Typed {
        let key = self.expr(index);
        let (wanted, item) = match &value.ty {
            DataType::Unknown => return Typed::unknown(),
            DataType::Array(element) => (DataType::Int, (**element).clone()),
            DataType::Map(key, item) => ((**key).clone(), (**item).clone()),
            DataType::Struct(_) => match index {
                Expr::Value(literal) => {
                    let name = literal.value.clone().into_string().unwrap_or_default();
                    return self.field(value, &Ident { value: name, quote_style: None, span: literal.span });
                }
                _ => return Typed::unknown(),
            },
            ty => {
                let message = format!("{ty} has no elements");
                let range = self.range_of_expr(index);
                self.fault(FaultKind::TypeMismatch, range, message);
                return Typed::unknown();
            }
        };
        let fits =
            if wanted == DataType::Int { key.ty.is_integral() || key.ty.is_open() } else { wanted.fits(&key.ty) };
        if !fits {
            let range = self.range_of_expr(index);
            self.fault(FaultKind::TypeMismatch, range, format!("expected {wanted} in brackets, found {}", key.ty));
        }
        Typed::new(item, true)
    }

    /// `value:path`. On Databricks a string is read as JSON text and gives strings; Spark takes only a `VARIANT`.
    pub(super) fn json_path(&mut self, value: &Expr) -> Typed {
        let typed = self.expr(value);
        match typed.ty {
            DataType::Unknown | DataType::Variant | DataType::String | DataType::Null => Typed::new(typed.ty, true),
            ty => {
                let range = self.range_of_expr(value);
                self.fault(FaultKind::TypeMismatch, range, format!("`:` needs a VARIANT or JSON text, found {ty}"));
                Typed::unknown()
            }
        }
    }
}
