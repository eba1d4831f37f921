/** Compiles only when the two types are the same. */
export type Same<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

export function expectType<_Holds extends true>(): void {
  // What it says is said by its type parameter.
}
