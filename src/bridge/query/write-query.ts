import type { BridgeState } from '../ingest/bridge-state.ts';
import type { Annotation, AnnotationSource } from './annotations.ts';
import { frameOf } from './frame-answer.ts';
import { writeAnswer } from './query-engine.ts';
import type { Answer } from './query-engine.ts';
import { planQuery } from './query-plan.ts';
import type { PlannedTarget } from './query-plan.ts';
import type { QueryRequest } from './query-request.ts';
import { createRowChooser } from './series-rows.ts';
import { annotationTable, valueTable } from './table-answer.ts';

/** Rows of all tables of one answer. */
const maxTableRows = 50_000;
const comma = Buffer.from(',');

/**
 * Answer of a query: items in target order, each in the form that its target asks for. Bytes of series are written
 * straight from the rings; tables and frames are for fewer rows.
 * @throws {HttpError} 400 F1_BRIDGE_QUERY when no target can be answered, or when too much is asked
 */
export function writeQuery(state: BridgeState, request: QueryRequest): Answer {
  const choose = createRowChooser(state, request);
  const planned = planQuery(state.points, request).map((plan): PlannedTarget =>
    plan.annotations === null ? { ...plan, series: choose(plan.target, plan.series) } : plan,
  );
  const isSeriesOnly = planned.every(
    ({ annotations, target }) => annotations === null && target.form === 'series',
  );
  if (isSeriesOnly) {
    const series = planned.flatMap((plan) => (plan.annotations === null ? plan.series : []));
    return writeAnswer(series, request.maxPoints);
  }
  const write = createItemWriter(state, request);
  const items = planned.flatMap((plan, i) => (i === 0 ? [write(plan)] : [comma, write(plan)]));
  const bytes = Buffer.concat([Buffer.from('['), ...items, Buffer.from(']')]);
  return { bytes, release: () => {} };
}

/** Writes the items of one target after the other, without the brackets around them. */
function createItemWriter(state: BridgeState, request: QueryRequest): (plan: PlannedTarget) => Buffer {
  const budget = { left: maxTableRows };
  const held = new Map<AnnotationSource, readonly Annotation[]>();
  const annotationsOf = (source: AnnotationSource): readonly Annotation[] => {
    const annotations = held.get(source) ?? source(state);
    held.set(source, annotations);
    return annotations;
  };
  return (plan) => {
    const { target } = plan;
    if (plan.annotations !== null) {
      const annotations = annotationsOf(plan.annotations);
      return Buffer.from(JSON.stringify(annotationTable(state, target, annotations, request, budget)));
    }
    const { series } = plan;
    if (target.form === 'table')
      return Buffer.from(JSON.stringify(valueTable(target, series, request, budget)));
    if (target.form === 'frame') {
      const frames = series.map((one) => JSON.stringify(frameOf(one, request.maxPoints)));
      return Buffer.from(frames.join(','));
    }
    const { bytes, release } = writeAnswer(series, request.maxPoints);
    const copy = Buffer.from(bytes.subarray(1, -1));
    release();
    return copy;
  };
}
