//! All integration tests, in one binary: a module a topic, cases as files.

mod lakeflow;
