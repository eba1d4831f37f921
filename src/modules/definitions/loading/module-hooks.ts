import { readFileSync } from 'node:fs';
import { isBuiltin, type LoadHookContext, registerHooks, type ResolveHookContext } from 'node:module';
import { ImportGraph } from './import-graph.js';
import { LoadFailure } from './load-failure.js';
import { type RepoSources, SALVER_URL } from './repo-sources.js';
import { importPosition } from './source-place.js';
import { unresolvedMessage, unusableMessage } from './specifier-message.js';

type Hooks = Parameters<typeof registerHooks>[0];
type NextResolve = Parameters<NonNullable<Hooks['resolve']>>[2];
type NextLoad = Parameters<NonNullable<Hooks['load']>>[2];

/**
 * How modules are found and read while the definitions of a repo are loaded: `salver` is the running install, whatever
 * `node_modules` holds; the repo's files are ES modules; an import that cannot work is told with what to write.
 */
export class ModuleHooks {
  readonly graph = new ImportGraph();
  /** The module that was read last: the one that is compiled now. */
  lastRead: string | undefined;
  private readonly registered: { deregister(): void };

  constructor(private readonly sources: RepoSources) {
    this.registered = registerHooks({
      resolve: (specifier, context, next) => this.resolve(specifier, context, next),
      load: (url, context, next) => this.load(url, context, next),
    });
  }

  remove(): void {
    this.registered.deregister();
  }

  private resolve(
    specifier: string,
    context: ResolveHookContext,
    next: NextResolve,
  ): ReturnType<NextResolve> {
    const parent = context.parentURL;
    const own = parent !== undefined && this.sources.isOwn(parent);
    if (specifier === 'salver') {
      if (own) this.graph.add(parent, SALVER_URL, specifier);
      return { url: SALVER_URL, format: 'module', shortCircuit: true };
    }
    return own ? this.resolveOwn(specifier, parent, context, next) : next(specifier, context);
  }

  private resolveOwn(
    specifier: string,
    parent: string,
    context: ResolveHookContext,
    next: NextResolve,
  ): ReturnType<NextResolve> {
    let found: ReturnType<NextResolve> | undefined;
    let message: string | undefined;
    try {
      if (isUnknownBuiltin(specifier)) message = `Node has no module '${specifier}'`;
      else if (specifier.startsWith('salver/'))
        message = `only 'salver' itself can be imported: write import { … } from 'salver'`;
      else {
        found = next(specifier, context);
        message = unusableMessage(specifier, found.url, context);
      }
    } catch (error) {
      message = unresolvedMessage(specifier, parent, this.sources.directory, error as Error);
    }
    if (found === undefined || message !== undefined) throw this.failure(parent, specifier, message ?? '');
    this.graph.add(parent, found.url, specifier);
    return found;
  }

  private failure(parent: string, specifier: string, message: string): LoadFailure {
    const position = importPosition(this.sources.textOf(parent), specifier);
    return new LoadFailure(this.sources.problem(parent, position, message));
  }

  /** The author's own files are modules, whatever `type` the package.json near them says. */
  private load(url: string, context: LoadHookContext, next: NextLoad): ReturnType<NextLoad> {
    if (!this.sources.isOwn(url)) return next(url, context);
    this.lastRead = url;
    if (/\.m?ts$/.test(url)) return moduleOf(url, 'module-typescript');
    if (url.endsWith('.js') && this.sources.isBelowRepo(url)) return moduleOf(url, 'module');
    return next(url, context);
  }
}

function moduleOf(url: string, format: 'module' | 'module-typescript'): ReturnType<NextLoad> {
  return { format, source: readFileSync(new URL(url)), shortCircuit: true };
}

function isUnknownBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') && !isBuiltin(specifier);
}
