import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findOptionalPackage } from './optional-package.js';

let folder: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'salver-package-')));
  for (const name of ['only-here', 'class-validator']) {
    mkdirSync(join(folder, 'node_modules', name), { recursive: true });
    writeFileSync(join(folder, 'node_modules', name, 'index.js'), '');
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

it('finds a package of the repository', () => {
  expect(findOptionalPackage('only-here', folder)).toBe(join(folder, 'node_modules/only-here/index.js'));
});

it('takes that beside Salver where both are', () => {
  expect(findOptionalPackage('class-validator', folder)).not.toContain(folder);
  expect(findOptionalPackage('class-validator', folder)).toMatch(/node_modules\/class-validator/);
});

it('says when there is none', () => {
  expect(findOptionalPackage('not-installed-anywhere', folder)).toBeUndefined();
});
