/** What has connections. */
export interface Connected {
  readonly connections: number;
}

export interface Share<T> {
  readonly worker: T;
  /** As many connections as it is to keep. */
  readonly share: number;
}

/**
 * Who has more connections than its share while another has fewer. A few clients with connections that stay open, on a
 * worker each by chance, would otherwise leave new workers without traffic for ever.
 */
export function fairShare<T extends Connected>(workers: readonly T[]): readonly Share<T>[] {
  const total = workers.reduce((sum, { connections }) => sum + connections, 0);
  const share = Math.ceil(total / workers.length);
  const isSpread = workers.every(({ connections }) => connections >= Math.floor(total / workers.length));
  if (workers.length < 2 || isSpread) return [];
  return workers.filter(({ connections }) => connections > share).map((worker) => ({ worker, share }));
}
