-- The segments that each customer is in: `dom.segment.materialized.v1`. Entering and leaving both give a record;
-- who is in no segment has an empty list.

SET 'auto.offset.reset' = 'earliest';

-- Under the name of the contract ksqlDB writes a schema of its own, in which every field may be null. `make ksql` adds
-- VALUE_SCHEMA_ID, the id of the contract in the registry, so that what is written is the contract itself.
-- generated: create segments
CREATE TABLE IF NOT EXISTS customer_segments_0a43e3e7
-- end generated
WITH (
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
-- generated: from consolidated
FROM customers_consolidated_bda61454
-- end generated
EMIT CHANGES;
