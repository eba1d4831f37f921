import { parentPort, workerData } from 'node:worker_threads';
import { FeatureServerError } from '../../../common/errors/errors.js';
import type { Artifacts } from '../../../definitions/artifacts.js';
import { loadArtifacts } from '../../static-artifacts/load-artifacts.js';
import type { RepoFunction } from './repo-function.js';
import { loadRepoFunctions } from './repo-functions.js';
import { runFunction } from './run-function.js';
import type { FromThread, ThreadTask, ToThread } from './thread-messages.js';
import { FunctionContext } from './typescript-transformer.js';

type Functions = ReadonlyMap<string, RepoFunction>;

function tell(message: FromThread): void {
  parentPort?.postMessage(message);
}

async function answer(functions: Functions, artifacts: Artifacts, task: ToThread): Promise<void> {
  try {
    const fn = functions.get(task.viewName);
    if (!fn) throw new Error(`the repository defines no ${task.viewName} any more`);
    const columns = await runFunction(fn, task.inputs, new FunctionContext(artifacts));
    tell({ type: 'result', columns: [...columns] });
  } catch (error) {
    const issues = error instanceof FeatureServerError ? error.issues : undefined;
    tell({ type: 'error', message: error instanceof Error ? error.message : String(error), issues });
  }
}

async function serve({ repo, artifactsLimitMs }: ThreadTask): Promise<void> {
  try {
    // A failure was told by the process that this thread belongs to.
    const { artifacts } = await loadArtifacts({
      repoDir: repo.repoDir,
      limitMs: artifactsLimitMs,
      runsPython: true,
    });
    const functions = await loadRepoFunctions(repo);
    parentPort?.on('message', (task: ToThread) => void answer(functions, artifacts, task));
    tell({ type: 'ready' });
  } catch (error) {
    tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}

await serve(workerData as ThreadTask);
