// Makes the bundled example ready to be served: its data once, then what a user of a repo would type.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findNode, ROOT, run } from '../bin/launch.mjs';

export const EXAMPLE = join(ROOT, 'example');

/** Resolves with the exit code: that of the first step that failed, or 0. */
export async function prepareExample() {
  if (!existsSync(join(EXAMPLE, 'data', 'driver_stats.parquet'))) {
    console.log('Making the data of the example …');
    const exitCode = await run(findNode(), [fileURLToPath(import.meta.url)], { cwd: ROOT });
    if (exitCode !== 0) return exitCode;
  }
  const now = new Date().toISOString().slice(0, 19);
  for (const command of [
    ['apply', '--yes'],
    ['materialize-incremental', now],
  ]) {
    const exitCode = await run(findNode(), [join(ROOT, 'dist', 'cli.main.js'), '-c', EXAMPLE, ...command]);
    if (exitCode !== 0) return exitCode;
  }
  return 0;
}

/** This file, run by the pinned Node: makes the data. */
if (process.argv[1] && pathToFileURL(process.argv[1]).href === import.meta.url) {
  const module = join(ROOT, 'dist', 'modules', 'definitions', 'init', 'template-data.js');
  const { writeTemplateData } = await import(pathToFileURL(module).href);
  await writeTemplateData('drivers', EXAMPLE, new Date());
}
