import type { Command } from 'commander';
import type { CliContext, CommandModule } from './cli.ts';
import { checkGrafana } from './doctor/check-grafana.ts';
import { runChecks } from './doctor/run-checks.ts';
import type { CheckResult } from './doctor/check.ts';

/** `slipstream doctor`: checks this machine and says what to do; exit code 1 when something essential fails. */
export const doctorCommand: CommandModule = {
  configure(command: Command, context: () => CliContext): void {
    command
      .option(
        '--grafana [url]',
        'also look at Grafana (http://localhost:3000) and at the way from it to the bridge',
      )
      .addHelpText(
        'after',
        `
Every line is ok, warn (something optional is missing) or fail (Slipstream cannot do its main job).

Examples:
  slipstream doctor
  slipstream doctor --json
  slipstream doctor --grafana
  slipstream doctor --set kafka.bootstrap_servers=localhost:19092`,
      )
      .action(async ({ grafana }: DoctorOptions) => run(grafana, context()));
  },
};

interface DoctorOptions {
  /** Address, or true for the usual one. */
  readonly grafana?: string | true;
}

const grafanaUrl = 'http://localhost:3000';

async function run(grafana: DoctorOptions['grafana'], context: CliContext): Promise<void> {
  const config = await context.config();
  const more =
    grafana === undefined
      ? []
      : [['Grafana', checkGrafana(grafana === true ? grafanaUrl : grafana)] as const];
  const results = await runChecks({ config, signal: context.signal, environment: process.env }, more);
  const failed = results.filter(({ status }) => status === 'fail').length;
  if (failed > 0) process.exitCode = 1;
  if (context.json) {
    context.print(JSON.stringify({ isOk: failed === 0, checks: results }));
    return;
  }
  for (const result of results) context.print(describe(result));
  const warnings = results.filter(({ status }) => status === 'warn').length;
  const verdict = failed === 0 ? 'Slipstream can run here' : 'Slipstream cannot do its main job here';
  context.print(`${verdict}: ${results.length} checks, ${warnings} warnings, ${failed} failures`);
}

function describe({ name, status, found, advice }: CheckResult): string {
  const line = `${status.padEnd(4)}  ${name}: ${found}`;
  return advice === null ? line : `${line}\n      ${advice}`;
}
