import type { EmbeddingModelConfig } from '../../../common/config/feature-store.js';
import type { SalverConfig } from '../../../common/config/server.config.js';
import type { EmbeddingProvider } from './embedding-provider.js';
import { HttpEmbeddings } from './http-embeddings.js';
import { MissingEmbeddings } from './missing-embeddings.js';

const OPENAI_URL = 'https://api.openai.com/v1';

/** Feast's words: its clients know them. */
const NOT_CONFIGURED =
  "No embedding provider set and embedding_model is not configured in feature_store.yaml. Either pass an embedding_provider to FeatureStore() or add an 'embedding_model' section to feature_store.yaml.\nExample:\n  embedding_model:\n    provider: sentence_transformers\n    model: all-MiniLM-L6-v2";

/**
 * What makes vectors of texts, as both files say.
 *
 * Shape: a model that this server cannot ask is no reason not to start: the other routes do without. Its texts are
 *        refused with what can be done.
 */
export function createEmbeddingProvider(
  model: EmbeddingModelConfig | null,
  { url, model: servedModel, timeoutMs, retries, maxConcurrent }: SalverConfig['embedding'],
  apiKey: string | null,
): EmbeddingProvider {
  const name = servedModel || model?.model;
  if (!name) return new MissingEmbeddings(NOT_CONFIGURED);
  const provider = (model?.provider ?? 'openai').toLowerCase();
  const address = url || (provider === 'openai' ? OPENAI_URL : '');
  if (address === '') return new MissingEmbeddings(choices(provider, name));
  return new HttpEmbeddings({
    url: new URL(address),
    model: name,
    apiKey,
    timeoutMs,
    retries,
    maxConcurrent,
  });
}

function choices(provider: string, model: string): string {
  return (
    `embedding_model names the provider ${provider}, which runs in Python and not in this server. Serve the model ${model} ` +
    'by anything that has an API like that of OpenAI (text-embeddings-inference, vLLM, Ollama, llama.cpp) and set ' +
    'embedding.url in salver.yaml to its address, as in http://127.0.0.1:8080/v1; or set the provider openai. Models of ' +
    'ONNX files are not run by this server either'
  );
}
