import * as salver from '../../src/definitions/index.js';
import { problemText } from '../../src/modules/definitions/definition-problem.js';
import { encodeDefinitions } from '../../src/modules/definitions/encoding/encode-definitions.js';
import { loadedFixture } from './loaded-fixture.js';

/** The builders as JavaScript sees them: anything can be passed. */
export const untyped = salver as unknown as {
  readonly [Name in keyof typeof salver]: (...args: readonly unknown[]) => never;
};

/** What is wrong with a repo of the project `shop` whose only file, `f.ts`, has these exports. */
export function problemsOf(
  exports: Readonly<Record<string, unknown>>,
  onlineVersioning = false,
): readonly string[] {
  const context = { projectName: 'shop', projectDescription: '', onlineVersioning };
  return encodeDefinitions(loadedFixture('f.ts', exports), context).problems.map(problemText);
}
