import { DatasourceVariableBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

const infinityType = 'yesoreyeram-infinity-datasource';
const prometheusType = 'prometheus';

/**
 * Data sources by variable: a dashboard that is imported by hand works with whatever source of the type there is, a
 * provisioned one takes the uid of `grafana/provisioning`. Each type has a name of its own, because links between dashboards
 * carry variables over.
 */
export const bridgeSource = { type: infinityType, uid: '${bridge}' } as const;
export const prometheusSource = { type: prometheusType, uid: '${prometheus}' } as const;
/** Grafana Live is part of Grafana. */
export const liveSource = { type: 'datasource', uid: 'grafana' } as const;

/** The variable behind `bridgeSource`. */
export function bridgeVariable(): DatasourceVariableBuilder {
  return sourceVariable('bridge', infinityType, 'Slipstream bridge', 'f1-infinity');
}

/** The variable behind `prometheusSource`. */
export function prometheusVariable(): DatasourceVariableBuilder {
  return sourceVariable('prometheus', prometheusType, 'Slipstream Prometheus', 'f1-prometheus');
}

function sourceVariable(name: string, type: string, text: string, uid: string): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder(name)
    .label('Data source')
    .type(type)
    .multi(false)
    .includeAll(false)
    .current({ selected: true, text, value: uid });
}
