import { inflateRawSync } from 'node:zlib';

/** A line of a `.z` topic that cannot be unpacked; the message is the reason for the report. */
export class UnpackError extends Error {
  override readonly name = 'UnpackError';
}

/** Inflated bytes a single line may have: the largest real ones have 6 kB, a key frame far below this. */
const maxInflatedBytes = 64 * 1024 * 1024;

let compressed = Buffer.allocUnsafe(64 * 1024);

function decodeBase64(text: string): Buffer {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.length - padding;
  if (digits % 4 === 1 || (padding > 0 && text.length % 4 !== 0))
    throw new UnpackError(`Base64 text is cut off: its length is ${text.length}, not a multiple of 4`);
  const bytes = Math.floor((digits * 3) / 4);
  if (compressed.length < bytes) compressed = Buffer.allocUnsafe(bytes * 2);
  const written = compressed.write(text, 0, 'base64');
  // Node skips characters outside the alphabet; the count tells.
  if (written !== bytes) throw new UnpackError('Base64 text has characters that are not Base64');
  return compressed.subarray(0, bytes);
}

/**
 * JSON bytes of a `.z` payload: Base64, then raw DEFLATE (no zlib header), a BOM stripped. Throws `UnpackError`.
 * The input is copied into one reused buffer, so only the result is allocated.
 */
export function inflateLine(base64: string): Buffer {
  const input = decodeBase64(base64);
  let bytes: Buffer;
  try {
    bytes = inflateRawSync(input, { maxOutputLength: maxInflatedBytes });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw new UnpackError(`Compressed data unpacks to more than ${maxInflatedBytes / 1024 / 1024} MiB`);
    const reason = code === 'Z_BUF_ERROR' ? 'Compressed data is cut off' : 'Compressed data is damaged';
    throw new UnpackError(`${reason}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const hasBom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return hasBom ? bytes.subarray(3) : bytes;
}
