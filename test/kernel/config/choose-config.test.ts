// SPDX-License-Identifier: GPL-2.0-only
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { chooseConfig, wantedConfig } from '../../../harness/kernel/config/choose-config.ts';
import { temporaryFolder } from '../../host/temporary.ts';

function fileOf(text: string): string {
  const file = path.join(temporaryFolder(), 'my.config');
  writeFileSync(file, text);
  return file;
}

const generated = '#\n# Automatically generated file; DO NOT EDIT.\n#\nCONFIG_SMP=y\n';

test('without words it is the usual fragments, and further ones come on top of them', () => {
  const usual = chooseConfig([]);
  expect(usual).toMatchObject({ whole: false, words: 'base pmem dax xfs ext4 dm ras' });
  expect(wantedConfig(usual).get('BLK_DEV_PMEM')).toBe('y');
  expect(wantedConfig(usual).has('KASAN')).toBe(false);
  const checked = chooseConfig(['kasan']);
  expect(checked.words).toBe('base pmem dax xfs ext4 dm ras kasan');
  expect(wantedConfig(checked).get('KASAN')).toBe('y');
  expect(checked.key).not.toBe(usual.key);
});

test('a file of options overrides the fragments; the key follows the options, not the name of the file', () => {
  const [one, two] = ['# CONFIG_XFS_RT is not set\n', '# why\n\n# CONFIG_XFS_RT is not set\n'].map(fileOf);
  const choice = chooseConfig([one ?? '']);
  expect(wantedConfig(choice).get('XFS_RT')).toBe('n');
  expect(choice.overrides.map(({ is }) => is.option)).toEqual(['XFS_RT']);
  expect(chooseConfig([two ?? '']).key).toBe(choice.key);
});

test('a whole .config takes the place of the fragments, and must be alone', () => {
  const file = fileOf(generated);
  const choice = chooseConfig([file]);
  expect(choice).toMatchObject({ whole: true, words: file });
  expect([...wantedConfig(choice)]).toEqual([['SMP', 'y']]);
  expect(() => chooseConfig([file, 'kasan'])).toThrow('is a whole .config: it must be the only --config');
});

test('a word that is neither a fragment nor a file is an error that lists the fragments', () => {
  expect(() => chooseConfig(['kason'])).toThrow("'kason' is neither a config fragment nor a file");
  expect(() => chooseConfig(['gone/x.config'])).toThrow('there is no file');
});
