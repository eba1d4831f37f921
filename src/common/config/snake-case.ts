/** `keepAliveTimeoutSeconds` as it is called in a file: `keep_alive_timeout_seconds`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
