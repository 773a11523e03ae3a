import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../../src/domain/errors.ts';
import { userCacheDir } from '../../src/kafka/managed/index.ts';
import type { BenchSession } from './bench-session.ts';
import type { BenchContext } from './context.ts';

export const fastf1Version = '3.9.0';

/** Python that has FastF1, for a session that FastF1 can read; null, with the reason handed in, where there is none. */
export async function fastf1For(context: BenchContext, session: BenchSession): Promise<string | null> {
  const what = `FastF1 ${fastf1Version} on the same files`;
  if (!['CarData', 'Position'].every((topic) => existsSync(join(session.folder, `${topic}.z.jsonStream`)))) {
    context.skip(what, 'the session has no car and position files');
    return null;
  }
  try {
    return await findFastF1(context);
  } catch (error) {
    if (context.signal.aborted) throw error;
    context.skip(what, messageOf(error));
    return null;
  }
}

/** Python of an environment that has FastF1; made in the user cache on first use (pip, PyPI). */
async function findFastF1({ processes, say, signal }: BenchContext): Promise<string> {
  const home = join(dirname(userCacheDir()), 'bench', `fastf1-${fastf1Version}`);
  const python = join(home, 'bin', 'python');
  const check = ['-c', `import fastf1; assert fastf1.__version__ == "${fastf1Version}"`];
  try {
    await processes.run(python, check);
    return python;
  } catch {
    signal.throwIfAborted(); // else: not there yet, or not whole
  }
  say(`installing FastF1 ${fastf1Version} from PyPI into the user cache, once`);
  try {
    await processes.run('python3', ['-m', 'venv', '--clear', home]);
  } catch (error) {
    signal.throwIfAborted();
    throw new Error('python3 with its venv module is needed', { cause: error });
  }
  await processes.run(python, [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--only-binary=:all:',
    `fastf1==${fastf1Version}`,
  ]);
  await processes.run(python, check);
  return python;
}
