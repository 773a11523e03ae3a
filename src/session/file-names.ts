import type { SessionIdentity } from '../domain/raw-session.ts';

/**
 * Start of every exported file's name: `2023_Monaco_Race`. What is unknown is left out, 'Grand Prix' is dropped and
 * whatever is not a letter, a digit, '-' or '.' inside a word becomes '_'.
 */
export function exportBaseName(identity: SessionIdentity): string {
  const event = identity.event.replace(/\bgrand prix\b/i, ' ');
  const parts = [identity.year === null ? '' : String(identity.year), event, identity.session];
  const named = parts.map(fileNamePart).filter((part) => part !== '');
  return named.length > 0 ? named.join('_') : 'session';
}

/** Two such parts, a year and an ending stay below the 255 bytes that file systems allow. */
const maxPartBytes = 90;

function fileNamePart(text: string): string {
  return Buffer.from(text.normalize('NFC'))
    .subarray(0, maxPartBytes)
    .toString('utf8')
    .replaceAll(/[^\p{L}\p{N}.-]+/gu, '_')
    .replaceAll(/^[_.-]+|[_.-]+$/g, '');
}
