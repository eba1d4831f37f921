/** The text that stands for the newest version of a view. */
export const LATEST = 'latest';

const PIN = /^v(?:ersion)?(\d+)$/i;

/**
 * Shape:  the number that a `version` of a view pins, `v2` and `version2` alike; undefined for the newest one, and
 *         for what is neither.
 */
export function pinnedVersion(version: string): number | undefined {
  const digits = PIN.exec(version)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Shape: equal texts for equal meanings: `latest` or `v2`; what is neither stays as it is. */
export function canonicalVersion(version: string): string {
  if (version === '' || version.toLowerCase() === LATEST) return LATEST;
  const pin = pinnedVersion(version);
  return pin === undefined ? version : versionTag(pin);
}

/** Shape: `v2`. */
export function versionTag(version: number): string {
  return `v${version}`;
}
