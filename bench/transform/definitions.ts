/* The same two views as repo/features.py: what is pandas there is columns here, what is python there is row here. */
import {
  days,
  entity,
  featureView,
  fileSource,
  float64,
  int64,
  onDemandFeatureView,
  requestSource,
} from '../../src/definitions/index.js';

export const driver = entity({ name: 'driver', joinKey: 'driver_id', type: int64 });
export const numbers = featureView({
  name: 'numbers',
  entities: [driver],
  ttl: days(36_500),
  online: true,
  schema: {
    f0: int64,
    f1: int64,
    f2: int64,
    f3: int64,
    f4: int64,
    f5: int64,
    f6: int64,
    f7: int64,
    f8: int64,
    f9: int64,
  },
  source: fileSource({
    name: 'numbers_source',
    path: 'data/numbers.parquet',
    timestampField: 'event_timestamp',
  }),
});
export const factor = requestSource({ name: 'factor', schema: { factor: float64 } });

type Numbers = readonly (number | null)[];

const scaled = (values: Numbers, factors: Numbers, plus: number): number[] =>
  values.map((value, row) => (value ?? 0) * (factors[row] ?? 0) + plus);

export const columns = onDemandFeatureView({
  name: 'columns',
  sources: { numbers, request: factor },
  schema: {
    c0: float64,
    c1: float64,
    c2: float64,
    c3: float64,
    c4: float64,
    c5: float64,
    c6: float64,
    c7: float64,
    c8: float64,
    c9: float64,
  },
  mode: 'columns',
  transform: ({ numbers: { f0, f1, f2, f3, f4, f5, f6, f7, f8, f9 }, request }) => ({
    c0: scaled(f0, request.factor, 0),
    c1: scaled(f1, request.factor, 1),
    c2: scaled(f2, request.factor, 2),
    c3: scaled(f3, request.factor, 3),
    c4: scaled(f4, request.factor, 4),
    c5: scaled(f5, request.factor, 5),
    c6: scaled(f6, request.factor, 6),
    c7: scaled(f7, request.factor, 7),
    c8: scaled(f8, request.factor, 8),
    c9: scaled(f9, request.factor, 9),
  }),
});

export const rows = onDemandFeatureView({
  name: 'rows',
  sources: { numbers, request: factor },
  schema: {
    r0: float64,
    r1: float64,
    r2: float64,
    r3: float64,
    r4: float64,
    r5: float64,
    r6: float64,
    r7: float64,
    r8: float64,
    r9: float64,
  },
  mode: 'row',
  transform: ({ numbers: row, request }) => {
    const times = (value: number | null): number => (value ?? 0) * (request.factor ?? 0);
    return {
      r0: times(row.f0),
      r1: times(row.f1) + 1,
      r2: times(row.f2) + 2,
      r3: times(row.f3) + 3,
      r4: times(row.f4) + 4,
      r5: times(row.f5) + 5,
      r6: times(row.f6) + 6,
      r7: times(row.f7) + 7,
      r8: times(row.f8) + 8,
      r9: times(row.f9) + 9,
    };
  },
});
