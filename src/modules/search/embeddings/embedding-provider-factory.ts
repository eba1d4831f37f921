import type { EmbeddingModelConfig } from '../../../common/config/feature-store.js';
import type { SalverConfig } from '../../../common/config/server.config.js';
import { WAITING_PER_SLOT } from './call-slots.js';
import type { EmbeddingProvider } from './embedding-provider.js';
import { HttpEmbeddings } from './http-embeddings.js';
import { MissingEmbeddings } from './missing-embeddings.js';
import { OnnxEmbeddings, type OnnxEmbeddingsOptions } from './onnx-embeddings.js';

const OPENAI_URL = 'https://api.openai.com/v1';

/** Feast's words: its clients know them. */
const NOT_CONFIGURED =
  "No embedding provider set and embedding_model is not configured in feature_store.yaml. Either pass an embedding_provider to FeatureStore() or add an 'embedding_model' section to feature_store.yaml.\nExample:\n  embedding_model:\n    provider: sentence_transformers\n    model: all-MiniLM-L6-v2";

/** What a provider is made of besides what both files say. */
export interface EmbeddingSurroundings {
  readonly apiKey: string | null;
  /** The folder of `feature_store.yaml`. */
  readonly directory: string;
  readonly log: OnnxEmbeddingsOptions['log'];
}

/**
 * What makes vectors of texts, as both files say: a model of a file, or one behind an API. A model of a file is loaded then.
 *
 * Shape: a model that this server cannot ask is no reason not to start: the other routes do without. Its texts are
 *        refused with what can be done.
 */
export async function createEmbeddingProvider(
  model: EmbeddingModelConfig | null,
  settings: SalverConfig['embedding'],
  { apiKey, directory, log }: EmbeddingSurroundings,
): Promise<EmbeddingProvider> {
  const { url, timeoutMs, retries, maxConcurrent } = settings;
  if (settings.modelPath !== '') {
    const { modelPath, tokenizerPath, pooling, normalize, maxTokens } = settings;
    const provider = new OnnxEmbeddings({
      model: { modelPath, tokenizerPath, pooling, normalize, maxTokens, directory },
      timeoutMs,
      mostWaiting: WAITING_PER_SLOT * maxConcurrent,
      log,
    });
    await provider.load();
    return provider;
  }
  const name = settings.model || model?.model;
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
    `embedding_model names the provider ${provider}, which runs in Python and not in this server. Choose, in salver.yaml: ` +
    `embedding.model_path, the ONNX file of the model ${model} (with its tokenizer.json), which this server runs itself; or ` +
    'embedding.url, the address of anything that serves the model with an API like that of OpenAI ' +
    '(text-embeddings-inference, vLLM, Ollama, llama.cpp), as in http://127.0.0.1:8080/v1. Or set the provider openai in ' +
    'feature_store.yaml'
  );
}
