import { describe, expect, it } from 'vitest';
import { EmbeddingSettings } from '../../../common/config/search.config.js';
import { Deadline } from '../../../common/model/deadline.js';
import { createEmbeddingProvider } from './embedding-provider-factory.js';
import { HttpEmbeddings } from './http-embeddings.js';

const settings = (given: Partial<EmbeddingSettings> = {}) => Object.assign(new EmbeddingSettings(), given);
const SURROUNDINGS = { apiKey: null, directory: '/', log: { info: () => undefined, warn: () => undefined } };
const LOCAL = 'http://127.0.0.1:8080/v1';

describe('createEmbeddingProvider', () => {
  it.each([
    [{ provider: 'openai', model: 'm' }, settings()],
    [{ provider: 'sentence_transformers', model: 'm' }, settings({ url: LOCAL })],
    [null, settings({ url: LOCAL, model: 'm' })],
  ])('asks an API for %j', async (model, given) => {
    expect(await createEmbeddingProvider(model, given, SURROUNDINGS)).toBeInstanceOf(HttpEmbeddings);
  });

  it.each([
    [null, settings(), /^No embedding provider set and embedding_model is not configured/],
    [
      { provider: 'sentence_transformers', model: 'm' },
      settings(),
      /runs in Python.*salver\.yaml.*embedding\.model_path.*embedding\.url.*provider openai/,
    ],
    [{ provider: 'onnx', model: './m.onnx' }, settings(), /ONNX/],
  ])('says what can be done for %j', async (model, given, message) => {
    const provider = await createEmbeddingProvider(model, given, SURROUNDINGS);
    await expect(provider.embed('text', Deadline.after(1000))).rejects.toThrow(message);
  });
});
