//! Engines that run the generated SQL.
