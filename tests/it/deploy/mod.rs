//! Deployments: what a plan says of a workspace, and what comes of it.

mod adopt;
mod budget;
mod commands;
mod destroy;
mod developers;
mod doctor;
mod drift;
mod identities;
mod layers;
mod lock;
mod logs;
mod managed;
mod ownership;
mod renamed;
mod rollback;
mod saved;
mod sight;
mod statements;
mod upkeep;
mod upload;
mod validation;
mod walk;
mod walkthrough;
