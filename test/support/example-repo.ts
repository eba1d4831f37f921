import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTemplateData } from '../../src/modules/definitions/init/template-data.ts';
import { salver } from './salver-process.ts';
import { CHECKOUT } from './servers.ts';

export interface ExampleRepo {
  readonly path: string;
  readonly remove: () => void;
}

/**
 * The bundled example as `npm start` leaves it, in a folder of its own: data made, applied and loaded by the real
 * command line. Errors: an Error with what a command printed.
 */
export async function exampleRepo(): Promise<ExampleRepo> {
  const path = mkdtempSync(join(tmpdir(), 'salver-example-'));
  const source = join(CHECKOUT, 'example');
  cpSync(source, path, { recursive: true, filter: (file) => !file.startsWith(join(source, 'data/')) });
  await writeTemplateData('drivers', path, new Date());
  await run(path, ['apply', '--yes']);
  await run(path, ['materialize-incremental', new Date().toISOString().slice(0, 19)]);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

async function run(repo: string, words: readonly string[]): Promise<void> {
  const { code, output } = await salver(['-c', repo, ...words]);
  if (code !== 0) throw new Error(`salver ${words.join(' ')} ended with ${code}:\n${output}`);
}
