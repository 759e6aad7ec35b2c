//! Deployments: what a plan says of a workspace, and what comes of it.

mod developers;
mod identities;
mod lock;
mod managed;
mod renamed;
mod rollback;
mod saved;
mod sight;
mod statements;
mod validation;
mod walk;
