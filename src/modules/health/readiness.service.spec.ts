import { expect, it } from 'vitest';
import { ChannelHarness, ECHO, soon } from '../../../test/support/channel-harness.js';
import { errorOf } from '../../../test/support/stored-rows.js';
import { WriterLink } from '../../common/channel/writer-link.js';
import { Deadline } from '../../common/model/deadline.js';
import type { CallerStrategy } from '../auth/caller.strategy.js';
import type { OnlineStore } from '../online-store/online-store.js';
import { RegistryService } from '../registry/registry.service.js';
import type { StaticArtifacts } from '../static-artifacts/static-artifacts.js';
import { ReadinessService } from './readiness.service.js';

const harness = new ChannelHarness();

const serviceWith = (link: WriterLink): ReadinessService =>
  new ReadinessService(new RegistryService(), {} as OnlineStore, {} as CallerStrategy, link, {
    problems: [],
  } as unknown as StaticArtifacts);

it('says when writes find nobody, until they do', async () => {
  const channel = harness.newClient();
  const readiness = serviceWith(new WriterLink(channel));
  expect(readiness.warnings()).toEqual([]);
  await errorOf(() => channel.call(ECHO, 1, Deadline.after(50)));
  expect(readiness.warnings()).toEqual(['the writer does not answer: writes wait, or are refused']);
  await harness.listen();
  await channel.call(ECHO, 1, soon());
  expect(readiness.warnings()).toEqual([]);
});

it('says nothing where a process writes by itself', () => {
  expect(serviceWith(new WriterLink(undefined)).warnings()).toEqual([]);
});
