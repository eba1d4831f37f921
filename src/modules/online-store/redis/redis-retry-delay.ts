const FIRST_RETRY_MS = 20;
const LONGEST_RETRY_MS = 1000;

/** The delay before connection attempt number `attempt` after a loss, from 1; with jitter, so that servers spread. */
export function redisRetryDelayMs(attempt: number): number {
  const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt - 1, 10));
  return Math.round(longest * (0.5 + Math.random() / 2));
}
