import { annotationEvents } from '../query/annotations.ts';
import { askOptions } from '../query/ask-options.ts';
import type { Option } from '../query/dashboard-variables.ts';
import { evaluateVariables } from '../query/dashboard-variables.ts';
import type { AnnotationModel } from '../query/dashboard.ts';
import { runTarget } from '../query/run-target.ts';
import type { Variable } from '../query/variable.ts';
import { isAbsentPrometheus, prometheusAbsent } from './absent-source.ts';
import type { PanelOutcome, PanelRules } from './check-panel.ts';
import { reasonOf } from './lacking.ts';
import { runOptions, sourceOf } from './panel-run.ts';
import type { QueryContext } from './panel-run.ts';

/** A checked variable or annotation, named as in the dashboard. */
export interface NamedOutcome {
  readonly name: string;
  readonly outcome: PanelOutcome;
}

const skipped: PanelOutcome = { verdict: 'skipped', rows: 0, ms: 0, texts: [prometheusAbsent] };

/**
 * Evaluates the variables of a dashboard by its own queries. Each query has to answer in time, with at least one choice
 * and none of them twice. A dashboard on a source that is not on this machine has no choices and is skipped.
 */
export async function checkVariables(
  context: Omit<QueryContext, 'variables'>,
  rules: PanelRules,
): Promise<{ readonly variables: readonly Variable[]; readonly outcomes: readonly NamedOutcome[] }> {
  const outcomes: NamedOutcome[] = [];
  const variables = await evaluateVariables(context.dashboard, async (model, known) => {
    const name = `variable ${model.name}`;
    const report = (outcome: PanelOutcome): number => outcomes.push({ name, outcome });
    const ref = model.type === 'datasource' ? { type: String(model.query) } : model.datasource;
    if (isAbsentPrometheus(ref, context, known)) {
      report(skipped);
      return [];
    }
    const startMs = performance.now();
    let options: readonly Option[] = [];
    const texts: string[] = [];
    try {
      const query = runOptions({ ...context, variables: known }, { type: '', uid: '', url: '' });
      options = await askOptions(model, known, { ...query, sources: context.sources });
    } catch (error) {
      context.signal.throwIfAborted();
      texts.push(error instanceof Error ? error.message : String(error));
    }
    const ms = performance.now() - startMs;
    if (texts.length === 0 && options.length === 0 && model.staticOptions === undefined) {
      texts.push('has no choices');
    }
    const values = options.map(({ value }) => value);
    if (new Set(values).size < values.length) texts.push('has a choice twice');
    if (ms > rules.boundMs) texts.push(`took ${Math.round(ms)} ms, ${rules.boundMs} ms at most may pass`);
    report({ verdict: texts.length === 0 ? 'ok' : 'failed', rows: options.length, ms, texts });
    return options;
  });
  return { variables, outcomes };
}

/**
 * Sends an annotation query. It may answer nothing (there may be nothing to mark, then a reason is given); what it
 * answers has to be events with a text.
 */
export async function checkAnnotation(
  { name, target, datasource }: AnnotationModel,
  context: QueryContext,
  rules: PanelRules,
): Promise<NamedOutcome> {
  const named = (outcome: PanelOutcome): NamedOutcome => ({ name: `annotation ${name}`, outcome });
  if (isAbsentPrometheus(datasource, context, context.variables)) return named(skipped);
  const failed = (text: string): NamedOutcome => named({ verdict: 'failed', rows: 0, ms: 0, texts: [text] });
  if (target === undefined) return failed('has no query');
  try {
    const asked = {
      ...target,
      refId: target.refId ?? 'Anno',
      ...(datasource === undefined ? {} : { datasource }),
    };
    const result = await runTarget(asked, runOptions(context, sourceOf(asked, context)));
    const texts: string[] = [];
    if (result.error !== undefined) texts.push(result.error.replaceAll('\n', ', '));
    if (result.fault !== undefined) texts.push(result.fault);
    if (result.ms > rules.boundMs)
      texts.push(`took ${Math.round(result.ms)} ms, ${rules.boundMs} ms at most may pass`);
    const reason = reasonOf(result);
    const events = reason === null ? annotationEvents(result.frames) : [];
    if (texts.length === 0 && reason === null) {
      if (events.length < result.rows)
        texts.push(`${result.rows - events.length} of ${result.rows} rows have no time`);
      if (events.some(({ text = '', title = '' }) => text === '' && title === ''))
        texts.push('has events without a text');
    }
    const verdict = texts.length > 0 ? 'failed' : 'ok';
    return named({
      verdict,
      rows: events.length,
      ms: result.ms,
      texts: texts.length === 0 && reason !== null ? [reason] : texts,
    });
  } catch (error) {
    context.signal.throwIfAborted();
    return failed(error instanceof Error ? error.message : String(error));
  }
}
