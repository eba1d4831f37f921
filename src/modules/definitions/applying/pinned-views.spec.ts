import { beforeEach, describe, expect, it } from 'vitest';
import { desiredShop, statsView } from '../../../../test/support/desired-shop.js';
import type { Registry } from '../../../generated/feast/core/Registry_pb.js';
import { RegistryDocument } from '../../registry/registry-document.js';
import type { DesiredRegistry } from '../desired-registry.js';
import { type Evolution, evolveRegistry } from './evolve-registry.js';
import { PinConflictError } from './pinned-views.js';

let registry: Registry;

function apply(desired: DesiredRegistry): Evolution {
  return evolveRegistry(registry, desired, { noPromote: false, nowMs: Date.now() });
}

function changed({ diff }: Evolution): readonly string[] {
  return diff.objects.flatMap(({ action, name }) => (action === 'unchanged' ? [] : [`${action} ${name}`]));
}

function features(): readonly (string | undefined)[] {
  return registry.featureViews[0]?.spec?.features.map(({ name }) => name) ?? [];
}

beforeEach(() => {
  registry = RegistryDocument.empty().registry;
  apply(desiredShop(statsView(['conv_rate'])));
  apply(desiredShop(statsView(['conv_rate', 'trips'])));
});

describe('a view that is pinned back', () => {
  const pinned = desiredShop(statsView(['conv_rate', 'trips'], { version: 'v0' }));

  it('is as it was, and stays so although the repo still holds the newer definition', () => {
    expect(changed(apply(pinned))).toEqual(['updated stats']);
    expect(features()).toEqual(['conv_rate']);
    // Feast refuses this second apply of one and the same repo.
    const again = apply(pinned);
    expect(changed(again)).toEqual([]);
    expect(again.warnings).toEqual([
      'feature view stats stays at version v0: until its version is latest, the repository has no effect on ' +
        'features.trips',
    ]);
  });

  it('comes forward again when its version is taken out', () => {
    apply(pinned);
    expect(changed(apply(desiredShop(statsView(['conv_rate', 'trips']))))).toEqual(['updated stats']);
    expect(features()).toEqual(['conv_rate', 'trips']);
    expect(registry.featureViews[0]?.meta?.currentVersionNumber).toBe(2);
  });

  it('is refused when its definition was changed as well, and nothing is changed', () => {
    const both = desiredShop(statsView(['conv_rate', 'trips', 'more'], { version: 'v0' }));
    expect(() => apply(both)).toThrow(PinConflictError);
    expect(() => apply(both)).toThrow(
      'feature view stats cannot be pinned to version v0: its definition was changed as well. To go back to a version ' +
        "change nothing but 'version'; to apply another definition leave 'version' out",
    );
    expect(features()).toEqual(['conv_rate', 'trips']);
    apply(pinned);
    expect(() => apply(both)).toThrow(PinConflictError);
  });

  it('is refused when the version was of another kind of view', () => {
    const stats = registry.featureViewVersionHistory?.records[0];
    if (stats !== undefined)
      Object.assign(stats, { featureViewType: 'label_view', featureViewProto: new Uint8Array() });
    expect(() => apply(pinned)).toThrow('it was of another kind');
  });
});

it('what a newer version of Feast keeps in a view is kept when something else of it changes', () => {
  const unknown = [{ no: 999, wireType: 0, data: new Uint8Array([7]) }];
  const [view] = registry.featureViews;
  if (view?.spec === undefined) throw new Error('no view');
  view.spec.$unknown = unknown;
  view.$unknown = unknown;
  apply(desiredShop(statsView(['conv_rate', 'trips'], { owner: 'me' })));
  expect(view.spec.owner).toBe('me');
  expect([view.spec.$unknown, view.$unknown]).toEqual([unknown, unknown]);
});

it('a view without a history, as old versions of Feast leave them, gets its beginning from what is active', () => {
  if (registry.featureViewVersionHistory !== undefined) registry.featureViewVersionHistory.records = [];
  apply(desiredShop(statsView(['conv_rate'])));
  const records = registry.featureViewVersionHistory?.records ?? [];
  expect(records.map(({ versionNumber }) => versionNumber)).toEqual([0, 1]);
});
