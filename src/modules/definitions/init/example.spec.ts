import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeTemplateFiles } from './template.js';

const EXAMPLE = join(import.meta.dirname, '../../../../example');

it('the bundled example is what init makes of the template drivers', () => {
  const parent = mkdtempSync(join(tmpdir(), 'salver-example-'));
  try {
    const names = writeTemplateFiles('drivers', join(parent, 'repo'), 'salver_example');
    for (const name of names.filter((each) => each !== 'README.md' && each !== '.gitignore')) {
      const made = readFileSync(join(parent, 'repo', name), 'utf8');
      // The example is formatted as all of this checkout; its yaml needs no quotes.
      const example = readFileSync(join(EXAMPLE, name), 'utf8');
      expect([name, example]).toEqual([name, made.replace("'salver_example'", 'salver_example')]);
    }
  } finally {
    rmSync(parent, { recursive: true });
  }
});
