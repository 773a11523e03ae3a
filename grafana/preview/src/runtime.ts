import {
  EventBusSrv,
  booleanOverrideProcessor,
  createTheme,
  dataLinksOverrideProcessor,
  displayNameOverrideProcessor,
  identityOverrideProcessor,
  numberOverrideProcessor,
  standardFieldConfigEditorRegistry,
  standardTransformers,
  standardTransformersRegistry,
  thresholdsOverrideProcessor,
  unitOverrideProcessor,
  valueMappingsOverrideProcessor,
} from '@grafana/data';
import type { DataQueryRequest, DataSourceApi, GrafanaTheme2, PanelData } from '@grafana/data';
import { LoadingState } from '@grafana/data';
import { config, setAppEvents, setPluginImportUtils, setRunRequest, setTemplateSrv } from '@grafana/runtime';
import { from, of } from 'rxjs';
import type { Observable } from 'rxjs';
import { catchError, map } from 'rxjs/operators';

/** Installs what Grafana's application gives its libraries: theme, events, transformations, standard options, query runner. */
export function installRuntime(): GrafanaTheme2 {
  const theme = createTheme({ colors: { mode: 'dark' } });
  Object.assign(config, { theme2: theme });
  setAppEvents(new EventBusSrv());
  setPluginImportUtils({
    importPanelPlugin: () => Promise.reject(new Error('There are no plugins but those of the preview')),
    getPanelPluginFromCache: () => undefined,
  });
  setTemplateSrv({
    getVariables: () => [],
    replace: (text = '') => text,
    containsTemplate: () => false,
    updateTimeRange: () => {},
  } as never);
  setRunRequest(runRequest as never);
  const seen = new Set<string>();
  standardTransformersRegistry.setInit(
    () =>
      Object.values(standardTransformers)
        .filter(({ id }) => !seen.has(id) && seen.add(id))
        .map((transformation) => ({
          id: transformation.id,
          name: transformation.name,
          transformation: () => Promise.resolve(transformation),
          imageDark: '',
          imageLight: '',
        })) as never,
  );
  standardFieldConfigEditorRegistry.setInit(() => standardOptions as never);
  return theme;
}

type Processor = typeof identityOverrideProcessor;

/** Standard options of fields with how their overrides are read; their editors are never shown. */
const standardOptions = (
  [
    // Names with variables in them are expanded.
    ['displayName', displayNameOverrideProcessor as Processor, { expandTemplateVars: true }],
    ['unit', unitOverrideProcessor as Processor, {}],
    ['min', numberOverrideProcessor as Processor, {}],
    ['max', numberOverrideProcessor as Processor, {}],
    ['decimals', numberOverrideProcessor as Processor, {}],
    ['color', identityOverrideProcessor, {}],
    ['noValue', displayNameOverrideProcessor as Processor, {}],
    ['links', dataLinksOverrideProcessor as Processor, {}],
    ['mappings', valueMappingsOverrideProcessor as Processor, {}],
    ['thresholds', thresholdsOverrideProcessor as Processor, {}],
    ['filterable', booleanOverrideProcessor as Processor, {}],
    ['fieldMinMax', booleanOverrideProcessor as Processor, {}],
  ] as const
).map(([id, process, settings]) => ({
  id,
  path: id,
  name: id,
  description: '',
  editor: () => null,
  override: () => null,
  process,
  settings,
  shouldApply: () => true,
  category: ['Standard options'],
}));

/** Grafana's own runner is part of its application: this is what it does for a source that answers once or streams. */
function runRequest(source: DataSourceApi, request: DataQueryRequest): Observable<PanelData> {
  const answer = source.query(request);
  const stream = 'subscribe' in answer ? answer : from(answer);
  return stream.pipe(
    map((response) => ({
      state: response.state ?? LoadingState.Done,
      series: response.data,
      timeRange: request.range,
      request,
      ...(response.errors === undefined ? {} : { errors: response.errors, error: response.errors[0] }),
    })),
    catchError((error: unknown) =>
      of({
        state: LoadingState.Error,
        series: [],
        timeRange: request.range,
        request,
        error: { message: error instanceof Error ? error.message : String(error) },
      }),
    ),
  ) as Observable<PanelData>;
}
