/** Error code of the system ('ENOENT', 'EADDRINUSE') in anything thrown, or null when it has none. */
export function errnoOf(error: unknown): string | null {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : null;
}
