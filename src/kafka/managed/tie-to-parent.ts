import { spawn } from 'node:child_process';
import { Socket } from 'node:net';

/**
 * Sends SIGTERM to a process when this one ends in whatever way, kill −9 included: a small shell holds the other end of
 * a pipe that the system closes then. Returns the way to let go.
 */
export function tieToParent(pid: number): () => void {
  const script = 'read -r _; kill -TERM "$1"';
  const guard = spawn('/bin/sh', ['-c', script, 'sh', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // a Ctrl-C in the terminal is for this process alone
  });
  guard.on('error', () => {}); // no /bin/sh: the broker then only ends by its stop()
  guard.unref();
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  return () => void guard.kill('SIGKILL');
}
