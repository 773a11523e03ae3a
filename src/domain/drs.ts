/** True for the DRS codes of an open flap; 8 is eligible, 0 and 1 are closed, 2, 3 and 9 are not known to mean anything. */
export function isDrsOpen(code: number): boolean {
  return code === 10 || code === 12 || code === 14;
}
