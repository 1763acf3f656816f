// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { InfraError, renderError } from '../../harness/host/errors.ts';
import { quoteArgv, runProgram, type ProgramOptions } from '../../harness/host/program.ts';

async function failure(argv: string[], options?: ProgramOptions): Promise<unknown> {
  return runProgram(argv, options).catch((error: unknown) => error);
}

it('gives what a program printed, to the last newline', async () => {
  expect(await runProgram(['printf', 'a\\n\\n'])).toEqual({ exitCode: 0, stdout: 'a\n\n', stderr: '' });
});

it('hands arguments over as they are, with no shell in between', async () => {
  expect((await runProgram(['printf', '%s|', '$HOME', '`id`', 'a b', '*', ''])).stdout).toBe('$HOME|`id`|a b|*||');
});

it('passes input, environment and folder', async () => {
  const script = 'cat; echo " $WORD $PWD"';
  const { stdout } = await runProgram(['sh', '-c', script], { input: 'in', env: { WORD: 'w' }, cwd: '/usr' });
  expect(stdout).toBe('in w /usr\n');
});

it('gives a program an empty stdin when it is given nothing', async () => {
  expect((await runProgram(['cat'])).stdout).toBe('');
});

it('names a missing program', async () => {
  const error = await failure(['no-such-program-of-ours', 'x']);
  expect(error).toBeInstanceOf(InfraError);
  expect(renderError(error)).toMatchInlineSnapshot(`
    "the program no-such-program-of-ours is not installed
      npx hazmat doctor lists what is missing."
  `);
});

it('names the command, its exit code and the end of what it complained of', async () => {
  const script = 'for i in $(seq 20); do echo "line $i" >&2; done; exit 7';
  const error = await failure(['sh', '-c', script]);
  expect(error).toBeInstanceOf(InfraError);
  expect(renderError(error)).toMatchInlineSnapshot(`
    "sh failed with exit code 7
      sh -c 'for i in $(seq 20); do echo "line $i" >&2; done; exit 7'
      line 9
      line 10
      line 11
      line 12
      line 13
      line 14
      line 15
      line 16
      line 17
      line 18
      line 19
      line 20"
  `);
});

it('tells a program that was ended by a signal from one that failed', async () => {
  expect(renderError(await failure(['sh', '-c', 'kill -KILL $$']))).toMatch(/^sh was ended by SIGKILL\n/);
});

it('does not call a program missing when its folder is', async () => {
  const text = renderError(await failure(['true'], { cwd: '/no/such/folder' }));
  expect(text).toMatch(/^true could not be started: .*\/no\/such\/folder/);
});

it('takes exit codes that are answers', async () => {
  expect((await runProgram(['sh', '-c', 'exit 1'], { accept: [0, 1] })).exitCode).toBe(1);
  expect(await failure(['sh', '-c', 'exit 2'], { accept: [0, 1] })).toBeInstanceOf(InfraError);
});

it('ends a program that runs too long', async () => {
  expect(renderError(await failure(['sleep', '60'], { timeout: 50 }))).toMatch(
    /^sleep ran longer than 50 ms\n +sleep 60/,
  );
});

it('ends a program when it is called off', async () => {
  const controller = new AbortController();
  const ended = failure(['sleep', '60'], { signal: controller.signal });
  controller.abort();
  expect(renderError(await ended)).toBe('sleep was stopped');
});

it.each([
  [['ls', '-l', '/a/b.c'], 'ls -l /a/b.c'],
  [['a b', ''], `'a b' ''`],
  [[`it's`, '$x', 'a;b', '-o', 'x=1,y=2'], `'it'\\''s' '$x' 'a;b' -o x=1,y=2`],
])('quotes %j', (argv, text) => expect(quoteArgv(argv)).toBe(text));

it('quotes so that a POSIX shell reads the very same arguments', async () => {
  const argv = [
    '%s\\0',
    '',
    ' ',
    `'`,
    `''`,
    '"',
    '\\',
    '$HOME',
    '`id`',
    '!x',
    '*',
    '~',
    '#',
    'a\nb',
    'ü',
    '--',
    'a=b',
    '{a,b}',
    '&',
    '\t',
  ];
  const { stdout } = await runProgram(['sh', '-c', quoteArgv(['printf', ...argv])]);
  expect(stdout.split('\0').slice(0, -1)).toEqual(argv.slice(1));
});
