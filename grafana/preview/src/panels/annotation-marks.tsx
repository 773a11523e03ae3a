import type { DataFrame } from '@grafana/data';
import type { UPlotConfigBuilder } from '@grafana/ui';
import { useLayoutEffect, useRef } from 'react';
import type uPlot from 'uplot';

interface Mark {
  readonly time: number;
  readonly timeEnd: number | null;
  readonly colour: string;
}

/** Annotations over a graph, as lines and regions: Grafana's own are part of its application. */
export function AnnotationMarks({
  builder,
  annotations = [],
}: {
  readonly builder: UPlotConfigBuilder;
  readonly annotations?: readonly DataFrame[] | undefined;
}) {
  const marks = useRef<Mark[]>([]);
  marks.current = annotations.flatMap(marksOf);
  useLayoutEffect(() => {
    builder.addHook('draw', (plot) => draw(plot, marks.current));
  }, [builder]);
  return null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function marksOf(frame: DataFrame): Mark[] {
  const values = (name: string): readonly unknown[] =>
    frame.fields.find((field) => field.name === name)?.values ?? [];
  const [times, ends, colours] = [values('time'), values('timeEnd'), values('color')];
  return times.flatMap((time, row) =>
    typeof time === 'number'
      ? [
          {
            time,
            timeEnd: Number(ends[row]) > time ? Number(ends[row]) : null,
            colour: textOf(colours[row]) ?? '#8e8e99',
          },
        ]
      : [],
  );
}

function draw(plot: uPlot, marks: readonly Mark[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const { time, timeEnd, colour } of marks) {
    const from = plot.valToPos(time, 'x', true);
    ctx.strokeStyle = colour;
    ctx.fillStyle = colour;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([4, 4]);
    for (const at of timeEnd === null ? [from] : [from, plot.valToPos(timeEnd, 'x', true)]) {
      ctx.beginPath();
      ctx.moveTo(at, bbox.top);
      ctx.lineTo(at, bbox.top + bbox.height);
      ctx.stroke();
    }
    if (timeEnd === null) continue;
    ctx.globalAlpha = 0.12;
    ctx.fillRect(from, bbox.top, plot.valToPos(timeEnd, 'x', true) - from, bbox.height);
    ctx.globalAlpha = 1;
  }
  ctx.restore();
}
