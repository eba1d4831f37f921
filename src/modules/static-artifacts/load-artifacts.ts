import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Artifacts, LoadArtifacts } from '../../definitions/artifacts.js';
import { problemText } from '../definitions/definition-problem.js';
import { loadModules } from '../definitions/loading/load-modules.js';
import { Watchdog } from '../definitions/loading/watchdog.js';

const FILES: readonly string[] = ['ts', 'mts', 'js', 'mjs'].map((ending) => `static_artifacts.${ending}`);
/** Feast's: the Python of on-demand views runs it, where there is one. */
const PYTHON_FILE = 'static_artifacts.py';
const FUNCTION = 'loadArtifacts';
const NO_ARTIFACTS: Artifacts = Object.freeze({});

/** What came of the artifacts of a repo. */
export interface ArtifactsOutcome {
  /** Empty when there are none, or when they could not be loaded. */
  readonly artifacts: Artifacts;
  /** Relative to the repo; undefined when there is nothing to load. */
  readonly file: string | undefined;
  /** Why they could not be loaded; undefined when they were. */
  readonly problem: string | undefined;
  /** What a person should know besides. */
  readonly note: string | undefined;
}

export interface ArtifactsPlace {
  readonly repoDir: string;
  readonly limitMs: number;
  /** Python loads what is Python's. */
  readonly runsPython: boolean;
}

/** The files that this process would load, which is one at most. */
function artifactFiles(repoDir: string): readonly string[] {
  return FILES.filter((name) => existsSync(join(repoDir, name)));
}

/**
 * Runs `loadArtifacts` of a repo's `static_artifacts.ts`, and waits for it. A function that never gives the process a
 * moment is ended with the process, a little after the limit.
 *
 * Units: `limitMs` for reading the file, and again for the function.
 */
export async function loadArtifacts({
  repoDir,
  limitMs,
  runsPython,
}: ArtifactsPlace): Promise<ArtifactsOutcome> {
  const [file, other] = artifactFiles(repoDir);
  const isIdle = !runsPython && existsSync(join(repoDir, PYTHON_FILE));
  const note = isIdle ? pythonNote(file) : undefined;
  if (file === undefined) return { artifacts: NO_ARTIFACTS, file, problem: undefined, note };
  const failed = (problem: string): ArtifactsOutcome => ({ artifacts: NO_ARTIFACTS, file, problem, note });
  if (other !== undefined) return failed(`there are both ${file} and ${other}: keep one of them`);
  const { modules, problems } = await loadModules(repoDir, [file], limitMs);
  if (problems.length > 0) return failed(problems.map(problemText).join('\n'));
  const load = modules[0]?.exports[FUNCTION];
  if (typeof load !== 'function') return failed(`${file} exports no function ${FUNCTION}`);
  try {
    const artifacts = await called(load as LoadArtifacts, { repoDir, file, limitMs });
    return { artifacts, file, problem: undefined, note };
  } catch (error) {
    return failed(`${file}: ${FUNCTION}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

interface Call {
  readonly repoDir: string;
  readonly file: string;
  readonly limitMs: number;
}

/** Errors: what the function throws, an Error when the time is up. */
async function called(load: LoadArtifacts, { repoDir, file, limitMs }: Call): Promise<Artifacts> {
  const watchdog = new Watchdog(limitMs);
  watchdog.watch(file);
  const app = { state: {} as Record<string, unknown>, repoDir };
  try {
    const ended = await watchdog.race(Promise.resolve(load(app)).then((result) => ({ result })));
    if (ended === undefined) throw new Error(`was not done within ${limitMs / 1000} s`);
    return Object.freeze({ ...app.state, ...(isObject(ended.result) ? ended.result : {}) });
  } finally {
    watchdog.end();
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function pythonNote(file: string | undefined): string {
  const advice = file === undefined ? '; what TypeScript needs goes into static_artifacts.ts' : '';
  return `${PYTHON_FILE} is not loaded: this server runs no Python (python.interpreter in salver.yaml)${advice}`;
}
