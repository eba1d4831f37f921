/** Marks durations, in every copy of this package. Units: milliseconds. */
export const DURATION: unique symbol = Symbol.for('salver.duration') as never;

/** A length of time: `days(7)`, `minutes(30)`. */
export interface Duration {
  readonly [DURATION]: number;
}

export function seconds(count: number): Duration {
  return Object.freeze({ [DURATION]: count * 1000 });
}

export function minutes(count: number): Duration {
  return seconds(count * 60);
}

export function hours(count: number): Duration {
  return minutes(count * 60);
}

export function days(count: number): Duration {
  return hours(count * 24);
}
