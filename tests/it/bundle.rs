//! What is deployed for a project: every case and the shipped specs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lakeflow::check::DatasetKind;
use lakegen::bundle::resource::{Job, Resource};
use lakegen::bundle::{Bundle, Deployment, bundle, rest};
use lakegen::driver::Compilation;
use lakegen::model::{Mode, Project, Start};
use lakegen::plan::operation::OperationScript;
use lakegen::plan::{ArtifactKind, BundleFile, Folder, deployment::PlaceKind};

use crate::projects::{cases, compile};
use crate::root;

/// Every project: the cases and the shipped one.
fn projects() -> Vec<Compilation> {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR"));
    cases().iter().map(|case| case.as_path()).chain([shipped]).map(compile).collect()
}

fn parts(compilation: &Compilation) -> (&Project, Bundle) {
    let project = compilation.project.as_ref().unwrap();
    (project, bundle(project, &compilation.plan))
}

fn jobs(bundle: &Bundle) -> BTreeMap<&str, &Job> {
    let mut jobs = BTreeMap::new();
    for declared in &bundle.resources {
        if let Resource::Job(job) = &declared.resource {
            jobs.insert(declared.key.as_str(), job.as_ref());
        }
    }
    jobs
}

fn resolved(bundle: &Bundle, target: &Deployment) -> Vec<rest::ResourceRequest> {
    rest::sample_requests(bundle, target).unwrap()
}

#[test]
fn every_schedule_is_a_job_that_tries_as_hard_as_it_says() {
    for compilation in projects() {
        let (project, bundle) = &parts(&compilation);
        let jobs = jobs(bundle);
        assert_eq!(jobs.len(), project.schedules.len() + 2, "{}", project.name);
        for schedule in &project.schedules {
            let job = jobs[format!("{}_job", schedule.name).as_str()];
            match &schedule.start {
                Start::Time(cron) => {
                    let own = job.schedule.as_ref().unwrap();
                    assert_eq!((&own.quartz_cron_expression, &own.timezone_id), (&cron.expression, &cron.timezone));
                    assert!(job.trigger.is_none());
                }
                Start::Files => {
                    assert!(job.schedule.is_none());
                    assert_eq!(job.trigger.as_ref().unwrap().file_arrival.as_ref().unwrap().url, "${var.landing}/");
                }
                Start::Tables => {
                    let tables = job.trigger.as_ref().unwrap().table_update.as_ref().unwrap();
                    assert!(tables.table_names.iter().all(|name| name.split('.').count() >= 3), "{tables:?}");
                    assert!(!tables.table_names.is_empty() && job.schedule.is_none());
                }
            }
            let update = job.tasks.iter().find(|task| task.pipeline_task.is_some()).unwrap();
            assert_eq!(update.max_retries, u32::from(schedule.retries));
            assert_eq!(update.timeout_seconds, u32::from(schedule.timeout_minutes) * 60);
            assert_eq!(update.min_retry_interval_millis, Some(u32::from(schedule.backoff_minutes) * 60_000));
            assert!(job.email_notifications.is_some() != project.notify.is_empty());
        }
        let on_demand = jobs["on_demand_job"];
        assert!(on_demand.schedule.is_none() && on_demand.trigger.is_none());
    }
}

/// What a refreshed dataset reads is refreshed too; the pipeline itself, parsed from its text, says what that is.
#[test]
fn a_schedule_refreshes_all_that_its_datasets_read() {
    for compilation in projects() {
        let (project, bundle) = &parts(&compilation);
        let reads: BTreeMap<&str, &BTreeSet<String>> =
            compilation.datasets.iter().map(|d| (d.name.as_str(), &d.reads)).collect();
        let views = compilation.datasets.iter().filter(|d| d.kind == DatasetKind::TemporaryView);
        let views: BTreeSet<&str> = views.map(|d| d.name.as_str()).collect();
        for (key, job) in jobs(bundle) {
            let Some(update) = job.tasks.iter().find_map(|task| task.pipeline_task.as_ref()) else { continue };
            assert!(!update.full_refresh);
            let selected = update.refresh_selection.iter().map(|name| name.rsplit('.').next().unwrap());
            let selected: BTreeSet<&str> = selected.collect();
            let mut open: Vec<&str> = selected.iter().copied().collect();
            while let Some(name) = open.pop() {
                // What is read but not defined is a file.
                for read in reads[name].iter().filter(|read| reads.contains_key(read.as_str())) {
                    let is_view = views.contains(read.as_str());
                    assert!(
                        is_view || selected.contains(read.as_str()),
                        "{}: {key}: {name} reads {read}",
                        project.name
                    );
                    if is_view {
                        open.push(read);
                    }
                }
            }
        }
    }
}

/// A name without a schema is one in the schema of the pipeline.
#[test]
fn a_schedule_names_tables_of_layers_with_their_schema() {
    let compilation = compile(&root().join("tests/cases/marina"));
    let (_, bundle) = parts(&compilation);
    let jobs = jobs(&bundle);
    let update = jobs["piers_job"].tasks.iter().find_map(|task| task.pipeline_task.as_ref()).unwrap();
    for (name, schema) in [("crowded_piers", "silver"), ("boats_raw", "bronze"), ("boats_orphans", "quality")] {
        let full = format!("${{var.catalog}}.${{var.{schema}_schema}}.{name}");
        assert!(update.refresh_selection.contains(&full), "{full}: {:?}", update.refresh_selection);
    }
}

#[test]
fn targets_differ_in_what_references_stand_for() {
    for compilation in projects() {
        let (project, bundle) = &parts(&compilation);
        for (target, deployment) in project.targets.iter().zip(&bundle.deployments) {
            let text = serde_json::to_string(&resolved(bundle, deployment)).unwrap();
            assert!(!text.contains("${"), "{text}");
            let (wanted, other) = if target.paused { ("PAUSED", "UNPAUSED") } else { ("UNPAUSED", "PAUSED") };
            assert!(!text.contains(&format!("\"pause_status\":\"{other}\"")), "{text}");
            if !project.schedules.is_empty() {
                assert!(text.contains(&format!("\"pause_status\":\"{wanted}\"")), "{text}");
            }
            assert!(text.contains(&format!("\"catalog\":\"{}\"", target.catalog)), "{text}");
            assert!(text.contains(&format!("\"landing\":\"{}\"", target.landing)), "{text}");
        }
    }
}

#[test]
fn tasks_are_one_chain_with_governance_around_the_update_and_the_gate_last() {
    let compilation = compile(Path::new(env!("CARGO_MANIFEST_DIR")));
    let (_, bundle) = &parts(&compilation);
    let jobs = jobs(bundle);
    let expected: [(&str, &[&str]); 3] = [
        (
            "deployment_job",
            &[
                "before_10_schema",
                "before_20_access",
                "before_30_landing",
                "before_40_functions",
                "before_60_run_as",
                "before_70_release",
                "refresh",
            ],
        ),
        (
            "on_demand_job",
            &[
                "guard",
                "update",
                "after_10_revokes",
                "after_20_tags",
                "after_30_metric_views",
                "after_40_grants",
                "operation_events",
                "operation_freshness",
                "operation_release",
                "gate_marketing_customer_categories",
                "gate_sales",
            ],
        ),
        ("sales_daily_job", &["table_guard", "update", "after_20_tags", "after_40_grants", "gate_sales"]),
    ];
    for (job, expected) in expected {
        let tasks = &jobs[job].tasks;
        let keys: Vec<&str> = tasks.iter().map(|task| task.task_key.as_str()).collect();
        assert_eq!(keys, expected);
        for (task, before) in tasks.iter().skip(1).zip(&keys) {
            assert_eq!(task.depends_on.iter().map(|d| d.task_key.as_str()).collect::<Vec<_>>(), [*before]);
        }
    }
    let path = &jobs["deployment_job"].tasks[0].sql_task.as_ref().unwrap().file.path;
    assert_eq!(path, "${workspace.file_path}/governance/${bundle.target}/before/10_schema.sql");
    assert_eq!(bundle.folders, [Folder::Dashboards, Folder::Governance, Folder::Operation, Folder::Pipeline]);
}

/// The jobs of a target, by their keys: those of all targets, and what it adds to them.
fn jobs_of<'a>(bundle: &'a Bundle, target: &Deployment) -> BTreeMap<&'a str, Job> {
    let added = |key: &str, job: &Job| {
        let addition = target.additions.iter().find(|addition| addition.key == key);
        addition.map_or_else(|| job.clone(), |addition| addition.added_to(job))
    };
    jobs(bundle).into_iter().map(|(key, job)| (key, added(key, job))).collect()
}

/// Files that a task names are there for the target, our own parser takes them, and no governance is left out.
#[test]
fn every_script_that_a_task_runs_is_written_and_parses() {
    for compilation in projects() {
        let (project, bundle) = &parts(&compilation);
        let written: BTreeMap<&str, &str> =
            compilation.files.iter().map(|file| (file.artifact.path(), &*file.text)).collect();
        for deployment in &bundle.deployments {
            let mut run = BTreeSet::new();
            for job in jobs_of(bundle, deployment).values() {
                for task in job.tasks.iter().filter_map(|task| task.sql_task.as_ref()) {
                    let path = task.file.path.replace("${bundle.target}", &deployment.name);
                    let path = path.strip_prefix("${workspace.file_path}/").unwrap().to_owned();
                    let parsed = lakeflow::parse(written[path.as_str()]);
                    assert!(parsed.is_ok(), "{path}: {parsed:?}\n{}", written[path.as_str()]);
                    run.insert(path);
                }
            }
            let governance = format!("governance/{}/", deployment.name);
            let idle: Vec<_> = written.keys().filter(|path| path.starts_with(&governance)).collect();
            assert!(idle.iter().all(|path| run.contains(**path)), "{}: {idle:?}", project.name);
        }
    }
}

/// Files arrive in a volume in one target and in a bucket in the other: only one has grants on a volume.
#[test]
fn a_file_of_one_target_is_a_task_of_its_jobs_alone() {
    let compilation = compile(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/hr"));
    let (_, bundle) = &parts(&compilation);
    let [dev, prod] = &bundle.deployments[..] else { panic!("two targets") };
    let waits = |target: &Deployment, task: &str| -> Vec<String> {
        let job = &jobs_of(bundle, target)["deployment_job"];
        let task = job.tasks.iter().find(|t| t.task_key == task);
        task.into_iter().flat_map(|task| &task.depends_on).map(|task| task.task_key.clone()).collect()
    };
    assert_eq!(waits(dev, "before_30_landing"), ["before_20_access"]);
    assert_eq!(waits(dev, "before_40_functions"), ["before_20_access", "before_30_landing"]);
    assert_eq!(waits(prod, "before_40_functions"), ["before_20_access"]);
    assert!(!jobs_of(bundle, prod)["deployment_job"].tasks.iter().any(|task| task.task_key == "before_30_landing"));
    let is_job = |kind| matches!(kind, ArtifactKind::Bundle(BundleFile::Job(_)));
    let mut jobs = compilation.files.iter().filter(|file| is_job(file.artifact.kind));
    let text = &jobs.next_back().unwrap().text;
    let (common, of_dev) = text.split_once("\ntargets:\n  dev:\n").unwrap();
    assert!(!common.contains("before_30_landing") && of_dev.contains("task_key: before_30_landing"), "{text}");
    assert!(!of_dev.contains("\n  prod:"), "{text}");
}

/// A pipeline of very many files may not name each; all others do, and no resource is found by a pattern.
#[test]
fn a_bundle_names_its_files_one_by_one() {
    for compilation in projects() {
        let (project, bundle) = &parts(&compilation);
        let included = |bundle: &Bundle| -> Vec<String> {
            let pipelines = bundle.resources.iter().filter_map(|declared| match &declared.resource {
                Resource::Pipeline(pipeline) => Some(pipeline),
                _ => None,
            });
            pipelines.flat_map(|pipeline| &pipeline.libraries).map(|library| library.glob.include.clone()).collect()
        };
        let files =
            compilation.pipeline_files().map(|file| format!("${{workspace.file_path}}/{}", file.artifact.path()));
        assert_eq!(included(bundle), files.collect::<Vec<_>>(), "{}", project.name);
        let written = compilation.files.iter().filter(|file| matches!(file.artifact.kind, ArtifactKind::Bundle(_)));
        let root = written.clone().find(|file| file.artifact.path() == "bundle/databricks.yml").unwrap();
        for file in written.filter(|file| file.artifact.path() != root.artifact.path()) {
            let named = format!("\n  - {}\n", file.artifact.path().strip_prefix("bundle/").unwrap());
            assert!(root.text.contains(&named), "{named} {}", root.text);
        }
        assert!(!root.text.contains('*'), "{}", root.text);
        let mut plan = compilation.plan.clone();
        while plan.artifacts.len() <= 800 {
            plan.artifacts.extend(plan.artifacts.clone());
        }
        let folder = included(&lakegen::bundle::bundle(project, &plan));
        assert_eq!(folder, ["${workspace.file_path}/pipeline/**"], "{}", project.name);
    }
}

/// An alert looks at a column that its query has, in views that are written.
#[test]
fn alerts_query_what_there_is() {
    for compilation in projects() {
        let (project, bundle) = &parts(&compilation);
        let is_script = |kind| matches!(kind, ArtifactKind::Operation(..));
        let scripts = compilation.files.iter().filter(|file| is_script(file.artifact.kind));
        let views: String = scripts.map(|file| &*file.text).collect();
        for declared in &bundle.resources {
            let Resource::Alert(alert) = &declared.resource else { continue };
            let view = alert.query_text.split_once("${var.place}.").unwrap().1.split_whitespace().next().unwrap();
            assert!(views.contains(&format!("{view}\nCOMMENT")), "{}: {view}", declared.key);
            assert!(alert.query_text.contains(&format!(" AS {}\n", alert.evaluation.source.name)), "{alert:?}");
            let told: Vec<&str> =
                alert.evaluation.notification.subscriptions.iter().map(|s| s.user_email.as_str()).collect();
            assert_eq!(told, project.notify);
            assert!(lakeflow::parse(&alert.query_text).is_ok(), "{}", alert.query_text);
        }
    }
}

#[test]
fn schema_and_volume_are_declared_for_production_only() {
    let compilation = compile(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/clinic"));
    let text = |file: BundleFile| {
        let kind = ArtifactKind::Bundle(file);
        compilation.files.iter().find(|file| file.artifact.kind == kind).unwrap().text.to_string()
    };
    for place in [PlaceKind::Schema, PlaceKind::Volume].map(BundleFile::Place) {
        assert!(text(place).contains("\n  prod:\n") && !text(place).contains("\n  dev:\n"), "{}", text(place));
    }
    assert!(text(BundleFile::Root).contains("warehouse_id:\n        lookup:\n          warehouse: Reports\n"));
}

/// The table of row counts is computed over all entities; a job that refreshes some of them asks for their minima itself.
#[test]
fn a_minimum_is_a_gate_where_row_counts_are_not_computed() {
    let compilation = compile(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/ledger"));
    let (_, bundle) = &parts(&compilation);
    let keys = |job: &str| -> Vec<String> { jobs(bundle)[job].tasks.iter().map(|t| t.task_key.clone()).collect() };
    let is_governance = |key: &String| key.starts_with("before_") || key.starts_with("after_");
    let hourly: Vec<String> = keys("accounts_hourly_job").into_iter().filter(|key| !is_governance(key)).collect();
    assert_eq!(hourly, ["table_guard", "update", "minimum_accounts"]);
    assert!(!keys("on_demand_job").iter().any(|key| key.starts_with("minimum")), "{:?}", keys("on_demand_job"));
    let is_minimum = |kind| matches!(kind, ArtifactKind::Operation(_, OperationScript::Minimum(_)));
    let script = compilation.files.iter().find(|file| is_minimum(file.artifact.kind)).unwrap();
    assert!(script.text.contains("assert_true(count(*) >= 3, "), "{}", script.text);
}

/// Who sees everything may run everything, and nobody else may.
#[test]
fn who_sees_everything_may_run_everything() {
    let compilation = compile(Path::new(env!("CARGO_MANIFEST_DIR")));
    let (_, bundle) = &parts(&compilation);
    let prod = bundle.deployments.iter().find(|deployment| deployment.name == "prod").unwrap();
    let requests = resolved(bundle, prod);
    let body = |path: &str| requests.iter().find(|request| request.path == path).unwrap().body.to_string();
    for (path, level) in [
        ("pipelines/id-of-sales_marketing_pipeline", "CAN_RUN"),
        ("jobs/id-of-sales_daily_job", "CAN_MANAGE_RUN"),
        ("alertsv2/id-of-update_failed_alert", "CAN_RUN"),
    ] {
        let expected = format!(r#"{{"group_name":"data-engineers","permission_level":"{level}"}}]}}"#);
        let found = body(&format!("/api/2.0/permissions/{path}"));
        assert!(found.ends_with(&expected) && found.matches("permission_level").count() == 2, "{found}");
    }
}

/// The command line refuses two resources of one key, also of different kinds and where one is of a target only.
#[test]
fn no_two_resources_share_a_key() {
    for compilation in projects() {
        let mut keys = BTreeMap::new();
        for file in compilation.files.iter().filter(|file| matches!(file.artifact.kind, ArtifactKind::Bundle(_))) {
            let mut section = String::new();
            let inner = |line: &str| line.len() - line.trim_start().len();
            let mut depth = usize::MAX;
            for line in file.text.lines() {
                match line.trim_end().strip_suffix(':') {
                    Some(word) if word.trim() == "resources" => depth = inner(line),
                    Some(word) if inner(line) == depth.saturating_add(2) => section = word.trim().to_owned(),
                    Some(word) if inner(line) == depth.saturating_add(4) => {
                        let known = keys.entry(word.trim().to_owned()).or_insert_with(|| section.clone());
                        assert_eq!(*known, section, "{}", file.artifact.path());
                    }
                    _ if inner(line) <= depth && !line.is_empty() => depth = usize::MAX,
                    _ => {}
                }
            }
        }
        let (_, bundle) = parts(&compilation);
        let declared = bundle.resources.iter().chain(bundle.deployments.iter().flat_map(|target| &target.places));
        for declared in declared {
            let section = keys.get(&declared.key).map(String::as_str);
            assert!(section.is_none_or(|section| section == declared.resource.kind().section()), "{}", declared.key);
        }
        assert!(!keys.is_empty());
    }
}

/// What a bundle grants it takes from all others at every deployment, so it grants nothing.
#[test]
fn a_bundle_grants_no_privilege() {
    for compilation in projects() {
        let is_bundle = |kind| matches!(kind, ArtifactKind::Bundle(_));
        for file in compilation.files.iter().filter(|file| is_bundle(file.artifact.kind)) {
            assert!(!file.text.contains("grants:"), "{}", file.artifact.path());
        }
    }
}

/// A second deployer changes what the first has deployed: the folder does not follow whoever deploys.
#[test]
fn production_has_one_folder() {
    for compilation in projects() {
        let (_, bundle) = parts(&compilation);
        let kind = ArtifactKind::Bundle(BundleFile::Root);
        let text = &compilation.files.iter().find(|file| file.artifact.kind == kind).unwrap().text;
        assert!(!text.contains("current_user"), "{text}");
        let production = bundle.deployments.iter().filter(|target| target.mode == Mode::Production);
        for target in production {
            assert!(target.root.as_ref().is_some_and(|root| root.starts_with("/Workspace/")), "{target:?}");
        }
    }
}
