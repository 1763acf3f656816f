// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { readConsole } from '../../harness/verdict/log-line.ts';
import { parseFrame, parseRip, readStack } from '../../harness/verdict/stack.ts';

describe('parseFrame', () => {
  it.each([
    [' xfs_dax_failure_fn+0x129/0x1f0 [xfs]', { function: 'xfs_dax_failure_fn', module: 'xfs', unreliable: false }],
    [' ? __pfx_xfs_dax_failure_fn+0x10/0x10 [xfs]', { function: '__pfx_xfs_dax_failure_fn', unreliable: true }],
    [' foo.cold+0x1/0x2 [xfs 0123456789abcdef]', { function: 'foo', module: 'xfs' }],
    ['[<0>] rwsem_down_write_slowpath+0x257/0x4d0', { function: 'rwsem_down_write_slowpath' }],
    [' dax_lock_folio+0x49/0x120 fs/dax.c:423', { function: 'dax_lock_folio' }],
  ])('%s', (text, frame) => {
    expect(parseFrame(text)).toMatchObject(frame);
  });

  it.each([
    'Memory failure: 0x20018: Sending SIGBUS',
    'XFS (pmem0): error at xfs_foo+0x1/0x2 [xfs] now',
    'RIP: 0033:0x47b7a0',
  ])('is no frame: %s', (text) => {
    expect(parseFrame(text)).toBeUndefined();
  });
});

describe('parseRip', () => {
  it('reads the kernel’s, not the program’s', () => {
    expect(parseRip('RIP: 0010:dax_lock_folio+0x49/0x120')).toMatchObject({ function: 'dax_lock_folio', rip: true });
    expect(parseRip('RIP: 0033:0x47b7a0')).toBeUndefined();
    expect(parseRip('RIP: 0010:0x0')).toBeUndefined();
  });
});

describe('readStack', () => {
  it('tells the contexts of frames apart', () => {
    const stack = readStack(
      readConsole(
        [
          'RIP: 0010:xas_load+0x1/0x2',
          'Call Trace:',
          ' <NMI>',
          ' nmi_thing+0x1/0x2',
          ' </NMI>',
          ' <IRQ>',
          ' tick_thing+0x1/0x2',
          ' </IRQ>',
          ' <TASK>',
          ' asm_sysvec_apic_timer_interrupt+0x1/0x2',
          'RIP: 0010:xas_load+0x1/0x2',
          'Code: 00',
          ' dax_thing+0x1/0x2',
          ' </TASK>',
          ' later+0x1/0x2',
        ].join('\n'),
      ),
    );
    expect(stack.rip?.function).toBe('xas_load');
    expect(stack.frames.map(({ function: name, context }) => `${context} ${name}`)).toEqual([
      'nmi nmi_thing',
      'irq tick_thing',
      'task asm_sysvec_apic_timer_interrupt',
      'task xas_load',
      'task dax_thing',
    ]);
    expect(stack.whole).toBe(true);
  });
});
