//! The command line: arguments in, exit status out.
//!
//! Each command is one file: its arguments, and one function that runs passes of the [driver](crate::driver) and shows
//! the results. Nothing is decided here that another user of the library would need. Results are written to standard
//! output, diagnostics and notes to standard error; machine-readable diagnostics are written to standard output.

mod adopt;
mod ask;
mod build;
mod check;
mod completions;
mod deploy;
mod destroy;
mod doctor;
mod drift;
mod explain;
mod init;
mod interrupt;
mod lineage;
#[cfg_attr(not(feature = "engine"), path = "no_engine.rs")]
mod local;
mod logs;
mod pii;
mod plan;
mod project;
mod query;
mod reach;
mod requests;
mod retired;
mod run;
mod sample;
mod schema;
mod shell;
mod sql;
mod start;
mod status;
mod stop;
mod upload;
mod watch;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::render::RenderError;
use crate::world::World;
use shell::{Colour, OutputFormat, Shell};

/// Compile typed YAML specs into a Databricks Lakeflow pipeline, check it, and run it locally.
///
/// `gen` reads the specs of a project (specs/project.yml and the files next to it), reports every error with its
/// place, and generates the SQL of a pipeline. The same SQL runs on this machine over sample files.
///
/// It writes for Lakeflow pipelines on Unity Catalog only. It is not a scheduler, and the local engine is not a warehouse.
#[derive(Debug, Parser)]
#[command(name = "gen", version, max_term_width = 100, after_help = EXIT_STATUSES)]
struct Cli {
    #[command(flatten)]
    global: GlobalArgs,
    #[command(subcommand)]
    command: CliCommand,
}

const EXIT_STATUSES: &str = "\
Exit status: 0 success; 1 an error in the input, or a difference was found; 2 wrong usage; 3 the engine failed; 101 a bug.
Start with `gen init`, or run `gen check` in a project.";

/// Options of every command.
#[derive(Debug, Args)]
struct GlobalArgs {
    /// Directory of the project [default: the nearest parent directory with specs/project.yml]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Global options")]
    project: Option<PathBuf>,
    /// Output format of diagnostics
    #[arg(long, global = true, value_parser = shell::diagnostic_formats(), help_heading = "Global options")]
    format: Option<OutputFormat>,
    /// When to use colors: always, never, or auto, which respects the terminal, NO_COLOR and CLICOLOR_FORCE
    #[arg(long, global = true, value_enum, value_name = "WHEN", hide_possible_values = true, default_value = "auto")]
    #[arg(help_heading = "Global options")]
    color: Colour,
    /// Print nothing but diagnostics and results
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Global options")]
    quiet: bool,
    /// Print more: the time of each pass, each file that is written
    #[arg(short, long, global = true, help_heading = "Global options")]
    verbose: bool,
}

#[derive(Debug, Subcommand)]
enum CliCommand {
    Init(init::InitArgs),
    Check(check::CheckArgs),
    Build(build::BuildArgs),
    Plan(plan::PlanArgs),
    Deploy(deploy::DeployArgs),
    Start(start::StartArgs),
    Stop(stop::StopArgs),
    Status(status::StatusArgs),
    Logs(logs::LogsArgs),
    Drift(drift::DriftArgs),
    Destroy(destroy::DestroyArgs),
    Upload(upload::UploadArgs),
    Doctor(doctor::DoctorArgs),
    Adopt(adopt::AdoptArgs),
    Run(run::RunArgs),
    Query(query::QueryArgs),
    Lineage(lineage::LineageArgs),
    Pii(pii::PiiArgs),
    Sql(sql::SqlArgs),
    Sample(sample::SampleArgs),
    Requests(requests::RequestsArgs),
    Retired(retired::RetiredArgs),
    Watch(watch::WatchArgs),
    Explain(explain::ExplainArgs),
    Schema(schema::SchemaArgs),
    Completions(completions::CompletionsArgs),
}

/// How a command that did its work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    /// Nothing is wrong.
    Done,
    /// The input is at fault, or a difference was found; it was reported.
    Fault,
    /// The engine failed; it was reported.
    #[cfg(feature = "engine")]
    Broken,
}

/// Why a command could not do its work.
#[derive(Debug)]
enum Failure {
    /// Nobody reads the output any more, as in `gen query .. | head`.
    Closed,
    /// The input is at fault in a way that no diagnostic tells.
    Input(String),
    /// Ctrl-C; with what was done until then.
    Interrupted(String),
    /// The command was called in a way that can't work.
    Usage(String),
    /// The machine or the engine failed; with what was tried and why it did not work.
    Engine(anyhow::Error),
    /// `gen` itself is at fault.
    Bug(String),
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Failure::Engine(error)
    }
}

impl From<RenderError> for Failure {
    fn from(error: RenderError) -> Self {
        Failure::Bug(error.to_string())
    }
}

type Ended = Result<Status, Failure>;

/// Runs `gen` with these arguments, the first of which is the name of the program.
pub fn run(arguments: impl IntoIterator<Item = OsString>, world: &dyn World) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are errors of clap's that go to standard output; a reader that left is none.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let mut shell = Shell::new(&cli.global, world);
    let ended = dispatch(&cli, &mut shell, world).and_then(|status| shell.flush().map(|()| status));
    match ended {
        Ok(Status::Done) | Err(Failure::Closed) => ExitCode::SUCCESS,
        Ok(Status::Fault) => ExitCode::from(1),
        #[cfg(feature = "engine")]
        Ok(Status::Broken) => ExitCode::from(3),
        Err(Failure::Input(message)) => shell.fail(1, &message),
        Err(Failure::Usage(message)) => shell.fail(2, &message),
        Err(Failure::Interrupted(message)) => shell.fail(130, &format!("interrupted: {message}")),
        Err(Failure::Engine(error)) => shell.fail(3, &format!("{error:#}")),
        Err(Failure::Bug(message)) => shell.fail(101, &format!("this is a bug in gen, please report it: {message}")),
    }
}

fn dispatch(cli: &Cli, shell: &mut Shell, world: &dyn World) -> Ended {
    let project = cli.global.project.as_deref();
    match &cli.command {
        CliCommand::Init(args) => init::run(args, project, shell, world),
        CliCommand::Explain(args) => explain::run(args, shell),
        CliCommand::Completions(args) => completions::run(args, shell),
        CliCommand::Sql(args) => sql::run(args, shell, world),
        CliCommand::Lineage(args) => lineage::run(args, &project::find(project, world)?, shell, world),
        CliCommand::Pii(args) => pii::run(args, &project::find(project, world)?, shell, world),
        CliCommand::Query(args) => query::run(args, project, shell, world),
        CliCommand::Check(args) => check::run(args, &project::find(project, world)?, shell, world),
        CliCommand::Build(args) => build::run(args, &project::find(project, world)?, shell, world),
        CliCommand::Plan(args) => plan::run(args, &project::find(project, world)?, shell, world),
        CliCommand::Deploy(args) => deploy::run(args, &project::find(project, world)?, shell, world),
        CliCommand::Start(args) => start::run(args, &project::find(project, world)?, shell, world),
        CliCommand::Stop(args) => stop::run(args, &project::find(project, world)?, shell, world),
        CliCommand::Status(args) => status::run(args, &project::find(project, world)?, shell, world),
        CliCommand::Logs(args) => logs::run(args, &project::find(project, world)?, shell, world),
        CliCommand::Drift(args) => drift::run(args, &project::find(project, world)?, shell, world),
        CliCommand::Destroy(args) => destroy::run(args, &project::find(project, world)?, shell, world),
        CliCommand::Upload(args) => upload::run(args, &project::find(project, world)?, shell, world),
        CliCommand::Doctor(args) => doctor::run(args, &project::find(project, world)?, shell, world),
        CliCommand::Adopt(args) => adopt::run(args, &project::find(project, world)?, shell, world),
        CliCommand::Run(args) => run::run(args, &project::find(project, world)?, shell, world),
        CliCommand::Requests(args) => requests::run(args, &project::find(project, world)?, shell, world),
        CliCommand::Retired(args) => retired::run(args, &project::find(project, world)?, shell, world),
        CliCommand::Sample(args) => sample::run(args, &project::find(project, world)?, shell, world),
        CliCommand::Watch(args) => watch::run(args, &project::find(project, world)?, shell, world),
        CliCommand::Schema(args) => schema::run(args, &project::find(project, world)?, shell, world),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn arguments_are_declared_without_contradiction() {
        Cli::command().debug_assert();
    }
}
