import { closestName } from '../../common/config/closest-name.js';
import { typeName } from '../../common/codec/typed-column.js';
import type { DataSource } from '../../common/model/data-source.js';
import { DUMMY_JOIN_KEY } from '../../common/model/entity.js';
import type { Field } from '../../common/model/feature-view.js';
import { columnMisfit, keyMisfit, timestampMisfit } from './column-misfit.js';
import type { SourceColumn } from './offline-store.js';

/** What a view wants from its source. */
export interface SourceFields {
  readonly source: DataSource;
  readonly joinKeys: readonly Field[];
  readonly features: readonly Field[];
}

export interface BoundField<C extends SourceColumn = SourceColumn> {
  readonly field: Field;
  readonly column: C;
}

/** The columns that hold what a view wants. */
export interface SourceBinding<C extends SourceColumn = SourceColumn> {
  readonly eventTime: C;
  readonly createdTime: C | undefined;
  /** None for a view without entities. */
  readonly joinKeys: readonly BoundField<C>[];
  readonly features: readonly BoundField<C>[];
}

const MOST_NAMES_SHOWN = 40;

/**
 * Finds the columns of a view in those of its source, and compares their types.
 *
 * Shape:  the binding, or what is wrong, each a sentence without the name of the source: the beginning says which field.
 *         Names of columns are those of the field mapping turned round.
 */
export function bindSource<C extends SourceColumn>(
  fields: SourceFields,
  columns: readonly C[],
): { readonly binding: SourceBinding<C> } | { readonly problems: readonly string[] } {
  const finder = new ColumnFinder(fields.source, columns);
  const { timestampField, createdTimestampColumn } = fields.source;
  const eventTime = finder.time('the event timestamp', timestampField);
  const createdTime =
    createdTimestampColumn === '' ? undefined : finder.time('the created timestamp', createdTimestampColumn);
  const joinKeys = fields.joinKeys
    .filter(({ name }) => name !== DUMMY_JOIN_KEY)
    .flatMap((field) => finder.field('join key', field, keyMisfit));
  const features = fields.features.flatMap((field) => finder.field('feature', field, columnMisfit));
  if (eventTime === undefined || finder.problems.length > 0) return { problems: finder.summary() };
  return { binding: { eventTime, createdTime, joinKeys, features } };
}

type Misfit = (column: SourceColumn, declared: Field['valueType']) => string | undefined;

class ColumnFinder<C extends SourceColumn> {
  readonly problems: string[] = [];
  private isMissing = false;
  private readonly byName: ReadonlyMap<string, C>;
  /** Name in the view → column. */
  private readonly mapped: ReadonlyMap<string, string>;

  constructor(source: DataSource, columns: readonly C[]) {
    this.byName = new Map(columns.map((column) => [column.name, column]));
    this.mapped = new Map([...source.fieldMapping].map(([column, name]) => [name, column]));
  }

  time(what: string, name: string): C | undefined {
    if (name === '') {
      this.problems.push(`${what}: the source does not say which column it is (timestamp_field)`);
      return undefined;
    }
    const column = this.find(`${what} ${name}`, name);
    const misfit = column && timestampMisfit(column);
    if (misfit !== undefined) this.problems.push(`${what} ${name} ${misfit}`);
    return column;
  }

  field(what: string, field: Field, misfitOf: Misfit): BoundField<C>[] {
    const column = this.find(`the ${what} ${field.name}`, field.name);
    if (column === undefined) return [];
    const misfit = misfitOf(column, field.valueType);
    if (misfit === undefined) return [{ field, column }];
    this.problems.push(
      `the ${what} ${field.name} is declared ${typeName(field.valueType)}, but its column ${misfit}`,
    );
    return [];
  }

  private find(what: string, name: string): C | undefined {
    const columnName = this.mapped.get(name) ?? name;
    const column = this.byName.get(columnName);
    if (column === undefined) this.problems.push(this.missing(what, name, columnName));
    return column;
  }

  private missing(what: string, name: string, columnName: string): string {
    this.isMissing = true;
    const near = closestName(columnName, this.byName.keys());
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    const mapping = columnName === name ? '' : ` (its field mapping names the column ${columnName})`;
    return `${what}${mapping}: there is no such column${hint}`;
  }

  /** What was found wrong, and at the end what there is. */
  summary(): readonly string[] {
    if (!this.isMissing) return this.problems;
    const names = [...this.byName.keys()];
    const more = names.length > MOST_NAMES_SHOWN ? ', …' : '';
    return [...this.problems, `its columns are ${names.slice(0, MOST_NAMES_SHOWN).join(', ')}${more}`];
  }
}
