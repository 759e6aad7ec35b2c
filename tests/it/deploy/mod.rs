//! Deployments: what a plan says of a workspace, and what comes of it.

mod developers;
mod statements;
mod walk;
