// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { evidenceOf, linesOfReports } from '../../../harness/report/html/evidence.ts';

const oops = [
  'BUG: unable to handle page fault in dax_disassociate_entry',
  'page-fault:dax_disassociate_entry:ec72494a',
  '',
  '[   17.551178] BUG: unable to handle page fault for address: fff8d67285048034',
  '[   17.551569] #PF: supervisor read access in kernel mode',
  '[   17.553487] RIP: 0010:dax_disassociate_entry+0x7e/0xb0',
  '[   17.553683] Code: 40 20 00',
  '[   17.554116] RSP: 0018:ff876fb300503840 EFLAGS: 00000002',
  '[   17.554237] RAX: fff8d67285048000',
  '[   17.555639] Call Trace:',
  '[   17.556257]  <TASK>',
  '[   17.556591]  __dax_invalidate_entry+0x9e/0x1b0',
  '[   17.559190]  ? do_syscall_64+0x93/0x1b0',
  '[   17.559979]  entry_SYSCALL_64_after_hwframe+0x76/0x7e',
  '[   17.563289] ---[ end trace 0000000000000000 ]---',
  '[   17.563435] RIP: 0010:dax_disassociate_entry+0x7e/0xb0',
];
const second = [
  'refcount_t: underflow in cdev_put',
  'refcount:cdev_put:e973a6eb',
  '',
  '[   18.000000] refcount_t: underflow',
  '[   18.000001]  cdev_put+0x1/0x2',
  '',
];

it('opens an oops at its function and its stack, and folds registers and what may be stale', () => {
  const [found] = evidenceOf('crash.txt', oops.join('\n'), []);
  expect(found).toMatchObject({ title: oops[0], function: 'dax_disassociate_entry' });
  expect(found?.parts.map(({ folded, lines, guilty }) => [folded, lines.length, guilty])).toEqual([
    [false, 3, 2],
    [true, 3, undefined],
    [false, 5, undefined],
    [true, 2, undefined],
  ]);
  expect(found?.parts.flatMap(({ lines }) => lines)).toEqual(oops.slice(3));
});

it('reads the reports of a file one by one, each blamed on its own function', () => {
  const found = evidenceOf('crash.txt', [...oops, '', ...second].join('\n'), ['dax_disassociate_entry']);
  expect(found.map((one) => [one.title, one.function])).toEqual([
    [oops[0], 'dax_disassociate_entry'],
    [second[0], 'cdev_put'],
  ]);
});

it('opens a hang around the function that all stacks share', () => {
  const frames = Array.from({ length: 40 }, (_, index) => `    frame_${index}`);
  frames[20] = '    mf_dax_kill_procs   <--';
  const text = ['hang in unbind pmem0', '', 'function that all share: mf_dax_kill_procs', ...frames].join('\n');
  const [found] = evidenceOf('hang.txt', text, ['mf_dax_kill_procs']);
  expect(found?.parts.map(({ folded }) => folded)).toEqual([true, false, true]);
  const open = found?.parts[1];
  expect(open?.lines[open.guilty ?? -1]).toBe('    mf_dax_kill_procs   <--');
});

it('shows the beginning of a text that names no function', () => {
  expect(evidenceOf('error.txt', 'hazmat itself failed\n', [])).toEqual([
    { file: 'error.txt', title: 'hazmat itself failed', parts: [] },
  ]);
  const long = Array.from({ length: 30 }, (_, index) => `line ${index}`).join('\n');
  expect(evidenceOf('error.txt', long, ['nothing'])[0]?.parts.map(({ folded }) => folded)).toEqual([false, true]);
});

it('the first line of a report and that of its function decide', () => {
  const { decisive, all } = linesOfReports(evidenceOf('crash.txt', oops.join('\n'), []));
  expect([...decisive]).toEqual([oops[3], oops[5]]);
  expect(all.size).toBe(new Set(oops.slice(3)).size);
});
