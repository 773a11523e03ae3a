import type { OnProgress, Progress } from '../domain/log.ts';

const redrawMs = 100;

export interface ProgressLine {
  readonly onProgress: OnProgress;
  /** Clears the line; call before anything else is printed. */
  close(): void;
}

/** One line on stderr that follows long work; silent in pipes and with `--quiet`. */
export function createProgressLine(quiet: boolean): ProgressLine {
  const { stderr } = process;
  if (quiet || !stderr.isTTY) return { onProgress: () => {}, close: () => {} };
  let drawnMs = 0;
  let isShown = false;
  return {
    onProgress: (progress) => {
      const nowMs = performance.now();
      if (nowMs - drawnMs < redrawMs) return;
      drawnMs = nowMs;
      isShown = true;
      stderr.write(`\r\u001B[K${progressText(progress).slice(0, (stderr.columns || 80) - 1)}`);
    },
    close: () => {
      if (isShown) stderr.write('\r\u001B[K');
      isShown = false;
    },
  };
}

/** `read CarData.z.jsonStream 45 % of 22.3 MB, 2 s left`. */
export function progressText({ stage, file, done, total, unit, etaSeconds }: Progress): string {
  const amount = (count: number): string =>
    unit === 'bytes' ? formatBytes(count) : `${count.toLocaleString('en')} ${unit}`;
  const share = total === null || total === 0 ? null : Math.min(100, Math.floor((100 * done) / total));
  const parts = [
    stage,
    file,
    share === null ? (done > 0 ? amount(done) : null) : `${share} % of ${amount(total!)}`,
  ];
  const left = etaSeconds === null ? '' : `, ${Math.ceil(etaSeconds)} s left`;
  return parts.filter((part) => part !== null).join(' ') + left;
}

/** Bytes for people, powers of 1000: `22.3 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(2)} GB`;
}
