import { compilePythonPattern, pythonStrip, type PythonPattern } from '../../common/codec/python-pattern.js';
import { pythonRepr } from '../../common/codec/python-text.js';
import type { Action, Permission, ResourceType } from '../../common/model/permission.js';
import type { Caller } from './caller.js';
import { policyRefusal } from './policy-refusal.js';
import type { Resource } from './resource.js';

/** A name pattern that cannot be used, so that no name fits it. */
export interface PatternProblem {
  readonly permission: string;
  readonly pattern: string;
  readonly reason: string;
}

/** What a permission for one of these types is for besides. On-demand and label views are types of their own. */
const SUBTYPES: Partial<Readonly<Record<ResourceType, readonly ResourceType[]>>> = {
  FEATURE_VIEW: ['BATCH_FEATURE_VIEW', 'STREAM_FEATURE_VIEW'],
};

/** A permission with its types spread out and its patterns compiled. */
export class CompiledPermission {
  readonly problems: readonly PatternProblem[];
  /** Whether it is for some names only, also when no name fits. */
  readonly goesByNames: boolean;
  /** Undefined for any type. */
  private readonly types: ReadonlySet<ResourceType> | undefined;
  private readonly patterns: readonly PythonPattern[];
  private readonly requiredTags: ReadonlyMap<string, string>;
  private readonly actions: ReadonlySet<Action>;

  constructor(readonly permission: Permission) {
    const { name, types, namePatterns, requiredTags, actions } = permission;
    this.types =
      types.length === 0 ? undefined : new Set(types.flatMap((type) => [type, ...(SUBTYPES[type] ?? [])]));
    const compiled = namePatterns.map((pattern) => compilePythonPattern(pythonStrip(pattern)));
    this.patterns = compiled.filter((result) => typeof result !== 'string');
    this.problems = compiled.flatMap((reason, index) =>
      typeof reason === 'string'
        ? [{ permission: name, pattern: namePatterns[index] as string, reason }]
        : [],
    );
    this.goesByNames = namePatterns.length > 0;
    this.requiredTags = new Map(
      [...requiredTags].map(([key, value]) => [pythonStrip(key), pythonStrip(value)]),
    );
    this.actions = new Set(actions);
  }

  hasType(type: ResourceType): boolean {
    return this.types === undefined || this.types.has(type);
  }

  hasName(name: string): boolean {
    return !this.goesByNames || this.patterns.some((pattern) => pattern.matches(name));
  }

  hasTags(tags: ReadonlyMap<string, string>): boolean {
    for (const [key, value] of this.requiredTags) if (tags.get(key) !== value) return false;
    return true;
  }

  hasActions(actions: readonly Action[]): boolean {
    return actions.every((action) => this.actions.has(action));
  }

  /** Whether it says anything of the resource. */
  matches({ type, name, tags }: Resource): boolean {
    return this.hasType(type) && this.hasName(name) && this.hasTags(tags);
  }

  /**
   * Why the caller does not pass; undefined when it does.
   *
   * Feast asks the policy of a permission whose tags do not fit, and says so in its answers: what the policy refuses is
   * worded as there, and the tags are named only to whom they alone keep out.
   */
  refusal(caller: Caller, { tags }: Resource): string | undefined {
    const refusal = policyRefusal(this.permission.policy, caller);
    if (refusal !== undefined || this.hasTags(tags)) return refusal;
    return `Requires tags ${pythonRepr(this.requiredTags)}`;
  }
}
