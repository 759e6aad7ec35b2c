//! What `gen build` does to a project on disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

#[cfg(unix)]
use super::command;
use super::{edit, gen_in, shop};

/// Every file below a directory with its bytes and its time.
fn files(dir: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let time = fs::metadata(&path).unwrap().modified().unwrap();
            found.insert(path.clone(), (fs::read(&path).unwrap(), time));
        }
    }
    found
}

/// Names of the files that a unified diff touches.
fn touched(diff: &str) -> Vec<&str> {
    let names = diff.lines().filter_map(|line| line.strip_prefix("+++ b/").or_else(|| line.strip_prefix("--- a/")));
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[test]
fn building_twice_gives_the_same_bytes_and_writes_nothing() {
    let dir = shop();
    assert_eq!(gen_in(dir.path(), &["build"]).ended(0).out, "built generated: 41 files, 41 created\n");
    let first = files(&dir.path().join("generated"));
    assert_eq!(gen_in(dir.path(), &["build"]).ended(0).out, "generated is up to date: 41 files\n");
    assert_eq!(files(&dir.path().join("generated")), first);
    let other = shop();
    gen_in(other.path(), &["build", "--out", "elsewhere"]).ended(0);
    let bytes = |files: BTreeMap<PathBuf, (Vec<u8>, SystemTime)>, below: PathBuf| -> Vec<(PathBuf, Vec<u8>)> {
        files.into_iter().map(|(path, (bytes, _))| (path.strip_prefix(&below).unwrap().to_owned(), bytes)).collect()
    };
    let elsewhere = other.path().join("elsewhere");
    assert_eq!(bytes(first, dir.path().join("generated")), bytes(files(&elsewhere), elsewhere));
}

#[test]
fn an_edit_of_a_metric_is_stale_and_shows_only_what_it_touches() {
    let dir = shop();
    gen_in(dir.path(), &["build"]).ended(0);
    assert_eq!(gen_in(dir.path(), &["build", "--check"]).ended(0).out, "generated is up to date: 41 files\n");
    edit(dir.path(), "specs/metrics/revenue.yml", "status <> 'cancelled'", "status = 'paid'");
    let before = files(&dir.path().join("generated"));
    let ran = gen_in(dir.path(), &["build", "--check"]).ended(1);
    let metric = [
        "governance/dev/after/30_metric_views",
        "pipeline/gold/revenue_by_category_daily",
        "pipeline/gold/revenue_by_category_monthly",
        "pipeline/gold/revenue_total_daily",
        "pipeline/gold/revenue_total_monthly",
        "pipeline/quality/revenue_reconciliation",
    ];
    assert_eq!(touched(&ran.out), metric.map(|name| format!("generated/{name}.sql")));
    assert!(
        ran.out.contains("\n-  WHERE orders.status <> 'cancelled'\n+  WHERE orders.status = 'paid'\n"),
        "{}",
        ran.out
    );
    assert!(ran.out.ends_with("generated is out of date: 6 changed; run `gen build`\n"), "{}", ran.out);
    assert_eq!(files(&dir.path().join("generated")), before);
    assert_eq!(gen_in(dir.path(), &["build"]).ended(0).out, "built generated: 41 files, 6 changed\n");
    gen_in(dir.path(), &["build", "--check"]).ended(0);
}

#[test]
fn files_of_a_metric_that_is_gone_are_removed() {
    let dir = shop();
    gen_in(dir.path(), &["build"]).ended(0);
    fs::remove_file(dir.path().join("specs/metrics/revenue.yml")).unwrap();
    let ran = gen_in(dir.path(), &["build", "-v"]).ended(0);
    assert_eq!(
        ran.out,
        "built generated: 33 files, 1 created, 10 changed, 9 removed\nno longer built: revenue_by_category_daily, \
         revenue_by_category_monthly, revenue_total_daily, revenue_total_monthly; `gen plan` shows what becomes of their rows\n"
    );
    assert!(ran.err.contains("removed  generated/pipeline/gold/revenue_total_daily.sql\n"), "{}", ran.err);
    assert!(!dir.path().join("generated/pipeline/gold").exists());
}

/// Whatever it is: SQL in the pipeline's folder, a resource beside the bundle, a list of customers.
#[test]
fn a_file_that_gen_did_not_write_is_reported_and_stays() {
    let dir = shop();
    gen_in(dir.path(), &["build"]).ended(0);
    let out = dir.path().join("generated");
    // What the Databricks command line keeps there is none of them.
    fs::create_dir_all(out.join("bundle/.databricks/bundle/dev")).unwrap();
    fs::write(out.join("bundle/.databricks/bundle/dev/state.json"), "{}").unwrap();
    fs::write(out.join("bundle/.gitignore"), ".databricks\n").unwrap();
    gen_in(dir.path(), &["build", "--check"]).ended(0);
    for stray in ["pipeline/gold/mine.sql", "pipeline/.hidden/mine.sql", "bundle/resources/mine.yml", "people.csv"] {
        let path = out.join(stray);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "SELECT first_name FROM customers\n").unwrap();
        for arguments in [&["build"][..], &["build", "--check"]] {
            let ran = gen_in(dir.path(), arguments).ended(1);
            let fault = format!("error[E0903]: `generated/{stray}` is a file that `gen` did not write");
            assert!(ran.err.contains(&fault), "{}", ran.err);
        }
        fs::remove_file(path).unwrap();
    }
    gen_in(dir.path(), &["build", "--check"]).ended(0);
}

/// Without the record nobody knows what to take away, and with a line that is none, not all of it.
#[test]
fn a_record_that_is_missing_or_damaged_is_an_error() {
    let dir = shop();
    gen_in(dir.path(), &["build"]).ended(0);
    let record = dir.path().join("generated.granted.jsonl");
    let text = fs::read_to_string(&record).unwrap();
    for arguments in [&["build"][..], &["build", "--check"]] {
        fs::remove_file(&record).unwrap();
        let ran = gen_in(dir.path(), arguments).ended(1);
        assert!(ran.err.contains("error[E0904]: `generated.granted.jsonl` is missing"), "{}", ran.err);
        assert!(!record.exists());
        fs::write(&record, format!("{text}<<<<<<< HEAD\n")).unwrap();
        let ran = gen_in(dir.path(), arguments).ended(1);
        let place = format!(" --> generated.granted.jsonl:{}:1", text.lines().count() + 1);
        assert!(ran.err.contains("error[E0904]: invalid line in") && ran.err.contains(&place), "{}", ran.err);
    }
    // Who builds the output anew has the record still.
    fs::write(&record, &text).unwrap();
    fs::remove_dir_all(dir.path().join("generated")).unwrap();
    gen_in(dir.path(), &["build"]).ended(0);
    assert_eq!(fs::read_to_string(&record).unwrap(), text);
}

/// No job takes away what was granted in a target that is gone: a script does, and a warning says so.
#[test]
fn what_was_granted_in_a_target_that_is_gone_is_told() {
    let dir = shop();
    gen_in(dir.path(), &["build"]).ended(0);
    edit(dir.path(), "specs/project.yml", "\n  dev:\n", "\n  trial:\n");
    let ran = gen_in(dir.path(), &["build"]).ended(0);
    assert!(ran.err.contains("warning[W0901]: target `dev` was removed"), "{}", ran.err);
    let script = dir.path().join("generated/governance/dev/before/05_withdrawals.sql");
    assert!(fs::read_to_string(&script).unwrap().contains("DROP VIEW IF EXISTS main.shop.revenue_metrics;"));
    gen_in(dir.path(), &["build", "--check"]).ended(0);
    gen_in(dir.path(), &["retired", "confirm", "--target", "dev"]).ended(0);
    assert!(!script.exists());
    assert_eq!(gen_in(dir.path(), &["build"]).ended(0).err, "");
}

#[test]
fn a_foreign_file_in_the_way_stops_the_build() {
    let dir = shop();
    fs::create_dir_all(dir.path().join("generated/pipeline/silver")).unwrap();
    let foreign = dir.path().join("generated/pipeline/silver/orders.sql");
    fs::write(&foreign, "-- mine\n").unwrap();
    let ran = gen_in(dir.path(), &["build"]).ended(1);
    assert!(
        ran.err.contains(
            "error[E0901]: there is a file that `gen` did not write at `generated/pipeline/silver/orders.sql`"
        ),
        "{}",
        ran.err
    );
    assert_eq!(files(&dir.path().join("generated")).into_keys().collect::<Vec<_>>(), [foreign]);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_in_the_output() {
    let dir = shop();
    gen_in(dir.path(), &["build"]).ended(0);
    let (file, folder) = (dir.path().join("generated/pipeline/silver/orders.sql"), dir.path().join("generated/bundle"));
    let (outside, elsewhere) = (dir.path().join("notes.txt"), dir.path().join("elsewhere"));
    fs::write(&outside, "mine\n").unwrap();
    fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink(&outside, &file).unwrap();
    fs::rename(&folder, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &folder).unwrap();
    let before = files(&elsewhere);
    let ran = gen_in(dir.path(), &["build"]).ended(1);
    for link in ["generated/pipeline/silver/orders.sql", "generated/bundle"] {
        assert!(ran.err.contains(&format!("error[E0901]: a symbolic link is at `{link}`")), "{}", ran.err);
    }
    assert_eq!((fs::read_to_string(&outside).unwrap(), files(&elsewhere)), ("mine\n".to_owned(), before));
    assert!(file.is_symlink() && folder.is_symlink());
    let record = dir.path().join("generated.granted.jsonl");
    let _ = fs::remove_file(&record);
    std::os::unix::fs::symlink(&outside, &record).unwrap();
    let ran = gen_in(dir.path(), &["build"]).ended(1);
    assert!(ran.err.contains("error[E0904]: `generated.granted.jsonl` is a symbolic link"), "{}", ran.err);
}

#[test]
fn an_output_that_cannot_be_written_is_an_error_that_leaves_nothing() {
    let dir = shop();
    fs::write(dir.path().join("file"), "").unwrap();
    let ran = gen_in(dir.path(), &["build", "--out", "file/inner"]);
    assert!(ran.status == 1 && ran.err.matches("[E0902]").count() == 1, "{ran:?}");
    assert_eq!(fs::read(dir.path().join("file")).unwrap(), b"");
}

/// The signal may come when the last file is written already; then it is tried again.
#[cfg(unix)]
#[test]
fn ctrl_c_while_files_are_written_waits_for_the_last_of_them() {
    use std::process::{Command, Stdio};

    let dir = tempfile::tempdir().unwrap();
    for round in 0..20 {
        let out = dir.path().join(format!("out{round}"));
        let build = ["--project", env!("CARGO_MANIFEST_DIR"), "build", "--out", out.to_str().unwrap()];
        let mut child = command(dir.path(), &build).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        while !out.exists() && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        let ended = child.wait_with_output().unwrap();
        gen_in(dir.path(), &[&build[..], &["--check"]].concat()).ended(0);
        if ended.status.code() == Some(130) {
            let said = String::from_utf8(ended.stderr).unwrap();
            assert!(said.contains("interrupted: built"), "{said}");
            return;
        }
        assert!(ended.status.success(), "{ended:?}");
    }
    panic!("no signal came while files were written");
}

#[test]
fn line_ends_that_version_control_changed_are_no_edit() {
    let dir = shop();
    gen_in(dir.path(), &["build"]).ended(0);
    let mut files = vec![dir.path().join("generated.granted.jsonl")];
    let mut pending = vec![dir.path().join("generated")];
    while let Some(next) = pending.pop() {
        match next.is_dir() {
            true => pending.extend(fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path())),
            false => files.push(next),
        }
    }
    for file in files.iter().filter(|file| file.exists()) {
        let text = fs::read_to_string(file).unwrap();
        assert!(!text.contains('\r'), "{}", file.display());
        fs::write(file, text.replace('\n', "\r\n")).unwrap();
    }
    let ran = gen_in(dir.path(), &["build", "--check"]).ended(0);
    assert!(ran.out.starts_with("generated is up to date"), "{}", ran.out);
    // An edit is one, whatever the line ends.
    let readme = files.iter().find(|file| file.extension().is_some_and(|e| e == "sql")).unwrap();
    fs::write(readme, fs::read_to_string(readme).unwrap() + "-- more\r\n").unwrap();
    let ran = gen_in(dir.path(), &["build", "--check"]).ended(1);
    assert!(ran.out.contains("+1") || ran.out.contains("-- more"), "{}", ran.out);
    let ran = gen_in(dir.path(), &["build"]).ended(0);
    assert!(ran.out.contains("1 restored"), "{}", ran.out);
}

#[test]
fn what_init_writes_keeps_line_ends() {
    let dir = shop();
    let attributes = fs::read_to_string(dir.path().join(".gitattributes")).unwrap();
    assert!(attributes.contains("/generated/** text eol=lf"), "{attributes}");
}

#[test]
fn no_output_goes_among_the_specs() {
    let dir = shop();
    for out in ["specs", ".", "specs/generated", "./x/../specs/entities", ".."] {
        let ran = gen_in(dir.path(), &["build", "--out", out]).ended(2);
        assert!(ran.err.contains("contains the specs or is inside them"), "{out}: {}", ran.err);
        gen_in(dir.path(), &["sample", "--out", out]).ended(2);
    }
    gen_in(dir.path(), &["build", "--out", "specs2"]).ended(0);
}
