import { existsSync, readdirSync } from 'node:fs';
import { create } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApplyFolder, failingTables } from '../../../../test/support/apply-folder.js';
import { desiredProject, desiredShop, SHOP, statsView } from '../../../../test/support/desired-shop.js';
import { LabelViewSchema } from '../../../generated/feast/core/LabelView_pb.js';
import { OnDemandFeatureViewSchema } from '../../../generated/feast/core/OnDemandFeatureView_pb.js';
import { StreamFeatureViewSchema } from '../../../generated/feast/core/StreamFeatureView_pb.js';
import type { DesiredRegistry } from '../desired-registry.js';
import { type ApplyPlan, isPending, losses, planApply } from './apply-plan.js';
import { runApply } from './apply-run.js';

let folder: ApplyFolder;

beforeEach(() => {
  folder = ApplyFolder.make();
});

afterEach(() => folder.remove());

const STATS = desiredShop(statsView(['trips']));
const BOTH = desiredShop(statsView(['trips']), statsView(['trips'], { name: 'other' }));
const NONE = desiredShop();

function lostNames(plan: ApplyPlan): readonly string[] {
  return losses(plan).map(({ view }) => view.viewName);
}

function viewNames(): readonly (string | undefined)[] {
  return folder.registry().featureViews.map(({ spec }) => spec?.name);
}

function planOf(desired: DesiredRegistry, target = folder.target(SHOP)): Promise<ApplyPlan> {
  return planApply(target, desired, folder.deadline());
}

describe('a plan', () => {
  it('makes no file', async () => {
    expect(isPending(await planOf(STATS))).toBe(true);
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

describe('an apply', () => {
  it('makes tables and writes the registry; once more it writes nothing', async () => {
    await folder.apply(BOTH);
    expect(folder.tables()).toEqual(['shop_other', 'shop_stats']);
    expect(viewNames()).toEqual(['stats', 'other']);
    const bytes = folder.registryBytes();
    const again = await folder.apply(BOTH);
    expect(isPending(again)).toBe(false);
    expect(Buffer.from(folder.registryBytes()).equals(bytes)).toBe(true);
  });

  it('keeps rows of views that stay, and tells what it drops', async () => {
    await folder.apply(BOTH);
    for (const table of ['shop_stats', 'shop_other']) folder.addRow(table);
    const plan = await folder.apply(STATS);
    expect(lostNames(plan)).toEqual(['other']);
    expect(folder.tables()).toEqual(['shop_stats']);
    expect(folder.rows('shop_stats')).toBe(1);
    expect(viewNames()).toEqual(['stats']);
  });

  it('an empty table is no loss', async () => {
    await folder.apply(BOTH);
    const plan = await planOf(STATS);
    expect(plan.drops.map(({ view }) => view.viewName)).toEqual(['other']);
    expect(losses(plan)).toEqual([]);
  });

  it('makes a table that somebody dropped', async () => {
    await folder.apply(STATS);
    await folder.target(SHOP).tables?.drop((await planOf(STATS)).change.wantedTables, folder.deadline());
    expect((await folder.apply(STATS)).change.registryChanged).toBe(false);
    expect(folder.tables()).toEqual(['shop_stats']);
  });

  it('makes tables for stream views, online label views and stored on-demand views, and for no others', async () => {
    const spec = (name: string) => ({ name, project: SHOP, features: [{ name: 'x', valueType: 4 }] });
    const desired: DesiredRegistry = {
      ...STATS,
      streamFeatureViews: [create(StreamFeatureViewSchema, { spec: spec('streamed') })],
      labelViews: [
        create(LabelViewSchema, { spec: { ...spec('labels'), online: true } }),
        create(LabelViewSchema, { spec: spec('offline_labels') }),
      ],
      onDemandFeatureViews: [
        create(OnDemandFeatureViewSchema, { spec: { ...spec('stored'), writeToOnlineStore: true } }),
        create(OnDemandFeatureViewSchema, { spec: spec('computed') }),
      ],
    };
    await folder.apply(desired);
    expect(folder.tables()).toEqual(['shop_labels', 'shop_stats', 'shop_stored', 'shop_streamed']);
    // Feast makes none for on-demand views, and would drop what it finds noted.
    const noted = folder.registry().infra?.infraObjects.map(({ infraObject }) => infraObject.value);
    expect(noted).toMatchObject([{ name: 'shop_stats' }, { name: 'shop_streamed' }, { name: 'shop_labels' }]);
  });
});

describe('an apply that dies', () => {
  it('before the registry is written, is done by the next one', async () => {
    const target = folder.target(SHOP);
    const broken = { ...target, tables: target.tables && failingTables(target.tables, 'create') };
    await expect(folder.apply(STATS, broken)).rejects.toThrow('died at create');
    expect(existsSync(folder.registryPath)).toBe(false);
    await folder.apply(STATS);
    expect(folder.tables()).toEqual(['shop_stats']);
  });

  it('before tables are dropped, has them dropped by the next one, which asks once more', async () => {
    await folder.apply(BOTH);
    folder.addRow('shop_other');
    const target = folder.target(SHOP);
    const broken = { ...target, tables: target.tables && failingTables(target.tables, 'drop') };
    await expect(folder.apply(STATS, broken)).rejects.toThrow('died at drop');
    expect(viewNames()).toEqual(['stats']);
    expect(folder.tables()).toEqual(['shop_other', 'shop_stats']);
    const next = await folder.apply(STATS);
    expect(next.change.registryChanged).toBe(false);
    expect(lostNames(next)).toEqual(['other']);
    expect(folder.tables()).toEqual(['shop_stats']);
    expect(isPending(await planOf(STATS))).toBe(false);
    expect(readdirSync(folder.path).filter((name) => name.includes('dropping'))).toEqual([]);
  });

  it('before tables are dropped: a view that came back keeps its rows', async () => {
    await folder.apply(BOTH);
    folder.addRow('shop_other');
    const target = folder.target(SHOP);
    const broken = { ...target, tables: target.tables && failingTables(target.tables, 'drop') };
    await expect(folder.apply(STATS, broken)).rejects.toThrow('died at drop');
    const next = await folder.apply(BOTH);
    expect(lostNames(next)).toEqual([]);
    expect(folder.rows('shop_other')).toBe(1);
  });
});

describe('somebody else who changes the registry between plan and apply', () => {
  it('is not overrun: what was not planned to be lost stays', async () => {
    await folder.apply(STATS);
    const target = folder.target(SHOP);
    const plan = await planOf(desiredShop(statsView(['trips'], { owner: 'me' })), target);
    await folder.apply(BOTH);
    folder.addRow('shop_other');
    const desired = desiredShop(statsView(['trips'], { owner: 'me' }));
    await expect(runApply(target, desired, plan, folder.deadline())).rejects.toThrow(
      'The registry was changed by somebody else in the meantime: other would be removed as well. ' +
        'The registry is as it was; look at the plan again',
    );
    expect(viewNames()).toEqual(['stats', 'other']);
    expect(folder.rows('shop_other')).toBe(1);
  });

  it('and brings a view back, keeps its rows', async () => {
    await folder.apply(BOTH);
    folder.addRow('shop_other');
    const target = folder.target(SHOP);
    const plan = await planOf(STATS, target);
    const original = target.tables;
    if (original === undefined) throw new Error('no tables');
    // Just before the tables are dropped, another apply has both views again.
    let looks = 0;
    const registry = new Proxy(target.registry, {
      get(source, name) {
        const value: unknown = Reflect.get(source, name);
        if (typeof value !== 'function') return value;
        const method = value.bind(source) as (...args: unknown[]) => Promise<unknown>;
        if (name !== 'read') return method;
        return async (...args: unknown[]) => {
          if (++looks === 2) await folder.apply(BOTH);
          return method(...args);
        };
      },
    });
    await runApply({ ...target, registry }, STATS, plan, folder.deadline());
    expect(viewNames()).toEqual(['stats', 'other']);
    expect(folder.rows('shop_other')).toBe(1);
  });

  it('in another project, does not disturb', async () => {
    const target = folder.target(SHOP);
    const plan = await planOf(STATS, target);
    await folder.apply(desiredProject('else', [statsView(['trips'])]));
    await runApply(target, STATS, plan, folder.deadline());
    expect(folder.registry().projects.map(({ spec }) => spec?.name)).toEqual(['else', 'shop']);
    expect(folder.tables()).toEqual(['else_stats', 'shop_stats']);
  });
});

describe('the path that a registry notes', () => {
  it('is rewritten and not touched: a file of somebody else stays as it is', async () => {
    await folder.apply(STATS, folder.target(SHOP, { store: 'victim.db' }));
    folder.addRow('shop_stats', 'victim.db');
    const plan = await folder.apply(STATS, folder.target(SHOP, { store: 'mine.db' }));
    expect(plan.change.movedTables).toEqual([
      { name: 'shop_stats', before: folder.storePath('victim.db'), after: folder.storePath('mine.db') },
    ]);
    expect(folder.rows('shop_stats', 'victim.db')).toBe(1);
    expect(folder.tables('mine.db')).toEqual(['shop_stats']);
    const infra = folder.registry().infra?.infraObjects.map(({ infraObject }) => infraObject.value);
    expect(infra).toMatchObject([{ path: folder.storePath('mine.db'), name: 'shop_stats' }]);
    // And a view that is removed afterwards is removed here alone.
    await folder.apply(NONE, folder.target(SHOP, { store: 'mine.db' }));
    expect(folder.rows('shop_stats', 'victim.db')).toBe(1);
    expect(folder.tables('mine.db')).toEqual([]);
  });
});

describe('projects whose tables come to one name', () => {
  it('keep the table as long as one of them needs it', async () => {
    await folder.apply(desiredProject('a', [statsView(['trips'], { name: 'b_c' })]));
    await folder.apply(desiredProject('a_b', [statsView(['trips'], { name: 'c' })]));
    folder.addRow('a_b_c');
    await folder.apply(desiredProject('a', []));
    expect(folder.rows('a_b_c')).toBe(1);
    await folder.apply(desiredProject('a_b', []));
    expect(folder.tables()).toEqual([]);
  });
});

describe('versions with tables of their own', () => {
  const versioned = (noPromote = false) => folder.target(SHOP, { versioning: true, noPromote });

  it('are made with each version, and dropped with the view', async () => {
    await folder.apply(STATS, versioned());
    await folder.apply(desiredShop(statsView(['trips', 'more'])), versioned());
    expect(folder.tables()).toEqual(['shop_stats', 'shop_stats_v1']);
    await folder.apply(desiredShop(statsView(['trips', 'most'])), versioned(true));
    expect(folder.tables()).toEqual(['shop_stats', 'shop_stats_v1', 'shop_stats_v2']);
    folder.addRow('shop_stats_v1');
    expect(lostNames(await folder.apply(NONE, versioned()))).toEqual(['stats']);
    expect(folder.tables()).toEqual([]);
  });

  it('are not noted in the registry: an apply of Feast would drop them', async () => {
    await folder.apply(STATS, versioned());
    await folder.apply(desiredShop(statsView(['trips', 'more'])), versioned());
    const names = folder.registry().infra?.infraObjects.map(({ infraObject }) => infraObject.value);
    expect(names).toMatchObject([{ name: 'shop_stats' }]);
  });
});

describe('types that change under stored rows', () => {
  const double = desiredShop(statsView([], { features: [{ name: 'trips', valueType: 5 }] }));

  it('are warned of', async () => {
    await folder.apply(STATS);
    expect((await planOf(double)).warnings).toEqual([]);
    folder.addRow('shop_stats');
    expect((await planOf(double)).warnings).toEqual([
      'feature view stats: trips becomes DOUBLE, and what is stored of it is INT64 until it is loaded again: ' +
        'run materialize over the whole range once more',
    ]);
    const key = desiredShop(statsView(['trips'], { entityColumns: [{ name: 'driver_id', valueType: 2 }] }));
    expect((await planOf(key)).warnings).toEqual([
      'feature view stats: join key driver_id becomes STRING, and stored rows are under keys of INT64, where no read ' +
        'will find them: run materialize over the whole range once more',
    ]);
  });

  it('are not where a new version has a table of its own', async () => {
    const target = folder.target(SHOP, { versioning: true });
    await folder.apply(STATS, target);
    folder.addRow('shop_stats');
    expect((await planOf(double, target)).warnings).toEqual([]);
  });
});
