GRANT SELECT ON TABLE orders TO `sales-team`;
