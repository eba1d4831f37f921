import { dirname } from 'node:path';
import type { ConfigurationProblem } from './configuration-error.js';
import { embeddingModelProblems } from './embedding-model.js';
import type { FeatureStoreConfig } from './feature-store.js';
import type { SalverConfig } from './server.config.js';

/** What a server cannot search with: reasons not to start. */
export function searchProblems(
  { yamlPath }: Pick<FeatureStoreConfig, 'yamlPath'>,
  { embedding }: Pick<SalverConfig, 'embedding'>,
): ConfigurationProblem[] {
  return [...addressProblems(embedding.url), ...embeddingModelProblems(embedding, dirname(yamlPath))];
}

function addressProblems(address: string): ConfigurationProblem[] {
  const url = URL.parse(address);
  if (address === '' || url?.protocol === 'http:' || url?.protocol === 'https:') return [];
  const message = 'must be an address that begins with http:// or https://, as in http://127.0.0.1:8080/v1';
  return [{ path: 'salver.yaml: embedding.url', message }];
}

/** What a server should be told of its searches. */
export function searchWarnings(
  { onlineStore, embeddingModel }: Pick<FeatureStoreConfig, 'onlineStore' | 'embeddingModel'>,
  { readSemantics, embedding }: Pick<SalverConfig, 'readSemantics' | 'embedding'>,
): ConfigurationProblem[] {
  const warnings: ConfigurationProblem[] = [];
  const isSearched =
    onlineStore.type === 'sqlite' && (onlineStore.vectorEnabled || onlineStore.textSearchEnabled);
  if (isSearched && readSemantics === 'feast') {
    const path = onlineStore.vectorEnabled ? 'vector_enabled' : 'text_search_enabled';
    warnings.push({
      path: `online_store.${path}`,
      message:
        'answers of /search are as Feast gives them: the features of a row may be those of another document than its ' +
        'keys, and filters are applied to the best documents only. Set read_semantics: precise in salver.yaml for right ones',
    });
  }
  if (embeddingModel !== null && needsPython(embeddingModel.provider, embedding)) {
    warnings.push({
      path: 'embedding_model.provider',
      message: `${embeddingModel.provider} runs in Python and not in this server: set embedding.url in salver.yaml to an API like that of OpenAI that serves the model, or embedding.model_path to its ONNX file`,
    });
  }
  return warnings;
}

function needsPython(provider: string, { url, modelPath }: SalverConfig['embedding']): boolean {
  return url === '' && modelPath === '' && provider.toLowerCase() !== 'openai';
}
