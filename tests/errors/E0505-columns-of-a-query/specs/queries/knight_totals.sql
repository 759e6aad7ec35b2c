SELECT taken_on AS day, sum(amount) AS amount, count(*) AS n, count(id) AS N
FROM knights
GROUP BY taken_on;
