// SPDX-License-Identifier: GPL-2.0-only
// The program as a person calls it: what it prints, where, and with which exit code. Nothing here boots a guest.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { projectRoot } from '../../harness/host/places.ts';
import { readMutants } from '../../harness/kernel/series/mutant.ts';
import { scenarioNames } from '../../harness/scenario/load.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { changed, right } from '../scenario/shown.ts';

interface Outcome {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

/** Runs it in an empty folder, with a cache and results of its own. */
async function hazmat(args: string[], cwd = temporaryFolder(), env: Record<string, string> = {}): Promise<Outcome> {
  const own = temporaryFolder();
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    [path.join(projectRoot, 'bin/hazmat.mjs'), ...args],
    {
      cwd,
      reject: false,
      stdin: 'ignore',
      env: {
        HAZMAT_CACHE: `${own}/cache`,
        HAZMAT_RESULTS: `${own}/results`,
        NO_COLOR: '1',
        COLUMNS: '80',
        ...env,
      },
    },
  );
  return { exitCode, stdout, stderr };
}

it('prints help that names every command and the exit codes', async () => {
  const { exitCode, stdout, stderr } = await hazmat(['--help']);
  expect([exitCode, stderr]).toEqual([0, '']);
  for (const command of [
    'run',
    'matrix',
    'merge',
    'export',
    'report',
    'history',
    'compare',
    'bisect',
    'b4-check',
    'mutants',
    'recall',
    'explore',
    'kernel',
    'scenario',
    'shell',
    'doctor',
    'clean',
  ]) {
    expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
  }
  expect(stdout).toMatch(/\nExit codes:\n {2}0 +all as expected\n {2}1 +unexpected kernel behavior\n/);
});

it.each([
  'run',
  'matrix',
  'merge',
  'history',
  'export',
  'report',
  'compare',
  'coverage',
  'bisect',
  'b4-check',
  'mutants',
  'recall',
  'explore',
  'shell',
  'clean',
  '',
])('the help of `%s` fits into 80 columns, each entry on one line', async (command) => {
  const { stdout } = await hazmat([...(command === '' ? [] : [command]), '--help']);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  // A wrapped entry would go on below its description.
  const entries = stdout.split('\n').filter((line) => /^ {15,}\S/.test(line));
  expect(entries.filter((line) => !line.includes('patch series'))).toEqual([]);
});

it('takes --coverage for a matrix as for a run, and no results of earlier runs with it', async () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'night.yaml'), 'kernels: ["6.12"]\nscenarios: [remove/shared-mappers]\n');
  const listed = await hazmat(['matrix', 'night.yaml', '--coverage', '--list'], folder);
  expect(listed.exitCode).toBe(0);
  expect(listed.stdout).toContain('remove/shared-mappers');
  const refused = await hazmat(['matrix', 'night.yaml', '--coverage', '--reuse'], folder);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain("option '--coverage' cannot be used with option '--reuse'");
});

it.each<[string, string[], RegExp]>([
  ['an unknown command', ['rn'], /unknown command 'rn'\n\(Did you mean run\?\)/],
  ['an unknown option', ['run', '--dryrun'], /unknown option '--dryrun'\n\(Did you mean --dry-run\?\)/],
  [
    'a bad value',
    ['run', '-j', 'all'],
    /'-j, --jobs <n>' argument 'all' is invalid. It must be a whole number of at least 1/,
  ],
  ['no command', [], /^Usage: hazmat/],
  [
    'an unknown scenario',
    ['run', 'remove/shared-maper', '--dry-run'],
    /^hazmat: no scenario `remove\/shared-maper`, did you mean `remove\/shared-mappers`\?/,
  ],
  ['an unknown kernel', ['run', '-k', '4.19', '--dry-run'], /^hazmat: there is no stock kernel 4\.19[^]* 6\.12 /],
  ['an unknown kernel to explore', ['explore', '-k', '4.19'], /^hazmat: there is no stock kernel 4\.19/],
  [
    'a tree that is not there',
    ['run', '-k', 'tree:/nowhere', '--dry-run'],
    /^hazmat: tree:\/nowhere: \/nowhere does not exist/,
  ],
  ['a series that is not there', ['run', '-k', '7.2+no.patch', '--dry-run'], /^hazmat: there is no series no\.patch\n/],
  [
    'an unknown config fragment',
    ['run', '-k', 'source:6.12', '-c', 'kasn', '--dry-run'],
    /^hazmat: 'kasn' is neither a config fragment nor a file\n {2}Config fragments: base, /,
  ],
  ['a series without a base', ['compare', '--series', 'x.patch'], /^hazmat: --series needs a base\n/],
  ['patches without a series', ['compare', '--base', '7.2', '--each'], /^hazmat: --each needs --series/],
  [
    'a series on an image',
    ['compare', '--base', 'image:/boot/x', '--series', 'x.patch'],
    /^hazmat: image:\/boot\/x is already built: a series needs a source tree/,
  ],
  ['a range that is none', ['bisect', 'v6.1..v6.2'], /^hazmat: 'v6\.1\.\.v6\.2' is not a range of a git repository\n/],
  ['an unknown mutant', ['mutants', 'nothing-such'], /^hazmat: there is no mutant nothing-such\n/],
  ['no kernel at all', ['run', '-k', 'linus:master', '--dry-run'], /^hazmat: .*linus/],
])('says what is wrong with %s, and exits with 2', async (_what, args, said) => {
  const { exitCode, stdout, stderr } = await hazmat(args);
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(said);
  expect(stderr).not.toMatch(/^ +at /m);
});

it('names file, line and column of what is wrong in a scenario, and what would be right; nothing is run', async () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'mine.yaml'), changed('code: BUS_MCEERR_AO', 'cod: BUS_MCEERR_AO'));
  const { exitCode, stdout, stderr } = await hazmat(['run', 'mine.yaml'], folder);
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^hazmat: mine\.yaml:10:35: unknown key `cod`, did you mean `code`\?\n/);
});

it('checks scenario files, and goes on after one that is wrong', async () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'good.yaml'), right);
  writeFileSync(path.join(folder, 'bad.yaml'), changed('- unbind', '- unbnd'));
  const { exitCode, stdout, stderr } = await hazmat(
    ['scenario', 'check', 'bad.yaml', 'good.yaml', 'none.yaml'],
    folder,
  );
  expect(exitCode).toBe(2);
  expect(stdout).toBe('good.yaml: 2 steps, ok');
  expect(stderr).toMatch(/^bad\.yaml:9:5: unknown step `unbnd`, did you mean `unbind`\?\n/);
  expect(stderr).toMatch(/^there is no file none\.yaml$/m);
});

it('accepts every scenario that ships', async () => {
  const { exitCode, stdout, stderr } = await hazmat(['scenario', 'check']);
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout.split('\n').map((line) => line.split(':')[0])).toEqual(scenarioNames());
});

it('lists scenarios by tag, and shows one as it is', async () => {
  const { exitCode, stdout } = await hazmat(['scenario', 'list', 'recovery-write']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^SCENARIO +TITLE +TAGS/);
  expect(stdout).toMatch(/^recover\/aligned-write +An aligned pwrite/m);
  expect(stdout).not.toContain('remove/');
  const shown = await hazmat(['scenario', 'show', 'remove/shared-mappers']);
  expect(`${shown.stdout}\n`).toBe(
    readFileSync(path.join(projectRoot, 'scenarios/remove/shared-mappers.yaml'), 'utf8'),
  );
});

it('shows the mutants with what should kill them', async () => {
  const { exitCode, stdout, stderr } = await hazmat(['mutants', '--list']);
  expect([exitCode, stderr]).toEqual([0, '']);
  const names = readMutants('kernels/mutants', projectRoot).map(({ name }) => name);
  expect(names.length).toBeGreaterThanOrEqual(20);
  expect(stdout.split('\n').flatMap((line) => /^(\S+): /.exec(line)?.[1] ?? [])).toEqual(names);
  expect(stdout).toMatch(/^ {4}\w+\/[\w-]+ \([\w-]+\)/m);
});

it('prints a plan, and does nothing of it', async () => {
  const folder = temporaryFolder();
  const { exitCode, stdout, stderr } = await hazmat(['run', 'recover/dm-stripe', '-k', '6.1,7.2', '--dry-run'], folder);
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^2 cells\n\n# machine two-nvdimms: /);
  expect(stdout).toMatch(/^qemu-system-x86_64 \\\n {2}-nodefaults \\\n/m);
  expect(stdout).toContain('# 7.2 recover/dm-stripe: A recovery write works');
  expect(stdout).toContain('nrext64=0');
  expect(stdout).toContain('nrext64=1');
});

it('goes on, with the same exit code, when the reader of its output goes away', async () => {
  // doctor prints more lines after it has waited for QEMU: by then, the first write has failed.
  const expected = await hazmat(['doctor']);
  const child = execa(process.execPath, [path.join(projectRoot, 'bin/hazmat.mjs'), 'doctor'], {
    cwd: temporaryFolder(),
    reject: false,
    stdin: 'ignore',
  });
  child.stdout.destroy();
  const { exitCode, stderr } = await child;
  expect([exitCode, stderr]).toEqual([expected.exitCode, '']);
});

/** Runs it with its output to a device or to a reader that goes away. */
async function hazmatTo(target: string, args: string): Promise<Pick<Outcome, 'exitCode' | 'stderr'>> {
  const program = `'${process.execPath}' '${path.join(projectRoot, 'bin/hazmat.mjs')}' ${args}`;
  const { exitCode, stderr } = await execa('bash', ['-c', `set -o pipefail; ${program} ${target}`], {
    cwd: temporaryFolder(),
    reject: false,
    stdin: 'ignore',
  });
  return { exitCode, stderr };
}

it('ends as ever when the reader of its output goes away', async () => {
  expect(await hazmatTo('| head -1 >/dev/null', 'scenario list')).toEqual({ exitCode: 0, stderr: '' });
  expect(await hazmatTo('| true', 'run --dry-run')).toEqual({ exitCode: 0, stderr: '' });
});

it('waits for a reader that takes its time: a pipe holds 64 KiB, and the list is longer', async () => {
  const read = path.join(temporaryFolder(), 'read');
  expect(await hazmatTo(`| { sleep 1; cat >'${read}'; }`, 'scenario list')).toEqual({ exitCode: 0, stderr: '' });
  const listed = readFileSync(read, 'utf8');
  expect(listed.length).toBeGreaterThan(65_536);
  expect(listed.match(/^[\w-]+\/[\w-]+(?= {2})/gm)).toEqual(scenarioNames());
});

it('says that the disk below its output is full, and fails, since the output was all that it had to give', async () => {
  for (const args of ['scenario list', 'run --dry-run']) {
    const { exitCode, stderr } = await hazmatTo('>/dev/full', args);
    expect([exitCode, stderr]).toEqual([3, expect.stringMatching(/^hazmat: stdout cannot be written: ENOSPC.*$/)]);
  }
});

it('refuses a HAZMAT_ACCEL that names no accelerator before anything is run', async () => {
  const [file, results] = [path.join(temporaryFolder(), 'a.yaml'), temporaryFolder()];
  writeFileSync(file, right);
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    [path.join(projectRoot, 'bin/hazmat.mjs'), 'run', file],
    { reject: false, env: { HAZMAT_ACCEL: 'kvn', HAZMAT_RESULTS: results, HAZMAT_CACHE: temporaryFolder() } },
  );
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^hazmat: HAZMAT_ACCEL is `kvn`: it must be kvm or tcg$/m);
  expect(readdirSync(results)).toEqual([]);
});

it.each<[string, string, Record<string, string>, RegExp]>([
  ['TMPDIR', 'in /proc', { TMPDIR: '/proc' }, /^hazmat: TMPDIR is \/proc: no folder can be made there \(ENOENT\)/],
  ['TMPDIR', 'a file', { TMPDIR: '/etc/passwd' }, /^hazmat: TMPDIR is \/etc\/passwd: .+\(ENOTDIR\)/],
  ['TMPDIR', 'missing', { TMPDIR: '/nonexistent/x' }, /^hazmat: TMPDIR is \/nonexistent\/x: .+\(ENOENT\)/],
  ['HAZMAT_CACHE', 'in /proc', { HAZMAT_CACHE: '/proc/x' }, /^hazmat: HAZMAT_CACHE: \/proc\/x cannot be used/],
  ['HAZMAT_RESULTS', 'a file', { HAZMAT_RESULTS: '/etc/passwd' }, /^hazmat: HAZMAT_RESULTS: .+: it is a file/],
  ['HAZMAT_CACHE', 'relative', { HAZMAT_CACHE: 'here' }, /^hazmat: HAZMAT_CACHE is `here`: it must be an absolute/],
  ['HAZMAT_ACCEL', 'unknown', { HAZMAT_ACCEL: 'xen' }, /^hazmat: HAZMAT_ACCEL is `xen`: it must be kvm or tcg/],
  [
    'HAZMAT_QEMU',
    'unknown',
    { HAZMAT_QEMU: 'debian:potato' },
    /^hazmat: HAZMAT_QEMU: there is no QEMU `debian:potato`/,
  ],
])('a wrong %s, %s, is one usage error', async (_setting, _how, env, words) => {
  const { exitCode, stderr } = await hazmat(['clean'], temporaryFolder(), env);
  expect(stderr).toMatch(words);
  expect(stderr).not.toMatch(/^ +at /m);
  expect(exitCode).toBe(2);
});

it('a working directory that is gone is a usage error', async () => {
  const gone = temporaryFolder();
  const program = path.join(projectRoot, 'bin/hazmat.mjs');
  const argv = ['-c', 'rmdir "$1" && exec "$2" "$3" clean', 'sh', gone, process.execPath, program];
  const { exitCode, stderr } = await execa('sh', argv, { cwd: gone, reject: false });
  expect(stderr).toBe('hazmat: the working directory no longer exists: change to one that does');
  expect(exitCode).toBe(2);
});

it('too few open files are a usage error', async () => {
  const program = path.join(projectRoot, 'bin/hazmat.mjs');
  const { exitCode, stderr } = await execa('prlimit', ['--nofile=40', process.execPath, program, 'clean'], {
    reject: false,
  });
  expect(stderr).toBe('hazmat: at most 40 files can be open at a time; 256 are needed (ulimit -n 1024)');
  expect(exitCode).toBe(2);
});

it.each([
  ['compare', '--base', '6.12', '--series', 'reply.txt', 'remove'],
  ['run', '--kernel', '6.12+reply.txt', 'remove'],
])('a series that is no patch is refused before there is a run: %s', async (...args) => {
  const cwd = temporaryFolder();
  writeFileSync(path.join(cwd, 'reply.txt'), 'Somebody wrote:\n> diff --git a/a.c b/a.c\n> --- a/a.c\n> +++ b/a.c\n');
  const { exitCode, stderr } = await hazmat(args, cwd, { HAZMAT_RESULTS: `${cwd}/results`, HAZMAT_OFFLINE: '1' });
  expect(stderr).toContain('reply.txt quotes a patch, as a reply does');
  expect(exitCode).toBe(2);
  expect(readdirSync(cwd)).toEqual(['reply.txt']);
});
