import uPlot from 'uplot';
import type { TelemetryStore } from '../state/telemetry-store.ts';
import { timeTicks } from './time-ticks.ts';
import { addTrace } from './trace-path.ts';
import type { TraceSpec } from './trace-specs.ts';

export interface TracedDriver {
  readonly code: string;
  readonly colour: string;
  readonly dashed: boolean;
}

/** A coloured stretch behind the traces (a flag phase), session time [s]. */
export interface Band {
  readonly fromS: number;
  readonly toS: number;
  readonly colour: string;
}

/** What the board asks for in every frame; nothing is handed over per sample. */
export interface BoardSource {
  readonly store: TelemetryStore;
  drivers(): readonly TracedDriver[];
  windowS(): number;
  headS(nowMs: number): number | null;
  /** Reading of the shown clock at session time 0 [s], for round ticks. */
  tickOffsetS(): number;
  formatTick(sessionS: number): string;
  laps(): readonly { readonly atS: number; readonly label: string }[];
  bands(): readonly Band[];
  /** Told when the cursor moves over the charts; session time [s], or null when it leaves. */
  onCursor(sessionS: number | null): void;
}

interface Chart {
  readonly spec: TraceSpec;
  readonly plot: uPlot;
}

const fontFamily = '"Inter Variable", system-ui, sans-serif';
const colours = { grid: '#1b212b', tick: '#7d8797', lap: '#323c4c', lapText: '#8b95a5' };
/** Width of the value axis, as `.trace-name` in the style sheet knows it [rem]. */
const leftGutterRem = 3.4;
const axisHeightRem = 2;
/** Two pictures are at least this far apart [ms], unless something but time changed. */
const minDrawMs = 30;
/** A picture that moved by less than half a pixel waits for this long at most [ms]. */
const maxWaitMs = 100;

/**
 * Draws all charts from the ring buffers, one call of `frame` per animation frame. uPlot provides scales, axes and the
 * synchronised cursor; lines are drawn straight from the rings, so that a frame allocates no samples.
 */
export class TraceBoard {
  readonly #source: BoardSource;
  readonly #charts = new Map<string, Chart>();
  readonly #sync = uPlot.sync('traces');
  #isStale = true;
  #drawnVersion = -1;
  #drawnHeadS: number | null = null;
  #drawnAtMs = 0;
  /** When the last animation frame was, and whether it drew. */
  #frameAtMs = 0;
  #frameDrew = false;
  /** How long a frame takes that draws, canvas included [ms]; a moving average. */
  #drawCostMs = 16;
  #remPx = 13;
  #window = { fromS: 0, toS: 1 };
  #cursorLeft = -1;

  constructor(source: BoardSource) {
    this.#source = source;
  }

  /** Newest frame's range of session time [s]. */
  get window(): { readonly fromS: number; readonly toS: number } {
    return this.#window;
  }

  /** Puts the chart of one channel into `host` and keeps its size and that of its type; returns its removal. */
  attach(spec: TraceSpec, host: HTMLElement, showTime: boolean): () => void {
    const build = (): uPlot => {
      const plot = new uPlot(this.#options(spec, host, showTime), emptyData(0, 1), host);
      this.#charts.set(spec.channel, { spec, plot });
      return plot;
    };
    let builtRemPx = (this.#remPx = rootFontPx());
    let plot = build();
    const observer = new ResizeObserver(() => {
      this.#isStale = true;
      this.#remPx = rootFontPx();
      if (builtRemPx === this.#remPx) {
        plot.setSize({ width: host.clientWidth, height: host.clientHeight });
        return;
      }
      // uPlot measures its type once.
      builtRemPx = this.#remPx;
      plot.destroy();
      plot = build();
    });
    observer.observe(host);
    this.#isStale = true;
    return () => {
      observer.disconnect();
      this.#charts.delete(spec.channel);
      plot.destroy();
    };
  }

  /** The next frame is drawn even if no data came. */
  invalidate(): void {
    this.#isStale = true;
  }

  /**
   * Draws when something visible changed since the last picture. At most half of the time goes into drawing, however
   * slow the machine is.
   */
  frame(nowMs: number): void {
    if (this.#frameDrew)
      this.#drawCostMs += (Math.min(nowMs - this.#frameAtMs, 500) - this.#drawCostMs) * 0.3;
    this.#frameAtMs = nowMs;
    this.#frameDrew = this.#charts.size > 0 && this.#isDue(nowMs);
    if (this.#frameDrew) this.#draw(nowMs);
  }

  #isDue(nowMs: number): boolean {
    const sinceMs = nowMs - this.#drawnAtMs;
    if (sinceMs < 2 * this.#drawCostMs - 10) return false;
    if (this.#isStale) return true;
    const { store } = this.#source;
    const headS = this.#source.headS(nowMs);
    if (headS === this.#drawnHeadS && store.version === this.#drawnVersion) return false;
    const first = this.#charts.values().next().value;
    const pixelsPerS = (first?.plot.over.clientWidth ?? 0) / this.#source.windowS();
    const movedPixels = Math.abs((headS ?? 0) - (this.#drawnHeadS ?? 0)) * pixelsPerS;
    return sinceMs >= (movedPixels >= 0.5 ? minDrawMs : maxWaitMs);
  }

  #draw(nowMs: number): void {
    const headS = this.#source.headS(nowMs);
    const windowS = this.#source.windowS();
    this.#isStale = false;
    this.#drawnHeadS = headS;
    this.#drawnVersion = this.#source.store.version;
    this.#drawnAtMs = nowMs;
    const toS = headS ?? 0;
    this.#window = { fromS: toS - windowS, toS };
    for (const { plot } of this.#charts.values()) {
      plot.batch(() => {
        plot.setData(emptyData(toS - windowS, toS), false);
        plot.setScale('x', { min: toS - windowS, max: toS });
      });
    }
    if (this.#cursorLeft >= 0) this.#tellCursor();
  }

  #tellCursor(): void {
    const first = this.#charts.values().next().value;
    if (first === undefined) return;
    this.#source.onCursor(this.#cursorLeft < 0 ? null : first.plot.posToVal(this.#cursorLeft, 'x'));
  }

  #options(spec: TraceSpec, host: HTMLElement, showTime: boolean): uPlot.Options {
    const source = this.#source;
    const remPx = this.#remPx;
    const font = `${Math.round(remPx * 0.86)}px ${fontFamily}`;
    return {
      width: Math.max(60, host.clientWidth),
      height: Math.max(30, host.clientHeight),
      padding: [2, 1, showTime ? 0 : 3, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: false, y: false, setScale: false },
        sync: { key: this.#sync.key, setSeries: false },
      },
      scales: {
        x: { time: false, auto: false, range: (_plot, min, max) => [min, max] },
        y: { auto: false, range: [spec.min, spec.max] },
      },
      series: [{}, { scale: 'y', paths: () => null, points: { show: false } }],
      axes: [
        {
          show: true,
          size: showTime ? axisHeightRem * remPx : 0,
          stroke: colours.tick,
          font,
          gap: 6,
          grid: { stroke: colours.grid, width: 1 },
          ticks: { show: false },
          splits: (plot, _axis, min, max) =>
            timeTicks(min, max, plot.over.clientWidth / (7 * remPx), source.tickOffsetS()),
          values: (plot, splits) => {
            // A label that would be cut at the edge is left out, its line stays.
            const last = plot.posToVal(plot.over.clientWidth - 2.2 * remPx, 'x');
            return splits.map((split) => (showTime && split <= last ? source.formatTick(split) : ''));
          },
        },
        {
          scale: 'y',
          size: leftGutterRem * remPx,
          stroke: colours.tick,
          font,
          gap: 6,
          grid: { stroke: colours.grid, width: 1 },
          ticks: { show: false },
          splits: () => [...spec.ticks],
          values: (_plot, splits) => splits.map((split) => formatTickValue(spec, split)),
        },
      ],
      hooks: {
        drawClear: [(plot) => this.#drawBands(plot)],
        draw: [(plot) => this.#drawTraces(plot, spec)],
        setCursor: [
          (plot) => {
            this.#cursorLeft = plot.cursor.left ?? -1;
            this.#tellCursor();
          },
        ],
      },
    };
  }

  #drawBands(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const { fromS, toS } = this.#window;
    for (const band of this.#source.bands()) {
      if (band.toS <= fromS || band.fromS >= toS) continue;
      const x0 = Math.max(bbox.left, plot.valToPos(band.fromS, 'x', true));
      const x1 = Math.min(bbox.left + bbox.width, plot.valToPos(band.toS, 'x', true));
      ctx.fillStyle = band.colour;
      ctx.fillRect(x0, bbox.top, x1 - x0, bbox.height);
    }
  }

  #drawTraces(plot: uPlot, spec: TraceSpec): void {
    const { ctx, bbox } = plot;
    const { fromS, toS } = this.#window;
    const ratio = (uPlot.pxRatio * this.#remPx) / 13;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    this.#drawLaps(plot, spec, ratio);
    const zero = plot.valToPos(0, 'y', true);
    const window = {
      fromS,
      toS,
      left: bbox.left,
      pixelsPerS: bbox.width / (toS - fromS),
      zero,
      pixelsPerUnit: zero - plot.valToPos(1, 'y', true),
    };
    const drivers = this.#source.drivers();
    // Joins cost most of the time where many rows meet; between thin lines nobody sees them.
    ctx.lineJoin = drivers.length > 6 ? 'bevel' : 'round';
    ctx.lineWidth = (drivers.length > 6 ? 1 : 1.6) * ratio;
    // Last in the list first, so that the driver chosen first lies on top.
    for (let at = drivers.length - 1; at >= 0; at--) {
      const { code, colour, dashed } = drivers[at]!;
      const buffer = this.#source.store.buffer(code);
      if (buffer === undefined) continue;
      ctx.strokeStyle = colour;
      ctx.setLineDash(dashed ? [5 * ratio, 3 * ratio] : []);
      ctx.beginPath();
      addTrace(ctx, buffer, spec.channel, spec.isStep, window);
      ctx.stroke();
    }
    ctx.restore();
  }

  #drawLaps(plot: uPlot, spec: TraceSpec, ratio: number): void {
    const { ctx, bbox } = plot;
    const { fromS, toS } = this.#window;
    ctx.strokeStyle = colours.lap;
    ctx.fillStyle = colours.lapText;
    ctx.lineWidth = ratio;
    ctx.font = `600 ${10.5 * ratio}px ${fontFamily}`;
    ctx.textBaseline = 'top';
    for (const { atS, label } of this.#source.laps()) {
      if (atS < fromS || atS > toS) continue;
      const x = Math.round(plot.valToPos(atS, 'x', true)) + 0.5;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      if (spec.channel === 'speed') ctx.fillText(label, x + 4 * ratio, bbox.top + 3 * ratio);
    }
  }
}

function formatTickValue(spec: TraceSpec, value: number): string {
  if (spec.channel === 'brake') return value === 0 ? 'off' : 'on';
  if (spec.channel === 'gear' && value === 0) return 'N';
  return spec.channel === 'rpm' && value !== 0 ? `${value / 1000}k` : String(value);
}

/** uPlot's data: the window alone; lines come from the rings. */
function emptyData(fromS: number, toS: number): uPlot.AlignedData {
  return [
    [fromS, toS],
    [null, null],
  ];
}

function rootFontPx(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 13;
}
