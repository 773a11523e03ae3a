import type { ProcessorStats } from '../process/index.ts';
import type { ReplaySummary } from '../replay/index.ts';
import { replaySummaryText } from './replay-text.ts';

export interface StartFacts {
  readonly summary: ReplaySummary;
  readonly processor: ProcessorStats;
  /** Name of the alert topic. */
  readonly alertTopic: string;
  readonly broker: string;
  /** Wall time of the whole command [s]. */
  readonly seconds: number;
}

/** The one line of `start --json`: names and order are part of the contract (PROTOCOL.md, section 11). */
export function summaryLine({ summary, processor, alertTopic, broker, seconds }: StartFacts): string {
  const { title, source, run, status, rows, published, scheduleErrorMs, lagMs } = summary;
  const topics = { ...summary.topics, [alertTopic]: processor.publishedByPartition };
  const { dropped, refused, lost, holds, heldMs, missing, simulated, reason } = summary;
  return JSON.stringify({
    session: title,
    broker,
    rows,
    published,
    topics,
    scheduleErrorMs:
      scheduleErrorMs === null
        ? null
        : { p50: scheduleErrorMs.p50, p99: scheduleErrorMs.p99, max: scheduleErrorMs.max },
    alerts: processor.alerts,
    seconds: Math.round(seconds * 1000) / 1000,
    source,
    simulated,
    run,
    status,
    reason,
    lagMs: lagMs === null ? null : { p50: lagMs.p50, p99: lagMs.p99, max: lagMs.max },
    replaySeconds: summary.seconds,
    dropped,
    refused,
    lost,
    holds,
    heldMs,
    setAside: processor.setAside,
    missing,
  });
}

/** The same for people. */
export function summaryText({ summary, processor, alertTopic, broker, seconds }: StartFacts): string[] {
  const alerts = Object.entries(processor.alerts).map(([type, count]) => `${type} ${count}`);
  const topics = { ...summary.topics, [alertTopic]: processor.publishedByPartition };
  return [
    ...replaySummaryText({ ...summary, topics }, false),
    `Alerts opened: ${alerts.length > 0 ? alerts.join(', ') : 'none'}`,
    `Done in ${seconds.toFixed(1)} s on ${broker}`,
  ];
}
