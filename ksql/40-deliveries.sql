-- Message deliveries, and how many arrived and failed for each customer.

SET 'auto.offset.reset' = 'earliest';

-- One row for each message, however often its outcome was sent; the latest outcome counts.
CREATE TABLE IF NOT EXISTS deliveries WITH (
  KAFKA_TOPIC = 'ksql.deliveries',
  KEY_FORMAT = 'JSON',
  VALUE_FORMAT = 'JSON'
) AS
SELECT
  customer_id,
  activation_id,
  LATEST_BY_OFFSET(status) AS status
FROM delivery_records
GROUP BY customer_id, activation_id
EMIT CHANGES;

CREATE TABLE IF NOT EXISTS delivery_summary WITH (
  KAFKA_TOPIC = 'ksql.delivery_summary',
  KEY_FORMAT = 'KAFKA',
  VALUE_FORMAT = 'JSON'
) AS
SELECT
  customer_id,
  SUM(CASE WHEN status = 'DELIVERED' THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS delivered,
  SUM(CASE WHEN status = 'FAILED' THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS failed
FROM deliveries
GROUP BY customer_id
EMIT CHANGES;
