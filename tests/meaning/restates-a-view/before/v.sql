CREATE VIEW doubled AS SELECT state, total * 2 AS total FROM totals;
