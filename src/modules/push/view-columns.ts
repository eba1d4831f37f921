import { InvalidValueError, type RequestIssue } from '../../common/errors/errors.js';
import type { JsonArray } from '../../common/model/json-value.js';
import type { Frame } from './frame.js';
import type { ViewLayout } from './view-layout.js';

const NO_VALUES: JsonArray = [];

/** The columns of a write under the names that a view knows them by. What is missing is collected, to be told at once. */
export class ViewColumns {
  private readonly mapped = new Map<string, JsonArray>();
  private readonly issues: RequestIssue[] = [];

  /** Errors: InvalidValueError for two columns that the source maps to one name. */
  constructor(
    private readonly layout: ViewLayout,
    private readonly frame: Frame,
  ) {
    for (const [column, values] of frame.columns) {
      const name = layout.fieldMapping.get(column) ?? column;
      if (this.mapped.has(name)) throw this.twice(name, column);
      this.mapped.set(name, values);
    }
  }

  /** A feature: under its own name, as Feast wants it, or also that of the source, where the rows are for both. */
  feature(name: string, withSourceNames: boolean): JsonArray {
    const columns = withSourceNames ? this.mapped : this.frame.columns;
    return columns.get(name) ?? this.missing(name, 'a feature');
  }

  /** A join key or a time: under its name in the source or in the view. `role`: `the join key`. */
  other(name: string, role: string): JsonArray {
    return this.mapped.get(name) ?? this.frame.columns.get(name) ?? this.missing(name, role);
  }

  /** Whether everything that was asked for so far is there. */
  get hasAll(): boolean {
    return this.issues.length === 0;
  }

  /** Errors: InvalidValueError with everything that was asked for and is not there. */
  requireAll(): void {
    if (this.hasAll) return;
    throw new InvalidValueError('Columns are missing', { issues: this.issues });
  }

  private missing(name: string, role: string): JsonArray {
    const given = this.frame.columns.size === 0 ? 'nothing' : [...this.frame.columns.keys()].join(', ');
    const msg = `df has no column ${name}, which is ${role} of feature view ${this.layout.view.name} (given: ${given})`;
    this.issues.push({ type: 'missing', loc: ['body', 'df', name], msg });
    return NO_VALUES;
  }

  private twice(name: string, column: string): InvalidValueError {
    const msg = `${column} is called ${name} in feature view ${this.layout.view.name}, and ${name} is there as well: send one of them`;
    return InvalidValueError.at(['body', 'df', column], msg);
  }
}
