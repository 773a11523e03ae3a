import type { Config } from './schema.ts';

/** What holds for a key that no file sets; `config/config.yaml` documents the same values (a test keeps them equal). */
export const defaultConfig: Config = {
  race: {
    year: 2023,
    grand_prix: 'Monaco',
    session: 'Race',
    drivers: [],
  },
  source: {
    archive_url: 'https://livetiming.formula1.com',
    mirror_url: 'https://livetiming-mirror.fastf1.dev',
    schedule_url: 'https://raw.githubusercontent.com/theOehrly/f1schedule/master',
    results_url: 'https://api.jolpi.ca/ergast/f1',
    event_matching: 'strict',
    archive_dir: null,
    cache_dir: '.cache/slipstream',
    probe_timeout_ms: 1500,
    sessions: [],
  },
  kafka: {
    bootstrap_servers: 'localhost:9092',
    client_id: 'slipstream',
    topics: {
      telemetry: 'f1-telemetry',
      alerts: 'f1-alerts',
      predictions: 'f1-predictions',
      timing: 'f1-timing',
      control: 'f1-control',
    },
    partitions: {
      telemetry: 4,
      alerts: 3,
      predictions: 3,
    },
    replication_factor: 1,
    retention_bytes: 536870912,
    delivery_timeout_ms: 120000,
    security: {
      protocol: 'PLAINTEXT',
      mechanism: null,
      username: null,
      password: null,
      ca_file: null,
    },
    managed: {
      dir: '.slipstream/kafka',
      controller_port: 9093,
      heap_mb: 512,
    },
  },
  replay: {
    speed: 1,
    mode: 'lossless',
    loop: false,
    max_backlog_rows: 20000,
  },
  alerts: {
    high_speed_kmh: 300,
    high_speed_hysteresis_kmh: 5,
    brake_temperature_medium_c: 600,
    brake_temperature_high_c: 800,
    brake_temperature_hysteresis_k: 50,
    brake_temperature_cooldown_s: 60,
  },
  analysis: {
    fuel_load_kg: 110,
    fuel_s_per_kg: 0.031,
    traffic_gap_s: 1.5,
    min_stint_laps: 6,
    mini_sectors: 24,
  },
  bridge: {
    buffer_points: 60000,
    window_seconds: 300,
    control_token: null,
    allowed_origins: [],
    max_clients: 256,
  },
  grafana: {
    enabled: true,
    bridge_port: 5001,
    bridge_host: '127.0.0.1',
    dashboard_refresh_seconds: 5,
    data_retention_points: 1000,
  },
  logs: {
    dir: 'logs',
    max_file_mb: 10,
    max_files: 5,
  },
};
