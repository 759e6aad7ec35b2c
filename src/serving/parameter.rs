//! Names of parameters in statements: a marker such as `:page_size` consists of ASCII letters, digits and `_` only,
//! and is case-insensitive, so the name of a column may have to be changed.

use std::collections::BTreeSet;

/// The names of one statement.
#[derive(Default)]
pub struct ParameterNames {
    taken: BTreeSet<String>,
}

impl ParameterNames {
    /// A name of its own that is as close to the proposal as can be: `net-tax` becomes `net_tax`, or `net_tax_2` where that
    /// is taken.
    pub fn name(&mut self, proposal: &str) -> String {
        let sign = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let mut name: String = proposal.chars().map(sign).collect();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            name.insert_str(0, "p_");
        }
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| self.take(name));
        free.unwrap_or(name)
    }

    fn take(&mut self, name: &str) -> bool {
        self.taken.insert(name.to_ascii_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_and_differ() {
        let mut names = ParameterNames::default();
        let proposals =
            ["page_size", "Page_Size", "net-tax", "net_tax", "x'y", "größe", "grüße", "1st", "_", "net_tax_2"];
        let given = proposals.map(|proposal| names.name(proposal));
        let expected = ["page_size", "Page_Size_2", "net_tax", "net_tax_2", "x_y", "gr__e", "gr__e_2", "p_1st", "p__"];
        assert_eq!(given[..9], expected);
        assert_eq!(given[9], "net_tax_2_2");
    }
}
