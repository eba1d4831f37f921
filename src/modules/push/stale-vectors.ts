import { Logger } from '@nestjs/common';
import type { MetricsService } from '../metrics/metrics.service.js';

/** Logs and counts that a feature service is served from vectors that are older than the rows. */
export function tellOfStaleVectors(metrics: MetricsService): (service: string, reason: string) => void {
  const logger = new Logger('Push');
  const counter = metrics.counter('salver_stale_vectors_total');
  return (service, reason) => {
    counter?.bind({ feature_service: service }).add(1);
    logger.warn({ service, reason }, 'the vectors of a precomputed feature service are older than its rows');
  };
}
