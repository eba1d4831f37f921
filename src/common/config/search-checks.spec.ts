import { describe, expect, it } from 'vitest';
import type { FeatureStoreConfig, SqliteOnlineStoreConfig } from './feature-store.js';
import { searchProblems, searchWarnings } from './search-checks.js';
import { EmbeddingSettings } from './search.config.js';

const SQLITE: SqliteOnlineStoreConfig = {
  type: 'sqlite',
  path: '/store.db',
  writtenPath: 'store.db',
  vectorEnabled: false,
  similarity: null,
  textSearchEnabled: false,
  enableOpenaiCompatibleStore: false,
};

function embedding(url: string): EmbeddingSettings {
  return Object.assign(new EmbeddingSettings(), { url });
}

describe('searchProblems', () => {
  it.each(['', 'http://127.0.0.1:8080/v1', 'https://models.example/v1/'])('takes the address %j', (url) => {
    expect(searchProblems({ yamlPath: '/feature_store.yaml' }, { embedding: embedding(url) })).toEqual([]);
  });

  it.each(['model.onnx', 'file:///model.onnx', '127.0.0.1:8080', 'http://'])('refuses %j', (url) => {
    expect(
      searchProblems({ yamlPath: '/feature_store.yaml' }, { embedding: embedding(url) }).map(
        ({ path }) => path,
      ),
    ).toEqual(['salver.yaml: embedding.url']);
  });
});

describe('searchWarnings', () => {
  const warned = (
    store: Partial<FeatureStoreConfig>,
    readSemantics: 'feast' | 'precise' = 'precise',
    given: Partial<EmbeddingSettings> = {},
  ): string[] =>
    searchWarnings(
      { onlineStore: SQLITE, embeddingModel: null, ...store },
      { readSemantics, embedding: Object.assign(new EmbeddingSettings(), given) },
    ).map(({ path }) => path);

  it('says where answers are like those of Feast, mistakes included', () => {
    expect(warned({ onlineStore: { ...SQLITE, vectorEnabled: true } }, 'feast')).toEqual([
      'online_store.vector_enabled',
    ]);
    expect(warned({ onlineStore: { ...SQLITE, textSearchEnabled: true } }, 'feast')).toEqual([
      'online_store.text_search_enabled',
    ]);
    expect(warned({ onlineStore: { ...SQLITE, vectorEnabled: true } }, 'precise')).toEqual([]);
    expect(warned({}, 'feast')).toEqual([]);
  });

  it('says that a model of Python needs an address or a file', () => {
    const embeddingModel = { provider: 'sentence_transformers', model: 'm' };
    expect(warned({ embeddingModel })).toEqual(['embedding_model.provider']);
    expect(warned({ embeddingModel }, 'precise', { url: 'http://127.0.0.1:8080/v1' })).toEqual([]);
    expect(warned({ embeddingModel }, 'precise', { modelPath: 'model.onnx' })).toEqual([]);
    expect(warned({ embeddingModel: { provider: 'OpenAI', model: 'm' } })).toEqual([]);
  });
});
