import { channels } from '../../src/domain/channels.ts';
import type { KeptChannel } from '../state/trace-buffer.ts';

/** One chart of the trace board. */
export interface TraceSpec {
  readonly channel: KeptChannel;
  readonly label: string;
  readonly unit: string;
  readonly decimals: number;
  /** Drawn as steps: a code or a gear has no values between. */
  readonly isStep: boolean;
  /** Range of the axis; fixed, so that nothing jumps. */
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
  /** Share of the height. */
  readonly weight: number;
}

const layout: readonly (Pick<TraceSpec, 'channel' | 'min' | 'max' | 'ticks' | 'weight'> & {
  readonly label?: string;
})[] = [
  { channel: 'speed', min: -14, max: 370, ticks: [0, 100, 200, 300], weight: 3.2 },
  { channel: 'rpm', label: 'RPM', min: -600, max: 14_000, ticks: [0, 4000, 8000, 12_000], weight: 2 },
  { channel: 'throttle', min: -7, max: 106, ticks: [0, 50, 100], weight: 1.6 },
  { channel: 'brake', min: -0.12, max: 1.18, ticks: [0, 1], weight: 0.9 },
  { channel: 'gear', min: -0.3, max: 8.6, ticks: [0, 2, 4, 6, 8], weight: 1.7 },
];

/** The charts of the board from top to bottom; names and units are those of the channel table. */
export const traceSpecs: readonly TraceSpec[] = layout.map((entry) => {
  const channel = channels.find(({ wireName }) => wireName === entry.channel);
  if (channel === undefined)
    throw new Error(`Cannot draw the channel ${entry.channel} as the channel table lacks it`);
  return {
    label: channel.label,
    unit: channel.unit === 'rpm' ? '1/min' : channel.unit,
    decimals: 0,
    isStep: channel.kind === 'discrete',
    ...entry,
  };
});
