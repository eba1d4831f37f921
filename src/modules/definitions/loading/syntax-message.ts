/** What Node says of TypeScript that is more than types, and what to write instead. */
const UNSUPPORTED: readonly (readonly [RegExp, string])[] = [
  [
    /\benum\b/,
    `an enum is code, not a type: write export const Color = { red: 'red', blue: 'blue' } as const, or a union type 'red' | 'blue'`,
  ],
  [
    /\bnamespace\b|`module` keyword/,
    'a namespace that holds values is code, not a type: put them into a file of their own and import it',
  ],
  [
    /parameter property/,
    'a parameter property is code, not a type: declare the property in the class and assign it in the constructor',
  ],
  [/import equals/, `import x = … is not JavaScript: write import x from '…' or import * as x from '…'`],
  [/export assignment/, 'export = is not JavaScript: write export default, or export const'],
  [/angle-bracket/, 'a cast in angle brackets cannot be told from JSX: write expression as Type'],
];

const STRIPPING = 'Node takes the types away and runs the rest as JavaScript';

/** Of an error with the code ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX. */
export function unsupportedSyntaxMessage(message: string): string {
  const known = UNSUPPORTED.find(([pattern]) => pattern.test(message));
  return known ? `${known[1]} (${STRIPPING})` : `${message} (${STRIPPING})`;
}

/** Of an error in JavaScript or in what remains of TypeScript; `at`: the source from the place of the error on. */
export function syntaxMessage(message: string, at: string): string {
  if (at.startsWith('@'))
    return `a decorator is not JavaScript that Node runs: call the function yourself, as in const x = decorate(value) (${STRIPPING})`;
  return `syntax error: ${message}`;
}
