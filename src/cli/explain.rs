//! `gen explain`: what a diagnostic code, a lint rule or a key of the specs means, with examples.

use clap::Args;
use lakeflow::diag::did_you_mean;
use lakeflow::lint;

use super::shell::{OutputFormat, Shell};
use super::{Ended, Failure, Status};
use crate::codes;
use crate::validate::{self, SpecKey};

/// Explain a diagnostic code, a lint rule or a key of the specs, or list all codes
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gen explain E0305
  gen explain live-prefix
  gen explain columns.format")]
pub struct ExplainArgs {
    /// Code, such as E0305, lint rule, such as live-prefix, or key, such as columns.format
    subject: Option<String>,
}

pub fn run(args: &ExplainArgs, shell: &mut Shell) -> Ended {
    match &args.subject {
        None => list(shell)?,
        Some(subject) => {
            let rule = || lint::by_id(subject).map(|lint| lint.code);
            let Some(code) = codes::from_number(subject).or_else(rule) else { return explain_keys(subject, shell) };
            if shell.format() == Some(OutputFormat::Json) {
                let text = serde_json::json!({
                    "code": code.number(), "title": code.title(), "explanation": code.explanation(),
                });
                shell.result(&format!("{text}\n"))?;
            } else {
                shell.result(&format!("{}\n", code.explanation().trim_end()))?;
            }
        }
    }
    Ok(Status::Done)
}

/// Explains the keys that somebody means.
fn explain_keys(subject: &str, shell: &mut Shell) -> Ended {
    let found = validate::find_keys(subject);
    if found.is_empty() {
        return Err(unknown(subject));
    }
    if shell.format() == Some(OutputFormat::Json) {
        for key in &found {
            let text = serde_json::json!({
                "kind": key.kind.key(), "key": key.path, "form": key.form, "required": key.required,
                "description": key.description, "examples": key.examples,
            });
            shell.result(&format!("{text}\n"))?;
        }
        return Ok(Status::Done);
    }
    // A word that many mappings have says little by itself.
    if found.len() > 3 {
        for key in &found {
            shell.result(&format!("{}.{}\n", key.kind.key(), key.path))?;
        }
        return Ok(Status::Done);
    }
    let texts: Vec<String> = found.iter().map(key_text).collect();
    shell.result(&texts.join("\n"))?;
    Ok(Status::Done)
}

fn key_text(key: &SpecKey) -> String {
    let required = if key.required { ", required" } else { "" };
    let mut text = format!("{}.{} ({}{required})\n\n{}\n", key.kind.key(), key.path, key.form, key.description);
    if !key.words.is_empty() {
        text.push('\n');
    }
    for (word, meaning) in &key.words {
        text.push_str(&format!("  {word}: {meaning}\n"));
    }
    let name = key.path.rsplit('.').find(|part| *part != "<name>").unwrap_or_default();
    if !key.examples.is_empty() {
        text.push('\n');
    }
    for example in &key.examples {
        text.push_str(&format!("  {name}: {example}\n"));
    }
    text
}

fn list(shell: &mut Shell) -> Result<(), Failure> {
    for code in codes::all() {
        let line = match shell.format() {
            Some(OutputFormat::Json) => serde_json::json!({"code": code.number(), "title": code.title()}).to_string(),
            _ => format!("{}  {}", code.number(), code.title()),
        };
        shell.result(&format!("{line}\n"))?;
    }
    Ok(())
}

fn unknown(subject: &str) -> Failure {
    let numbers = codes::all().into_iter().map(|code| code.number());
    let rules = lint::ALL.iter().map(|lint| lint.id());
    let hint = did_you_mean(&subject.to_uppercase(), numbers).or_else(|| did_you_mean(subject, rules));
    let hint = hint.unwrap_or_else(|| "`gen explain` lists all codes, `gen sql lint --list` all rules".to_owned());
    Failure::Input(format!("unknown code, rule or key `{subject}`: {hint}"))
}
