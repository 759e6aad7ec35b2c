//! Deployments: what a plan says of a workspace, and what comes of it.

mod adopt;
mod commands;
mod destroy;
mod developers;
mod doctor;
mod drift;
mod identities;
mod logs;
mod renamed;
mod statements;
mod upload;
mod walk;
mod walkthrough;
