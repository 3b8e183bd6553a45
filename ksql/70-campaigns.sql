-- Campaign events in one-minute windows of event time: `logs` to `results`.

SET 'auto.offset.reset' = 'earliest';

-- Keyless: what an event is keyed by says nothing here. A cost with more than two decimals does not fit the type, so
-- its record is left out, as are records that are not JSON; both are written to the processing log.
CREATE STREAM IF NOT EXISTS ad_log (
  ts BIGINT,
  user_id VARCHAR,
  campaign_id VARCHAR,
  channel VARCHAR,
  event VARCHAR,
  cost DECIMAL(18, 2)
) WITH (
  KAFKA_TOPIC = 'logs',
  VALUE_FORMAT = 'JSON'
);

-- Valid events, from here on by their own time, on the partition of their campaign and channel: those of one partition
-- of `logs` stay in their order. An event that is more than an hour ahead of its record is left out: it would close every
-- window before it.
CREATE STREAM IF NOT EXISTS ad_events WITH (
  KAFKA_TOPIC = 'ksql.ad_events',
  KEY_FORMAT = 'JSON',
  VALUE_FORMAT = 'JSON',
  TIMESTAMP = 'TS'
) AS
SELECT
  campaign_id,
  channel,
  ts,
  event,
  cost
FROM ad_log
WHERE ts >= 0
  AND ts <= ROWTIME + 3600000
  AND TRIM(user_id) <> ''
  AND LEN(user_id) <= 200
  AND TRIM(campaign_id) <> ''
  AND LEN(campaign_id) <= 200
  AND TRIM(channel) <> ''
  AND LEN(channel) <= 200
  AND event IN ('impression', 'click', 'conversion')
  AND cost >= 0.00
  AND cost <= 10000000.00
PARTITION BY campaign_id, channel
EMIT CHANGES;

-- The grace is what ksqlDB takes by default, 24 hours less the window; the service `live` has the same.
CREATE TABLE IF NOT EXISTS campaign_windows WITH (
  KAFKA_TOPIC = 'ksql.campaign_windows',
  KEY_FORMAT = 'JSON',
  VALUE_FORMAT = 'JSON'
) AS
SELECT
  campaign_id AS key_campaign,
  channel AS key_channel,
  AS_VALUE(campaign_id) AS campaign_name,
  AS_VALUE(channel) AS channel_name,
  WINDOWSTART AS window_start,
  WINDOWEND AS window_end,
  SUM(CASE WHEN event = 'impression' THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS impressions,
  SUM(CASE WHEN event = 'click' THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS clicks,
  SUM(CASE WHEN event = 'conversion' THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS conversions,
  SUM(cost) AS spend
FROM ad_events
WINDOW TUMBLING (SIZE 1 MINUTE, GRACE PERIOD 1439 MINUTES)
GROUP BY campaign_id, channel
EMIT CHANGES;

-- The topic of the windows once more, as the stream of its changes: the key of a windowed table ends in eight bytes of
-- window start, which no JSON reader knows, and only a stream can be given another key. Again keyless.
CREATE STREAM IF NOT EXISTS campaign_window_changes (
  campaign_name VARCHAR,
  channel_name VARCHAR,
  window_start BIGINT,
  window_end BIGINT,
  impressions BIGINT,
  clicks BIGINT,
  conversions BIGINT,
  spend DECIMAL(18, 2)
) WITH (
  KAFKA_TOPIC = 'ksql.campaign_windows',
  VALUE_FORMAT = 'JSON'
);

-- A single key column is written without a name around it: the key is {"campaign":…,"channel":…,"window_start":…}.
CREATE STREAM IF NOT EXISTS campaign_results WITH (
  KAFKA_TOPIC = 'results',
  KEY_FORMAT = 'JSON',
  VALUE_FORMAT = 'JSON'
) AS
SELECT
  STRUCT(`campaign` := campaign_name, `channel` := channel_name, `window_start` := window_start) AS result_key,
  campaign_name AS `campaign`,
  channel_name AS `channel`,
  '1m' AS `window`,
  window_start AS `window_start`,
  window_end AS `window_end`,
  impressions AS `impressions`,
  clicks AS `clicks`,
  conversions AS `conversions`,
  spend AS `spend`,
  CASE WHEN clicks > 0 THEN CAST(spend AS DOUBLE) / CAST(clicks AS DOUBLE) ELSE 0E0 END AS `CPC`,
  CASE WHEN conversions > 0 THEN CAST(spend AS DOUBLE) / CAST(conversions AS DOUBLE) ELSE 0E0 END AS `CPA`
FROM campaign_window_changes
PARTITION BY STRUCT(`campaign` := campaign_name, `channel` := channel_name, `window_start` := window_start)
EMIT CHANGES;
