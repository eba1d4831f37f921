import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { embeddingFiles, embeddingModelProblems } from './embedding-model.js';
import { EmbeddingSettings } from './search.config.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'salver-model-'));
  mkdirSync(join(folder, 'flat'));
  mkdirSync(join(folder, 'deep/onnx'), { recursive: true });
  const files = [
    'flat/model.onnx',
    'flat/tokenizer.json',
    'deep/onnx/model.onnx',
    'deep/tokenizer.json',
    'bare.onnx',
  ];
  for (const file of files) writeFileSync(join(folder, file), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

function problemsOf(given: Partial<EmbeddingSettings>): readonly string[] {
  const settings = Object.assign(new EmbeddingSettings(), given);
  return embeddingModelProblems(settings, folder).map(({ path, message }) => `${path}: ${message}`);
}

describe('the files of an embedding model', () => {
  it.each([
    ['flat/model.onnx', '', 'flat/tokenizer.json'],
    ['deep/onnx/model.onnx', '', 'deep/tokenizer.json'],
    ['bare.onnx', 'flat/tokenizer.json', 'flat/tokenizer.json'],
  ])('%s %s: %s', (modelPath, tokenizerPath, tokenizer) => {
    expect(embeddingFiles({ modelPath, tokenizerPath }, folder)).toEqual({
      modelPath: join(folder, modelPath),
      tokenizerPath: join(folder, tokenizer),
    });
    expect(problemsOf({ modelPath, tokenizerPath })).toEqual([]);
  });

  it('need not be there', () => {
    expect(embeddingFiles({ modelPath: '', tokenizerPath: '' }, folder)).toEqual({
      modelPath: '',
      tokenizerPath: '',
    });
    expect(problemsOf({})).toEqual([]);
  });
});

describe('what is refused', () => {
  it.each([
    [{ modelPath: 'none.onnx' }, [/model_path: there is no file .*none\.onnx$/]],
    [
      { modelPath: 'flat', tokenizerPath: 'none' },
      [/model_path: there is no file/, /tokenizer_path: there is no file/],
    ],
    [{ modelPath: 'bare.onnx' }, [/tokenizer_path: there is no file .*tokenizer\.json: put/]],
    [
      { modelPath: 'flat/model.onnx', url: 'http://localhost/v1' },
      [/model_path: embedding\.url is set, too/],
    ],
    [{ tokenizerPath: 'flat/tokenizer.json' }, [/tokenizer_path: has no effect/]],
  ])('%j', (given, messages) => {
    expect(problemsOf(given)).toEqual(messages.map((message) => expect.stringMatching(message) as string));
  });
});
