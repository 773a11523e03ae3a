import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import type { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { BigValueTextMode, LegendPlacement, VisibilityMode } from '@grafana/grafana-foundation-sdk/common';
import type { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { dashboardFrame } from './dashboard-frame.ts';
import { at } from './grid.ts';
import { kafkaQueries as queries } from './kafka-queries.ts';
import { thresholds, valueMap } from './mappings.ts';
import { legend, timeSeries } from './series-panel.ts';
import { prometheusSource, prometheusVariable } from './sources.ts';
import { bars, newest, stat } from './value-panels.ts';

/** What a panel of latencies says where nothing was measured. */
const needsTelemetry = 'Needs telemetry: none has come in this range';

/** Beside a chart of many series there is room for all of their names. */
const beside = legend(['lastNotNull', 'max'], LegendPlacement.Right);

/** Topics, lag, latency and the bridge's own process, from Prometheus. */
export function kafka(): DashboardBuilder {
  return dashboardFrame(
    'f1-kafka',
    'Kafka and pipeline',
    "Throughput, consumer lag and latency by hop, from Prometheus. Lag and offsets have the names of kafka_exporter, so that dashboards written for it work too; the bridge's own reading is the group slipstream-bridge.",
    'now-15m',
  )
    .withVariable(prometheusVariable())
    .withPanel(
      figure('Bridge', 'Whether the bridge answers its health check with ok.', queries.up)
        .mappings([valueMap({ '0': ['unavailable', '#f2495c'], '1': ['ok', '#56d678'] })])
        .unit('none')
        .gridPos(at(0, 0, 4, 4)),
    )
    .withPanel(
      figure(
        'Broker',
        'What kind of broker the bridge reads from: Apache Kafka, or the log in the memory of the process.',
        queries.brokerKind,
        '{{kind}}',
      )
        .textMode(BigValueTextMode.Name)
        .unit('none')
        .gridPos(at(4, 0, 4, 4)),
    )
    .withPanel(
      figure(
        'Consumer lag',
        'Records written that the bridge has not yet read, all topics together.',
        queries.bridgeLag,
      )
        .unit('short')
        .thresholds(thresholds('#56d678', [1000, '#ff9830'], [10_000, '#f2495c']))
        .gridPos(at(8, 0, 4, 4)),
    )
    .withPanel(
      figure(
        'End to end, p99',
        'Due time of a row to the bridge: the 99th percentile of the last minute.',
        queries.endToEndP99LastMinute,
      )
        .unit('s')
        .noValue(needsTelemetry)
        .decimals(1)
        .thresholds(thresholds('#56d678', [0.1, '#ff9830'], [1, '#f2495c']))
        .gridPos(at(12, 0, 4, 4)),
    )
    .withPanel(
      figure(
        'Records set aside',
        'Records that were counted and not used, since the bridge started.',
        queries.setAsideTotal,
      )
        .unit('short')
        .thresholds(thresholds('#56d678', [1, '#ff9830']))
        .gridPos(at(16, 0, 4, 4)),
    )
    .withPanel(
      figure('Replay speed', 'Session time to real time; 0 is as fast as possible.', queries.replaySpeed)
        .unit('suffix:×')
        .decimals(1)
        .gridPos(at(20, 0, 4, 4)),
    )
    .withPanel(
      series('Throughput by topic', 'Records written to each topic a second.', [
        [queries.throughputByTopic, '{{topic}}'],
      ])
        .unit('mps')
        .legend(beside)
        .gridPos(at(0, 4, 12, 8)),
    )
    .withPanel(
      series(
        'Throughput by partition',
        'Records written to each partition of telemetry a second: drivers are spread by the hash of their code.',
        [[queries.throughputByPartition, '{{topic}} {{partition}}']],
      )
        .unit('mps')
        .legend(beside)
        .gridPos(at(12, 4, 12, 8)),
    )
    .withPanel(
      series('Consumer lag by group and topic', 'Records written and not yet read, by consumer group.', [
        [queries.lagByGroupAndTopic, '{{consumergroup}} {{topic}}'],
      ])
        .unit('short')
        .min(0)
        .legend(beside)
        .gridPos(at(0, 12, 12, 8)),
    )
    .withPanel(
      series(
        'Latency by hop',
        'Median and 99th percentile of each hop: replay (due to published), broker (published to received), bridge (received to handed to clients), total, processor (row to alert). Bridge and total need a viewer.',
        [
          [queries.hopLatencyP50, '{{hop}} p50'],
          [queries.hopLatencyP99, '{{hop}} p99'],
        ],
      )
        .unit('s')
        .noValue(needsTelemetry)
        .min(0)
        .legend(beside)
        .gridPos(at(12, 12, 12, 8)),
    )
    .withPanel(
      series(
        'Schedule error of the replay',
        'Hand-over to the broker client minus due time. Absent at speed max.',
        [
          [queries.scheduleErrorP50, 'p50'],
          [queries.scheduleErrorP99, 'p99'],
        ],
      )
        .unit('s')
        .noValue(needsTelemetry)
        .min(0)
        .gridPos(at(0, 20, 8, 9)),
    )
    .withPanel(
      series('End-to-end latency', 'Due time of a row until the bridge holds it.', [
        [queries.endToEndP50, 'p50'],
        [queries.endToEndP95, 'p95'],
        [queries.endToEndP99, 'p99'],
      ])
        .unit('s')
        .noValue(needsTelemetry)
        .min(0)
        .gridPos(at(8, 20, 8, 9)),
    )
    .withPanel(
      bars('Records set aside by reason', 'Why records were not used.', '')
        .reduceOptions(newest())
        .datasource(prometheusSource)
        .unit('short')
        .min(0)
        .displayName('${__field.labels.reason}')
        .withTarget(prometheus('A', queries.setAsideByReason, '{{reason}}', true))
        .gridPos(at(16, 20, 8, 9)),
    )
    .withPanel(
      series('Processor of the bridge', 'Share of one core that the process of the bridge takes.', [
        [queries.processCpu, 'processor'],
      ])
        .unit('percentunit')
        .min(0)
        .gridPos(at(0, 29, 8, 8)),
    )
    .withPanel(
      series(
        'Memory of the bridge',
        'Resident memory of the process, and of it the ring buffers at their full size.',
        [
          [queries.processMemory, 'resident'],
          [queries.bufferBytes, 'ring buffers'],
        ],
      )
        .unit('bytes')
        .min(0)
        .gridPos(at(8, 29, 8, 8)),
    )
    .withPanel(
      series(
        'Event loop delay',
        'How late the event loop of the bridge comes back, 99th percentile between two scrapes.',
        [[queries.eventLoopDelay, 'p99']],
      )
        .unit('s')
        .noValue(needsTelemetry)
        .min(0)
        .gridPos(at(16, 29, 8, 8)),
    );
}

/** A query in PromQL; `isInstant` asks for now alone. */
function prometheus(
  refId: string,
  expr: string,
  legendFormat: string,
  isInstant = false,
): Builder<Dataquery> {
  const model = {
    refId,
    datasource: prometheusSource,
    expr,
    legendFormat,
    editorMode: 'code',
    range: !isInstant,
    instant: isInstant,
    format: 'time_series',
  };
  return { build: () => ({ ...model, _implementsDataqueryVariant: () => {} }) };
}

function figure(title: string, description: string, expr: string, legendFormat = ''): Stat {
  return stat(title, description)
    .datasource(prometheusSource)
    .withTarget(prometheus('A', expr, legendFormat, true));
}

function series(
  title: string,
  description: string,
  lines: readonly (readonly [expr: string, legendFormat: string])[],
): TimeSeries {
  const panel = timeSeries(title, description)
    .datasource(prometheusSource)
    // Series here are no drivers: colours in their order lie further apart than those by name.
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
    .lineWidth(2)
    .fillOpacity(5)
    .showPoints(VisibilityMode.Auto)
    .spanNulls(10_000);
  lines.forEach(([expr, legendFormat], i) => {
    panel.withTarget(prometheus('ABCD'[i]!, expr, legendFormat));
  });
  return panel;
}
