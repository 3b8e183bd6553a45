-- Every customer that any of the three inputs names, and all that is known of it: `dom.customer.consolidated.v1`.

SET 'auto.offset.reset' = 'earliest';

-- ksqlDB has no UNION: three queries write one stream, a record for each input record. `ordered_at` is when an order
-- was placed, in epoch milliseconds, 0 for anything else. Nobody, and ids longer than silver takes, are no customers.
CREATE STREAM IF NOT EXISTS customer_sightings WITH (
  KAFKA_TOPIC = 'ksql.customer_sightings',
  KEY_FORMAT = 'KAFKA',
  VALUE_FORMAT = 'JSON'
) AS
SELECT
  customer_id,
  CAST(0 AS BIGINT) AS ordered_at
FROM profile_patches
WHERE source <> 'lifecycle'
  AND customer_id <> ''
  AND LEN(customer_id) <= 200
PARTITION BY customer_id
EMIT CHANGES;

INSERT INTO customer_sightings WITH (QUERY_ID = 'sightings_by_order')
SELECT
  customer_id,
  UNIX_TIMESTAMP(placed_at) AS ordered_at
FROM order_records
WHERE customer_id <> ''
  AND LEN(customer_id) <= 200
PARTITION BY customer_id
EMIT CHANGES;

INSERT INTO customer_sightings WITH (QUERY_ID = 'sightings_by_delivery')
SELECT
  customer_id,
  CAST(0 AS BIGINT) AS ordered_at
FROM delivery_records
WHERE customer_id <> ''
  AND LEN(customer_id) <= 200
PARTITION BY customer_id
EMIT CHANGES;

-- The time of a row (ROWTIME) is the newest Kafka timestamp of all the records of the customer, and goes on with it.
CREATE TABLE IF NOT EXISTS customer_ids WITH (
  KAFKA_TOPIC = 'ksql.customer_ids',
  KEY_FORMAT = 'KAFKA',
  VALUE_FORMAT = 'JSON'
) AS
SELECT
  customer_id,
  MAX(ordered_at) AS newest_order_at
FROM customer_sightings
GROUP BY customer_id
EMIT CHANGES;

-- An order makes a customer active as of its own time; a later explicit setting stands.
CREATE TABLE IF NOT EXISTS customer_facts WITH (
  KAFKA_TOPIC = 'ksql.customer_facts',
  KEY_FORMAT = 'KAFKA',
  VALUE_FORMAT = 'JSON'
) AS
SELECT
  i.customer_id AS customer_key,
  p.email AS `email`,
  p.first_name AS `first_name`,
  p.last_name AS `last_name`,
  p.phone AS `phone`,
  CASE
    WHEN p.is_active_set_at IS NULL AND i.newest_order_at > 0 THEN TRUE
    WHEN p.is_active_set_at IS NULL THEN FALSE
    WHEN i.newest_order_at >= p.is_active_set_at THEN TRUE
    ELSE p.is_active
  END AS `is_active`,
  COALESCE(o.order_count, CAST(0 AS BIGINT)) AS `order_count`,
  COALESCE(o.lifetime_value, CAST(0 AS DECIMAL(18, 2))) AS `lifetime_value`,
  COALESCE(d.delivered, CAST(0 AS BIGINT)) AS `delivered`,
  COALESCE(d.failed, CAST(0 AS BIGINT)) AS `failed`
FROM customer_ids i
LEFT JOIN profiles p ON i.customer_id = p.customer_id
LEFT JOIN order_summary o ON i.customer_id = o.customer_id
LEFT JOIN delivery_summary d ON i.customer_id = d.customer_id
EMIT CHANGES;

-- generated: create consolidated
CREATE TABLE IF NOT EXISTS customers_consolidated_bda61454
-- end generated
WITH (
  KAFKA_TOPIC = 'dom.customer.consolidated.v1',
  KEY_FORMAT = 'KAFKA',
  VALUE_FORMAT = 'JSON'
) AS
SELECT
  customer_key,
  AS_VALUE(customer_key) AS `customer_id`,
  `email`,
  `first_name`,
  `last_name`,
  `phone`,
  `is_active`,
  -- generated: lifecycle_stage
  CASE
    WHEN (`lifetime_value` > 5000.00 AND (`delivered` * 100 >= 70 * (`delivered` + `failed`) AND (`delivered` + `failed`) > 0)) THEN 'evangelist'
    WHEN `lifetime_value` > 5000.00 THEN 'high-value'
    WHEN (`order_count` >= 1 AND `delivered` * 100 > 50 * (`delivered` + `failed`)) THEN 'engaged'
    WHEN `order_count` >= 1 THEN 'customer'
    ELSE 'prospect'
  END
  -- end generated
  AS `lifecycle_stage`,
  `order_count`,
  `lifetime_value`,
  `delivered`,
  `failed`,
  CASE
    WHEN `delivered` + `failed` > 0
    THEN CAST(`delivered` AS DOUBLE) / CAST(`delivered` + `failed` AS DOUBLE)
    ELSE 0E0
  END AS `engagement_rate`
FROM customer_facts
EMIT CHANGES;
