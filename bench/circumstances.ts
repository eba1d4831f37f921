import { readFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';

import type { FeastVenv } from '../test/support/feast-venv.ts';
import { CHECKOUT } from '../test/support/servers.ts';

/** For whoever compares numbers later. */
export function machine(): string {
  const processors = cpus();
  return `${processors[0]?.model ?? 'unknown processor'}, ${processors.length} cores, Linux ${release()}`;
}

export function versions(venv: FeastVenv): string {
  const { version } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8')) as { version: string };
  return `Salver ${version} on Node ${process.versions.node}; Feast ${venv.feastVersion} on Python ${venv.pythonVersion}`;
}
