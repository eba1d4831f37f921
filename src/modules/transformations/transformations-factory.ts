import type { FeatureStoreConfig } from '../../common/config/feature-store.js';
import type { SalverConfig } from '../../common/config/server.config.js';
import type { Artifacts } from '../../definitions/artifacts.js';
import { type LocalRules, LocalTransformations } from './local-transformations.js';
import { PythonFunctions } from './python/python-functions.js';
import type { PythonLog } from './python/python-launcher.js';
import { ServiceFunctions } from './python-service/service-functions.js';
import type { HangGuard } from './hang-guard.js';
import type { RemoteFunctions } from './remote-functions.js';
import type { Transformations } from './transformations.js';
import { TypescriptFunctions } from './typescript/typescript-functions.js';

export interface TransformationParts extends LocalRules {
  readonly info: (text: string) => void;
  readonly artifacts: Artifacts;
  readonly onBlocked: (viewName: string, milliseconds: number) => void;
  /** Takes what Python prints. */
  readonly pythonOutput: PythonLog;
  /** What came of the static artifacts of Python: why they cannot be loaded, undefined when they are. */
  readonly onPythonArtifacts: (problem: string | undefined) => void;
  /** For a process that many wait for. */
  readonly guard?: HangGuard;
}

/** What computes on-demand views, by the configuration. */
export function createTransformations(
  featureStore: FeatureStoreConfig,
  salver: SalverConfig,
  parts: TransformationParts,
): Transformations {
  const { artifacts, warn, onBlocked, observer, guard } = parts;
  const { repoDir, project, projectDescription, registry } = featureStore;
  const typescript = new TypescriptFunctions({
    repo: {
      repoDir,
      context: {
        projectName: project,
        projectDescription: projectDescription ?? '',
        onlineVersioning: registry.enableOnlineFeatureViewVersioning,
      },
    },
    artifacts,
    artifactsLimitMs: salver.artifacts.loadTimeoutSeconds * 1000,
    timeoutMs: salver.transformTimeoutMs,
    threads: salver.transformThreads,
    warn,
    onBlocked,
    guard,
  });
  const remotes = remoteFunctions(featureStore, salver, parts);
  return new LocalTransformations(typescript, remotes, { warn, observer });
}

/** Nothing begins before a registry needs it. */
function remoteFunctions(
  { repoDir, project, featureServer }: FeatureStoreConfig,
  { python, artifacts }: SalverConfig,
  { info, warn, pythonOutput: output, onPythonArtifacts }: TransformationParts,
): RemoteFunctions[] {
  const log = { info, warn };
  const { interpreter, processes, timeoutMs, startTimeoutSeconds } = python;
  const runsPython = interpreter !== '';
  const remotes: RemoteFunctions[] = [];
  if (featureServer.transformationServiceNamed) {
    const endpoint = featureServer.transformationServiceEndpoint;
    remotes.push(new ServiceFunctions({ endpoint, project, timeoutMs, readsOnly: runsPython, log }));
  }
  if (runsPython) {
    const startLimitMs = startTimeoutSeconds * 1000;
    remotes.push(
      new PythonFunctions({
        interpreter,
        processes,
        timeoutMs,
        startLimitMs,
        repoDir,
        log,
        output,
        artifacts: { strict: artifacts.strict, onLoaded: onPythonArtifacts },
      }),
    );
  }
  return remotes;
}
