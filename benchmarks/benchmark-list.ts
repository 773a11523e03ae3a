import type { Benchmark } from './harness/context.ts';

/** Every benchmark in the order they run; its file is loaded only when it runs. */
export const benchmarkList: readonly { readonly name: string; readonly load: () => Promise<Benchmark> }[] = [
  { name: 'extract', load: async () => (await import('./extract.ts')).extract },
  { name: 'codec', load: async () => (await import('./codec.ts')).codec },
  { name: 'kafka', load: async () => (await import('./kafka.ts')).kafka },
  { name: 'replay', load: async () => (await import('./replay.ts')).replay },
  { name: 'bridge', load: async () => (await import('./bridge.ts')).bridge },
  { name: 'grafana', load: async () => (await import('./grafana.ts')).grafana },
  { name: 'start', load: async () => (await import('./start.ts')).start },
];

export const benchmarkNames = benchmarkList.map(({ name }) => name);
