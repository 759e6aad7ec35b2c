//! Deployments: what a plan says of a workspace, and what comes of it.

mod developers;
mod identities;
mod renamed;
mod statements;
mod walk;
