import { runCommand } from './cli.js';

process.exitCode = await runCommand(process.argv.slice(2));
// The launcher keeps a channel open, which would keep this process.
process.disconnect?.();
