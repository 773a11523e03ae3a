import { userInfo } from 'node:os';

/** Name of the user that runs the process, or its number where the system knows no name. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
