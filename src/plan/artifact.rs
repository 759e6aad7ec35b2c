//! The files of a build: what each of them is, who it is for, when it runs, and its path.
//!
//! A file is identified by its [`ArtifactKind`]. Its path follows from that, here and nowhere else, and no code
//! inspects a path to learn what a file is.

use std::sync::Arc;

use lakeflow::source::Span;

use super::deployment::{self, AlertKind, JobKind, PlaceKind};
use super::operation::OperationScript;
use super::{BuildPlan, Dataset, Layer, governance, serving};
use crate::model::{MetricId, PrincipalId, Project, TargetId};

/// Where the lineage lies.
const LINEAGE: &str = "lineage.json";

/// A file of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// What it is.
    pub kind: ArtifactKind,
    /// The part of a spec it comes from; `None` where it comes from several.
    pub origin: Option<Span>,
    path: Arc<str>,
}

impl Artifact {
    /// The file of this kind, which comes from more than one spec.
    pub fn of(kind: ArtifactKind, project: &Project, plan: &BuildPlan) -> Artifact {
        Artifact { kind, origin: None, path: kind.path(project, plan).into() }
    }

    /// Path below the output directory, `/`-separated.
    pub fn path(&self) -> &str {
        &self.path
    }
}

/// What a file is. Two files of a build are never of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArtifactKind {
    /// The statement of a dataset of the pipeline.
    Dataset(Dataset),
    /// Statements about one concern of a target, run around an update.
    Governance(TargetId, Governance),
    /// What an administrator gives once in a target, because the team can't.
    Administration(TargetId, AdministrationFile),
    /// What is taken away in a target that the project does not have any more, by its index in the plan.
    Gone(usize),
    /// What a principal reads over REST.
    Reader(PrincipalId, ReaderFile),
    /// A dashboard to begin with.
    Dashboard(MetricId),
    /// A script of a target that is run after an update.
    Operation(TargetId, OperationScript),
    /// A file of the bundle.
    Bundle(BundleFile),
    /// Where every column comes from.
    Lineage,
}

/// When a file is run, seen from an update of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FilePhase {
    /// Before it.
    Before,
    /// It is what the update runs.
    Update,
    /// After it, when its tables are there.
    After,
}

/// A concern of governance, in the order in which they run. Whoever must not read any more is kept out first of all. No
/// reader is let in (grants) before everything that keeps others out stands (revocations, functions, policies, tags).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Governance {
    /// What earlier builds gave and this one does not.
    Withdrawals,
    /// The schema, and the volume where files arrive.
    Schema,
    /// Use of the schema and no more.
    Access,
    /// Files as they arrive.
    Landing,
    /// Functions that masks and row filters call.
    Functions,
    /// Policies that mask by tags.
    Policies,
    /// What the principal of the pipeline needs.
    RunAs,
    /// A mark that all of the above was applied.
    Release,
    /// Tables taken from all who must not read them.
    Revokes,
    /// Tags of tables and columns.
    Tags,
    /// Metric views.
    MetricViews,
    /// Tables and views given to their readers.
    Grants,
    /// Tables given back to readers who were shut out while they changed.
    Returns,
    /// Tags of earlier builds.
    Untags,
    /// Policies and functions of earlier builds.
    Leftovers,
}

/// Whom statements are run as. Each concern is that of one owner: whoever deploys owns the schema with volume and functions,
/// the principal of the pipeline owns tables and views. They may be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// Whoever deploys.
    Deployer,
    /// The principal that the pipeline runs as.
    RunAs,
}

impl Governance {
    /// All of them, in order.
    pub const ALL: [Governance; 15] = [
        Governance::Withdrawals,
        Governance::Schema,
        Governance::Access,
        Governance::Landing,
        Governance::Functions,
        Governance::Policies,
        Governance::RunAs,
        Governance::Release,
        Governance::Revokes,
        Governance::Tags,
        Governance::MetricViews,
        Governance::Grants,
        Governance::Returns,
        Governance::Untags,
        Governance::Leftovers,
    ];

    /// When it is run.
    pub fn phase(self) -> FilePhase {
        if self < Governance::Revokes { FilePhase::Before } else { FilePhase::After }
    }

    /// Whether it may only be run behind an update of every table: one that was left out may still need what goes, and show
    /// what it showed before.
    pub fn needs_all_tables(self) -> bool {
        matches!(self, Governance::Returns | Governance::Untags | Governance::Leftovers)
    }

    /// Whom it is run as.
    pub fn identity(self) -> Identity {
        let is_deployers = self.phase() == FilePhase::Before || self == Governance::Leftovers;
        if is_deployers { Identity::Deployer } else { Identity::RunAs }
    }

    /// Whether an update can undo it: a column or table that is made anew comes without its tags and grants.
    pub fn is_undone_by_runs(self) -> bool {
        matches!(self, Governance::Tags | Governance::Grants)
    }

    /// Name of the file without its ending; the order of the names is the order in which files of a phase run.
    fn stem(self) -> &'static str {
        match self {
            Governance::Withdrawals => "05_withdrawals",
            Governance::Schema => "10_schema",
            Governance::Access => "20_access",
            Governance::Landing => "30_landing",
            Governance::Functions => "40_functions",
            Governance::Policies => "50_policies",
            Governance::RunAs => "60_run_as",
            Governance::Release => "70_release",
            Governance::Revokes => "10_revokes",
            Governance::Tags => "20_tags",
            Governance::MetricViews => "30_metric_views",
            Governance::Grants => "40_grants",
            Governance::Returns => "45_returns",
            Governance::Untags => "47_untags",
            Governance::Leftovers => "50_leftovers",
        }
    }

    fn directory(self) -> &'static str {
        if self.phase() == FilePhase::Before { "before" } else { "after" }
    }

    /// The key of the task that runs it.
    pub fn task(self) -> String {
        format!("{}_{}", self.directory(), self.stem())
    }

    /// The path of the file of a target; a reference to the target gives one.
    pub fn path(self, target: &str) -> String {
        format!("{}/{target}/{}/{}.sql", Folder::Governance.name(), self.directory(), self.stem())
    }
}

/// What an administrator gives, in one of two languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AdministrationFile {
    /// SQL, for what SQL has words for.
    Sql,
    /// Terraform.
    Terraform,
}

impl AdministrationFile {
    /// All of them, in order.
    pub const ALL: [AdministrationFile; 2] = [AdministrationFile::Sql, AdministrationFile::Terraform];

    fn extension(self) -> &'static str {
        match self {
            AdministrationFile::Sql => "sql",
            AdministrationFile::Terraform => "tf",
        }
    }
}

/// A file for a program that reads over REST.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReaderFile {
    /// The OpenAPI document.
    Document,
    /// A client in Python.
    Python,
    /// A script for a shell.
    Shell,
}

impl ReaderFile {
    /// All of them, in order.
    pub const ALL: [ReaderFile; 3] = [ReaderFile::Document, ReaderFile::Python, ReaderFile::Shell];

    fn extension(self) -> &'static str {
        match self {
            ReaderFile::Document => "json",
            ReaderFile::Python => "py",
            ReaderFile::Shell => "sh",
        }
    }
}

/// A file of the bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BundleFile {
    /// `databricks.yml`: variables and targets.
    Root,
    /// The resource of the pipeline, named after the project.
    Pipeline,
    /// A job.
    Job(JobKind),
    /// An alert.
    Alert(AlertKind),
    /// A dashboard.
    Dashboard(MetricId),
    /// The schemas or volumes of production targets.
    Place(PlaceKind),
}

impl BundleFile {
    fn path(self, project: &Project) -> String {
        let folder = Folder::Bundle.name();
        let resource = |key: &str, word: &str| format!("{folder}/resources/{key}.{word}.yml");
        match self {
            BundleFile::Root => format!("{folder}/databricks.yml"),
            BundleFile::Pipeline => resource(&project.name, "pipeline"),
            BundleFile::Job(job) => resource(&job.key(project), "job"),
            BundleFile::Alert(alert) => resource(alert.key(), "alert"),
            BundleFile::Dashboard(id) => resource(metric_name(project, id), "dashboard"),
            BundleFile::Place(PlaceKind::Schema) => format!("{folder}/resources/schema.yml"),
            BundleFile::Place(PlaceKind::Volume) => format!("{folder}/resources/volume.yml"),
        }
    }
}

/// A folder of the output directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Folder {
    /// What an administrator gives.
    Administration,
    /// What deploys.
    Bundle,
    /// Dashboards.
    Dashboards,
    /// Statements around the pipeline.
    Governance,
    /// What readers over REST start from.
    Readers,
    /// Scripts behind the pipeline.
    Operation,
    /// What the pipeline runs.
    Pipeline,
}

impl Folder {
    /// The folder below the output directory, or of a target.
    pub fn name(self) -> &'static str {
        match self {
            Folder::Administration => "administration",
            Folder::Bundle => "bundle",
            Folder::Dashboards => "dashboards",
            Folder::Governance => "governance",
            Folder::Readers => "openapi",
            Folder::Operation => "operation",
            Folder::Pipeline => "pipeline",
        }
    }
}

/// The path of the statement of a dataset.
pub(super) fn dataset_path(layer: Layer, name: &str) -> String {
    format!("{}/{}/{name}.sql", Folder::Pipeline.name(), layer.word())
}

/// The table for readers that the file at a path of a build makes; `None` for other files.
pub fn table_at(path: &str) -> Option<&str> {
    let path = path.strip_prefix(Folder::Pipeline.name())?.strip_prefix('/')?.strip_suffix(".sql")?;
    let (layer, name) = path.split_once('/')?;
    let is_between = ["_checked", "_clean"].iter().any(|ending| name.ends_with(ending));
    ([Layer::Silver, Layer::Gold].iter().any(|own| own.word() == layer) && !is_between).then_some(name)
}

/// The path of the dashboard of a metric.
pub fn dashboard_path(metric: &str) -> String {
    format!("{}/{metric}.lvdash.json", Folder::Dashboards.name())
}

/// The path of a script of operation in a target; a reference to the target gives one.
pub fn script_path(script: OperationScript, project: &Project, target: &str) -> String {
    format!("{}/{target}/{}.sql", Folder::Operation.name(), script.name(project))
}

impl ArtifactKind {
    /// The target that it is for; `None` where it is for all.
    pub fn target(self) -> Option<TargetId> {
        match self {
            ArtifactKind::Governance(target, _)
            | ArtifactKind::Administration(target, _)
            | ArtifactKind::Operation(target, _) => Some(target),
            _ => None,
        }
    }

    /// When it is run; `None` where it is not run around an update.
    pub fn phase(self) -> Option<FilePhase> {
        match self {
            ArtifactKind::Dataset(_) => Some(FilePhase::Update),
            ArtifactKind::Governance(_, concern) => Some(concern.phase()),
            ArtifactKind::Operation(_, script) if script.is_guard() => Some(FilePhase::Before),
            ArtifactKind::Operation(..) => Some(FilePhase::After),
            _ => None,
        }
    }

    /// The folder that it lies in; `None` where it lies in none.
    pub fn folder(self) -> Option<Folder> {
        Some(match self {
            ArtifactKind::Dataset(_) => Folder::Pipeline,
            ArtifactKind::Governance(..) | ArtifactKind::Gone(_) => Folder::Governance,
            ArtifactKind::Administration(..) => Folder::Administration,
            ArtifactKind::Reader(..) => Folder::Readers,
            ArtifactKind::Dashboard(_) => Folder::Dashboards,
            ArtifactKind::Operation(..) => Folder::Operation,
            ArtifactKind::Bundle(_) => Folder::Bundle,
            ArtifactKind::Lineage => return None,
        })
    }

    fn path(self, project: &Project, plan: &BuildPlan) -> String {
        let target = |id: TargetId| project.targets.get(id.0).map_or("", |target| target.name.as_str());
        match self {
            ArtifactKind::Dataset(dataset) => dataset_path(dataset.layer(), &dataset.name(project)),
            ArtifactKind::Governance(id, concern) => concern.path(target(id)),
            ArtifactKind::Administration(id, file) => {
                format!("{}/{}.{}", Folder::Administration.name(), target(id), file.extension())
            }
            ArtifactKind::Gone(index) => {
                Governance::Withdrawals.path(plan.gone.get(index).map_or("", |(target, _)| target.as_str()))
            }
            ArtifactKind::Reader(id, file) => {
                format!("{}/{}.{}", Folder::Readers.name(), serving::reader_name(project, id), file.extension())
            }
            ArtifactKind::Dashboard(id) => dashboard_path(metric_name(project, id)),
            ArtifactKind::Operation(id, script) => script_path(script, project, target(id)),
            ArtifactKind::Bundle(file) => file.path(project),
            ArtifactKind::Lineage => LINEAGE.to_owned(),
        }
    }
}

fn metric_name(project: &Project, id: MetricId) -> &str {
    project.metrics.get(id.0).map_or("", |metric| metric.name.as_str())
}

/// Every file that a project builds from the datasets of `plan`, each once.
pub(super) fn artifacts(project: &Project, plan: &BuildPlan) -> Vec<Artifact> {
    let dataset = |planned: &super::PlannedDataset| Artifact {
        kind: ArtifactKind::Dataset(planned.dataset),
        origin: planned.origin,
        path: dataset_path(planned.dataset.layer(), &planned.name).into(),
    };
    let mut found: Vec<Artifact> = plan.datasets.iter().map(dataset).collect();
    let targets = || (0..project.targets.len()).map(TargetId);
    let mut kinds = vec![];
    for target in targets() {
        let needed = governance::needed(project, plan, target);
        kinds.extend(needed.into_iter().map(|concern| ArtifactKind::Governance(target, concern)));
        kinds.extend(AdministrationFile::ALL.map(|file| ArtifactKind::Administration(target, file)));
    }
    kinds.extend((0..plan.gone.len()).map(ArtifactKind::Gone));
    for reader in serving::readers(project) {
        kinds.extend(ReaderFile::ALL.map(|file| ArtifactKind::Reader(reader, file)));
    }
    let metrics = (0..project.metrics.len()).map(MetricId);
    let dashboards = metrics.filter(|id| project.metrics.get(id.0).is_some_and(serving::has_dashboard));
    let dashboards: Vec<MetricId> = dashboards.collect();
    kinds.extend(dashboards.iter().map(|id| ArtifactKind::Dashboard(*id)));
    let scripts = super::operation::run_scripts(project, plan);
    kinds.extend(targets().flat_map(|id| scripts.iter().map(move |script| ArtifactKind::Operation(id, *script))));
    let bundle = deployment::bundle_files(project, &dashboards);
    kinds.extend(bundle.into_iter().map(ArtifactKind::Bundle));
    kinds.push(ArtifactKind::Lineage);
    found.extend(kinds.into_iter().map(|kind| Artifact::of(kind, project, plan)));
    found
}
