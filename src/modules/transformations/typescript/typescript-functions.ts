import { NotSupportedError } from '../../../common/errors/errors.js';
import type { OnDemandFeatureView } from '../../../common/model/feature-view.js';
import type { Transformer } from '../transformer.js';
import { registeredDifference } from './registered-difference.js';
import type { RepoFunction } from './repo-function.js';
import { loadRepoFunctions } from './repo-functions.js';
import type { ThreadTask } from './thread-messages.js';
import { ThreadedTransformer } from './threaded-transformer.js';
import { TransformPool } from './transform-pool.js';
import { type FunctionRules, TypescriptTransformer } from './typescript-transformer.js';

export interface TypescriptOptions extends FunctionRules, ThreadTask {
  /** For functions that are declared heavy. */
  readonly threads: number;
  readonly warn: (text: string) => void;
}

/**
 * The functions of the repo's on-demand views, loaded once in this process. A registry never says what is run: a function
 * is run when it is the one whose text is registered.
 */
export class TypescriptFunctions {
  private functions: ReadonlyMap<string, RepoFunction> = new Map();
  private loading: Promise<void> | undefined;
  private problem: string | undefined;
  private pool: TransformPool | undefined;

  constructor(private readonly options: TypescriptOptions) {}

  get begun(): boolean {
    return this.loading !== undefined;
  }

  /** Once; never fails: why there are no functions is told by `transformerOf`. */
  load(): Promise<void> {
    this.loading ??= loadRepoFunctions(this.options.repo).then(
      (functions) => {
        this.functions = functions;
        // Before a request needs one: a thread takes a moment to load the repo.
        const all = [...functions.values()];
        if (all.some(({ heavy }) => heavy)) this.startPool();
        if (all.some(({ heavy }) => !heavy)) this.options.guard?.start();
      },
      (error: unknown) => {
        this.problem = error instanceof Error ? error.message : String(error);
      },
    );
    return this.loading;
  }

  /** Errors: NotSupportedError when the registered function is not what the files of the repo say. */
  transformerOf(view: OnDemandFeatureView): Transformer {
    const fn = this.functions.get(view.name);
    const reason = this.refusal(view, fn);
    if (!fn || reason !== undefined) {
      throw new NotSupportedError(`Feature view '${view.name}' cannot be computed: ${reason}`);
    }
    if (fn.heavy) return new ThreadedTransformer(fn, this.startPool());
    return new TypescriptTransformer(fn, this.options);
  }

  async close(): Promise<void> {
    await this.pool?.close();
  }

  private refusal(view: OnDemandFeatureView, fn: RepoFunction | undefined): string | undefined {
    if (this.problem !== undefined)
      return `the definitions of the repository cannot be loaded: ${this.problem}`;
    if (!fn) return 'no file of the repository defines it: is the server started where it was applied?';
    const difference = registeredDifference(view, fn.asRegistered);
    return (
      difference &&
      `${difference} in the files is not what was applied: run 'salver apply', or restart the server`
    );
  }

  private startPool(): TransformPool {
    const { threads, timeoutMs, warn, repo, artifactsLimitMs } = this.options;
    this.pool ??= new TransformPool({ task: { repo, artifactsLimitMs }, threads, timeoutMs, warn });
    return this.pool;
  }
}
