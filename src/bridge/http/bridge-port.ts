import { F1Error } from '../../domain/errors.ts';
import { describePortConflict, findPortConflict, type PortConflict } from '../../util/port-owner.ts';

/** F1_BRIDGE_PORT (exit code 2) for a port that cannot be opened, with the process that has it when it is known. */
export function bridgePortError(conflict: PortConflict, cause?: unknown): F1Error {
  return new F1Error('F1_BRIDGE_PORT', `Cannot open the bridge: ${describePortConflict(conflict)}`, {
    hint: 'Stop that process, or choose another port: --bridge-port 0 takes any free one (key grafana.bridge_port)',
    exitCode: 2,
    cause,
  });
}

/**
 * Looks at a port that was asked for by name before anything else is started.
 * @throws {F1Error} F1_BRIDGE_PORT (exit code 2) with the process that has it when it is known
 */
export async function requireFreePort(port: number): Promise<void> {
  const conflict = await findPortConflict(port);
  if (conflict !== null) throw bridgePortError(conflict);
}
