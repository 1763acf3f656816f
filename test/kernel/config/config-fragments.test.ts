// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { UsageError } from '../../../harness/host/errors.ts';
import {
  fragmentNames,
  mergeConfigFiles,
  optionsFor,
  overlayConfig,
  parseConfigFile,
  readConfigFile,
  readFragment,
  renderOverride,
  usualFragments,
} from '../../../harness/kernel/config/config-fragments.ts';
import { temporaryFolder } from '../../host/temporary.ts';

function refusal(text: string): UsageError {
  try {
    parseConfigFile(text, 'my.config');
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

test('each option keeps its value and its line', () => {
  const { wanted, generated } = parseConfigFile(
    '# why\nCONFIG_A=y\n\n# CONFIG_B is not set\nCONFIG_C="x y"\nCONFIG_D=0x10\r\n',
    'my.config',
  );
  expect(wanted).toEqual([
    { option: 'A', value: 'y', at: 'my.config:2' },
    { option: 'B', value: 'n', at: 'my.config:4' },
    { option: 'C', value: '"x y"', at: 'my.config:5' },
    { option: 'D', value: '0x10', at: 'my.config:6' },
  ]);
  expect(generated).toBe(false);
  expect(parseConfigFile('#\n# Automatically generated file; DO NOT EDIT.\n#\n', 'x').generated).toBe(true);
});

test.each([
  ['FS_DAX=y', 'CONFIG_FS_DAX=y'],
  ['CONFIG_FS_DAX = y', 'CONFIG_FS_DAX=y'],
  ['CONFIG_FS_DAX=Y', 'CONFIG_FS_DAX=y'],
  ['CONFIG_FS_DAX=y # why', 'CONFIG_FS_DAX=y'],
  ['CONFIG_NAME=hazmat', 'CONFIG_NAME="hazmat"'],
  ['FS_DAX', 'CONFIG_NAME=y'],
])('%s is refused with its line and the correct form', (line, right) => {
  const error = refusal(`CONFIG_A=y\n${line}\n`);
  expect(error.at).toBe('my.config:2');
  expect(error.hint).toContain(right);
});

test('remarks belong to the option directly below', () => {
  const text = '# kernels: >=6.1 <7.0\n# may be dropped: the tools decide\nCONFIG_A=y\nCONFIG_B=y\n';
  const { wanted } = parseConfigFile(text, 'my.config');
  expect(wanted).toEqual([
    { option: 'A', value: 'y', at: 'my.config:3', kernels: '>=6.1 <7.0', mayBeDropped: 'the tools decide' },
    { option: 'B', value: 'y', at: 'my.config:4' },
  ]);
  const names = (version: string): string[] => optionsFor(wanted, version).map(({ option }) => option);
  expect(names('6.0.19')).toEqual(['B']);
  expect(names('6.1.0')).toEqual(['A', 'B']);
  expect(names('6.19')).toEqual(['A', 'B']);
  expect(names('7.0.0-rc1')).toEqual(['B']);
  expect(refusal('# kernels: >=6.1\n\nCONFIG_A=y\n').at).toBe('my.config:2');
  expect(refusal('# kernels: new ones\nCONFIG_A=y\n').message).toContain("'new ones' is not a range of versions");
});

test('a later line overrides an earlier one, and a contradiction is listed', () => {
  const one = parseConfigFile('CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=1\n', 'one.config');
  const two = parseConfigFile('# CONFIG_A is not set\nCONFIG_B=y\n', 'two.config');
  const { wanted, overrides } = mergeConfigFiles([one, two]);
  expect(wanted.map(({ option, value, at }) => `${option}=${value} ${at}`)).toEqual([
    'A=n two.config:1',
    'B=y two.config:2',
    'C=1 one.config:3',
  ]);
  expect(overrides.map(renderOverride)).toEqual(['CONFIG_A=n (two.config:1) overrides CONFIG_A=y (one.config:1)']);
});

test('the wanted options come last in a .config, in place of its own values', () => {
  const base = '# head\nCONFIG_A=y\n# CONFIG_B is not set\nCONFIG_AB=y\n';
  const { wanted } = parseConfigFile('CONFIG_B=y\n# CONFIG_A is not set\n', 'x');
  expect(overlayConfig(base, wanted)).toBe('# head\nCONFIG_AB=y\nCONFIG_B=y\n# CONFIG_A is not set\n');
});

test('fragments are found by name; another name is refused with the list', () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'sub'));
  writeFileSync(path.join(folder, 'b.config'), 'CONFIG_B=y\n');
  writeFileSync(path.join(folder, 'a.config'), 'CONFIG_A=y\n');
  expect(fragmentNames(folder)).toEqual(['a', 'b']);
  expect(readFragment('b', folder).wanted.map(({ option }) => option)).toEqual(['B']);
  expect(() => readFragment('c', folder)).toThrow("there is no config fragment 'c'");
  expect(() => readConfigFile(path.join(folder, 'none'))).toThrow('there is no file');
});

test('the shipped fragments can be read, do not contradict each other, and name each option once', () => {
  const files = fragmentNames().map((name) => readFragment(name));
  expect(fragmentNames()).toEqual([...usualFragments, 'kasan', 'lockdep', 'debug-vm'].sort());
  for (const { file, wanted } of files) {
    const names = wanted.map(({ option }) => option);
    expect(names, file).toEqual([...new Set(names)]);
  }
  expect(mergeConfigFiles(files).overrides).toEqual([]);
  expect(readFragment('dax').wanted.find(({ option }) => option === 'FS_DAX')?.at).toMatch(
    /^kernels\/config\/dax\.config:\d+$/,
  );
});
