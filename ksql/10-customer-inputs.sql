-- The three input topics of the customer domain, as streams.
--
-- Keyless on purpose: rows are grouped by the customer_id of the value, so that a record on the wrong partition still
-- counts for its customer (ksqlDB repartitions). Columns are named instead of inferred, so that a new field of a
-- contract changes nothing here. Tombstones have no value and are left out.

SET 'auto.offset.reset' = 'earliest';

CREATE STREAM IF NOT EXISTS profile_patches (
  customer_id VARCHAR,
  email VARCHAR,
  first_name VARCHAR,
  last_name VARCHAR,
  phone VARCHAR,
  is_active BOOLEAN,
  source VARCHAR,
  updated_at TIMESTAMP
) WITH (
  KAFKA_TOPIC = 'dom.customer.profile.upsert.v1',
  VALUE_FORMAT = 'AVRO'
);

CREATE STREAM IF NOT EXISTS order_records (
  customer_id VARCHAR,
  order_id VARCHAR,
  status VARCHAR,
  total_amount DECIMAL(18, 2),
  placed_at TIMESTAMP
) WITH (
  KAFKA_TOPIC = 'dom.order.placed.v1',
  VALUE_FORMAT = 'AVRO'
);

CREATE STREAM IF NOT EXISTS delivery_records (
  customer_id VARCHAR,
  activation_id VARCHAR,
  status VARCHAR
) WITH (
  KAFKA_TOPIC = 'dom.activation.delivery.status.v1',
  VALUE_FORMAT = 'AVRO'
);
