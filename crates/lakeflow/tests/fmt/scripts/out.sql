BEGIN
  DECLARE total INT DEFAULT 0;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET total = -1;

  -- count
  SET total = (
    SELECT count(*)
    FROM orders
    WHERE status = 'new' AND ordered_at > current_date() - INTERVAL 30 DAYS AND region = 'EU'
  );
  IF total > 100 AND (SELECT max(amount) FROM orders) > 1000 THEN -- many
    INSERT INTO alerts VALUES (total, current_timestamp());
  -- behind the last step
  ELSEIF total = 0 THEN
    SELECT 1;
  ELSE
    DELETE FROM alerts;
  END IF;
  FOR r AS
    SELECT
      id,
      name
    FROM customers
    WHERE name IS NOT NULL AND country IN ('AT', 'CH', 'DE') AND active
  DO
    INSERT INTO u VALUES (r.id);
  END FOR;
  WHILE total > 0 DO
    SET total = total - 1;
  END WHILE;
  VALUES (total);
END
