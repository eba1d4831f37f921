import type { Artifacts } from '../../definitions/artifacts.js';
import { InvalidRequestError } from '../../common/errors/errors.js';
import { type ArtifactsPlace, loadArtifacts } from './load-artifacts.js';

export interface ArtifactRules extends ArtifactsPlace {
  /** Without its artifacts a process does not serve. */
  readonly strict: boolean;
}

export interface ArtifactsLog {
  info(text: string): void;
  warn(text: string): void;
}

/** What the repo's `static_artifacts.ts` has loaded, once for this process and before its first request. */
export class StaticArtifacts {
  private pythonProblem: string | undefined;

  private constructor(
    readonly artifacts: Artifacts,
    /** Why they are not there although the repo has such a file. */
    private readonly problem: string | undefined,
  ) {}

  /** Why artifacts are not there, of this process and of its Python; empty when all are. */
  get problems(): readonly string[] {
    return [this.problem, this.pythonProblem].filter((problem) => problem !== undefined);
  }

  /** What came of those of Python, which are loaded there. */
  notePython(problem: string | undefined): void {
    this.pythonProblem = problem;
  }

  /** Errors: InvalidRequestError when they cannot be loaded and that is not to be passed over. */
  static async load({ strict, ...place }: ArtifactRules, log: ArtifactsLog): Promise<StaticArtifacts> {
    const startedMs = performance.now();
    const { artifacts, file, problem, note } = await loadArtifacts(place);
    if (note !== undefined) log.warn(note);
    if (problem !== undefined) {
      const text = `the static artifacts cannot be loaded: ${problem}`;
      if (strict) throw new InvalidRequestError(text);
      log.warn(`${text}; serving without them`);
    } else if (file !== undefined) {
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(2);
      log.info(`${file}: loaded ${Object.keys(artifacts).join(', ') || 'nothing'} in ${seconds} s`);
    }
    return new StaticArtifacts(artifacts, problem);
  }
}
