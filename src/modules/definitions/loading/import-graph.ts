/** Which module imported which, and by what text, as far as modules were looked up. */
export class ImportGraph {
  private readonly specifiers = new Map<string, Map<string, string>>();

  add(from: string, to: string, specifier: string): void {
    const targets = this.specifiers.get(from) ?? new Map<string, string>();
    this.specifiers.set(from, targets.set(to, specifier));
  }

  /** The module that `from` imports as `specifier`. */
  target(from: string, specifier: string): string | undefined {
    const targets = this.specifiers.get(from) ?? new Map<string, string>();
    return [...targets].find(([, text]) => text === specifier)?.[0];
  }

  /** A module that imports `to`, and the text by which it does. */
  importerOf(to: string): { readonly url: string; readonly specifier: string } | undefined {
    for (const [url, targets] of this.specifiers) {
      const specifier = targets.get(to);
      if (specifier !== undefined) return { url, specifier };
    }
    return undefined;
  }

  /** The shortest chain of imports, both ends included; undefined when there is none. */
  path(from: string, to: string): readonly string[] | undefined {
    const chains: string[][] = [[from]];
    const seen = new Set([from]);
    for (const chain of chains) {
      const last = chain.at(-1) as string;
      if (last === to) return chain;
      for (const next of this.specifiers.get(last)?.keys() ?? []) {
        if (!seen.has(next)) {
          seen.add(next);
          chains.push([...chain, next]);
        }
      }
    }
    return undefined;
  }

  /** `from` and all that it imports, directly or not. */
  reachable(from: string): ReadonlySet<string> {
    const seen = new Set([from]);
    for (const url of seen) for (const next of this.specifiers.get(url)?.keys() ?? []) seen.add(next);
    return seen;
  }
}
