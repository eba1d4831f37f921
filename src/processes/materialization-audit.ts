import type { Logger } from 'pino';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import { eventTimeText } from '../common/codec/timestamp.codec.js';
import type { JobRecord } from '../modules/materialization/materialization-jobs.js';
import { AuditLog } from '../modules/metrics/audit-log.js';
import { createAuditSink } from '../modules/metrics/audit-sink-factory.js';
import { metricSwitches } from '../modules/metrics/metric-switches.js';

/** A line in the audit log for each job that has ended: the process that runs them writes it, whoever else is gone. */
export class MaterializationAudit {
  private readonly log: AuditLog;

  constructor(
    configuration: LoadedConfiguration,
    private readonly logger: Logger,
  ) {
    const isOn = metricSwitches(configuration).auditLog;
    this.log = new AuditLog(isOn ? createAuditSink(configuration.salver.audit.path) : undefined, {
      onLost: (lines, error) =>
        logger.error({ lines, error: String(error) }, 'lines of the audit log could not be written'),
    });
  }

  record({ requestor, viewNames, results, status, createdAtMs, endedAtMs }: JobRecord): void {
    this.log.record({
      event: 'materialization',
      requestor_id: requestor,
      start_time: rangeEnd(
        results.map(({ startMicros }) => startMicros),
        Math.min,
      ),
      end_time: rangeEnd(
        results.map(({ endMicros }) => endMicros),
        Math.max,
      ),
      feature_views: viewNames,
      status: status === 'succeeded' ? 'success' : 'error',
      duration_ms: (endedAtMs ?? createdAtMs) - createdAtMs,
    });
  }

  reopen(): void {
    try {
      this.log.reopen();
    } catch (error) {
      this.logger.error(
        { error: String(error) },
        'the audit log cannot be opened anew: the old file goes on',
      );
    }
  }

  close(): void {
    this.log.close();
  }
}

/** RFC 3339; empty for a job of which no range is known. */
function rangeEnd(micros: readonly (number | undefined)[], pick: (...values: number[]) => number): string {
  const known = micros.filter((value) => value !== undefined);
  return known.length === 0 ? '' : eventTimeText(pick(...known));
}
