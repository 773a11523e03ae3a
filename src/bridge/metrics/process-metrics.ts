import { monitorEventLoopDelay } from 'node:perf_hooks';
import { single } from './metric-page.ts';
import type { MetricPage } from './metric-page.ts';

/** Figures of this process; the answer ends their measurement. */
export function addProcessMetrics(page: MetricPage): () => void {
  const loop = monitorEventLoopDelay({ resolution: 20 });
  loop.enable();
  page.gauge('f1_event_loop_delay_seconds', 'Event loop delay since the last scrape, 99th percentile', () => {
    // Nothing was measured between two scrapes that follow each other at once.
    const p99 = loop.count === 0 ? 0 : loop.percentile(99) / 1e9;
    loop.reset();
    return single(p99);
  });
  page.gauge('f1_process_resident_memory_bytes', 'Resident memory of the process', () =>
    single(process.memoryUsage.rss()),
  );
  page.counter('f1_process_cpu_seconds_total', 'Processor time of the process', () => {
    const { user, system } = process.cpuUsage();
    return single((user + system) / 1e6);
  });
  return () => loop.disable();
}
