import { interpolate } from './variables.ts';
import type { Scope } from './variables.ts';

/** A query of the built-in data source for a channel of Grafana Live. */
export interface LiveTarget {
  readonly refId: string;
  readonly queryType?: string;
  readonly channel?: string;
  readonly filter?: { readonly fields?: readonly string[] };
  /** Window that is kept [ms]. */
  readonly buffer?: number;
}

/** True for a target that reads a channel instead of sending a request. */
export function isLiveTarget(target: { readonly queryType?: string }): boolean {
  return target.queryType === 'measurements';
}

/** Channel of a target with its variables replaced: `stream/f1/VER`. Throws when it is no channel of Grafana Live. */
export function liveChannel(target: LiveTarget, scope: Scope): string {
  const channel = interpolate(target.channel ?? '', scope);
  if (channel.length > 160 || !/^(?:ds|plugin|grafana|stream)\/[\w-]+\/[\w\-/.=]+$/.test(channel)) {
    throw new Error(
      `Cannot subscribe to "${channel}" of target ${target.refId}: a channel is scope/stream/path with letters, digits, - and _, 160 characters at most; a variable with several values cannot be part of it`,
    );
  }
  return channel;
}
