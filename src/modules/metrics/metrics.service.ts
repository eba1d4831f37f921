import { Injectable } from '@nestjs/common';
import { MetricSet } from './metric-set.js';

/** The counters and histograms of this process that are on. */
@Injectable()
export class MetricsService extends MetricSet {}
