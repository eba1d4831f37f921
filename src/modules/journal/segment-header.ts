/** Whose journal it is: entries of another repository are never written to this one. */
export interface JournalIdentity {
  readonly project: string;
  /** The way from the directory of the journal to that of the repository: both may be moved together. */
  readonly repository: string;
}

/** What the beginning of a segment says about it. */
export interface SegmentHeader extends JournalIdentity {
  /** No other segment ever has this name: letters, digits and `-`. */
  readonly segment: string;
  readonly process: ProcessMark;
  readonly createdAtMs: number;
}

/** A process of this host, told apart from a later one with the same id. */
export interface ProcessMark {
  readonly pid: number;
  /** When it started, in ticks since the host did; `null` where the system does not tell. */
  readonly startedAt: string | null;
}
