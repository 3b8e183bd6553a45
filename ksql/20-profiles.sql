-- What is known of the profile of each customer: the latest value of each field, where a null says nothing.
--
-- Patches with the source `lifecycle` are the report of gold of what it computed from orders and deliveries; the live
-- view computes that itself and takes no part of them.

SET 'auto.offset.reset' = 'earliest';

CREATE TABLE IF NOT EXISTS profiles WITH (
  KAFKA_TOPIC = 'ksql.profiles',
  KEY_FORMAT = 'KAFKA',
  VALUE_FORMAT = 'JSON'
) AS
SELECT
  customer_id,
  LATEST_BY_OFFSET(email) AS email,
  LATEST_BY_OFFSET(first_name) AS first_name,
  LATEST_BY_OFFSET(last_name) AS last_name,
  LATEST_BY_OFFSET(phone) AS phone,
  LATEST_BY_OFFSET(is_active) AS is_active,
  -- When that setting was made, in epoch milliseconds.
  LATEST_BY_OFFSET(CASE WHEN is_active IS NOT NULL THEN UNIX_TIMESTAMP(updated_at) END) AS is_active_set_at
FROM profile_patches
WHERE source <> 'lifecycle'
GROUP BY customer_id
EMIT CHANGES;
