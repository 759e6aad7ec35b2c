//! The options of a call of `read_files`.

use super::view::StatementView;

/// A call with its options.
pub(super) struct ReadFilesOptions<'v> {
    view: &'v StatementView<'v>,
    /// Index of the name of the function.
    pub name: usize,
    /// First and last token of each option; the first is its name.
    options: Vec<(usize, usize)>,
}

impl<'v> ReadFilesOptions<'v> {
    /// All calls of a statement.
    pub fn of(view: &'v StatementView<'v>) -> Vec<ReadFilesOptions<'v>> {
        let options = |name: usize| view.parts(name + 1).into_iter().skip(1).collect();
        view.calls("read_files").map(|name| ReadFilesOptions { view, name, options: options(name) }).collect()
    }

    /// First and last token of each option.
    pub fn all(&self) -> &[(usize, usize)] {
        &self.options
    }

    /// First and last token of an option.
    pub fn option(&self, name: &str) -> Option<(usize, usize)> {
        let is_named = |(first, last): &&(usize, usize)| {
            let written = self.view.name_at(*first).map(|(word, _)| word);
            let bare = |word: &str| word.rsplit('.').next().is_some_and(|last| last.eq_ignore_ascii_case(name));
            first < last && written.is_some_and(bare)
        };
        self.options.iter().find(is_named).copied()
    }

    /// The value of an option as text, without quotes.
    pub fn value(&self, name: &str) -> Option<&'v str> {
        let (_, last) = self.option(name)?;
        self.view.string(last).or_else(|| Some(self.view.slice(last, last)))
    }

    /// Whether the files are CSV, as far as the call says.
    pub fn is_csv(&self) -> bool {
        self.value("format").is_some_and(|format| format.eq_ignore_ascii_case("csv"))
    }

    /// Whether the schema is given, not inferred.
    pub fn has_schema(&self) -> bool {
        self.option("schema").is_some()
    }
}
