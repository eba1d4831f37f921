import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../../command.js';
import { InvalidRequestError } from '../../../common/errors/errors.js';
import { initTarget, projectNameOf } from './init-target.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salver-init-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the name of the project', () => {
  it.each([
    ['my_repo', 'my_repo'],
    ['My-repo 2', 'My_repo_2'],
    ['2024', '2024'],
    ['_hidden-', 'hidden'],
    ['cafe\u0301', 'caf\u00e9'],
    ['数据', '数据'],
  ])('of %j is %j', (name, project) => expect(projectNameOf(name)).toBe(project));

  it('needs a letter or a digit', () => {
    expect(() => projectNameOf('---')).toThrow(UsageError);
  });
});

describe('where the repo is made', () => {
  it('is the folder that is named', () => {
    expect(initTarget('rides', undefined, folder)).toEqual({
      directory: join(folder, 'rides'),
      projectName: 'rides',
    });
  });

  it('is a path of its own, when the name is only that of the project', () => {
    expect(initTarget('rides', 'some/where', folder)).toEqual({
      directory: join(folder, 'some/where'),
      projectName: 'rides',
    });
    expect(initTarget(undefined, 'some/where', folder).projectName).toBe('where');
  });

  it('is the current directory when that is empty, or a fresh repository of git', () => {
    const current = join(folder, 'my-rides');
    mkdirSync(join(current, '.git'), { recursive: true });
    expect(initTarget(undefined, undefined, current)).toEqual({
      directory: current,
      projectName: 'my_rides',
    });
  });

  it('is never a folder that holds something', () => {
    for (let index = 0; index < 10; index++) writeFileSync(join(folder, `f${index}`), '');
    const listed = 'f0, f1, f2, f3, f4, f5, f6, f7 and 2 more';
    expect(() => initTarget(undefined, undefined, folder)).toThrow(UsageError);
    expect(() => initTarget(undefined, undefined, folder)).toThrow(listed);
    expect(() => initTarget('.', undefined, folder)).toThrow(InvalidRequestError);
    expect(() => initTarget('.', undefined, folder)).toThrow(`${folder} is not empty: it holds ${listed}`);
    expect(() => initTarget('f0', undefined, folder)).toThrow('is a file');
  });
});
