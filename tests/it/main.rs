//! All integration tests in one binary: linking the engine once is enough.

mod spark_functions;
