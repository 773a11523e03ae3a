import { DatasourceVariableBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

const infinityType = 'yesoreyeram-infinity-datasource';
const prometheusType = 'prometheus';

/**
 * Data sources by variable: a dashboard that is imported by hand works with whatever source of the type there is, a
 * provisioned one takes the uid of `grafana/provisioning`.
 */
export const bridgeSource = { type: infinityType, uid: '${datasource}' } as const;
export const prometheusSource = { type: prometheusType, uid: '${datasource}' } as const;
/** Grafana Live is part of Grafana. */
export const liveSource = { type: 'datasource', uid: 'grafana' } as const;

/** The variable behind `bridgeSource`. */
export function bridgeVariable(): DatasourceVariableBuilder {
  return sourceVariable(infinityType, 'Slipstream bridge', 'f1-infinity');
}

/** The variable behind `prometheusSource`. */
export function prometheusVariable(): DatasourceVariableBuilder {
  return sourceVariable(prometheusType, 'Slipstream Prometheus', 'f1-prometheus');
}

function sourceVariable(type: string, text: string, uid: string): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder('datasource')
    .label('Data source')
    .type(type)
    .multi(false)
    .includeAll(false)
    .current({ selected: true, text, value: uid });
}
