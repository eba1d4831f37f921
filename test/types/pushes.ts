/* Bodies of pushes: what compiles, and what must not. */
import { pushRequest } from '../../src/definitions/index.js';
import { profile, stats, totals } from './repo.js';

const now = new Date();
const row = {
  driver_id: 1,
  conv_rate: 0.5,
  trips: 12n,
  cities: ['Oslo'],
  last_seen: null,
  event_timestamp: now,
  created: now,
};
const times = { event_timestamp: now, created: now };

const person = {
  driver_id: 1n,
  customer: 'c',
  photo: null,
  words: new Set(['a']),
  extras: { a: 1, b: ['x'] },
  document: [1, { a: null }],
  address: { street: 's', number: null },
  at: now,
};

export const bodies: readonly string[] = [
  pushRequest(stats, [row], { to: 'online' }),
  pushRequest(stats, [], { to: 'online_and_offline' }),
  pushRequest(profile, [person], { to: 'offline' }),
];

// @ts-expect-error no such feature
pushRequest(stats, [{ ...row, conv_rte: 1 }], { to: 'online' });
// @ts-expect-error another type
pushRequest(stats, [{ ...row, conv_rate: '0.5' }], { to: 'online' });
// @ts-expect-error another type of key
pushRequest(stats, [{ ...row, driver_id: 'd1' }], { to: 'online' });
// @ts-expect-error keys are never null
pushRequest(stats, [{ ...row, driver_id: null }], { to: 'online' });
// @ts-expect-error a time is a Date
pushRequest(stats, [{ ...row, event_timestamp: '2026-01-01' }], { to: 'online' });
// @ts-expect-error every feature is needed, be it null
pushRequest(stats, [{ driver_id: 1, conv_rate: 1, trips: 1, cities: [], ...times }], { to: 'online' });
// @ts-expect-error the time of the row is needed
pushRequest(stats, [{ driver_id: 1, conv_rate: 1, trips: 1, cities: [], last_seen: null, created: now }], {
  to: 'online',
});
// @ts-expect-error JSON cannot carry bytes
pushRequest(profile, [{ ...person, photo: new Uint8Array() }], { to: 'online' });
// @ts-expect-error no such target
pushRequest(stats, [row], { to: 'nowhere' });
// @ts-expect-error its rows come from a file
pushRequest(totals, [{ total: 1, ...times }], { to: 'online' });
// @ts-expect-error a view is needed
pushRequest('stats', [row], { to: 'online' });
