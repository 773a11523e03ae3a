import { markBadPositions } from '../../analysis/bad-positions.ts';
import { timelineBins, type SessionQuality } from '../../analysis/quality/session-quality.ts';
import { percent } from '../../analysis/quality/verdict.ts';
import type { RawSession } from '../../domain/raw-session.ts';
import { clockText } from '../replay-text.ts';
import { escapeText, picture } from './markup.ts';

const labelWidth = 44;
const rowHeight = 16;

/** Completeness of the car feed: a row a driver, a column a part of the session, darker = more missing. */
export function timelinePicture({ drivers, startMs, endMs }: SessionQuality): string {
  const width = 960;
  const binWidth = (width - labelWidth) / timelineBins;
  const height = drivers.length * rowHeight + 22;
  const rows = drivers.map(({ driver, timeline }, row) => {
    const y = row * rowHeight;
    const cells = timeline.map((share, bin) => {
      if (share === null) return '';
      const x = (labelWidth + bin * binWidth).toFixed(1);
      return `<rect x="${x}" y="${y + 1}" width="${(binWidth + 0.3).toFixed(1)}" height="${rowHeight - 2}" class="${shadeOf(share)}"/>`;
    });
    return `<text x="0" y="${y + 12}">${escapeText(driver)}</text>${cells.join('')}`;
  });
  const marks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const anchor = share === 0 ? 'start' : share === 1 ? 'end' : 'middle';
    const x = labelWidth + share * (width - labelWidth);
    return `<text x="${x}" y="${height - 4}" text-anchor="${anchor}">${clockText(Math.round((startMs + share * (endMs - startMs)) / 1000))}</text>`;
  });
  const worst = [...drivers].sort((a, b) => a.car.completeness - b.car.completeness)[0];
  return picture(
    {
      id: 'timeline',
      title: 'Completeness of the car feed over the session',
      description:
        worst === undefined
          ? 'No drivers'
          : `${drivers.length} drivers; the least complete is ${worst.driver} with ${percent(worst.car.completeness)} of the expected samples`,
      width,
      height,
    },
    [...rows, ...marks].join(''),
  );
}

function shadeOf(share: number): string {
  if (share >= 0.97) return 'full';
  if (share >= 0.8) return 'most';
  return share >= 0.4 ? 'half' : 'none';
}

/** Holes of both feeds by length, counted over all drivers. */
export function gapPicture({ drivers }: SessionQuality): string {
  const edges = [1, 2, 5, 10, 30, 60, Infinity];
  const bars = edges.slice(0, -1).map((from, index) => {
    const to = edges[index + 1]!;
    const count = (feed: 'car' | 'pos'): number =>
      drivers
        .flatMap((one) => one[feed].gaps)
        .filter(({ startMs, endMs }) => endMs - startMs >= from * 1000 && endMs - startMs < to * 1000).length;
    return {
      label: to === Infinity ? `${from} s +` : `${from}–${to} s`,
      car: count('car'),
      pos: count('pos'),
    };
  });
  const most = Math.max(1, ...bars.flatMap(({ car, pos }) => [car, pos]));
  const [width, height, left, barHeight] = [960, bars.length * 36 + 4, 70, 14];
  const scale = (width - left - 90) / most;
  const body = bars.flatMap(({ label, car, pos }, row) => {
    const y = row * 36;
    return [
      `<text x="0" y="${y + 20}">${label}</text>`,
      `<rect x="${left}" y="${y}" width="${(car * scale).toFixed(1)}" height="${barHeight}" class="car"/><text x="${left + car * scale + 6}" y="${y + 12}">${car} car</text>`,
      `<rect x="${left}" y="${y + barHeight + 2}" width="${(pos * scale).toFixed(1)}" height="${barHeight}" class="pos"/><text x="${left + pos * scale + 6}" y="${y + barHeight + 14}">${pos} position</text>`,
    ];
  });
  const description = bars.map(({ label, car, pos }) => `${label}: ${car} car, ${pos} position`).join('; ');
  return picture({ id: 'gaps', title: 'Holes by length', description, width, height }, body.join(''));
}

/** Places drawn at most. */
const maxFrozen = 500;

/** Where positions are not to be believed: the driven line, and frozen points on it. */
export function mapPicture(raw: RawSession): string {
  const own = [...raw.pos.values()].reduce<{ x: Int32Array; y: Int32Array; z: Int32Array } | null>(
    (most, one) => (most === null || one.x.length > most.x.length ? one : most),
    null,
  );
  const size = 480;
  const frame = { id: 'map', title: 'Positions that are not to be believed', width: size, height: size };
  if (own === null)
    return picture(
      { ...frame, description: 'The session has no positions' },
      `<text x="8" y="24">No positions</text>`,
    );
  const used = [...own.x.keys()].filter((at) => own.x[at] !== 0 || own.y[at] !== 0);
  const [minX, maxX] = rangeOf(used.map((at) => own.x[at]!));
  const [minY, maxY] = rangeOf(used.map((at) => own.y[at]!));
  const scale = (size - 20) / Math.max(1, maxX - minX, maxY - minY);
  const place = (x: number, y: number): string =>
    `${(10 + (x - minX) * scale).toFixed(1)},${(size - 10 - (y - minY) * scale).toFixed(1)}`;
  const step = Math.max(1, Math.floor(used.length / 4000));
  const dots = new Set(
    used.filter((_, index) => index % step === 0).map((at) => place(own.x[at]!, own.y[at]!)),
  );
  const line = [...dots].map((at) => dot(at, 'track')).join('');
  const frozen = new Set<string>();
  for (const [number, samples] of raw.pos) {
    const { x, y, z, filled } = samples;
    const bad = new Uint8Array(x.length);
    if (markBadPositions(samples, 0, x.length, raw.car.get(number) ?? null, bad) === 0) continue;
    for (let at = 0; at < x.length && frozen.size < maxFrozen; at++) {
      const isFix = filled[at] === 0 && (x[at] !== 0 || y[at] !== 0 || z[at] !== 0);
      if (bad[at] === 1 && isFix) frozen.add(place(x[at]!, y[at]!));
    }
  }
  const points = [...frozen].map((at) => dot(at, 'bad')).join('');
  const description = `The line the cars drove; ${frozen.size} places where a position stood still while its car moved`;
  return picture({ ...frame, description }, line + points);
}

function dot(at: string, name: string): string {
  const [x, y] = at.split(',');
  return `<circle cx="${x}" cy="${y}" r="${name === 'bad' ? 4 : 1.2}" class="${name}"/>`;
}

function rangeOf(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(
    ([min, max], value) => [Math.min(min, value), Math.max(max, value)],
    [Infinity, -Infinity],
  );
}
