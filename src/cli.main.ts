import { runCommand } from './cli.js';
import { describeFailure } from './command-failure.js';
import { NO_GLOBALS } from './command-line.js';

// Whoever reads what is printed may stop reading (`| head`): the command goes on, and ends as it would have.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
// What is thrown outside of the command's own calls: in a timer, in an event.
process.on('uncaughtException', (error) => {
  const logLevel = /--log-level[= ](debug|trace)/i.exec(process.argv.join(' '))?.[1]?.toLowerCase();
  process.stderr.write(`${describeFailure(error, '', { ...NO_GLOBALS, logLevel }).text}\n`);
  process.exit(1);
});

process.exitCode = await runCommand(process.argv.slice(2));
// The launcher keeps a channel open, which would keep this process. That it is closed tells nobody anything any more.
process.removeAllListeners('disconnect');
process.disconnect?.();

/** Modules of the repository may keep something open, a server or a timer: the work is done all the same. */
const END_AFTER_MS = 1000;
setInterval(() => {
  if (process.stdout.writableLength + process.stderr.writableLength === 0) process.exit();
}, END_AFTER_MS).unref();
