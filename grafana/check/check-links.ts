import { panelsOf } from '../query/dashboard.ts';
import type { Dashboard, Panel } from '../query/dashboard.ts';

/** What Grafana itself puts into links. */
const builtIn =
  /^__(?:url_time_range|all_variables|data|field|series|value|from|to|org|user|dashboard|timezone)\b/u;

/**
 * Links of a dashboard (its own, of fields, of overrides) that lead nowhere: a dashboard that is not among `all`, a
 * `var-NAME` that it does not have, a variable that nothing replaces.
 */
export function faultsOfLinks(dashboard: Dashboard, all: readonly Dashboard[]): string[] {
  const own = namesIn(dashboard);
  return urlsOf(dashboard).flatMap((url) => {
    const faults: string[] = [];
    for (const [, name = ''] of url.matchAll(/\$\{([\w.[\]"']+)(?::\w+)?\}/gu))
      if (!own.has(name) && !builtIn.test(name)) faults.push(`link ${url}: nothing replaces \${${name}}`);
    const [, uid] = /\/d\/([^/?]+)/u.exec(url) ?? [];
    if (uid === undefined) return faults;
    const target = all.find((one) => one.uid === uid);
    if (target === undefined) return [...faults, `link ${url}: there is no dashboard ${uid}`];
    const known = namesIn(target);
    for (const [, name = ''] of url.matchAll(/[?&]var-(\w+)=/gu))
      if (!known.has(name)) faults.push(`link ${url}: ${uid} has no variable ${name}`);
    return faults;
  });
}

/**
 * Variables of one name and two types in dashboards that hand variables on: Grafana carries `var-NAME` over, and every
 * panel there asks the wrong source.
 */
export function clashesOfVariables(all: readonly Dashboard[]): string[] {
  const seen = new Map<string, { readonly uid: string; readonly kind: string }>();
  return all.flatMap(({ uid, templating }) =>
    (templating?.list ?? []).flatMap(({ name, type, query }) => {
      const kind = type === 'datasource' ? `${type} ${String(query)}` : type;
      const other = seen.get(name);
      if (other === undefined) seen.set(name, { uid, kind });
      return other === undefined || other.kind === kind
        ? []
        : [`variable ${name} is ${other.kind} in ${other.uid} and ${kind} in ${uid}`];
    }),
  );
}

function namesIn({ templating }: Dashboard): ReadonlySet<string> {
  return new Set((templating?.list ?? []).map(({ name }) => name));
}

function urlsOf(dashboard: Dashboard): string[] {
  const inPanels = panelsOf(dashboard).flatMap((panel) => [...(panel.links ?? []), ...dataLinksOf(panel)]);
  return [...(dashboard.links ?? []), ...inPanels].flatMap(({ url }) => (url ? [url] : []));
}

/** Links of a panel's fields, also those of overrides. */
export function dataLinksOf({ fieldConfig }: Panel): { readonly url?: string; readonly title?: string }[] {
  type Links = { readonly url?: string; readonly title?: string }[];
  return [
    ...((fieldConfig?.defaults['links'] ?? []) as Links),
    ...(fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
      properties.flatMap(({ id, value }) => (id === 'links' ? (value as Links) : [])),
    ),
  ];
}
