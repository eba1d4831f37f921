import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSource } from '../../../test/support/journal-folder.js';
import { sourcePlace } from './source-place.js';

let repo: string;
beforeEach(() => {
  repo = mkdtempSync(join(tmpdir(), 'salver-place-'));
  mkdirSync(join(repo, 'data'));
  writeFileSync(join(repo, 'data', 'a.parquet'), '');
  symlinkSync('data', join(repo, 'link'));
});
afterEach(() => rmSync(repo, { recursive: true }));

const placeOf = (uri: string | undefined) => sourcePlace(fileSource('trips', { uri }), repo);

describe('the place of a source', () => {
  it('is one, however it is named', () => {
    const file = join(repo, 'data', 'a.parquet');
    for (const uri of ['data/a.parquet', './data//a.parquet', file, `file://${file}`, 'link/a.parquet']) {
      expect(placeOf(uri)).toBe(file);
    }
    for (const uri of ['data', 'data/', 'data/*.parquet', 'data/*/x.parquet', 'link/a*']) {
      expect(placeOf(uri)).toBe(join(repo, 'data'));
    }
  });

  it('is what was registered where it is not on this machine, or not there', () => {
    expect(placeOf('s3://bucket/a.parquet')).toBe('s3://bucket/a.parquet');
    expect(placeOf('nowhere/b.parquet')).toBe(join(repo, 'nowhere/b.parquet'));
    expect(placeOf(undefined)).toBe('BATCH_FILE trips');
  });
});
