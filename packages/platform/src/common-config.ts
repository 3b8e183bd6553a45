import { z } from 'zod';

/** A yes/no setting: YAML true/false, or "on"/"off", "1"/"0", "yes"/"no" from the environment. */
export const switchSetting = z.union([z.boolean(), z.stringbool()]);

/** The settings every process that talks to Kafka has; spread into a service's own shape. */
export const commonShape = {
  /** Comma-separated host:port list. */
  kafka_bootstrap_servers: z
    .string()
    .regex(/^[^\s,]+:\d+(,[^\s,]+:\d+)*$/, 'expected host:port[,host:port…]'),
  /** Base URL of the Confluent-compatible registry API. */
  schema_registry_url: z.url(),
  /** Partitions of every customer-domain topic. */
  partitions: z.coerce.number().int().min(1).max(512),
  /** Address the health server listens on. */
  health_host: z.string().min(1),
  /** Port of `/livez`, `/readyz` and `/metrics`; 0 takes a free one. */
  health_port: z.coerce.number().int().min(0).max(65_535),
} as const;

/** For workers that run exactly-once tasks. */
export const taskShape = {
  /** Tasks of a processor; stored with its state, another value is refused. */
  tasks: z.coerce.number().int().min(1).max(64),
  /** Folder under which each processor keeps its task stores. */
  state_dir: z.string().min(1),
} as const;

/** For workers that write Delta tables. */
export const deltaShape = {
  /** Folder that holds `bronze/`, `silver/` and `gold/`, or `s3://bucket/prefix` of an S3-compatible store. */
  delta_dir: z
    .string()
    .min(1)
    .regex(/^(?![a-z][a-z0-9+.-]*:\/\/|s3:)|^s3:\/\/[^/]/i, 'expected a folder or s3://bucket/prefix'),
} as const;

/** For processes that know the segments of customers. */
export const segmentsShape = {
  /** YAML file with the segments people added; read by `loadSegments`. */
  segments_file: z.string().min(1),
} as const;
