import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { ConfigurationProblem } from './configuration-error.js';
import { findOptionalPackage } from './optional-package.js';
import type { EmbeddingSettings } from './search.config.js';

const TOKENIZER_FILE = 'tokenizer.json';

/** Runs ONNX files; what is first is taken where it is installed. */
export const ONNX_RUNTIMES = ['onnxruntime-node', 'onnxruntime-web'] as const;
export const TOKENIZER_PACKAGE = '@huggingface/tokenizers';

type Paths = Pick<EmbeddingSettings, 'modelPath' | 'tokenizerPath'>;

/** The files of the model that this server runs itself, absolute; both empty when there is none. */
export function embeddingFiles({ modelPath, tokenizerPath }: Paths, directory: string): Paths {
  if (modelPath === '') return { modelPath, tokenizerPath: '' };
  const model = resolve(directory, modelPath);
  if (tokenizerPath !== '') return { modelPath: model, tokenizerPath: resolve(directory, tokenizerPath) };
  const [beside, above] = [dirname(model), dirname(dirname(model))].map((folder) =>
    join(folder, TOKENIZER_FILE),
  ) as [string, string];
  return { modelPath: model, tokenizerPath: !existsSync(beside) && existsSync(above) ? above : beside };
}

/** Why this server cannot run the model that is named; what is in the files is seen by those who load them. */
export function embeddingModelProblems(
  settings: EmbeddingSettings,
  directory: string,
): ConfigurationProblem[] {
  if (settings.modelPath === '') {
    const message = 'has no effect without embedding.model_path';
    return settings.tokenizerPath === '' ? [] : [problem('tokenizer_path', message)];
  }
  const { modelPath, tokenizerPath } = embeddingFiles(settings, directory);
  const problems: ConfigurationProblem[] = [];
  if (settings.url !== '') {
    problems.push(problem('model_path', 'embedding.url is set, too: leave one of them out'));
  }
  const hasModel = isFile(modelPath);
  if (!hasModel) problems.push(problem('model_path', `there is no file ${modelPath}`));
  // Where it would be is not known before the model is found.
  if ((hasModel || settings.tokenizerPath !== '') && !isFile(tokenizerPath)) {
    problems.push(problem('tokenizer_path', noTokenizer(tokenizerPath)));
  }
  const missing = missingPackages(directory);
  if (missing.length > 0) {
    const names = missing.join(' ');
    problems.push(
      problem(
        'model_path',
        `to run it, packages are missing: npm install ${names} in ${directory}, or beside Salver`,
      ),
    );
  }
  return problems;
}

function noTokenizer(path: string): string {
  return `there is no file ${path}: put the ${TOKENIZER_FILE} of the model beside it or into the folder above, or say where it is`;
}

function missingPackages(directory: string): readonly string[] {
  const isMissing = (name: string): boolean => findOptionalPackage(name, directory) === undefined;
  return [
    ...(ONNX_RUNTIMES.every(isMissing) ? ['onnxruntime-web'] : []),
    ...(isMissing(TOKENIZER_PACKAGE) ? [TOKENIZER_PACKAGE] : []),
  ];
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function problem(key: string, message: string): ConfigurationProblem {
  return { path: `salver.yaml: embedding.${key}`, message };
}
