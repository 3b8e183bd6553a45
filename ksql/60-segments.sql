-- The segments that each customer is in: `dom.segment.materialized.v1`. Entering and leaving both give a record;
-- who is in no segment has an empty list.

SET 'auto.offset.reset' = 'earliest';

-- VALUE_AVRO_SCHEMA_FULL_NAME is for whoever sends this file as it is: ksqlDB then writes a schema of its own under
-- that name, in which every field may be null. `make ksql` puts VALUE_SCHEMA_ID, the id of the contract in the
-- registry, in its place, so that what is written is the contract.
CREATE TABLE IF NOT EXISTS customer_segments WITH (
  KAFKA_TOPIC = 'dom.segment.materialized.v1',
  KEY_FORMAT = 'KAFKA',
  VALUE_FORMAT = 'AVRO',
  VALUE_AVRO_SCHEMA_FULL_NAME = 'marketing_streams.SegmentMaterialized'
) AS
SELECT
  customer_key,
  `customer_id`,
  -- generated: segments
  ARRAY_REMOVE(ARRAY[
    CASE WHEN ((`delivered` + `failed`) >= 3 AND `delivered` * 100 > 50 * (`delivered` + `failed`)) THEN 'engaged' ELSE '' END,
    CASE WHEN `order_count` = 1 THEN 'first-time-buyers' ELSE '' END,
    CASE WHEN ((`delivered` + `failed`) >= 3 AND (`delivered` * 100 < 30 * (`delivered` + `failed`) OR (`delivered` + `failed`) = 0)) THEN 'hard-to-reach' ELSE '' END,
    CASE WHEN `lifetime_value` > 5000.00 THEN 'high-value' ELSE '' END,
    CASE WHEN `order_count` >= 5 THEN 'loyal' ELSE '' END,
    CASE WHEN (`order_count` = 0 AND (`delivered` + `failed`) = 0) THEN 'new-prospects' ELSE '' END,
    CASE WHEN (`is_active` = FALSE AND `order_count` >= 1) THEN 'win-back' ELSE '' END
  ], '')
  -- end generated
  AS `segments`,
  FROM_UNIXTIME(ROWTIME) AS `evaluated_at`
FROM customers_consolidated
EMIT CHANGES;
