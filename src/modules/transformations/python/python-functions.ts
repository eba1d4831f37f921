import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidRequestError } from '../../../common/errors/errors.js';
import type { Deadline } from '../../../common/model/deadline.js';
import type { OnDemandFeatureView } from '../../../common/model/feature-view.js';
import type { RemoteFunctions } from '../remote-functions.js';
import type { TransformPurpose } from '../transformations.js';
import type { TransformationInputs, TransformedColumns, Transformer } from '../transformer.js';
import type { PythonDefinition } from './python-definition.js';
import { PythonPool, type PythonPoolOptions } from './python-pool.js';
import { pythonNotLoaded, pythonRequest, pythonResult } from './python-request.js';

/** Feast's: loaded once in each process. */
const PYTHON_ARTIFACTS = 'static_artifacts.py';

/** Feast's functions, computed by Feast in processes of Python. Nothing of Python begins before a registry needs it. */
export class PythonFunctions implements RemoteFunctions {
  private readonly pool: PythonPool;
  private readonly definitions = new WeakMap<OnDemandFeatureView, PythonDefinition>();
  private problems: ReadonlyMap<string, string> = new Map();
  private lastKey = 0;

  constructor(private readonly options: PythonPoolOptions) {
    this.pool = new PythonPool(options);
  }

  takes({ feastDefinition }: OnDemandFeatureView): boolean {
    return feastDefinition !== undefined;
  }

  async begin(): Promise<void> {
    const { repoDir, artifacts } = this.options;
    if (!artifacts.strict || !existsSync(join(repoDir, PYTHON_ARTIFACTS))) return;
    const unavailable = await this.pool.begun();
    if (unavailable !== undefined) {
      throw new InvalidRequestError(
        `${unavailable} (artifacts.strict: nothing is served without ${PYTHON_ARTIFACTS})`,
      );
    }
  }

  async prepare(views: readonly OnDemandFeatureView[]): Promise<void> {
    const definitions = views.flatMap((view) => this.definitionOf(view) ?? []);
    if (definitions.length === 0) return;
    const { problems, unavailable } = await this.pool.load(definitions);
    this.problems = problems;
    if (unavailable === undefined) return;
    this.options.log.warn(
      `on-demand views of Python cannot be computed yet: ${unavailable}. Requests for them are answered with 503 until it runs`,
    );
  }

  transformerOf(view: OnDemandFeatureView, purpose: TransformPurpose): Transformer {
    const definition = this.definitionOf(view);
    if (!definition) throw pythonNotLoaded(view, 'it has none');
    const problem = this.problems.get(definition.key);
    if (problem !== undefined) throw pythonNotLoaded(view, problem);
    return new PythonTransformer({ view, purpose, definition }, this.pool);
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  private definitionOf(view: OnDemandFeatureView): PythonDefinition | undefined {
    const known = this.definitions.get(view);
    if (known ?? !view.feastDefinition) return known;
    const definition = { key: String(++this.lastKey), bytes: view.feastDefinition };
    this.definitions.set(view, definition);
    return definition;
  }
}

interface Computed {
  readonly view: OnDemandFeatureView;
  readonly purpose: TransformPurpose;
  readonly definition: PythonDefinition;
}

class PythonTransformer implements Transformer {
  constructor(
    private readonly computed: Computed,
    private readonly pool: PythonPool,
  ) {}

  async transform(inputs: TransformationInputs, deadline: Deadline): Promise<TransformedColumns> {
    const { view, purpose, definition } = this.computed;
    const request = pythonRequest(view, purpose, inputs);
    return pythonResult(view, await this.pool.run({ viewName: view.name, definition, request }, deadline));
  }
}
