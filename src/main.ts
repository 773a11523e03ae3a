import { enableCompileCache } from 'node:module';
import { join, resolve } from 'node:path';

// Compiled sources are kept between starts; where the folder cannot be written Node goes on without.
enableCompileCache(join(resolve(import.meta.dirname, '..'), 'node_modules/.cache/slipstream/compiled'));
const { runCli } = await import('./commands/run-cli.ts');
process.exitCode = await runCli(process.argv.slice(2));
