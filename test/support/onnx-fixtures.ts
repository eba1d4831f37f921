import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from './servers.js';

/* Small models, and what other implementations make of them: test/fixtures/onnx/README.md. */

const FOLDER = join(CHECKOUT, 'test/fixtures/onnx');

export type ModelName = 'words' | 'external' | 'sentence' | 'endless';
type VectorName = 'mean' | 'mean as it is' | 'cls' | 'cls as it is';

export interface ExpectedEmbeddings {
  readonly folder: ModelName;
  readonly maxTokens: number;
  readonly texts: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    readonly vectors: Readonly<Record<VectorName, readonly number[]>>;
  }[];
}

export interface ExpectedTrip {
  readonly kilometres: number;
  readonly rushHour: boolean;
  readonly vehicle: string;
  readonly pace: number;
  readonly minutes: number;
}

export const EXPECTED_EMBEDDINGS = expected('embeddings') as readonly ExpectedEmbeddings[];
export const EXPECTED_TRIPS = expected('trips') as readonly ExpectedTrip[];

export function modelFiles(name: ModelName): { readonly modelPath: string; readonly tokenizerPath: string } {
  return {
    modelPath: join(FOLDER, name, 'model.onnx'),
    tokenizerPath: join(FOLDER, name, 'tokenizer.json'),
  };
}

export function expectedOf(name: ModelName): ExpectedEmbeddings {
  const found = EXPECTED_EMBEDDINGS.find(({ folder }) => folder === name);
  if (!found) throw new Error(`nothing is known of ${name}`);
  return found;
}

function expected(name: string): unknown {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.expected.json`), 'utf8'));
}
