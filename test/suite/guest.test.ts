// SPDX-License-Identifier: GPL-2.0-only
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { inTree, readResults } from '../../harness/suite/guest.ts';

function line(name: string, content: string): string {
  return `${name} ${gzipSync(content).toString('base64')}`;
}

it('reads files by their names', () => {
  const text = [line('result.xml', '<testsuite/>\n'), line('xfs/550.full', 'a b\n')].join('\n');
  expect([...readResults(text)]).toEqual([
    ['result.xml', '<testsuite/>\n'],
    ['xfs/550.full', 'a b\n'],
  ]);
});

it('takes no name that leads elsewhere, and nothing that was cut off', () => {
  const names = ['../x', 'a/../../x', '/etc/passwd', 'a//b', '.hidden', ''];
  const text = [...names.map((name) => line(name, 'x')), line('whole', 'x'), line('cut', 'x'.repeat(100)).slice(0, 20)];
  expect([...readResults(text.join('\n')).keys()]).toEqual(['whole']);
});

it('runs programs below the root of the tree', () => {
  const { argv, env } = inTree('run it', ['./check', 'xfs/550'], { FSTYP: 'xfs' });
  expect(argv).toEqual(['unshare', '--root=/suite', '--wd=/suite', './check', 'xfs/550']);
  expect(env).toMatchObject({ FSTYP: 'xfs', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' });
});
