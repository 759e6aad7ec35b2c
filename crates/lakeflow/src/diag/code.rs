//! What a diagnostic is about: a numbered code, or a named lint rule.

use std::fmt;

/// An entry of a list of codes. Its number is in no other entry.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeEntry {
    /// The number, as in `error[E0305]`, or the name of a rule in kebab case, as in `warning[live-prefix]`.
    pub number: &'static str,
    /// One line on what it is about.
    pub title: &'static str,
    /// The explanation that `gen explain` prints, in Markdown.
    pub explanation: &'static str,
}

/// What a diagnostic is about. `E` stands before what stops a build, `W` before what only warns; a rule of the linter has
/// a name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static CodeEntry);

impl Code {
    /// The number, as in `error[E0305]`; of a rule its name.
    pub fn number(self) -> &'static str {
        self.0.number
    }

    /// One line on what the code is about.
    pub fn title(self) -> &'static str {
        self.0.title
    }

    /// The explanation that `gen explain` prints, in Markdown.
    pub fn explanation(self) -> &'static str {
        self.0.explanation
    }

    /// Whether it only warns, so that a spec can allow it. Rules of the linter are allowed where SQL is.
    pub fn is_warning(self) -> bool {
        self.number().starts_with('W')
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.number())
    }
}

/// A list of codes: a constant each, and `ALL` by number. `explain/<number>.md` lies beside the file that calls it.
#[macro_export]
macro_rules! codes {
    ($($name:ident $number:literal $title:literal)*) => {
        $(
            #[doc = $title]
            pub const $name: $crate::diag::Code = $crate::diag::Code(&$crate::diag::CodeEntry {
                number: $number,
                title: $title,
                explanation: include_str!(concat!("explain/", $number, ".md")),
            });
        )*

        /// Every code of this list, by number.
        pub const ALL: &[$crate::diag::Code] = &[$($name),*];
    };
}
