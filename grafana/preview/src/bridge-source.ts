import { LoadingState, toDataFrame } from '@grafana/data';
import type { DataQueryRequest, DataQueryResponse } from '@grafana/data';
import { RuntimeDataSource, registerRuntimeDataSource, sceneGraph } from '@grafana/scenes';
import type { SceneObject } from '@grafana/scenes';
import { Observable } from 'rxjs';
import type { Subscriber } from 'rxjs';
import { runTarget } from '../../query/run-target.ts';
import type { DataSource } from '../../query/run-target.ts';
import type { Variable } from '../../query/variable.ts';
import type { Plan } from './plan.ts';

/** A data source of the dashboards: sends what Grafana's plugin would send and reads the answer as it would. */
class PlannedSource extends RuntimeDataSource {
  readonly annotations = {};
  readonly #source: DataSource;
  readonly #plan: Plan;

  constructor(source: DataSource, plan: Plan) {
    super(source.type, source.uid);
    this.#source = source;
    this.#plan = plan;
  }

  query(request: DataQueryRequest): Observable<DataQueryResponse> {
    return new Observable((subscriber) => {
      const ending = new AbortController();
      void this.#answer(request, subscriber, ending.signal);
      return () => ending.abort();
    });
  }

  async #answer(
    request: DataQueryRequest,
    subscriber: Subscriber<DataQueryResponse>,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      subscriber.next(await this.#ask(request, signal));
      subscriber.complete();
    } catch (error) {
      subscriber.error(error);
    }
  }

  async #ask(request: DataQueryRequest, signal: AbortSignal): Promise<DataQueryResponse> {
    const variables = variablesAt(request, this.#plan);
    const { from, to } = request.range;
    const results = await Promise.all(
      request.targets.map((target) =>
        runTarget(target, {
          datasource: this.#source,
          range: { fromMs: from.valueOf(), toMs: to.valueOf() },
          intervalMs: request.intervalMs,
          maxDataPoints: request.maxDataPoints ?? 1000,
          variables,
          fetch: (input, init) => fetch(input, withoutForbidden(init)),
          signal,
        }),
      ),
    );
    const errors = results.flatMap(({ error, fault }, index) => {
      const message = error ?? fault;
      return message === undefined ? [] : [{ refId: request.targets[index]!.refId, message }];
    });
    return {
      data: results.flatMap(({ frames }) => frames.map((frame) => toDataFrame(frame))),
      state: errors.length === 0 ? LoadingState.Done : LoadingState.Error,
      ...(errors.length === 0 ? {} : { errors }),
    };
  }
}

/** Registers a source under its uid. */
export function createSource(source: DataSource, plan: Plan): void {
  registerRuntimeDataSource({ dataSource: new PlannedSource(source, plan) as never });
}

/** A browser sets these itself and refuses to have them set. */
function withoutForbidden(init: RequestInit | undefined): RequestInit {
  const headers = new Headers(init?.headers);
  headers.delete('accept-encoding');
  return { ...init, headers };
}

/** Values of the plan's variables where the query is: a repeated panel has one of its own. */
export function variablesAt(request: DataQueryRequest, plan: Plan): Variable[] {
  const wrapped = request.scopedVars['__sceneObject']?.value as { valueOf(): SceneObject } | undefined;
  const object = wrapped?.valueOf();
  return plan.variables.map((variable) => {
    const local = object === undefined ? null : sceneGraph.lookupVariable(variable.name, object);
    const value = local?.state.type === 'system' || isLocal(local) ? local?.getValue() : undefined;
    return typeof value === 'string' ? { ...variable, value } : variable;
  });
}

function isLocal(variable: ReturnType<typeof sceneGraph.lookupVariable>): boolean {
  return variable !== null && variable.constructor.name.includes('LocalValueVariable');
}
