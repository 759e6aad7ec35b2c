//! The built-in functions of Databricks SQL, as data.
//!
//! `builtin/*.txt` holds a line a signature; this module reads them once and finds them by name. It knows nothing of
//! expressions: `lakeflow::infer` matches calls against these signatures. A function that is not listed is unknown to
//! the compiler, on purpose: an allow-list is what makes a misspelt name a fault.
//!
//! A line reads `name(parameters) -> result flags`, or `alias = name` for the nearest earlier name. Names of one kind
//! may have several lines; the first that fits is taken.
//!
//! - Parameters: a type; a class (`any`, `number`, `integral`, `text`, .. of [`Class`]); alternatives `a|b`; a variable `T` or `T:class`, which ends as the common type of all it stands for; a lambda `(T, int) => R`;
//!   `unit`, `part`, `trunc_unit`, `trunc_date_unit` for words of time; `[optional]`; `repeated...`.
//! - Result: a type over the same variables, a rule `@name` of [`ResultRule`], or the columns of a generator.
//! - Its suffix says when it is NULL: nothing = when an argument is, `?` = also otherwise, `!` = never,
//!   `~` = when all arguments are, `^` = when the first is, `&` = when one after the first is.
//! - Flags: see [`Stability`].

mod local;
mod signature;
pub mod total;

use std::collections::HashMap;
use std::sync::LazyLock;

pub use local::{is_lacking_locally, lacking_locally, takes_distinct_locally};
pub use signature::{CallResult, Class, NullRule, Param, ResultRule, Signature, TypePattern, Var};

/// Where a function may stand and what it makes of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionKind {
    /// One value for one row.
    Scalar,
    /// One value for many rows; a window function when it has an `OVER`.
    Aggregate,
    /// Needs an `OVER`.
    Window,
    /// Many rows for one.
    Generator,
}

/// Whether the same input gives the same result again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stability {
    /// Always.
    Stable,
    /// Only for the same order of rows (`first`, `collect_list`); flag `ordered`.
    RowOrder,
    /// Only for the same user, session or placement of data (`current_user`); flag `session`.
    Session,
    /// Not from one run to the next (`rand`, `current_date`); flag `volatile`.
    Volatile,
}

/// A built-in function.
#[derive(Debug)]
pub struct Function {
    /// In lower case.
    pub name: &'static str,
    /// Where it may stand.
    pub kind: FunctionKind,
    /// Its forms, in order of preference.
    pub signatures: Vec<Signature>,
}

const FILES: &[(FunctionKind, &str)] = &[
    (FunctionKind::Scalar, include_str!("builtin/string.txt")),
    (FunctionKind::Scalar, include_str!("builtin/number.txt")),
    (FunctionKind::Scalar, include_str!("builtin/time.txt")),
    (FunctionKind::Scalar, include_str!("builtin/collection.txt")),
    (FunctionKind::Scalar, include_str!("builtin/general.txt")),
    (FunctionKind::Aggregate, include_str!("builtin/aggregate.txt")),
    (FunctionKind::Window, include_str!("builtin/window.txt")),
    (FunctionKind::Generator, include_str!("builtin/generator.txt")),
];

static BUILTINS: LazyLock<HashMap<&'static str, Function>> = LazyLock::new(|| read_files().0);

/// The built-in function of this name, in any letter case.
pub fn lookup(name: &str) -> Option<&'static Function> {
    match name.bytes().any(|b| b.is_ascii_uppercase()) {
        true => BUILTINS.get(name.to_ascii_lowercase().as_str()),
        false => BUILTINS.get(name),
    }
}

/// The names of all built-in functions, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    let mut names: Vec<&'static str> = BUILTINS.keys().copied().collect();
    names.sort_unstable();
    names.into_iter()
}

/// All functions, and the lines that could not be read (a test keeps that list empty).
fn read_files() -> (HashMap<&'static str, Function>, Vec<String>) {
    let (mut functions, mut faults) = (HashMap::new(), Vec::new());
    for (kind, text) in FILES {
        for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
            if let Err(fault) = read_line(*kind, line, &mut functions) {
                faults.push(format!("{line}: {fault}"));
            }
        }
    }
    (functions, faults)
}

fn read_line(
    kind: FunctionKind,
    line: &'static str,
    functions: &mut HashMap<&'static str, Function>,
) -> Result<(), String> {
    if let Some((alias, name)) = line.split_once(" = ") {
        let Some(original) = functions.get(name) else { return Err(format!("`{name}` is not defined above")) };
        let signatures = original.signatures.clone();
        let copy = Function { name: alias, kind, signatures };
        return match functions.insert(alias, copy) {
            None => Ok(()),
            Some(_) => Err("defined twice".into()),
        };
    }
    let (name, signature) = signature::read(line)?;
    let entry = functions.entry(name).or_insert(Function { name, kind, signatures: Vec::new() });
    if entry.kind != kind {
        return Err(format!("`{name}` is of another kind above"));
    }
    entry.signatures.push(signature);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        assert_eq!(read_files().1, Vec::<String>::new());
    }

    #[test]
    fn names_are_found_in_any_case() {
        assert_eq!(lookup("CoAlesce").map(|f| f.name), Some("coalesce"));
        assert_eq!(lookup("char_length").map(|f| f.kind), Some(FunctionKind::Scalar));
        assert!(lookup("date_bin").is_none());
    }

    #[test]
    fn a_form_is_as_stable_as_its_line_says() {
        let stability = |name| lookup(name).map(|f| f.signatures.iter().map(|s| s.stability).collect::<Vec<_>>());
        assert_eq!(stability("unix_timestamp"), Some(vec![Stability::Volatile, Stability::Stable]));
    }

    #[test]
    fn an_alias_has_the_forms_of_its_original() {
        let forms = |name| lookup(name).map(|f| f.signatures.len());
        assert_eq!(forms("reduce"), Some(2));
        assert_eq!(forms("datediff"), Some(2));
    }
}
