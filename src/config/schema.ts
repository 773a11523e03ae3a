import { z } from 'zod';

const port = z.int().min(0).max(65535);
const topicName = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,249}$/, 'a Kafka topic name: 1–249 of A–Z a–z 0–9 . _ -');

/** The one schema of the configuration; `config/config.yaml` documents every key in place. */
export const configSchema = z.strictObject({
  race: z.strictObject({
    year: z.int().min(2018).max(2100),
    grand_prix: z.string().min(1),
    session: z.string().min(1),
    drivers: z.array(z.string().min(1)),
  }),
  source: z.strictObject({
    archive_url: z.url(),
    mirror_url: z.url().nullable(),
    schedule_url: z.url(),
    results_url: z.url(),
    event_matching: z.enum(['strict', 'fastf1']),
    archive_dir: z.string().nullable(),
    cache_dir: z.string().min(1),
    probe_timeout_ms: z.int().min(100).max(60_000),
    sessions: z.array(z.string().min(1)),
  }),
  kafka: z.strictObject({
    bootstrap_servers: z.string().min(1),
    client_id: z.string().min(1),
    topics: z.strictObject({
      telemetry: topicName,
      alerts: topicName,
      predictions: topicName,
      timing: topicName,
      control: topicName,
    }),
    partitions: z.strictObject({
      telemetry: z.int().min(1).max(1000),
      alerts: z.int().min(1).max(1000),
      predictions: z.int().min(1).max(1000),
    }),
    replication_factor: z.int().min(1).max(16),
    retention_bytes: z.int().min(1_048_576),
    delivery_timeout_ms: z.int().min(1_000).max(3_600_000),
    security: z.strictObject({
      protocol: z.enum(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']),
      mechanism: z.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']).nullable(),
      username: z.string().nullable(),
      password: z.string().nullable(),
      ca_file: z.string().nullable(),
    }),
    managed: z.strictObject({
      dir: z.string().min(1),
      controller_port: port,
      heap_mb: z.int().min(128).max(65_536),
    }),
  }),
  replay: z.strictObject({
    speed: z.union([z.number().min(0.1).max(1000), z.literal('max')]),
    mode: z.enum(['lossless', 'live']),
    loop: z.boolean(),
    max_backlog_rows: z.int().min(100).max(10_000_000),
  }),
  alerts: z.strictObject({
    high_speed_kmh: z.number().positive(),
    high_speed_hysteresis_kmh: z.number().nonnegative(),
    brake_temperature_medium_c: z.number().positive(),
    brake_temperature_high_c: z.number().positive(),
    brake_temperature_hysteresis_k: z.number().nonnegative(),
    brake_temperature_cooldown_s: z.number().nonnegative(),
  }),
  analysis: z.strictObject({
    fuel_load_kg: z.number().min(0).max(200),
    fuel_s_per_kg: z.number().min(0).max(0.2),
    traffic_gap_s: z.number().min(0).max(30),
    min_stint_laps: z.int().min(3).max(100),
    mini_sectors: z.int().min(3).max(100),
  }),
  bridge: z.strictObject({
    buffer_points: z.int().min(100).max(10_000_000),
    window_seconds: z.int().min(1).max(86_400),
    control_token: z.string().min(8).nullable(),
    allowed_origins: z.array(z.string().min(1)),
    max_clients: z.int().min(1).max(100_000),
  }),
  grafana: z.strictObject({
    enabled: z.boolean(),
    bridge_port: port,
    bridge_host: z.string().min(1),
    dashboard_refresh_seconds: z.number().positive(),
    data_retention_points: z.int().min(10).max(100_000),
    live: z.strictObject({
      url: z.url().nullable(),
      stream: z.string().regex(/^[A-Za-z0-9_-]{1,60}$/, '1–60 of A–Z a–z 0–9 _ -'),
      batch_ms: z.int().min(50).max(1000),
      hz: z.number().min(1).max(60),
      user: z.string().nullable(),
      password: z.string().nullable(),
      token: z.string().nullable(),
    }),
  }),
  logs: z.strictObject({
    dir: z.string().min(1),
    max_file_mb: z.int().min(1),
    max_files: z.int().min(1),
  }),
});

/** Configuration after validation; keys are YAML's own. */
export type Config = z.infer<typeof configSchema>;
