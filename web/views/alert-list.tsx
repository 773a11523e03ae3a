import { useComputed, useSignal } from '@preact/signals';
import type { AlertMessage } from '../../src/domain/messages.ts';
import { colourOf, selected, showTime, store } from '../app.ts';
import { Empty } from './empty.tsx';

/** Episodes in the list before the older ones are asked for. */
const firstShown = 120;
const names: Readonly<Record<string, string>> = {
  high_speed: 'High speed',
  drs_status_change: 'DRS open',
  brake_temperature: 'Brake temperature',
};
const units: Readonly<Record<string, string>> = { high_speed: 'km/h', brake_temperature: '°C' };

/** Alert episodes of this run: open ones first, newest on top. */
export function Alerts() {
  const onlySelected = useSignal(false);
  const kind = useSignal('');
  const shown = useSignal(firstShown);
  const list = useComputed(() =>
    store.alerts.value.filter(
      (alert) =>
        (!onlySelected.value || selected.value.includes(alert.driver)) &&
        (kind.value === '' || alert.alert_type === kind.value),
    ),
  );
  const all = store.alerts.value;
  const open = all.reduce((count, alert) => count + (alert.state === 'open' ? 1 : 0), 0);
  const kinds = [...new Set(all.map((alert) => alert.alert_type))].sort();
  return (
    <section class="panel alerts" aria-label="Alerts">
      <div class="panel-head">
        <h2>Alerts</h2>
        <span class="head-note" data-testid="alert-counts">
          {open > 0 && <b class="open-count">{open} open</b>} {all.length}
        </span>
        <select
          class="quiet-select"
          aria-label="Rule"
          value={kind.value}
          onChange={(event) => (kind.value = event.currentTarget.value)}
        >
          <option value="">All rules</option>
          {kinds.map((name) => (
            <option key={name} value={name}>
              {names[name] ?? name}
            </option>
          ))}
        </select>
        <button
          type="button"
          class="toggle"
          aria-pressed={onlySelected.value}
          onClick={() => (onlySelected.value = !onlySelected.value)}
        >
          Selected
        </button>
      </div>
      {list.value.length === 0 ? (
        <Empty
          what="Alerts"
          topics={['CarData.z', 'CarData']}
          hidden={all.length}
          onClearFilter={() => {
            onlySelected.value = false;
            kind.value = '';
          }}
        />
      ) : (
        <ol class="alert-rows" data-testid="alerts">
          {list.value.slice(0, shown.value).map((alert) => (
            <Alert key={alert.alert_id} alert={alert} />
          ))}
          {list.value.length > shown.value && (
            <li class="more">
              <button type="button" class="link" onClick={() => (shown.value += 500)}>
                {list.value.length - shown.value} older
              </button>
            </li>
          )}
        </ol>
      )}
    </section>
  );
}

function Alert({ alert }: { readonly alert: AlertMessage }) {
  const colour = colourOf(alert.driver);
  const lastsS = alert.ended_at === null ? null : Math.max(0, alert.ended_at - alert.started_at);
  return (
    <li
      class={`alert alert-${alert.severity} ${alert.state === 'open' ? 'alert-open' : ''}`}
      data-alert={alert.alert_id}
      title={alert.description}
    >
      <span class="alert-driver" style={{ color: colour }}>
        {alert.driver}
      </span>
      <span class="alert-name">
        {names[alert.alert_type] ?? alert.alert_type}
        {alert.quality === 'estimated' && (
          <i class="tag" title="From a model: the feed has no brake temperature">
            model
          </i>
        )}
      </span>
      <span class="alert-value">{valueText(alert)}</span>
      <span class="alert-when">
        {showTime(alert.started_at)}
        {alert.lap_number !== null && ` · L${alert.lap_number}`}
      </span>
      <span class="alert-state">{lastsS === null ? 'open' : `${lastsS.toFixed(1)} s`}</span>
    </li>
  );
}

function valueText({ alert_type: kind, value }: AlertMessage): string {
  if (typeof value !== 'number') return '';
  if (kind === 'drs_status_change') return `code ${value}`;
  return `${Math.round(value)} ${units[kind] ?? ''}`;
}
