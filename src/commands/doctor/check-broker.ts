import { messageOf, F1Error } from '../../domain/errors.ts';
import { checkAdvertised, securityOptions } from '../../kafka/index.ts';
import {
  failingLeg,
  joinServer,
  probeBroker,
  removeProbeTopic,
  splitServer,
  tryConnect,
} from '../../kafka/managed/index.ts';
import { ok, warn } from './check.ts';
import type { Check, CheckResult } from './check.ts';

const connectTimeoutMs = 1500;
/** Above this, time stamps of rows and of the broker cannot be compared any more. */
const clockWarnMs = 2000;

/** The configured broker: open, every advertised address reachable, usable, clocks alike. */
export const checkBroker: Check = async ({ config, signal }) => {
  const { bootstrap_servers: bootstrap, client_id: clientId, security } = config.kafka;
  const name = 'Broker';
  const servers = bootstrap.split(',').map((server) => splitServer(server.trim()));
  const reasons = await Promise.all(
    servers.map(({ host, port }) => tryConnect(host, port, connectTimeoutMs)),
  );
  if (!reasons.includes(null)) {
    const found = `none at ${bootstrap} (${[...new Set(reasons)].join(', ')})`;
    return [
      warn(
        name,
        found,
        'Run: slipstream kafka start – or work without: --broker embedded, which auto does by itself',
      ),
    ];
  }
  try {
    await checkAdvertised({ bootstrapServers: bootstrap, clientId, security });
  } catch (error) {
    const advice = error instanceof F1Error ? error.hint : 'Run it again with --verbose';
    return [warn(name, messageOf(error), advice)];
  }
  const connection = await securityOptions(security, servers);
  const probe = await probeBroker({ bootstrap, connection, signal });
  if (probe.madeTopic) await removeProbeTopic({ bootstrap, connection }).catch(() => {}); // it is empty of meaning and small
  const failing = failingLeg(probe);
  if (failing !== null)
    return [
      warn(name, `${bootstrap} answers, but is not usable: ${failing}`, 'Look into its log, restart it'),
    ];
  const addresses = probe.brokers.map(joinServer).join(', ');
  const tookMs = probe.legs.reduce((sum, leg) => sum + leg.tookMs, 0);
  return [
    ok(
      name,
      `${bootstrap} is usable (cluster ${probe.clusterId}, clients use ${addresses}, 3 round trips in ${tookMs.toFixed(0)} ms)`,
    ),
    describeClock(probe.clockDifferenceMs),
  ];
};

/** The line on the clock of the broker: its clock minus ours in ms, null when it did not say. */
export function describeClock(differenceMs: number | null): CheckResult {
  const name = 'Broker clock';
  if (differenceMs === null)
    return warn(name, 'not known: the broker does not stamp records itself', 'Compare the clocks by hand');
  const seconds = (Math.abs(differenceMs) / 1000).toFixed(1);
  if (Math.abs(differenceMs) < clockWarnMs) return ok(name, `${seconds} s apart from ours`);
  const side = differenceMs > 0 ? 'ahead of' : 'behind';
  const advice =
    'Set both clocks by NTP: a broker refuses records that are more than an hour ahead of its own clock';
  return warn(name, `${seconds} s ${side} ours`, advice);
}
