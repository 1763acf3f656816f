// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { InfraError } from '../../../harness/host/errors.ts';
import { FakeQemu } from '../../guest/fake-guest.ts';
import { fileOffset, pmemStart, ran, stepTest } from './take-step.ts';

const directMapStart = 0xffff888000000000n;
const physical = pmemStart + fileOffset + 3 * 4096;
const address = `0x${(directMapStart + BigInt(physical)).toString(16)}`;

/** The head of /proc/kcore as `od -An -v -tx8` prints it: an ELF header and one program header, of all of RAM. */
function kcore(): string {
  const bytes = Buffer.alloc(64 + 56);
  bytes.write('\x7fELF', 0, 'latin1');
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(1, 56);
  bytes.writeUInt32LE(1, 64);
  bytes.writeBigUInt64LE(directMapStart, 64 + 16);
  bytes.writeBigUInt64LE(0n, 64 + 24);
  const words = Array.from({ length: bytes.length / 8 }, (_, index) => bytes.readBigUInt64LE(index * 8));
  return words.map((word) => ` ${word.toString(16).padStart(16, '0')}`).join('\n');
}

const guestWith = (translated: string): ReturnType<typeof stepTest> => {
  const cpus = [{ 'cpu-index': 0, 'thread-id': 1, 'qom-path': '/cpu0', target: 'x86_64' }];
  const qemu = new FakeQemu({ 'query-cpus-fast': cpus, [`gva2gpa ${address}`]: translated });
  return stepTest({ run: ran(0, kcore()) }, { qemu });
};

describe.each([
  ['present', `gpa: 0x${physical.toString(16)}\r\n`],
  ['not present', 'Unmapped\r\n'],
])('a page that is %s', (state, translated) => {
  const other = state === 'present' ? 'not present' : 'present';

  it('meets that', async () => {
    const report = await guestWith(translated).take(`direct-map: {page: 3, file: /mnt/data, expect: ${state}}`);
    expect(report).toEqual({ ok: true, seen: `physical 0x${physical.toString(16)} is ${state}` });
  });

  it('does not meet the other', async () => {
    const report = await guestWith(translated).take(`direct-map: {page: 3, file: /mnt/data, expect: ${other}}`);
    expect(report).toEqual({
      ok: false,
      wanted: `physical 0x${physical.toString(16)} is ${other} in the direct map`,
      seen: state,
    });
  });
});

it('is not present when the address leads to another page', async () => {
  const { take } = guestWith('gpa: 0x1000\r\n');
  expect((await take('direct-map: {page: 3, file: /mnt/data, expect: not present}')).ok).toBe(true);
});

it('stops looking at its deadline', async () => {
  await guestWith('Unmapped\r\n').take('direct-map: {page: 3, file: /mnt/data, expect: not present}', 60);
});

it('is the harness’s error when the start of the direct map cannot be found', async () => {
  const { take } = stepTest({ run: ran(1, '', 'od: not found') });
  await expect(take('direct-map: {page: 3, file: /mnt/data, expect: present}')).rejects.toThrow(InfraError);
});
