//! Deployments: what a plan says of a workspace, and what comes of it.

mod commands;
mod developers;
mod identities;
mod logs;
mod renamed;
mod statements;
mod walk;
mod walkthrough;
