import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CompiledModules } from '../../../../test/support/compiled-modules.js';
import { expectedOf, type ModelName, modelFiles } from '../../../../test/support/onnx-fixtures.js';
import { CHECKOUT } from '../../../../test/support/servers.js';
import { Deadline } from '../../../common/model/deadline.js';
import type * as Threaded from './onnx-embeddings.js';
import type { OnnxModelOptions } from './onnx-messages.js';

const SOURCE = 'src/modules/search/embeddings/onnx-embeddings.ts';
const THREAD = 'src/modules/search/embeddings/onnx-embeddings.worker.ts';

let modules: CompiledModules | undefined;
let compiled: typeof Threaded | undefined;
let folder: string;
const opened: Threaded.OnnxEmbeddings[] = [];

beforeAll(async () => {
  // A thread runs what the build makes: it is not under the test runner, which reads TypeScript.
  modules = await CompiledModules.compile([SOURCE, THREAD]);
  compiled = (await import(pathToFileURL(modules.pathOf(SOURCE)).href)) as typeof Threaded;
  folder = mkdtempSync(join(tmpdir(), 'salver-onnx-'));
}, 60_000);
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});
afterAll(() => {
  modules?.remove();
  rmSync(folder, { recursive: true });
});

interface Given extends Partial<OnnxModelOptions> {
  readonly timeoutMs?: number;
  readonly mostWaiting?: number;
}

async function load(name: ModelName, { timeoutMs = 5000, mostWaiting = 64, ...model }: Given = {}) {
  if (compiled === undefined) throw new Error('not compiled');
  const told: string[] = [];
  const log = { info: (text: string) => told.push(text), warn: (text: string) => told.push(text) };
  const options = { pooling: 'mean', normalize: true, maxTokens: 16, directory: folder } as const;
  const embeddings = new compiled.OnnxEmbeddings({
    model: { ...modelFiles(name), ...options, ...model },
    timeoutMs,
    mostWaiting,
    log,
  });
  opened.push(embeddings);
  await embeddings.load();
  return { embeddings, told };
}

const soon = (): Deadline => Deadline.after(20_000);

describe('vectors', () => {
  it.each([
    { name: 'words', pooling: 'mean', normalize: true, expected: 'mean', length: 4 },
    { name: 'external', pooling: 'cls', normalize: false, expected: 'cls as it is', length: 4 },
    { name: 'sentence', pooling: 'mean', normalize: true, expected: 'mean', length: 6 },
  ] as const)('of $name are those of the reference ($expected)', async (model) => {
    const { maxTokens, texts } = expectedOf(model.name);
    const { pooling, normalize } = model;
    const { embeddings, told } = await load(model.name, { pooling, normalize, maxTokens });
    const found = await Promise.all(texts.map(({ text }) => embeddings.embed(text, soon())));
    expect(told).toEqual([expect.stringContaining(`vectors have ${model.length} numbers`)]);
    expect(texts.length).toBeGreaterThan(5);
    for (const [at, { vectors }] of texts.entries()) {
      expect(found[at]).toEqual(vectors[model.expected].map((value) => expect.closeTo(value, 5) as number));
    }
  });
});

describe('a model that cannot be used', () => {
  const broken = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const cases: readonly [string, () => Given, RegExp][] = [
    [
      'is no model',
      () => ({ modelPath: broken('m.onnx', 'garbage') }),
      /m\.onnx cannot be loaded: .*[Pp]rotobuf/,
    ],
    [
      'is not for texts',
      () => ({ modelPath: join(CHECKOUT, 'templates/onnx/trip_minutes.onnx') }),
      /is no model for texts: it asks for trips/,
    ],
    [
      'has no tokenizer',
      () => ({ tokenizerPath: broken('t.json', '{') }),
      /t\.json cannot be loaded: .*JSON/,
    ],
    ['has half a tokenizer', () => ({ tokenizerPath: broken('h.json', '{}') }), /h\.json cannot be loaded/],
    [
      'takes fewer tokens',
      () => ({ maxTokens: 17 }),
      /a text of 17 tokens \(embedding\.max_tokens.*16 by 17/,
    ],
  ];

  it.each(cases)('%s', async (_what, given, message) => {
    const { embeddings, told } = await load('words', given());
    expect(told).toEqual([expect.stringMatching(message)]);
    expect(told[0]).not.toMatch(/\n|\.cc:|\.h:/);
    await expect(embeddings.embed('red', soon())).rejects.toThrow(message);
  });
});

describe('a text that takes too long', () => {
  it('is not waited for beyond its deadline; at the limit of the model its thread is replaced', async () => {
    const { embeddings, told } = await load('endless', { timeoutMs: 1000, mostWaiting: 2 });
    const texts = ['endless', 'red', 'red', 'red'];
    const startedMs = performance.now();
    const ends = await Promise.allSettled(texts.map((text) => embeddings.embed(text, Deadline.after(200))));
    expect(performance.now() - startedMs).toBeLessThan(900);
    expect(ends.map((end) => (end.status === 'rejected' ? String(end.reason) : 'a vector'))).toEqual([
      expect.stringMatching(/before the time was up/),
      expect.stringMatching(/time was up/),
      expect.stringMatching(/time was up/),
      expect.stringMatching(/too many texts wait/),
    ]);
    expect(told).toHaveLength(1);
    await expect.poll(() => told.length, { timeout: 10_000 }).toBe(2);
    expect(told[1]).toMatch(/ended and is replaced: it had no vector within 1000 ms/);
    await expect(embeddings.embed('red apple', soon())).resolves.toHaveLength(4);
    embeddings.close();
    await expect(embeddings.embed('red', soon())).rejects.toThrow(/the server ends/);
    expect(told).toHaveLength(2);
  });
});
