import { lagOf } from '../../health.ts';
import { placeOf, speedText } from '../../ingest/replay-log.ts';
import { missingTopics, timeOfDay } from '../notices.ts';
import { createStamps, ordered } from '../stamps.ts';
import type { Row } from '../stamps.ts';
import type { TableContext } from '../table-context.ts';
import { rounded, words } from '../table.ts';
import type { Table } from '../table.ts';

/** The state of the replay as one row, with a sentence for people. */
export function replayTable(context: TableContext): Table {
  const { app, nowMs } = context;
  const { state } = app;
  const { replay, clock } = state;
  const stamps = createStamps(context);
  const columns = words(
    't title status text reason speed lap_number total_laps session_time run segment simulated race_from race_to age_s',
  );
  if (replay === null) return { columns, rows: [], reasonColumn: 'text' };
  const published = (seconds: number | null): number | null => {
    const ms = seconds === null ? null : clock.publishedMs(seconds * 1000);
    return ms === null ? null : Math.round(ms);
  };
  const { start, end, lights_out: lightsOut } = replay;
  const from = published(lightsOut ?? start) ?? nowMs - app.config.bridge.window_seconds * 1000;
  const row = [
    stamps.now ?? 0,
    replay.title,
    replay.status,
    textOf(context),
    replay.reason,
    replay.speed,

    replay.lap_number,
    replay.total_laps,
    replay.session_time,
    replay.run,
    replay.segment,
    replay.simulated,
    from,
    Math.max(from + 1000, published(end) ?? nowMs),
    rounded(Math.max(0, nowMs - state.replayAtMs) / 1000, 1),
  ];
  return { columns, reasonColumn: 'text', rows: [row] };
}

/** `playing, lap 31 of 78, ×1` or `paused at lap 31 since 14:02:11 UTC`. */
function textOf({ app, nowMs }: TableContext): string {
  const { replay, replayLog } = app.state;
  if (replay === null) return 'no replay';
  if (replay.status === 'playing') {
    const total = replay.total_laps === null || replay.lap_number === null ? '' : ` of ${replay.total_laps}`;
    return `playing, ${placeOf(replay)}${total}, ${speedText(replay.speed)}`;
  }
  const since = timeOfDay(Number.isNaN(replayLog.sinceMs) ? nowMs : replayLog.sinceMs);
  if (replay.status === 'paused') return `paused at ${placeOf(replay)} since ${since}`;
  return `${replay.status} since ${since}${replay.reason === null ? '' : `: ${replay.reason}`}`;
}

/** Seeks, pauses, changes of speed and ends, over all segments that the bridge has seen. */
export function replayEventsTable(context: TableContext): Table {
  const { app, request } = context;
  const stamps = createStamps(context);
  const rows: Row[] = [];
  for (const { kind, atMs, endMs, text, isOpen } of app.state.replayLog.events) {
    const t = stamps.atEpoch(atMs);
    const end = endMs === null ? null : stamps.atEpoch(endMs);
    if (t === null || !stamps.holds(t, isOpen ? null : (end ?? t))) continue;
    rows.push([t, kind, end, t, end, titles[kind], text, `replay,${kind}`]);
  }
  return {
    columns: words('t kind t_end time timeEnd title text tags'),
    reasonColumn: 'title',
    rows: ordered(rows, request.limit),
  };
}

const titles = { session: 'Session', seek: 'Seek', pause: 'Pause', speed: 'Speed', end: 'End' } as const;

/** Figures of the bridge as one row. */
export function statsTable(context: TableContext): Table {
  const { app, nowMs } = context;
  const { state, config, hub, info, startedMs, reader } = app;
  const { counters, rates, alerts } = state;
  const telemetry = config.kafka.topics.telemetry;
  let telemetryPerS = 0;
  for (const { topic, partition } of partitionsOf(context))
    if (topic === telemetry) telemetryPerS += rates.perSecond(`${topic}/${partition}`, nowMs);
  const sum = (counts: Readonly<Record<string, number>>): number =>
    Object.values(counts).reduce((total, count) => total + count, 0);
  const stamps = createStamps(context);
  const ageS = Number.isNaN(state.lastTelemetryMs)
    ? null
    : rounded((nowMs - state.lastTelemetryMs) / 1000, 1);
  const [missing] = missingTopics(context, ['CarData.z']);
  return {
    columns: words(
      't records records_per_s telemetry_per_s drivers uptime_s alerts_open alerts_total set_aside viewers broker_kind broker lag telemetry_age_s telemetry',
    ),
    rows: [
      [
        stamps.now ?? 0,
        sum(counters.records),
        rounded(rates.totalPerSecond(nowMs), 1),
        rounded(telemetryPerS, 1),
        state.points.drivers.filter(({ buffer }) => buffer.appended > 0).length,
        Math.round((nowMs - startedMs) / 1000),
        alerts.summary().open,
        alerts.size + alerts.dropped,
        sum(counters.setAside),
        hub.clients,
        info.brokerKind,
        info.brokerLabel,
        lagOf(reader),
        ageS,
        ageS === null ? (missing?.text ?? 'none yet') : `${ageS.toFixed(1)} s old`,
      ],
    ],
  };
}

/** Partitions that the bridge reads, with what it knows of their offsets. */
export function partitionsOf({ app }: TableContext): {
  readonly topic: string;
  readonly partition: number;
  readonly start: number | null;
  readonly end: number;
  readonly next: number | null;
}[] {
  const { reader, watch } = app;
  return [...reader.partitions].map(([key, { partition, next, end }]) => {
    const topic = key.slice(0, key.lastIndexOf('/'));
    const known = watch.description?.topics
      .find(({ name }) => name === topic)
      ?.partitions.find((one) => one.partition === partition);
    return {
      topic,
      partition,
      start: known?.startOffset ?? null,
      end: Math.max(end, known?.endOffset ?? 0),
      next,
    };
  });
}

/** How far the bridge has read, by partition. */
export function kafkaLagTable(context: TableContext): Table {
  const { app, nowMs } = context;
  const stamps = createStamps(context);
  const rows = partitionsOf(context)
    .sort((a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition)
    .map(({ topic, partition, start, end, next }) => [
      stamps.now ?? 0,
      topic,
      partition,
      'slipstream-bridge',
      start,
      end,
      next,
      next === null ? null : Math.max(0, end - next),
      rounded(app.state.rates.perSecond(`${topic}/${partition}`, nowMs), 1),
    ]);
  return {
    columns: words('t topic partition group start_offset end_offset next_offset lag records_per_s'),
    rows,
  };
}
