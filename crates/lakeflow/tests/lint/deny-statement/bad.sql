DENY SELECT ON TABLE main.sales.orders TO `interns`;
