import { IsBoolean, IsIn, IsInt, IsNotEmpty, IsString, Max, Min } from './setting-rules.js';

/** A timer of Node cannot wait longer. */
const MAX_TIMER_MS = 2_147_483_647;

const POOLINGS = ['mean', 'cls'] as const;

/** How the vectors of the tokens of a text become one: their mean, or that of the first token. */
export type Pooling = (typeof POOLINGS)[number];

/** `/search`, `/retrieve-online-documents` and `/v1/vector_stores`. */
export class SearchSettings {
  /** Documents of one answer. */
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  maxTopK = 4096;

  /** Memory of one worker for indexes. */
  @IsInt()
  @Min(1)
  indexBytes = 1_073_741_824;

  /** How old an index may be when a search uses it; 0: a search finds all that was stored before it. */
  @IsInt()
  @Min(0)
  @Max(MAX_TIMER_MS)
  maxStalenessMs = 0;

  /** Whether sqlite-vec is loaded where it can be; the answers are the same without it. */
  @IsBoolean()
  sqliteVec = true;
}

/** Makes the vector of a text, beside `embedding_model` of `feature_store.yaml`. */
export class EmbeddingSettings {
  /** Base address of an API like that of OpenAI, up to `/v1`; empty: that of OpenAI itself, for the provider openai. */
  @IsString()
  url = '';

  /** The model by the name that the API knows; empty: that of `embedding_model`. */
  @IsString()
  model = '';

  /** The variable that holds the key of the API. */
  @IsString()
  @IsNotEmpty()
  apiKeyVariable = 'OPENAI_API_KEY';

  /** An ONNX file that this server runs itself, relative to `feature_store.yaml`; empty: none. */
  @IsString()
  modelPath = '';

  /** The `tokenizer.json` of that model; empty: the one beside it, or in the folder above. */
  @IsString()
  tokenizerPath = '';

  /** For a model whose answer is a vector for each token. */
  @IsIn(POOLINGS)
  pooling: Pooling = 'mean';

  /** Whether vectors are made to have the length 1. */
  @IsBoolean()
  normalize = true;

  /** So many tokens of a text count, those that the tokenizer adds among them; what is behind is left out. */
  @IsInt()
  @Min(3)
  @Max(1_000_000)
  maxTokens = 256;

  /** Of a call, or of a run of the model. */
  @IsInt()
  @Min(1)
  @Max(MAX_TIMER_MS)
  timeoutMs = 3000;

  /** How often more a call is tried that found the API down or too busy. */
  @IsInt()
  @Min(0)
  @Max(10)
  retries = 2;

  /** Calls of one worker at a time; as many again, times eight, may wait. */
  @IsInt()
  @Min(1)
  @Max(10_000)
  maxConcurrent = 8;
}
