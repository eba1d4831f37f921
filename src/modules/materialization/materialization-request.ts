/** Which rows a materialization is to load. Units: microseconds since the epoch. */
export type RequestedRange =
  /** Both ends inclusive. */
  | { readonly kind: 'between'; readonly startMicros: number; readonly endMicros: number }
  /** `--disable-event-timestamp`: from 1970 until now. */
  | { readonly kind: 'everything' }
  /** Of each view, from where its recorded intervals end. */
  | { readonly kind: 'incremental'; readonly endMicros: number };

/** What somebody asks for, at the command line or over HTTP. */
export interface MaterializationRequest {
  readonly range: RequestedRange;
  /** `null`: every view that is served online. */
  readonly viewNames: readonly string[] | null;
  /** `v2`: into the rows of that version; `null` and `latest`: as the view is now. */
  readonly version: string | null;
}
