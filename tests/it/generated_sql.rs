//! What `gen` generates is laid out as `gen sql fmt` lays it out, and no rule of the linter finds anything in it.

use lakeflow::diag::{Diagnostic, human};
use lakeflow::fmt::format;
use lakeflow::lint::lint;
use lakeflow::source::SourceMap;
use lakegen::emit::text_diff;

use crate::projects::{cases, compile};
use crate::root;

#[test]
fn the_formatter_leaves_it_alone() {
    let mut projects = cases();
    projects.push(root().to_owned());
    let mut differ = vec![];
    for project in projects {
        let compiled = compile(&project);
        let files = compiled.files.iter().map(|file| (file.artifact.path(), &file.text));
        let files: Vec<_> = files.filter(|(path, _)| path.ends_with(".sql")).collect();
        for folder in ["pipeline/", "governance/", "operation/"] {
            assert!(files.iter().any(|(path, _)| path.starts_with(folder)), "{folder}");
        }
        for (path, text) in files {
            let formatted = format(text);
            assert!(formatted.as_written.is_empty(), "{path}: {:?}", formatted.as_written);
            if formatted.text != **text {
                let name = project.file_name().unwrap().display();
                differ.push(format!("{name}/{path}\n{}", text_diff("", text, &formatted.text, false)));
            }
        }
    }
    assert!(differ.is_empty(), "{} files differ\n{}", differ.len(), differ.join("\n"));
}

#[test]
fn the_linter_finds_nothing() {
    let mut projects = cases();
    projects.push(root().to_owned());
    for project in projects {
        let compiled = compile(&project);
        let mut sources = SourceMap::default();
        let files: Vec<_> =
            compiled.pipeline_files().map(|file| sources.add(file.artifact.path(), file.text.clone())).collect();
        assert!(!files.is_empty(), "{}", project.display());
        let found: Vec<Diagnostic> = lint(&files, &sources, &[]).into_iter().map(|report| report.diagnostic).collect();
        let drawn = human::render(&found, &sources, human::Style { color: false, width: 100 });
        assert!(found.is_empty(), "{}\n{drawn}", project.display());
    }
}
