/* On-demand views: what compiles, and what must not. */
import {
  float64,
  int64,
  list,
  onDemandFeatureView,
  string,
  unixTimestamp,
} from '../../src/definitions/index.js';
import { expectType, type Same } from './expect-type.js';
import { customer, driver, profile, request, stats } from './repo.js';

const schema = { sum: float64 };

export const row = onDemandFeatureView({
  name: 'row',
  sources: { stats, profile: profile.select('address', 'words'), request },
  schema: { sum: float64, big: int64, at: unixTimestamp, all: list(string) },
  mode: 'row',
  transform: (inputs) => {
    // Features may be missing, keys may not; only what was selected is there.
    expectType<Same<typeof inputs.stats.conv_rate, number | null>>();
    expectType<Same<typeof inputs.stats.driver_id, number>>();
    expectType<Same<typeof inputs.stats.cities, readonly string[] | null>>();
    expectType<Same<typeof inputs.stats.last_seen, Date | null>>();
    expectType<Same<typeof inputs.profile.words, ReadonlySet<string> | null>>();
    expectType<Same<typeof inputs.profile.customer, string>>();
    expectType<Same<typeof inputs.request.amount, number | null>>();
    const number = inputs.profile.address?.number ?? 0;
    return { sum: number + (inputs.request.amount ?? 0), big: 2n ** 60n, at: new Date(), all: null };
  },
});

export const columns = onDemandFeatureView({
  name: 'columns',
  entities: [driver],
  sources: { stats, request },
  schema: { driver_id: int64, sum: float64 },
  mode: 'columns',
  writeToOnlineStore: true,
  transform: ({ stats: { trips, driver_id }, request: { amount } }) => {
    expectType<Same<typeof trips, readonly (number | null)[]>>();
    expectType<Same<typeof driver_id, readonly number[]>>();
    return { sum: amount.map((value, at) => (value ?? 0) + (trips[at] ?? 0)) };
  },
});

const view = { name: 'v', sources: { stats, request }, schema, mode: 'row' } as const;

// @ts-expect-error no such feature
onDemandFeatureView({ ...view, transform: (inputs) => ({ sum: inputs.stats.conv_rte }) });
// @ts-expect-error no such source
onDemandFeatureView({ ...view, transform: (inputs) => ({ sum: inputs.profile }) });
// @ts-expect-error it may be null
onDemandFeatureView({ ...view, transform: (inputs) => ({ sum: inputs.stats.trips + 1 }) });
const part = { ...view, sources: { stats: stats.select('trips') } } as const;
// @ts-expect-error not selected
onDemandFeatureView({ ...part, transform: (inputs) => ({ sum: inputs.stats.conv_rate }) });
// @ts-expect-error no such output
onDemandFeatureView({ ...view, transform: () => ({ summ: 1 }) });
// @ts-expect-error another type
onDemandFeatureView({ ...view, transform: () => ({ sum: 'one' }) });
// @ts-expect-error nothing is returned
onDemandFeatureView({ ...view, transform: () => undefined });
// What takes a moment may be waited for, but it has the same type.
onDemandFeatureView({ ...view, heavy: true, transform: async () => Promise.resolve({ sum: 1 }) });
// @ts-expect-error another type
onDemandFeatureView({ ...view, transform: async () => Promise.resolve({ sum: 'one' }) });
onDemandFeatureView({
  ...view,
  transform: ({ stats: { trips } }, { artifacts, signal }) => {
    expectType<Same<typeof artifacts.tiers, unknown>>();
    expectType<Same<typeof signal, AbortSignal>>();
    return { sum: trips };
  },
});
// @ts-expect-error a list of values is needed
onDemandFeatureView({ ...view, mode: 'columns', transform: () => ({ sum: 1 }) });
// @ts-expect-error no such mode
onDemandFeatureView({ ...view, mode: 'pandas', transform: () => ({ sum: 1 }) });
// @ts-expect-error an entity has no values
onDemandFeatureView({ ...view, sources: { customer }, transform: () => ({ sum: 1 }) });
// @ts-expect-error what is computed is no source
onDemandFeatureView({ ...view, sources: { row }, transform: () => ({ sum: 1 }) });
// @ts-expect-error a list of sources has no names for them
onDemandFeatureView({ ...view, sources: [stats], transform: () => ({ sum: 1 }) });
// @ts-expect-error a function is needed
onDemandFeatureView({ ...view });
