// SPDX-License-Identifier: GPL-2.0-only
import { expect, test, vi } from 'vitest';
import { InfraError, UsageError } from '../../../harness/host/errors.ts';
import { b4Argv, b4Failure, b4MessageId, fetchWithB4 } from '../../../harness/kernel/series/b4.ts';

test('a message is named by its id, in angle brackets or not, or by its address in an archive', () => {
  expect(b4MessageId('b4:20260102.1-3@localhost')).toBe('20260102.1-3@localhost');
  expect(b4MessageId('b4:<20260102.1-3@localhost>')).toBe('20260102.1-3@localhost');
  expect(b4MessageId('b4:https://archive.localhost/all/20260102.1%40localhost/T/#u')).toBe('20260102.1@localhost');
  expect(b4MessageId('some/folder')).toBeUndefined();
  for (const bad of ['b4:', 'b4:xfs', 'b4:--help@localhost', 'b4:a b@localhost']) {
    expect(() => b4MessageId(bad), bad).toThrow(UsageError);
  }
});

test('b4 writes the mailbox to stdout and adds nothing to it', () => {
  expect(b4Argv('1@localhost')).toEqual(['b4', 'am', '--no-add-trailers', '--no-cover', '-o', '-', '1@localhost']);
});

test('without the network it is an infrastructure error, without such a message a usage error', () => {
  const offline = b4Failure(
    '1@localhost',
    'Running in OFFLINE mode\nCRITICAL: Cannot retrieve threads from remote in offline mode\n',
  );
  expect(offline).toBeInstanceOf(InfraError);
  expect(offline.hint).toContain('Cannot retrieve threads');
  expect(b4Failure('1@localhost', 'Traceback\nsocket.gaierror: [Errno -2] Name or service not known\n')).toBeInstanceOf(
    InfraError,
  );
  const unknown = b4Failure('1@localhost', 'Looking up\n---\nServer returned an error: 404\n');
  expect(unknown).toBeInstanceOf(UsageError);
  expect(unknown.hint).toBe('Looking up\nServer returned an error: 404');
});

test('when b4 is not installed its package is named', async () => {
  vi.stubEnv('PATH', '/nonexistent');
  try {
    await expect(fetchWithB4('1@localhost')).rejects.toMatchObject({
      exitCode: 3,
      message: 'b4:1@localhost needs the program b4, which does not run here',
      hint: expect.stringContaining('package b4') as string,
    });
  } finally {
    vi.unstubAllEnvs();
  }
});
