import { F1Error, messageOf } from '../../domain/errors.ts';
import { noLog } from '../../domain/log.ts';
import { resolveSession } from '../../source/index.ts';
import { ok, warn } from './check.ts';
import type { Check } from './check.ts';

/** Whether the configured race can be opened: a local copy, the cache, or the archive within the probe time-out. */
export const checkRace: Check = async ({ config, signal }) => {
  const { race, source } = config;
  const spec = `${race.year}/${race.grand_prix}/${race.session}`;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(source.probe_timeout_ms * 2)]);
  const name = 'Configured race';
  try {
    const options = { config, log: noLog, signal: limit, timeoutMs: source.probe_timeout_ms };
    const ref = await resolveSession(spec, options);
    const state = await ref.fingerprint();
    const where = state === 'absent' ? `to be downloaded from ${ref.location}` : `at hand (${ref.location})`;
    return [ok(name, `${ref.title}, ${where}`)];
  } catch (error) {
    signal.throwIfAborted();
    const advice = error instanceof F1Error && error.exitCode === 2 ? error.hint : '';
    const fallback = 'slipstream start plays the simulated race meanwhile';
    return [
      warn(
        name,
        `${spec} cannot be opened: ${messageOf(error)}`,
        advice === '' ? fallback : `${advice} – ${fallback}`,
      ),
    ];
  }
};
