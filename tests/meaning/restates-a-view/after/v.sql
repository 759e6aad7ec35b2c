CREATE VIEW doubled AS SELECT state, total * 3 AS total FROM totals;
