/** How a comparison holds the value of a feature against its operand. */
export type FilterOperator = 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte' | 'in' | 'nin';

/**
 * What a comparison compares with: the text of a value, or its number (a boolean counts as 1 or 0). One value, or the
 * list of `in` and `nin`. A number that is none (NaN) equals nothing.
 */
export type FilterOperand =
  | { readonly kind: 'text'; readonly values: readonly string[] }
  | { readonly kind: 'number'; readonly values: readonly number[] };

/** Holds for the entities that have a value of the feature which satisfies it: no value satisfies nothing, not even `ne`. */
export interface FilterComparison {
  readonly kind: 'comparison';
  readonly operator: FilterOperator;
  readonly feature: string;
  readonly operand: FilterOperand;
}

/** Never empty: what holds no condition is no filter. */
export interface FilterCompound {
  readonly kind: 'and' | 'or';
  readonly filters: readonly DocumentFilter[];
}

/** Which documents a search may find. Source: spec/vectors.md part 2. */
export type DocumentFilter = FilterComparison | FilterCompound;
