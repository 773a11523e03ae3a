import type { StreamingDataFrame } from '@grafana/data';
import { createGrafanaLiveServer } from '../../test/support/grafana-live-server.ts';
import { grafanaData } from './grafana-data.ts';

/** Channels of Grafana Live as a browser would hold them, and where a bridge pushes to them. */
export interface LiveChannels {
  /** What `grafana.live.url` has to be. */
  readonly url: string;
  /** The frame of a channel, or null while nothing has come. */
  frame(channel: string): StreamingDataFrame | null;
  /** Newest time of all channels, 0 before the first [epoch ms]. */
  newestMs(): number;
  /** What of the pushes breaks the contract of Grafana Live, in sentences. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

/** Rows that a panel keeps: more than one is needed to draw a line, all are not needed to look at fields. */
const maxLength = 1000;
const maxChannels = 1000;

/**
 * Starts a server that takes pushes as Grafana does and feeds what Grafana would publish to the `StreamingDataFrame` of each
 * channel, as its panels do.
 */
export async function createLiveChannels(): Promise<LiveChannels> {
  const frames = new Map<string, StreamingDataFrame>();
  let newestMs = 0;
  const server = await createGrafanaLiveServer({
    onFrame(channel, json) {
      const known = frames.get(channel);
      if (known !== undefined) known.push(json);
      else if (frames.size < maxChannels) {
        frames.set(channel, grafanaData.StreamingDataFrame.fromDataFrameJSON(json, { maxLength }));
      }
    },
    onLine({ stampNs }) {
      newestMs = Math.max(newestMs, Number(stampNs / 1_000_000n));
    },
  });
  return {
    url: server.url,
    frame: (channel) => frames.get(channel) ?? null,
    newestMs: () => newestMs,
    faults: server.faults,
    close: () => server.close(),
  };
}
