import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-web';
import { InvalidValueError } from '../../../common/errors/errors.js';
import type { OnnxModelOptions } from './onnx-messages.js';
import { newTokenizer, openModel, type OpenedModel } from './onnx-runtime.js';
import { type ModelAnswer, normalizedVector, pooledVector } from './pooled-vector.js';
import { type TextTokenizer, type TokenSequence, tokenSequence } from './token-sequence.js';

const TOKENIZER_CONFIG = 'tokenizer_config.json';
/** By the names that exporters give; the first that a model has is read. */
const OUTPUTS = ['sentence_embedding', 'last_hidden_state', 'token_embeddings'];

/** What a model may ask for, made of the tokens of a text. */
const INPUTS: Readonly<Record<string, (tokens: TokenSequence) => readonly number[]>> = {
  input_ids: ({ ids }) => ids,
  attention_mask: ({ ids }) => ids.map(() => 1),
  token_type_ids: ({ types }) => types,
  position_ids: ({ ids }) => ids.map((_id, at) => at),
};

/** A model that makes vectors of texts, as sentence-transformers exports it: an ONNX file and its tokenizer. */
export class TextModel {
  private constructor(
    private readonly options: OnnxModelOptions,
    private readonly tokenizer: TextTokenizer,
    private readonly opened: OpenedModel,
    private readonly output: string,
  ) {}

  /** Errors: Error that says what is wrong with the files, or with the packages that run them. */
  static async load(options: OnnxModelOptions): Promise<TextModel> {
    const tokenizer = await loadTokenizer(options);
    const opened = await openModel(options.modelPath, options.directory).catch((error: unknown) => {
      throw new Error(`${options.modelPath} cannot be loaded: ${shortReason(error)}`, { cause: error });
    });
    checkInputs(opened.session, options.modelPath);
    const [first = ''] = opened.session.outputNames;
    const output = OUTPUTS.find((name) => opened.session.outputNames.includes(name)) ?? first;
    return new TextModel(options, tokenizer, opened, output);
  }

  /**
   * Makes the vector of a text that has as many tokens as count.
   *
   * Errors: Error that says what the model does not take, or how its answer is none.
   */
  async tryOut(): Promise<number> {
    const { maxTokens, modelPath } = this.options;
    try {
      const vector = await this.embed('a '.repeat(maxTokens));
      return vector.length;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(
        `${modelPath} does not take a text of ${maxTokens} tokens (embedding.max_tokens, which is max_seq_length in the model's sentence_bert_config.json): ${reason}`,
        { cause: error },
      );
    }
  }

  /** Errors: InvalidValueError when no vector can be made of it. */
  async embed(text: string): Promise<Float32Array> {
    const { maxTokens, pooling, normalize } = this.options;
    const tokens = tokenSequence(this.tokenizer, text, maxTokens);
    if (tokens.ids.length === 0)
      throw new InvalidValueError('the embedding model finds no words in the text');
    const vector = pooledVector(await this.run(tokens), pooling);
    if (!vector.every(Number.isFinite)) {
      throw new InvalidValueError('the embedding model makes something else than numbers of the text');
    }
    return normalize ? normalizedVector(vector) : vector;
  }

  private async run(tokens: TokenSequence): Promise<ModelAnswer> {
    const { session } = this.opened;
    const feeds = Object.fromEntries(
      session.inputNames.map((name, at) => {
        const type = session.inputMetadata[at];
        return [
          name,
          this.input(INPUTS[name]?.(tokens) ?? [], type?.isTensor === true && type.type === 'int32'),
        ];
      }),
    );
    try {
      const results = await session.run(feeds, [this.output]);
      return answerOf(results[this.output] as Tensor, tokens.ids.length, this.output);
    } catch (error) {
      if (error instanceof InvalidValueError) throw error;
      throw new InvalidValueError(`the embedding model does not take the text: ${shortReason(error)}`, {
        cause: error,
      });
    }
  }

  private input(values: readonly number[], isShort: boolean): Tensor {
    const { Tensor: TensorClass } = this.opened.runtime;
    const dims = [1, values.length];
    return isShort
      ? new TensorClass('int32', Int32Array.from(values), dims)
      : new TensorClass('int64', BigInt64Array.from(values, BigInt), dims);
  }
}

async function loadTokenizer({ tokenizerPath, directory }: OnnxModelOptions): Promise<TextTokenizer> {
  try {
    const tokenizer = JSON.parse(await readFile(tokenizerPath, 'utf8')) as object;
    const config = await readFile(join(dirname(tokenizerPath), TOKENIZER_CONFIG), 'utf8').catch(() => '{}');
    return newTokenizer(tokenizer, JSON.parse(config) as object, directory);
  } catch (error) {
    throw new Error(`${tokenizerPath} cannot be loaded: ${shortReason(error)}`, { cause: error });
  }
}

function checkInputs({ inputNames }: InferenceSession, modelPath: string): void {
  const unknown = inputNames.filter((name) => INPUTS[name] === undefined);
  if (unknown.length === 0 && inputNames.includes('input_ids')) return;
  throw new Error(
    `${modelPath} is no model for texts: it asks for ${inputNames.join(', ')}, and there is ${Object.keys(INPUTS).join(', ')}`,
  );
}

/** Errors: InvalidValueError for an answer that holds no vectors. */
function answerOf({ dims, type, data }: Tensor, tokens: number, name: string): ModelAnswer {
  const isOfText = dims.length === 2;
  const isOfTokens = dims.length === 3 && dims[1] === tokens;
  if (dims[0] === 1 && (isOfText || isOfTokens) && data instanceof Float32Array) {
    return { dims, numbers: data };
  }
  throw new InvalidValueError(
    `the embedding model answers ${name} of the type ${type} and the shape ${dims.join(' × ')}, not float32 of 1 × length or 1 × tokens × length`,
  );
}

/** Without the places in the sources of the runtime. */
function shortReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [line = ''] = message.split('\n', 1);
  return line.replace(/^.*ERROR_MESSAGE: /, '').replace(/\/\S+\/onnxruntime\/\S+ .*?\) /, '');
}
