/* Feature services and permissions: what compiles, and what must not. */
import {
  allowAll,
  featureService,
  groupAndNamespace,
  labelView,
  onDemandFeatureView,
  permission,
  READ,
  roleBased,
  string,
} from '../../src/definitions/index.js';
import { driver, profile, request, stats, totals } from './repo.js';

const labels = labelView({ name: 'labels', entities: [driver], schema: { label: string } });
const noted = onDemandFeatureView({
  name: 'noted',
  sources: { request },
  schema: { upper: string },
  mode: 'row',
  transform: (inputs) => ({ upper: inputs.request.note?.toUpperCase() ?? null }),
});

export const service = featureService({
  name: 's',
  features: [
    stats,
    totals.select('total'),
    stats.select('trips', 'conv_rate').as('other').withJoinKeyMap({ driver_id: 'other_driver_id' }),
    profile.withJoinKeyMap({ driver_id: 'd', customer: 'c' }).select('photo'),
    stats.as('older').atVersion(1),
    labels.select('label').as('truth'),
    noted.select('upper'),
    noted,
  ],
  precomputeOnline: false,
});

// @ts-expect-error no such feature
stats.select('conv_rte');
// @ts-expect-error a feature of another view
stats.select('conv_rate', 'total');
// @ts-expect-error not selected before
stats.select('conv_rate').select('trips');
// @ts-expect-error a join key is not a feature
stats.select('driver_id');
// @ts-expect-error no such label
labels.select('lable');
// @ts-expect-error no such output
noted.select('lower');
// @ts-expect-error no such join key
stats.withJoinKeyMap({ drivr_id: 'd' });
// @ts-expect-error a key of another view
stats.select('trips').withJoinKeyMap({ customer: 'c' });
// @ts-expect-error a name is a text
stats.withJoinKeyMap({ driver_id: 1 });
// @ts-expect-error it has no join keys
totals.withJoinKeyMap({ driver_id: 'd' });
// @ts-expect-error labels keep their join keys
labels.withJoinKeyMap({ driver_id: 'd' });
// @ts-expect-error a reference is not a view
featureService({ name: 's', features: ['stats:conv_rate'] });
// @ts-expect-error an entity is not a view
featureService({ name: 's', features: [driver] });
// @ts-expect-error a request has no features
featureService({ name: 's', features: [request] });
// @ts-expect-error no such option
featureService({ name: 's', views: [stats] });

export const permissions = [
  permission({ name: 'p', policy: roleBased(['reader']), actions: READ, types: ['FeatureView'] }),
  permission({ name: 'p', policy: groupAndNamespace({ groups: ['g'], namespaces: [] }) }),
  permission({ name: 'p', policy: allowAll, actions: ['DESCRIBE', 'READ_ONLINE'] }),
];

// @ts-expect-error no such action
permission({ name: 'p', policy: allowAll, actions: ['READ'] });
// @ts-expect-error no such type
permission({ name: 'p', policy: allowAll, types: ['FeatureVew'] });
// @ts-expect-error a role is not a policy
permission({ name: 'p', policy: 'admin' });
// @ts-expect-error who may is to be said
permission({ name: 'p', types: ['FeatureView'] });
// @ts-expect-error roles are a list
roleBased('reader');
// @ts-expect-error both are needed
groupAndNamespace({ groups: ['g'] });
