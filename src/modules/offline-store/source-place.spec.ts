import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSource } from '../../../test/support/offline-sources.js';
import { distinctSources, sourcePlace } from './source-place.js';

let repo: string;
beforeEach(() => {
  repo = realpathSync(mkdtempSync(join(tmpdir(), 'salver-place-')));
  mkdirSync(join(repo, 'data'));
  writeFileSync(join(repo, 'data', 'a.parquet'), '');
  symlinkSync('data', join(repo, 'link'));
  symlinkSync('data/a.parquet', join(repo, 'alias.parquet'));
});
afterEach(() => rmSync(repo, { recursive: true }));

const placeOf = (uri: string) => sourcePlace(fileSource(uri), repo);
const filesOf = (...uris: string[]) => new Set(uris.map((uri) => placeOf(uri).files));
const basesOf = (...uris: string[]) => new Set(uris.map((uri) => placeOf(uri).base));

describe('the place of a source', () => {
  it('is one for a file, however it is named', () => {
    const file = join(repo, 'data', 'a.parquet');
    const spellings = ['data/a.parquet', './data//a.parquet', file, `file://${file}`];
    const links = ['link/a.parquet', 'alias.parquet', 'link/../alias.parquet'];
    expect(filesOf(...spellings, ...links)).toEqual(new Set([file]));
    expect(basesOf(...spellings, ...links)).toEqual(new Set([file]));
  });

  it('is one for a directory, and beside its patterns', () => {
    const directory = join(repo, 'data');
    expect(filesOf('data', 'data/', 'link', 'link/.')).toEqual(new Set([directory]));
    expect(basesOf('data', 'data/*.parquet', 'data/*/x.parquet', 'link/a*')).toEqual(new Set([directory]));
    expect(filesOf('data/a*', 'link/a*', './data/a*')).toEqual(new Set([join(directory, 'a*')]));
    expect(filesOf('data', 'data/a*', 'data/b*').size).toBe(3);
  });

  it('follows links as far as there is something', () => {
    expect(filesOf('data/new.parquet', 'link/new.parquet').size).toBe(1);
    expect(filesOf('data/deep/er/new.parquet', 'link/deep/er/new.parquet').size).toBe(1);
    expect(placeOf('nowhere/b.parquet').files).toBe(join(repo, 'nowhere/b.parquet'));
  });

  it('is one for objects, however their address is written', () => {
    expect(filesOf('s3://bucket/a', 'S3://bucket/a/', 's3://bucket/a//')).toEqual(new Set(['s3://bucket/a']));
    expect(basesOf('s3://bucket/a', 's3://bucket/a/*.parquet', 's3://bucket/a/x=*/*.parquet')).toEqual(
      new Set(['s3://bucket/a']),
    );
    expect(basesOf('s3://bucket', 's3://bucket/', 's3://bucket/*.parquet').size).toBe(1);
    const [one, other] = [undefined, 'http://127.0.0.1:9000'].map((s3EndpointOverride) =>
      sourcePlace(fileSource('s3://bucket/a', { s3EndpointOverride }), repo),
    );
    expect(one!.files).not.toBe(other!.files);
  });

  it('is what was registered where it is neither here nor in S3', () => {
    expect(placeOf('gs://bucket/a.parquet').files).toBe('gs://bucket/a.parquet');
    expect(placeOf('s3://').files).toBe('s3://');
    expect(sourcePlace(fileSource('', { name: 'trips', uri: undefined }), repo).files).toBe(
      'BATCH_FILE trips',
    );
  });
});

describe('sources at one place', () => {
  it('count once: the first of them', () => {
    const sources = ['data/a.parquet', 'data', 'link/a.parquet', 'data/', 's3://b/a', 's3://b/a/'].map(
      (uri) => fileSource(uri, { name: uri }),
    );
    expect(distinctSources(sources, repo).map(({ name }) => name)).toEqual([
      'data/a.parquet',
      'data',
      's3://b/a',
    ]);
  });
});
