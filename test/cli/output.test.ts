// SPDX-License-Identifier: GPL-2.0-only
// stdout and stderr that can no longer be written.

import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { watchOutput } from '../../harness/cli/output.ts';

class FakeStream extends EventEmitter {
  readonly written: string[] = [];
  write(text: string): boolean {
    this.written.push(text);
    return true;
  }
}

function failing(): { stdout: FakeStream; stderr: FakeStream; output: ReturnType<typeof watchOutput> } {
  const [stdout, stderr] = [new FakeStream(), new FakeStream()];
  return { stdout, stderr, output: watchOutput(stdout, stderr) };
}
const error = (code: string): Error => Object.assign(new Error(`${code}: it failed`), { code });

it('a reader that goes away is no failure', () => {
  const { stdout, stderr, output } = failing();
  stdout.emit('error', error('EPIPE'));
  stderr.emit('error', error('EPIPE'));
  expect([output.failure, stderr.written]).toEqual([undefined, []]);
});

it('any other failure of stdout is reported once, and does not end the program', () => {
  const { stdout, stderr, output } = failing();
  for (let count = 0; count < 3; count++) stdout.emit('error', error('ENOSPC'));
  expect(output.failure).toBe('stdout cannot be written: ENOSPC: it failed');
  expect(stderr.written).toEqual(['hazmat: stdout cannot be written: ENOSPC: it failed\n']);
});

it('a failure of stderr is kept, and written nowhere', () => {
  const { stderr, output } = failing();
  stderr.emit('error', error('EIO'));
  expect([output.failure, stderr.written]).toEqual(['stderr cannot be written: EIO: it failed', []]);
});
