// Plain JavaScript for any Node from 18 on: it must run before anything is installed or built.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Salver needs what came with this version: SQLite, type stripping. */
export const NEEDED_NODE_MAJOR = 24;
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const FORWARDED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];

/**
 * The pinned Node, which npm installs as a package for this platform; else the one that runs this, if it is
 * new enough; else undefined.
 */
export function findNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const file = process.platform === 'win32' ? 'node.exe' : join('bin', 'node');
  for (let folder = ROOT; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name, file);
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) break;
  }
  return Number(process.versions.node.split('.')[0]) >= NEEDED_NODE_MAJOR ? process.execPath : undefined;
}

/** Runs a program to its end, passing signals on. Resolves with its exit code, 128 + number for a signal. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    const forward = (signal) => child.kill(signal);
    for (const signal of FORWARDED_SIGNALS) process.on(signal, forward);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      for (const name of FORWARDED_SIGNALS) process.off(name, forward);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

/** The command line of Salver. */
export async function launch(args) {
  const entry = join(ROOT, 'dist', 'cli.main.js');
  const node = findNode();
  if (!node) {
    fail(
      `Salver needs Node ${NEEDED_NODE_MAJOR} or newer, and this is ${process.versions.node}.`,
      `Install Salver's packages (npm ci brings a Node of its own on Linux), or install Node ${NEEDED_NODE_MAJOR}.`,
    );
  } else if (!existsSync(entry)) {
    fail(`Salver is not built: ${entry} is missing.`, `Run: npm ci && npm run build`);
  } else {
    // The channel tells the server when this process is gone, so that none is left behind.
    process.exitCode = await run(node, [entry, ...args], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  }
}

function fail(...lines) {
  console.error(lines.join('\n'));
  process.exitCode = 1;
}
