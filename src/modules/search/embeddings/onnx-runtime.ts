import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-web';
import { ONNX_RUNTIMES, TOKENIZER_PACKAGE } from '../../../common/config/embedding-model.js';
import { findOptionalPackage } from '../../../common/config/optional-package.js';
import type { TextTokenizer } from './token-sequence.js';

/** What is used of ONNX Runtime; native and WebAssembly have the same. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: string | Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: new (type: 'int32' | 'int64', data: Int32Array | BigInt64Array, dims: number[]) => Tensor;
  readonly env: { readonly wasm: { numThreads?: number } };
}

interface TokenizerPackage {
  readonly Tokenizer: new (tokenizer: object, config: object) => TextTokenizer;
}

/** Names that exporters give to the file with the weights of a large model. */
const WEIGHTS_ENDINGS = ['_data', '.data'];
/** What goes wrong is told by what is thrown. */
const LOG_NOTHING = 4;

/** A model, loaded by the native runtime where that is installed. */
export interface OpenedModel {
  readonly session: InferenceSession;
  readonly runtime: OnnxRuntime;
}

/** Errors: those of the runtime, an Error when there is none. */
export async function openModel(modelPath: string, directory: string): Promise<OpenedModel> {
  const name = ONNX_RUNTIMES.find((one) => findOptionalPackage(one, directory) !== undefined);
  const runtime = load(name ?? ONNX_RUNTIMES[1], directory) as OnnxRuntime;
  const isNative = name === 'onnxruntime-node';
  // One thread for each worker: the others have requests to serve.
  if (!isNative) runtime.env.wasm.numThreads = 1;
  // Given a path, the one in WebAssembly would hold the file twice.
  const model = isNative ? modelPath : await readFile(modelPath);
  const session = await runtime.InferenceSession.create(model, {
    executionProviders: [isNative ? 'cpu' : 'wasm'],
    intraOpNumThreads: 1,
    logSeverityLevel: LOG_NOTHING,
    ...(!isNative && { externalData: weightsBeside(modelPath) }),
  });
  return { session, runtime };
}

/** Errors: those of the package, an Error when it is not there. */
export function newTokenizer(tokenizer: object, config: object, directory: string): TextTokenizer {
  const { Tokenizer } = load(TOKENIZER_PACKAGE, directory) as TokenizerPackage;
  return new Tokenizer(tokenizer, config);
}

function weightsBeside(modelPath: string): { readonly path: string; readonly data: string }[] {
  return WEIGHTS_ENDINGS.map((ending) => modelPath + ending)
    .filter((file) => existsSync(file))
    .map((file) => ({ path: basename(file), data: file }));
}

function load(name: string, directory: string): unknown {
  const path = findOptionalPackage(name, directory);
  if (path === undefined) throw new Error(`the package ${name} is not installed: npm install ${name}`);
  return createRequire(import.meta.url)(path);
}
