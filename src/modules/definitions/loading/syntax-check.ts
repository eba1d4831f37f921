import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ErrorPlace, markedPlace } from './error-place.js';

const CHECK_LIMIT_MS = 10_000;
const PROGRAM = `
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { pathToFileURL } from 'node:url';
import { SourceTextModule } from 'node:vm';
const file = process.argv[1];
const text = readFileSync(file, 'utf8');
const identifier = pathToFileURL(file).href;
new SourceTextModule(/ts$/.test(file) ? stripTypeScriptTypes(text) : text, { identifier });
`;

/**
 * Where a module has its syntax error: Node tells that only of a program that ends by it, so one is run that does
 * nothing but parse. Undefined when it cannot be told.
 */
export function syntaxErrorPlace(url: string): ErrorPlace | undefined {
  const { stderr } = spawnSync(
    process.execPath,
    [
      '--no-warnings',
      '--experimental-vm-modules',
      '--input-type=module',
      '--eval',
      PROGRAM,
      fileURLToPath(url),
    ],
    { encoding: 'utf8', timeout: CHECK_LIMIT_MS, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  return markedPlace(stderr);
}
