import { pathToFileURL } from 'node:url';
import type { DefinitionProblem } from '../definition-problem.js';
import { calledPlace, type ErrorPlace, markedPlace } from './error-place.js';
import { exportedNames } from './exported-names.js';
import type { LoadContext } from './load-context.js';
import { LoadFailure } from './load-failure.js';
import { missingExportMessage } from './missing-export-message.js';
import { SALVER_URL } from './repo-sources.js';
import { importPosition } from './source-place.js';
import { syntaxErrorPlace } from './syntax-check.js';
import { syntaxMessage, unsupportedSyntaxMessage } from './syntax-message.js';
import { uninitializedMessage } from './uninitialized-message.js';

const NOT_IN_MODULES: Readonly<Record<string, string>> = {
  require: `require is not there in ES modules: write import … from '…'`,
  module:
    'module.exports is not there in ES modules: write export const, or rename the file to .cjs when it defines nothing',
  exports:
    'exports is not there in ES modules: write export const, or rename the file to .cjs when it defines nothing',
  __dirname: '__dirname is not there in ES modules: write import.meta.dirname',
  __filename: '__filename is not there in ES modules: write import.meta.filename',
};

/** Tells what failed where its author finds it: the place in their own file, no stack trace. */
export function failureProblem(error: unknown, context: LoadContext): DefinitionProblem {
  if (error instanceof LoadFailure) return error.problem;
  if (!(error instanceof Error)) {
    const message = `threw ${JSON.stringify(error) ?? String(error)} while it was loaded, which is not an error`;
    return context.sources.problem(context.entry, undefined, message);
  }
  return parserProblem(error, context) ?? packageProblem(error, context) ?? thrownProblem(error, context);
}

function parserProblem(error: Error, context: LoadContext): DefinitionProblem | undefined {
  if (!(error instanceof SyntaxError)) return undefined;
  const stack = error.stack ?? '';
  const marked = markedPlace(stack);
  if (marked) return problemAt(marked, markedMessage(error, marked, context), context);
  const { lastRead } = context.hooks;
  if (lastRead === undefined || calledPlace(stack, (url) => context.sources.isOwn(url))) return undefined;
  const place = syntaxErrorPlace(lastRead);
  if (!place) return context.sources.problem(lastRead, undefined, syntaxMessage(error.message, ''));
  return problemAt(place, syntaxMessage(error.message, textFrom(place, context)), context);
}

function markedMessage(error: Error, place: ErrorPlace, context: LoadContext): string {
  if ('code' in error && error.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')
    return unsupportedSyntaxMessage(error.message);
  return (
    missingExportMessage(error.message, place, context) ??
    syntaxMessage(error.message, textFrom(place, context))
  );
}

function textFrom({ url, position }: ErrorPlace, { sources }: LoadContext): string {
  return (
    sources
      .textOf(url)
      .split('\n')
      [position.line - 1]?.slice(position.column - 1) ?? ''
  );
}

/** TypeScript of a package: told where the package is imported. */
function packageProblem(error: Error, { sources, hooks, entry }: LoadContext): DefinitionProblem | undefined {
  if (!('code' in error) || error.code !== 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING') return undefined;
  const [, place = ''] = /"([^"]+)"$/.exec(error.message) ?? [];
  const url = place.startsWith('file:') ? place : pathToFileURL(place).href;
  const importer = hooks.graph.importerOf(url);
  const name = sources.nameOf(url);
  const refusal = `'${name}' is TypeScript below node_modules, where Node does not take the types away`;
  if (!importer) return sources.problem(entry, undefined, `${refusal}: move the repo to another folder`);
  const remedy =
    'use a package that ships JavaScript, or import the file from a folder that is not called node_modules';
  const position = importPosition(sources.textOf(importer.url), importer.specifier);
  return sources.problem(importer.url, position, `${refusal}: ${remedy}`);
}

function thrownProblem(error: Error, context: LoadContext): DefinitionProblem {
  const place = calledPlace(error.stack ?? '', (url) => context.sources.isOwn(url));
  const message = thrownMessage(error, place, context);
  return place
    ? problemAt(place, message, context)
    : context.sources.problem(context.entry, undefined, message);
}

function thrownMessage(error: Error, place: ErrorPlace | undefined, context: LoadContext): string {
  const [, missing = ''] = /^(\w+) is not defined in ES module scope/.exec(error.message) ?? [];
  const known = NOT_IN_MODULES[missing];
  if (known !== undefined) return known;
  const [, name] = /^Cannot access '(.+)' before initialization$/.exec(error.message) ?? [];
  if (name !== undefined && place) return uninitializedMessage(name, place.url, context);
  const isPlain = error.name === 'Error' || !(error.name in globalThis);
  return forgottenImport(error, context) ?? (isPlain ? error.message : `${error.name}: ${error.message}`);
}

function forgottenImport(error: Error, { sources }: LoadContext): string | undefined {
  const [, name] = /^(\w+) is not defined$/.exec(error.message) ?? [];
  if (name === undefined || !exportedNames(sources.textOf(SALVER_URL)).values.has(name)) return undefined;
  return `'${name}' is not imported: write import { ${name} } from 'salver'`;
}

function problemAt(
  { url, position }: ErrorPlace,
  message: string,
  { sources }: LoadContext,
): DefinitionProblem {
  return sources.problem(url, position, message);
}
