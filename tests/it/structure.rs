//! What the sources promise of their shape: modules import in one direction, files are short and say why they exist,
//! functions fit a screen.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Top-level modules; each may use only those before it. `src/ARCHITECTURE.md` says what each is for.
const ORDER: &[&str] = &[
    "codes", "world", "spec", "load", "validate", "model", "json", "resolve", "reuse", "plan", "render", "bundle",
    "serving", "lineage", "sqltool", "emit", "engine", "deploy", "scaffold", "sample", "driver", "cli",
];

/// The same of `lakeflow`. Modules without a place of their own make up the language, and stand at `LANGUAGE`.
const ORDER_OF_LAKEFLOW: &[&str] = &["source", "diag", "codes", "yaml", LANGUAGE, "check", "lint"];
const LANGUAGE: &str = "";

/// Where the sources of the two packages lie.
const SOURCES: [&str; 2] = ["src", "crates/lakeflow/src"];

const MAX_FILE_LINES: usize = 500;
const MAX_FUNCTION_LINES: usize = 60;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files below a directory, with their texts.
fn rust_files(dir: &Path) -> Vec<(PathBuf, String)> {
    let mut found = vec![];
    let mut entries: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path.strip_prefix(root()).unwrap().to_owned(), text));
        }
    }
    found
}

fn all_rust_files() -> Vec<(PathBuf, String)> {
    ["src", "tests", "benches", "crates"]
        .iter()
        .map(|dir| root().join(dir))
        .filter(|dir| dir.exists())
        .flat_map(|dir| rust_files(&dir))
        .collect()
}

/// The top-level module that a file belongs to, by its path below the sources.
fn module_of(path: &Path) -> String {
    let first = path.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// Names right after `crate::` in a text, those in braces included.
fn imported(text: &str) -> Vec<String> {
    let mut names = vec![];
    for (at, mark) in text.match_indices("crate::") {
        // `$crate::` and words that end in `crate`.
        if text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &text[at + mark.len()..];
        match rest.strip_prefix('{') {
            Some(group) => names.extend(first_names(group)),
            None => names.push(first_name(rest)),
        }
    }
    names
}

fn first_name(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first name of each item of a group, up to its closing brace.
fn first_names(group: &str) -> Vec<String> {
    let (mut names, mut depth, mut item) = (vec![], 0, String::new());
    for c in group.chars() {
        match c {
            '}' if depth == 0 => break,
            ',' if depth == 0 => names.push(first_name(std::mem::take(&mut item).trim())),
            '{' | '}' => depth += if c == '{' { 1 } else { -1 },
            c => item.push(c),
        }
    }
    names.push(first_name(item.trim()));
    names.retain(|name| !name.is_empty());
    names
}

#[test]
fn imports_are_found_alone_and_in_groups() {
    let text = "use crate::diag::{Code, Diagnostic};\nuse crate::{\n    plan,\n    model::{a, b},\n};\nlet x = crate::source::f();";
    assert_eq!(imported(text), ["diag", "plan", "model", "source"]);
}

#[test]
fn modules_use_only_modules_before_them() {
    let mut wrong = vec![];
    for (sources, order) in SOURCES.into_iter().zip([ORDER, ORDER_OF_LAKEFLOW]) {
        let language = order.iter().position(|module| *module == LANGUAGE);
        let position = |name: &str| order.iter().position(|module| *module == name).or(language);
        for (path, text) in rust_files(&root().join(sources)) {
            let module = module_of(path.strip_prefix(sources).unwrap());
            if ["lib", "main"].contains(&module.as_str()) {
                continue;
            }
            let Some(own) = position(&module) else {
                wrong.push(format!("{}: `{module}` has no place in the order", path.display()));
                continue;
            };
            let upwards = |name: &String| position(name).is_some_and(|other| other > own);
            let upwards = imported(&text).into_iter().filter(upwards);
            wrong.extend(upwards.map(|name| format!("{}: uses `{name}`", path.display())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_library_declares_its_modules_in_order() {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let declared: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let ordered: Vec<&str> = ORDER.iter().copied().filter(|module| declared.contains(module)).collect();
    assert_eq!(declared, ordered);
}

#[test]
fn the_architecture_page_names_every_module_and_every_dependency() {
    let page = fs::read_to_string(root().join("src/ARCHITECTURE.md")).unwrap();
    let library = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let modules = library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let mut missing: Vec<String> =
        modules.map(|name| format!("(crate::{name})")).filter(|link| !page.contains(link)).collect();
    let manifests =
        ["Cargo.toml", "crates/lakeflow/Cargo.toml"].map(|path| fs::read_to_string(root().join(path)).unwrap());
    let manifest = manifests.concat();
    let mut section = "";
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.ends_with("dependencies]")
            && let Some((name, _)) = line.split_once([' ', '.'])
            && name != "#"
        {
            let is_named = page.split(|c: char| !c.is_alphanumeric() && !"-_".contains(c)).any(|word| word == name);
            missing.extend((!is_named).then(|| name.to_owned()));
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn files_are_short_and_say_why_they_exist() {
    let mut wrong = vec![];
    for (path, text) in all_rust_files() {
        let lines = text.lines().count();
        if lines > MAX_FILE_LINES {
            wrong.push(format!("{}: {lines} lines", path.display()));
        }
        if !text.starts_with("//! ") {
            wrong.push(format!("{}: does not begin with `//!`", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn functions_fit_a_screen() {
    let mut wrong = vec![];
    for (path, text) in all_rust_files() {
        let lines: Vec<&str> = text.lines().collect();
        for (start, line) in lines.iter().enumerate().filter(|(_, line)| begins_function(line)) {
            let indent = line.len() - line.trim_start().len();
            let end = format!("{}}}", " ".repeat(indent));
            let length = lines[start..]
                .iter()
                .position(|line| *line == end || line.ends_with(';') && line.len() - line.trim_start().len() == indent);
            if length.is_some_and(|length| length >= MAX_FUNCTION_LINES) {
                wrong.push(format!("{}:{}: {}", path.display(), start + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "functions of {MAX_FUNCTION_LINES} lines and more:\n{}", wrong.join("\n"));
}

/// Whether a function begins here and does not end here.
fn begins_function(line: &str) -> bool {
    let line = line.trim_start();
    if line.ends_with('}') {
        return false;
    }
    let line = line
        .strip_prefix("pub ")
        .or_else(|| line.strip_prefix("pub(crate) "))
        .or_else(|| line.strip_prefix("pub(super) "))
        .unwrap_or(line);
    line.strip_prefix("const ").unwrap_or(line).starts_with("fn ")
}

/// Code that looks at the path of a file of a build, or makes one up; `src/plan/artifact.rs` alone does.
///
/// Templates lie in folders of the same names, and the first line of a page of documentation may name one.
/// Expressions of specs are trees from the file that parses them to the one that prints them; in between nobody looks at
/// text to learn what it means.
#[test]
fn expressions_are_trees_from_one_end_to_the_other() {
    // The language itself does both, and the conversion is from text to text. The record of what was given is a text that
    // is printed, as SQL is. A catalog keeps bodies of functions as texts, which are compared as trees. What a change means
    // is asked of two texts of any origin.
    let may = |path: &Path, also: &[&str]| {
        let path = path.strip_prefix("src").unwrap();
        ["sqltool", "deploy/meaning"].iter().any(|folder| path.starts_with(folder))
            || also.iter().any(|also| path == Path::new(also))
    };
    let mut wrong = vec![];
    for (path, text) in rust_files(&root().join("src")) {
        // Unit tests stand at the end of a file.
        let text = text.split("#[cfg(test)]").next().unwrap();
        let printed = ["render/text.rs", "plan/record/declared.rs", "deploy/catalog.rs", "deploy/guard.rs"];
        // A message of a run says what an expectation demands.
        let printed = [&printed[..], &["engine/local/culprit.rs", "engine/local/expectation.rs"]].concat();
        let read = ["resolve/written.rs", "deploy/catalog.rs", "deploy/effect.rs", "deploy/guard.rs"];
        // A template is parsed once more, to see where its parameters stand.
        let read = &[&read[..], &["reuse/sql.rs"]].concat();
        for (call, also) in [("parse_expr(", read), ("expr_text(", &printed)] {
            if text.contains(call) && !may(&path, also) {
                wrong.push(format!("{}: {call}..)", path.display()));
            }
        }
        if path.starts_with("src/model") && (text.contains("sql: String") || text.contains("sql: Option<String>")) {
            wrong.push(format!("{}: text of SQL", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn paths_of_a_build_are_made_in_one_place() {
    let folders = ["bundle", "dashboards", "governance", "openapi", "operation", "pipeline"];
    let mut marks: Vec<String> = vec!["lineage.json".into(), "lvdash.json".into(), "databricks.yml".into()];
    marks.extend(folders.iter().flat_map(|name| [format!("\"{name}/"), format!("/{name}/")]));
    let looks = ["starts_with", "ends_with", "contains", "strip_prefix", "strip_suffix", "split", "rsplit", "find"];
    marks.extend(looks.iter().map(|look| format!(".path().{look}(")));
    let mut wrong = vec![];
    for (path, text) in rust_files(&root().join("src")) {
        if path.ends_with("plan/artifact.rs") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let code = line.trim_start();
            if code.starts_with("//") || code.starts_with("#[template(path = ") {
                continue;
            }
            let found = marks.iter().filter(|mark| code.contains(mark.as_str()));
            wrong.extend(found.map(|mark| format!("{}:{}: {mark}", path.display(), number + 1)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The code of each file below `src`, by its path there, and of `lakeflow` by its path there after `lakeflow/`: without unit
/// tests, which stand at the end, and without comments.
fn code() -> Vec<(String, String)> {
    let without_comments = |text: &str| -> String {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.map(|line| line.to_owned() + "\n").collect()
    };
    let files = SOURCES.into_iter().flat_map(|sources| rust_files(&root().join(sources)));
    let files = files.filter(|(path, _)| !path.ends_with("tests.rs"));
    files
        .map(|(path, text)| {
            let path = path.to_string_lossy().replace('\\', "/");
            let path = path.replacen("crates/lakeflow/src", "lakeflow", 1);
            let path = path.strip_prefix("src/").map(str::to_owned).unwrap_or(path);
            (path, without_comments(text.split("#[cfg(test)]").next().unwrap()))
        })
        .collect()
}

/// Files for which something holds, but for those below `allowed`.
fn outside(allowed: &[&str], holds: impl Fn(&str) -> bool) -> Vec<String> {
    let files =
        code().into_iter().filter(|(path, text)| !allowed.iter().any(|one| path.starts_with(one)) && holds(text));
    files.map(|(path, _)| path).collect()
}

#[test]
fn the_disk_is_touched_by_the_world_alone_but_for_data() {
    // Landing files and tables are data, which may be larger than memory, and so is what a sample is.
    let tables = ["engine/local/hold.rs", "engine/local/store.rs", "engine/local/warehouse.rs"];
    let allowed = [&["world/", "engine/local/landing.rs", "sample/write.rs"][..], &tables].concat();
    let found = outside(&allowed, |text| ["std::fs", "fs::", "File::open"].iter().any(|word| text.contains(word)));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_spec_type_is_known_after_resolve() {
    // A new project is made of specs. `model` gives enums of the specs names of its own, which a second list would only repeat.
    let allowed = ["spec/", "load/", "load.rs", "validate/", "validate.rs", "resolve/", "reuse/", "scaffold/"];
    let found = outside(&[&allowed[..], &["model/"]].concat(), |text| text.contains("crate::spec"));
    assert!(found.is_empty(), "{}", found.join("\n"));
    for (path, text) in code().into_iter().filter(|(path, _)| path.starts_with("model/")) {
        let all = text.matches("crate::spec").count();
        assert_eq!(all, text.matches("pub use crate::spec").count(), "{path} uses a spec type under its own name");
    }
}

/// Texts of a file that begin as a statement does and have its further words.
fn statements(text: &str) -> Vec<String> {
    let verbs = ["SELECT ", "CREATE ", "ALTER ", "DROP ", "GRANT ", "REVOKE ", "INSERT ", "COMMENT ON "];
    let starts = text.match_indices('"').map(|(at, _)| &text[at + 1..]);
    let literals = starts.filter(|rest| verbs.iter().any(|verb| rest.starts_with(verb)));
    let literals = literals.map(|rest| rest.split('"').next().unwrap().replace("\\n", " ").replace('\\', " "));
    let has = |text: &str| {
        let words: Vec<&str> = text.split_whitespace().collect();
        words.len() > 3 && words.iter().any(|word| ["FROM", "SET", "ON", "EXISTS", "UNSET"].contains(word))
    };
    literals.filter(|text| has(text)).collect()
}

#[test]
fn statements_stand_in_templates() {
    // Tools for SQL name it in messages. What takes away, hands over or asks is one line whose words depend on what is there;
    // the queries of alerts have no template, because they are values of resources.
    let allowed = [
        "lakeflow/",
        "sqltool/",
        "engine/",
        "cli/query.rs",
        "cli/local/run.rs",
        "bundle/alerts.rs",
        "render/governance/withdrawal.rs",
        "deploy/apply.rs",
        "deploy/ownership.rs",
        "deploy/reading.rs",
    ];
    let found = outside(&allowed, |text| !statements(text).is_empty());
    assert!(found.is_empty(), "{}", found.join("\n"));
    for path in allowed.iter().filter(|path| path.ends_with(".rs") && !path.starts_with("cli/query")) {
        let text = fs::read_to_string(root().join("src").join(path)).unwrap();
        assert!(!statements(&text).is_empty(), "{path} holds no statement any more: take it off the list");
    }
}

/// Folders whose files don't lean on the file that names them.
const OPEN: [&str; 3] = ["resolve", "engine/local", "lakeflow/yaml"];

#[test]
fn what_the_files_of_a_folder_share_has_a_file_of_its_own() {
    let mut wrong = vec![];
    for folder in OPEN {
        let files = code();
        let parent = &files.iter().find(|(path, _)| *path == format!("{folder}/mod.rs")).unwrap().1;
        let kinds = ["struct ", "enum ", "trait ", "fn ", "const ", "type "];
        let defines = |name: &str| kinds.iter().any(|kind| parent.contains(&format!("{kind}{name}")));
        let is_child =
            |path: &str| path.strip_prefix(folder).is_some_and(|rest| !rest[1..].contains('/') && rest != "/mod.rs");
        for (path, text) in files.iter().filter(|(path, _)| is_child(path)) {
            let names = text.match_indices("use super::").flat_map(|(at, mark)| {
                let rest = &text[at + mark.len()..];
                rest.strip_prefix('{').map_or_else(|| vec![first_name(rest)], first_names)
            });
            let is_module = |name: &String| parent.contains(&format!("mod {name};"));
            wrong.extend(names.filter(|name| !is_module(name) && defines(name)).map(|name| format!("{path}: {name}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Folders whose types bear the names that somebody else gave: the interface of a workspace, and the bodies it takes.
const NAMED_BY_OTHERS: [&str; 2] = ["deploy/client/api/", "bundle/resource/"];

/// The types that a text declares, each with whether others see it.
fn types(text: &str) -> Vec<(bool, String)> {
    let declared = text.lines().filter_map(|line| {
        let line = line.trim_start();
        let open =
            line.strip_prefix("pub ").or_else(|| line.strip_prefix("pub(")?.split_once(") ").map(|(_, rest)| rest));
        let rest = open.unwrap_or(line);
        let rest = ["struct ", "enum ", "trait "].iter().find_map(|kind| rest.strip_prefix(kind))?;
        Some((open.is_some(), first_name(rest)))
    });
    declared.collect()
}

#[test]
fn a_type_that_others_see_has_a_name_of_its_own() {
    let mut all: BTreeMap<String, Vec<(bool, String)>> = BTreeMap::new();
    for (path, text) in code() {
        if NAMED_BY_OTHERS.iter().any(|folder| path.starts_with(folder)) {
            continue;
        }
        for (is_open, name) in types(&text) {
            all.entry(name).or_default().push((is_open, path.clone()));
        }
    }
    let shared = all.into_iter().filter(|(_, at)| at.len() > 1 && at.iter().any(|(is_open, _)| *is_open));
    let shared: Vec<String> = shared
        .map(|(name, at)| format!("{name}: {}", at.into_iter().map(|(_, path)| path).collect::<Vec<_>>().join(", ")))
        .collect();
    assert!(shared.is_empty(), "one name, several types:\n{}", shared.join("\n"));
}
