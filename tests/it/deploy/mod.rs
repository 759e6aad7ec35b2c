//! Deployments: what a plan says of a workspace, and what comes of it.

mod statements;
mod validation;
mod walk;
