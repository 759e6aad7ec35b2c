//! Generated text is judged by the text alone: a word that is changed after rendering is seen, although the specs and all that
//! was made of them are right. And every text is parsed once.

use std::path::Path;

use lakegen::driver::{self, Compilation, Phase};
use lakegen::plan::{ArtifactKind, Governance};
use lakegen::world::DiskWorld;

use crate::projects::{cases, compile};

fn shipped() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rendered() -> Compilation {
    driver::compile(&DiskWorld, shipped(), Phase::Render).unwrap()
}

/// Which text is changed.
#[derive(Clone, Copy)]
enum Of {
    /// The one of the dataset of this name.
    Dataset(&'static str),
    /// The one of this concern in the first target.
    Governance(Governance),
}

/// What is changed, into what, and the code of the fault that it must be.
const MUTANTS: &[(Of, &str, &str, &str)] = &[
    (Of::Dataset("sales_by_category_monthly"), "count(DISTINCT", "count DISTINCT", "E0801"),
    (Of::Dataset("sales_by_category_monthly"), "FROM sales_orders\n", "FROM sales_order\n", "E0802"),
    (Of::Dataset("sales_by_category_monthly"), "sales_orders.quantity *", "sales_orders.quantities *", "E0802"),
    (Of::Dataset("sales_by_category_monthly"), "order_count BIGINT", "order_count DATE", "E0803"),
    (Of::Dataset("sales_by_category_monthly"), "  category STRING", "  kind STRING", "E0803"),
    (Of::Dataset("sales_by_category_monthly"), "FROM sales_orders\n", "FROM STREAM sales_orders\n", "E0804"),
    (
        Of::Dataset("sales_by_category_monthly"),
        "    products.category,\n    CAST",
        "    max(customers.email) AS category,\n    CAST",
        "E0701",
    ),
    (Of::Dataset("customers_raw"), "STREAM read_files", "read_files", "E0804"),
    (Of::Dataset("customers"), "MASK mask_email", "MASK mask_mail", "E0802"),
    (Of::Dataset("customers"), "  email STRING", "  email DATE", "E0803"),
    (Of::Governance(Governance::Grants), "marketing_customers ", "marketing_customer ", "E0802"),
    (Of::Governance(Governance::Functions), "instr(value, '@') > 0", "instr(value, '@') > ", "E0801"),
    (Of::Governance(Governance::MetricViews), "source.quantity", "source.quantities", "E0802"),
];

#[test]
fn a_changed_word_of_a_rendered_text_is_refused() {
    let mut passed = vec![];
    for (of, word, other, code) in MUTANTS {
        let mut mutant = rendered();
        let path = |kind: ArtifactKind| match (of, kind) {
            (Of::Dataset(name), ArtifactKind::Dataset(dataset)) => {
                dataset.name(mutant.project.as_ref().unwrap()) == *name
            }
            (Of::Governance(wanted), ArtifactKind::Governance(target, concern)) => target.0 == 0 && concern == *wanted,
            _ => false,
        };
        let index = mutant.files.iter().position(|file| path(file.artifact.kind)).unwrap();
        let text = mutant.files[index].text.replace(word, other);
        assert_ne!(text, *mutant.files[index].text, "`{word}` does not stand in the text");
        mutant.files[index].text = text.into();
        mutant.prove();
        if !mutant.diagnostics.iter().any(|d| d.is_error() && d.code.number() == *code) {
            passed.push(format!("`{word}` as `{other}`: {:?}", mutant.diagnostics));
        }
    }
    assert!(passed.is_empty(), "{}", passed.join("\n"));
}

#[test]
fn the_texts_as_rendered_are_right() {
    let mut untouched = rendered();
    untouched.prove();
    assert_eq!(untouched.diagnostics, []);
    assert!(!untouched.datasets.is_empty() && !untouched.lineage.datasets.is_empty());
}

/// How many texts are parsed back: the pipeline, and its governance in every target.
fn parsed_back(project: &Path) -> usize {
    let judged = |kind| matches!(kind, ArtifactKind::Dataset(_) | ArtifactKind::Governance(..));
    compile(project).files.iter().filter(|file| judged(file.artifact.kind)).count()
}

/// The number of texts that the program says it has parsed.
fn told(project: &Path, command: &[&str]) -> usize {
    let arguments = [&["-v", "--project", project.to_str().unwrap()], command].concat();
    let said = crate::cli::gen_in(Path::new("."), &arguments).ended(0).err;
    let line = said.lines().find_map(|line| line.strip_prefix("parsed   ")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn every_text_of_a_command_is_parsed_once() {
    for project in [shipped(), &cases()[0], &cases()[1]] {
        let (files, out) = (parsed_back(project), tempfile::tempdir().unwrap());
        assert_eq!(told(project, &["check"]), files, "{}", project.display());
        let out = out.path().join("out");
        assert_eq!(told(project, &["build", "--out", out.to_str().unwrap()]), files, "{}", project.display());
    }
}

/// A run takes the trees that the check has made.
#[cfg(feature = "engine")]
#[test]
fn a_run_parses_nothing_again() {
    let warehouse = tempfile::tempdir().unwrap();
    let warehouse = warehouse.path().join("tables");
    let command = ["run", "--warehouse", warehouse.to_str().unwrap()];
    assert_eq!(told(shipped(), &command), parsed_back(shipped()));
}
