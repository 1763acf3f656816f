// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { compilerMessage } from '../../harness/kernel/build-modules.ts';

test('the compiler’s errors with the lines that show the place, without what make adds', () => {
  const stderr = [
    'fs/xfs/a.c: In function ‘f’:',
    'fs/xfs/a.c:7:2: error: ‘x’ undeclared (first use in this function)',
    '    7 |  x = 1;',
    '      |  ^',
    'fs/xfs/a.c:7:2: note: each undeclared identifier is reported only once',
    'make[3]: *** [scripts/Makefile.build:287: fs/xfs/a.o] Error 1',
    'make: *** [Makefile:1] Error 2',
  ].join('\n');
  expect(compilerMessage(stderr)).toBe(stderr.split('\n').slice(0, 4).join('\n'));
});

test('a symbol that no module exports is an error of the series, too', () => {
  expect(compilerMessage('ERROR: modpost: "f" [fs/xfs/xfs.ko] undefined!\n')).toBe(
    'ERROR: modpost: "f" [fs/xfs/xfs.ko] undefined!',
  );
});

test('without a compiler’s error there is no message: then it is the lab', () => {
  expect(compilerMessage('make: *** No rule to make target modules.  Stop.\nsh: flex: not found\n')).toBeUndefined();
});
