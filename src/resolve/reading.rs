//! How the texts of a column are read: what the source says of all its columns, and what the column says of its own.

use lakeflow::diag::{Diagnostic, did_you_mean};
use lakeflow::types::DataType;

use super::context::Context;
use crate::codes;
use crate::load::Located;
use crate::model::{MomentForm, NumberForm, Reading, TextForm};
use crate::spec::{ColumnSpec, EntitySpec, FilesSpec, SourceSpec};

/// Resolves how the column at `pointer` is read; `None` when that is at fault. Faults of the source are reported once, by
/// [`check_source`].
pub fn resolve(
    column: &ColumnSpec,
    ty: &DataType,
    spec: &Located<EntitySpec>,
    pointer: &str,
    context: &mut Context<'_>,
) -> Option<Reading> {
    let SourceSpec::Files(files) = &spec.spec.source else { return Some(Reading::default()) };
    // What the texts are is not known, so that no value of the spec can be judged by it.
    if spec.has_lost("/source/nulls") || column.format.is_none() && form_key(ty).is_some_and(|key| spec.has_lost(key)) {
        context.leave_undecided();
        return None;
    }
    let nulls = files.nulls.iter().flatten().map(|text| text.trim_matches(' ').to_owned()).collect();
    let form = match (&column.format, of_source(files, ty)) {
        (Some(format), _) => match form(format, ty) {
            Ok(form) => form,
            Err(fault) => {
                context.push((*fault).at(spec.value(&format!("{pointer}/format"))));
                return None;
            }
        },
        (None, Some(format)) => form(format, ty).ok()?,
        (None, None) => None,
    };
    Some(Reading { nulls, form })
}

/// JSON pointer to the form that a source states for columns of a type.
fn form_key(ty: &DataType) -> Option<&'static str> {
    match ty {
        DataType::Date => Some("/source/dates"),
        ty if ty.is_temporal() => Some("/source/timestamps"),
        ty if ty.is_numeric() => Some("/source/numbers"),
        _ => None,
    }
}

/// The form that a source states for columns of a type.
fn of_source<'a>(files: &'a FilesSpec, ty: &DataType) -> Option<&'a String> {
    match ty {
        DataType::Date => files.dates.as_ref(),
        ty if ty.is_temporal() => files.timestamps.as_ref(),
        ty if ty.is_numeric() => files.numbers.as_ref(),
        _ => None,
    }
}

/// A form of values of a type, as it is written in specs; `None` for the plain one.
fn form(format: &str, ty: &DataType) -> Result<Option<TextForm>, Box<Diagnostic>> {
    let bad = |why: String| Box::new(Diagnostic::error(codes::BAD_VALUE, why));
    match ty {
        DataType::Unknown => Ok(None),
        ty if ty.is_temporal() => moment(format, ty).map_err(bad),
        ty if ty.is_numeric() => number(format),
        ty => {
            let hint = "only dates, timestamps and numbers have a format; a string can be restricted by `matches`";
            let message = format!("`format` can't be used for a column of type {ty}");
            Err(Box::new(Diagnostic::error(codes::BAD_VALUE, message).hint(hint)))
        }
    }
}

fn moment(pattern: &str, ty: &DataType) -> Result<Option<TextForm>, String> {
    if pattern == "yyyy-MM-dd" && *ty == DataType::Date {
        return Ok(None);
    }
    match MomentForm::parse(pattern, ty) {
        Ok(form) => Ok(Some(TextForm::Moment(form))),
        Err(why) => Err(format!("the pattern `{pattern}` {why}")),
    }
}

fn number(example: &str) -> Result<Option<TextForm>, Box<Diagnostic>> {
    let [plain, others @ ..] = NumberForm::EXAMPLES;
    if example == plain {
        return Ok(None);
    }
    let form = NumberForm::of_example(example).map(|form| Some(TextForm::Number(form)));
    form.ok_or_else(|| {
        let message = format!("`{example}` is not a supported number format");
        let shown = others.map(|example| format!("`{example}`")).join(", ");
        let hint = did_you_mean(example, others);
        let fault = Diagnostic::error(codes::BAD_VALUE, message);
        Box::new(fault.hint(hint.unwrap_or_else(|| format!("write how 1234.56 looks in the files: {shown}"))))
    })
}

/// Reports formats of a source that are invalid, and `nulls` that have no effect.
pub fn check_source(files: &FilesSpec, spec: &Located<EntitySpec>, context: &mut Context<'_>) {
    let decimal = DataType::Decimal { precision: 38, scale: 18 };
    let stated = [
        ("dates", &files.dates, DataType::Date),
        ("timestamps", &files.timestamps, DataType::Timestamp),
        ("numbers", &files.numbers, decimal),
    ];
    for (key, format, ty) in stated {
        if let Some(format) = format
            && let Err(fault) = form(format, &ty)
        {
            context.push((*fault).at(spec.value(&format!("/source/{key}"))));
        }
    }
    for (index, text) in files.nulls.iter().flatten().enumerate() {
        if text.trim_matches(' ').is_empty() {
            let fault = Diagnostic::error(codes::BAD_VALUE, "an empty value is always NULL");
            context.push(fault.at(spec.value(&format!("/source/nulls/{index}"))).hint("remove it"));
        }
    }
}
