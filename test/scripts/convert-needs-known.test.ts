// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { convert } from '../../scripts/convert-needs-known.ts';

const old = `title: It holds # a comment
needs:
  kernels: ">=6.8"
  because: nobody is signaled before removal before 6.8 (MF_MEM_PRE_REMOVE, drivers/dax/super.c:kill_dax)
# before the steps
steps:
  - touch: {by: mappers, page: 0, gives: {code: BUS_ADRERR}}
known:
  # the first
  - kernels: ">=6.8 <6.15"
    verdict: crash
    in: dax_disassociate_entry
    because: &pages >-
      ext4 registers no holder operations (fs_dax_get_by_bdev(..., NULL, NULL) in fs/ext4/super.c), so nobody is
      signaled and the pages stay mapped while their struct pages go
    bug: KB7
  - kernels: ">=6.15"
    verdict: crash
    in: pagemap_pmd_range
    because: *pages
    bug: KB7
  - {kernels: "6.1", verdict: fail, steps: [signals], because: "none of them has a leader, it exited", bug: KB6} # a flow map
  - kernels: "7.2"
    verdict: hang
    in: [f, g]
    because: a reason without a bug
`;

describe('convert', () => {
  it('names features, takes reasons from bugs, and keeps everything else', () => {
    expect(convert(old)).toMatchInlineSnapshot(`
      "title: It holds # a comment
      needs: [pre-remove]
      # before the steps
      steps:
        - touch: {by: mappers, page: 0, gives: {code: BUS_ADRERR}}
      known:
        # the first
        - kernels: ">=6.8 <6.15"
          verdict: crash
          report: dax_disassociate_entry
          because: &pages >-
            ext4 registers no holder operations (fs_dax_get_by_bdev(..., NULL, NULL) in fs/ext4/super.c), so no process is signaled,
            and the pages stay mapped while their struct pages are freed
          bug: KB7
        - kernels: ">=6.15"
          verdict: crash
          report: pagemap_pmd_range
          because: *pages
          bug: KB7
        - {kernels: "6.1", verdict: fail, steps: [signals], bug: KB6} # a flow map
        - kernels: "7.2"
          verdict: hang
          report: [f, g]
          because: a reason without a bug
      "
    `);
  });

  it('does not change a converted file', () => {
    expect(convert(convert(old))).toBe(convert(old));
  });

  it('converts a file of which the keys of known issues are renamed', () => {
    expect(convert(old.replaceAll('    in: ', '    report: '))).toBe(convert(old));
  });

  it('removes `needs` where nothing is needed', () => {
    const text = 'title: a\nneeds:\n  kernels: ">=6.0"\n  because: told as the behavior of 6.0 and later\nsteps: []\n';
    expect(convert(text)).toBe('title: a\nsteps: []\n');
  });

  it('refuses a need that no feature is for, and one with another range', () => {
    expect(() => convert('needs: {kernels: ">=6.0", because: I say so}\n')).toThrow(
      'no feature for `needs` because "I say so"',
    );
    expect(() => convert('needs: {kernels: ">=6.1", because: there is no recovery write before 5.19}\n')).toThrow(
      'recovery-write is not >=6.1',
    );
  });
});
