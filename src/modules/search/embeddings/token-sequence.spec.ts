import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { EXPECTED_EMBEDDINGS, type ModelName, modelFiles } from '../../../../test/support/onnx-fixtures.js';
import { tokenSequence } from './token-sequence.js';

function tokenizerOf(name: ModelName): Tokenizer {
  return new Tokenizer(JSON.parse(readFileSync(modelFiles(name).tokenizerPath, 'utf8')) as object, {});
}

describe.each(EXPECTED_EMBEDDINGS)(
  'tokens of $folder, at most $maxTokens',
  ({ folder, maxTokens, texts }) => {
    it.each(texts)('are those of the reference: $text', ({ text, ids }) => {
      expect(tokenSequence(tokenizerOf(folder), text, maxTokens)).toEqual({ ids, types: ids.map(() => 0) });
    });
  },
);

describe('tokenSequence', () => {
  const words = tokenizerOf('words');

  it('keeps the tokens around the text, however few there may be', () => {
    expect(tokenSequence(words, 'red green blue', 3).ids).toEqual([2, 5, 3]);
    expect(tokenSequence(words, 'red green blue', 5).ids).toEqual([2, 5, 6, 7, 3]);
  });

  it('is not held up by a text without end', () => {
    const startedMs = performance.now();
    expect(tokenSequence(words, 'red '.repeat(5_000_000), 16).ids).toHaveLength(16);
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });

  it('takes half a character for none', () => {
    expect(tokenSequence(words, 'red \ud83d', 16).ids).toEqual(tokenSequence(words, 'red \ufffd', 16).ids);
  });
});
