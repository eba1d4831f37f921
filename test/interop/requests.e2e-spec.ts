import { describe, expect, it } from 'vitest';

import { SeededRandom } from '../support/random.ts';
import { columnGroups, generatedRequest, type RepoShape } from './requests.ts';

const profile = { name: 'profile', joinKeys: ['customer_id'], features: ['name', 'visits'] };
const stats = { name: 'stats', joinKeys: ['product_code'], features: ['price', 'visits'] };
const shape: RepoShape = { views: [profile, stats], services: [{ name: 'both', views: [profile, stats] }] };

describe('columnGroups', () => {
  it('puts the columns of a view together and every entity column alone', () => {
    const names = ['customer_id', 'product_code', 'visits', 'name', 'price'];
    expect(columnGroups(names, [profile, { ...stats, features: ['price'] }])).toEqual([
      ['customer_id'],
      ['product_code'],
      ['visits', 'name'],
      ['price'],
    ]);
  });

  it('tells views apart by their full names', () => {
    const names = ['customer_id', 'profile__name', 'profile__visits', 'stats__visits', 'stats__price'];
    expect(columnGroups(names, [profile, stats])).toEqual([
      ['customer_id'],
      ['profile__name', 'profile__visits'],
      ['stats__visits', 'stats__price'],
    ]);
  });
});

describe('generatedRequest', () => {
  const bodies = (seed: number): string[] => {
    const random = new SeededRandom(seed);
    return Array.from({ length: 50 }, () => generatedRequest(random, shape).body);
  };

  it('gives the same requests for the same seed, and others for another', () => {
    expect(bodies(7)).toEqual(bodies(7));
    expect(bodies(7)).not.toEqual(bodies(8));
  });

  it('asks for services and for features, always with entities', () => {
    const parsed = bodies(7).map((body) => JSON.parse(body) as Record<string, object>);
    expect(parsed.filter((body) => 'feature_service' in body).length).toBeGreaterThan(5);
    expect(parsed.filter((body) => 'features' in body).length).toBeGreaterThan(20);
    expect(parsed.every(({ entities = {} }) => Object.keys(entities).length > 0)).toBe(true);
  });
});
