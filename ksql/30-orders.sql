-- Orders, and what they come to for each customer.

SET 'auto.offset.reset' = 'earliest';

-- One row for each order, however often it was sent. PLACED < CANCELLED < REFUNDED: the highest rank ever seen stays,
-- so that a late or repeated PLACED brings nothing back.
CREATE TABLE IF NOT EXISTS orders WITH (
  KAFKA_TOPIC = 'ksql.orders',
  KEY_FORMAT = 'JSON',
  VALUE_FORMAT = 'JSON'
) AS
SELECT
  customer_id,
  order_id,
  MAX(CASE WHEN status = 'REFUNDED' THEN 2 WHEN status = 'CANCELLED' THEN 1 ELSE 0 END) AS status_rank,
  LATEST_BY_OFFSET(total_amount) AS total_amount
FROM order_records
GROUP BY customer_id, order_id
EMIT CHANGES;

-- Only orders that stand count. When an order changes, ksqlDB takes its former row away and adds the new one.
CREATE TABLE IF NOT EXISTS order_summary WITH (
  KAFKA_TOPIC = 'ksql.order_summary',
  KEY_FORMAT = 'KAFKA',
  VALUE_FORMAT = 'JSON'
) AS
SELECT
  customer_id,
  SUM(CASE WHEN status_rank = 0 THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS order_count,
  SUM(CASE WHEN status_rank = 0 THEN total_amount ELSE CAST(0 AS DECIMAL(18, 2)) END) AS lifetime_value
FROM orders
GROUP BY customer_id
EMIT CHANGES;
