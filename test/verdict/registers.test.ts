// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { diagnoseFromOutside, parseKallsyms, parseRegisters, symbolAt } from '../../harness/verdict/registers.ts';

// As QEMU 7.2 prints it.
const registers = `
CPU#0
RAX=ffffffff81a4a0a0 RBX=0000000000000000 RCX=0000000000000001 RDX=0000000000000000
R12=0000000000000000 R13=0000000000000000 R14=0000000000000000 R15=0000000000000000
RIP=ffffffff81a4a0af RFL=00000246 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=1
ES =0000 0000000000000000 ffffffff 00c00000
CPU#1
RAX=0000000000000000 RBX=ffff9a8c41575188 RCX=0000000000000000 RDX=0000000000000000
RIP=ffffffff8134567b RFL=00000246 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=0
`;

const kallsyms = `0000000000000000 A fixed_percpu_data
ffffffff81000000 T _stext
ffffffff81345600 T mf_dax_kill_procs
ffffffff81345870 t collect_procs
ffffffff81a4a0a0 T default_idle
ffffffff82000000 D some_data
ffffffffc0601000 t xfs_dax_failure_fn\t[xfs]
`;

describe('registers and kallsyms', () => {
  const symbols = parseKallsyms(kallsyms);

  it('reads where each CPU is', () => {
    expect(parseRegisters(registers)).toEqual([
      { cpu: 0, rip: 0xffffffff81a4a0afn, user: false, halted: true },
      { cpu: 1, rip: 0xffffffff8134567bn, user: false, halted: false },
    ]);
    expect(parseRegisters('no such monitor command')).toEqual([]);
  });

  it('finds the function of an address', () => {
    expect(symbolAt(symbols, 0xffffffff8134567bn)).toEqual({ name: 'mf_dax_kill_procs', offset: 0x7b });
    expect(symbolAt(symbols, 0xffffffff81345870n)).toEqual({ name: 'collect_procs', offset: 0 });
    expect(symbolAt(symbols, 0xffffffffc0601010n)).toEqual({ name: 'xfs_dax_failure_fn', offset: 0x10 });
    expect(symbolAt(symbols, 0xffffffff80000000n)).toBeUndefined();
    expect(symbolAt(symbols, 0xffffffffff000000n)).toBeUndefined();
  });

  it('finds nothing in a kallsyms of zeros', () => {
    expect(
      symbolAt(parseKallsyms('0000000000000000 T a\n0000000000000000 T b\n'), 0xffffffff81000000n),
    ).toBeUndefined();
  });

  it('makes a hang report from outside', () => {
    const sample = parseRegisters(registers);
    expect(diagnoseFromOutside('unbind', [sample, sample], symbols)).toMatchObject({
      title: 'hang in unbind: CPU 1 is in mf_dax_kill_procs (the guest did not answer)',
      function: 'mf_dax_kill_procs',
      samples: [
        ['CPU 0: halted (idle)', 'CPU 1: in mf_dax_kill_procs'],
        ['CPU 0: halted (idle)', 'CPU 1: in mf_dax_kill_procs'],
      ],
    });
    expect(diagnoseFromOutside('unbind', [sample]).title).toBe(
      'hang in unbind: CPU 1: in the kernel at 0xffffffff8134567b (the guest did not answer)',
    );
    expect(diagnoseFromOutside('unbind', []).title).toBe(
      'hang in unbind: every CPU is halted, or its registers are not known (the guest did not answer)',
    );
  });
});
