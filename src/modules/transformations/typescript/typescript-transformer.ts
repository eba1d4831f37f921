import { UnavailableError } from '../../../common/errors/errors.js';
import type { Deadline } from '../../../common/model/deadline.js';
import type { Artifacts } from '../../../definitions/artifacts.js';
import type { TransformContext } from '../../../definitions/transform-context.js';
import type { TransformationInputs, TransformedColumns, Transformer } from '../transformer.js';
import type { HangGuard } from '../hang-guard.js';
import { functionInputs } from './function-inputs.js';
import type { RepoFunction } from './repo-function.js';
import { runFunction } from './run-function.js';

export interface FunctionRules {
  /** How long a result may be waited for. */
  readonly timeoutMs: number;
  readonly artifacts: Artifacts;
  /** A function held up everything else of this process for longer than `timeoutMs`. */
  readonly onBlocked: (viewName: string, milliseconds: number) => void;
  /** Cuts off a function that never ends; undefined where nobody else waits. */
  readonly guard: HangGuard | undefined;
}

/** Runs the function of a view where requests are answered. */
export class TypescriptTransformer implements Transformer {
  constructor(
    private readonly fn: RepoFunction,
    private readonly rules: FunctionRules,
  ) {}

  transform(
    inputs: TransformationInputs,
    deadline: Deadline,
  ): TransformedColumns | Promise<TransformedColumns> {
    const prepared = functionInputs(this.fn, inputs);
    const context = new FunctionContext(this.rules.artifacts);
    const startedMs = performance.now();
    try {
      const { guard } = this.rules;
      const call = () => runFunction(this.fn, prepared, context);
      const result = guard ? guard.run(this.fn.viewName, deadline, call) : call();
      return result instanceof Promise ? this.inTime(result, context, deadline) : result;
    } finally {
      const milliseconds = performance.now() - startedMs;
      if (milliseconds > this.rules.timeoutMs) this.rules.onBlocked(this.fn.viewName, milliseconds);
    }
  }

  private async inTime(
    result: Promise<TransformedColumns>,
    context: FunctionContext,
    deadline: Deadline,
  ): Promise<TransformedColumns> {
    const limitMs = Math.min(this.rules.timeoutMs, deadline.remainingMs());
    const { promise: timeIsUp, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(lateResult(this.fn.viewName, limitMs)), limitMs);
    try {
      return await Promise.race([result, timeIsUp]);
    } finally {
      clearTimeout(timer);
      context.end();
      // Nobody waits for it any more, whatever comes of it.
      result.catch(() => undefined);
    }
  }
}

export function lateResult(viewName: string, limitMs: number): UnavailableError {
  return new UnavailableError(
    `On-demand feature view ${viewName}: its function had no result within ${Math.round(limitMs)} ms (transform_timeout_ms, or what was left of the request's time)`,
  );
}

/** Most functions never look at the signal: it is made when one does. */
export class FunctionContext implements TransformContext {
  private controller: AbortController | undefined;

  constructor(readonly artifacts: Artifacts) {}

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    return this.controller.signal;
  }

  end(): void {
    this.controller?.abort();
  }
}
