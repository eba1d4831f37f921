/** The environment as it is handed in: nothing here reads `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$(?:(?<bare>\w+)|\{(?<braced>[^}]*)\})/g;

/**
 * Puts environment variables into the raw text of a file, comments and quoted text included.
 *
 * Shape:   `$NAME` and `${NAME}`; what is not set stays as written, what is set but empty becomes empty.
 *          No defaults, no escapes; a value that was put in is not looked at again.
 */
export function substituteEnvironment(text: string, env: Environment): string {
  return text.replace(REFERENCE, (reference: string, bare?: string, braced?: string) => {
    const name = bare ?? braced ?? '';
    return (Object.hasOwn(env, name) ? env[name] : undefined) ?? reference;
  });
}
