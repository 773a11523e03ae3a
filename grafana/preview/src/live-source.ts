import { LoadingState, StreamingDataFrame } from '@grafana/data';
import type { DataFrameJSON, DataQueryRequest, DataQueryResponse } from '@grafana/data';
import { RuntimeDataSource, registerRuntimeDataSource } from '@grafana/scenes';
import { Observable } from 'rxjs';
import { liveChannel } from '../../query/live.ts';
import { variablesAt } from './bridge-source.ts';
import type { Plan } from './plan.ts';

interface Published {
  readonly channel: string;
  readonly frame: DataFrameJSON;
}

/** Grafana Live: what the pusher sent comes as frames of channels, and the real StreamingDataFrame keeps them. */
class LiveSource extends RuntimeDataSource {
  readonly #plan: Plan;
  readonly #listeners = new Set<(published: Published) => void>();

  constructor(plan: Plan) {
    super('datasource', 'grafana');
    this.#plan = plan;
    const events = new EventSource('./live');
    events.addEventListener('message', ({ data }) => {
      const published = JSON.parse(String(data)) as Published;
      for (const listener of this.#listeners) listener(published);
    });
  }

  query(request: DataQueryRequest): Observable<DataQueryResponse> {
    const [target] = request.targets as unknown as {
      readonly refId: string;
      readonly filter?: { readonly fields?: readonly string[] };
      readonly buffer?: number;
    }[];
    const variables = variablesAt(request, this.#plan);
    const { from, to } = request.range;
    const channel = liveChannel(target as never, {
      variables,
      fromMs: from.valueOf(),
      toMs: to.valueOf(),
      intervalMs: request.intervalMs,
    });
    return new Observable((subscriber) => {
      let frame: StreamingDataFrame | null = null;
      // Before the first push there is a stream with nothing in it.
      subscriber.next({ data: [], state: LoadingState.Streaming });
      const listen = (published: Published): void => {
        if (published.channel !== channel) return;
        if (frame === null) {
          if (published.frame.schema === undefined) return;
          frame = StreamingDataFrame.fromDataFrameJSON(published.frame, {
            maxLength: 2 * (request.maxDataPoints ?? 1000),
            maxDelta: target?.buffer ?? 60_000,
          });
        } else frame.push({ data: published.frame.data! });
        const wanted = target?.filter?.fields;
        const fields = frame.fields.filter(({ name }) => wanted === undefined || wanted.includes(name));
        subscriber.next({
          data: [{ name: channel, refId: target?.refId, length: frame.length, fields }],
          state: LoadingState.Streaming,
        });
      };
      this.#listeners.add(listen);
      return () => void this.#listeners.delete(listen);
    });
  }
}

/** Registers the source that is built into Grafana, where a dashboard uses it. */
export function createLiveSource(plan: Plan): void {
  if (JSON.stringify(plan.dashboard.panels).includes('"measurements"'))
    registerRuntimeDataSource({ dataSource: new LiveSource(plan) as never });
}
