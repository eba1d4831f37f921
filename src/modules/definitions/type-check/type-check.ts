import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DefinitionProblem } from '../definition-problem.js';
import { refreshEditorSupport } from '../editor-support.js';
import { compilerProblems } from './compiler-output.js';
import { findCompiler } from './find-compiler.js';
import { runCompiler } from './run-compiler.js';

const CONFIGURATION = 'tsconfig.json';
const TYPE_CHECK_LIMIT_MS = 60_000;

export interface TypeCheckOptions {
  readonly timeLimitMs?: number;
}

export type TypeCheckResult =
  | { readonly kind: 'checked'; readonly problems: readonly DefinitionProblem[] }
  /** `reason`: what is missing, and what to do to have it checked. */
  | { readonly kind: 'skipped'; readonly reason: string };

/** Lets the TypeScript compiler check a repo, with the repo's own settings, in a process of its own. */
export async function typeCheck(
  repoDir: string,
  { timeLimitMs = TYPE_CHECK_LIMIT_MS }: TypeCheckOptions = {},
): Promise<TypeCheckResult> {
  if (!existsSync(join(repoDir, CONFIGURATION)))
    return skipped(`there is no ${CONFIGURATION} in ${repoDir}; 'salver init' makes one to copy`);
  const compiler = findCompiler(repoDir);
  if (compiler === undefined) return skipped('there is no TypeScript: run npm install --save-dev typescript');
  refreshEditorSupport(repoDir);
  const { output, ended } = await runCompiler(compiler, repoDir, timeLimitMs);
  const problems = compilerProblems(output, CONFIGURATION);
  if (ended === 'late') return skipped(`${compiler} has not ended within ${timeLimitMs / 1000} s`);
  if (ended !== 0 && problems.length === 0) {
    return skipped(`${compiler} ended with ${ended}: ${output.trim().split('\n', 1)[0]}`);
  }
  return { kind: 'checked', problems };
}

function skipped(reason: string): TypeCheckResult {
  return { kind: 'skipped', reason };
}
