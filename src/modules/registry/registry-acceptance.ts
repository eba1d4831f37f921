import type { RegistrySummary } from './registry-summary.js';
import { holdsProject } from './registry-summary.js';

/** What is to be done with a registry that decodes. */
export type Verdict =
  | { readonly kind: 'accept' }
  /** Likely a file that was cut off between two definitions: to be believed when it is read twice. */
  | { readonly kind: 'suspicious'; readonly reason: string }
  /** Never to replace a good one. */
  | { readonly kind: 'reject'; readonly reason: string };

/**
 * Judges a registry against the one that is served now (undefined: none yet). A registry that is cut off between
 * two definitions still decodes, with fewer of them; the list of projects comes near the end of a file, so that it
 * goes first.
 */
export function judgeRegistry(
  project: string,
  candidate: RegistrySummary,
  served: RegistrySummary | undefined,
): Verdict {
  const lists = candidate.projects.includes(project);
  if (!holdsProject(candidate, project)) {
    return { kind: 'reject', reason: `it does not hold project '${project}'${describeProjects(candidate)}` };
  }
  if (served === undefined) {
    if (lists) return { kind: 'accept' };
    return { kind: 'suspicious', reason: 'it lists no projects: it is very old, or cut off' };
  }
  if (!lists && served.projects.includes(project)) {
    return {
      kind: 'reject',
      reason: `it does not list project '${project}' any more, as one that is cut off`,
    };
  }
  const before = served.objectCounts.get(project) ?? 0;
  const now = candidate.objectCounts.get(project) ?? 0;
  if (now * 2 < before) {
    return {
      kind: 'suspicious',
      reason: `it holds ${now} definitions of project '${project}', after ${before}`,
    };
  }
  return { kind: 'accept' };
}

function describeProjects({ projects }: RegistrySummary): string {
  return projects.length === 0 ? '' : `, but ${projects.map((name) => `'${name}'`).join(', ')}`;
}
