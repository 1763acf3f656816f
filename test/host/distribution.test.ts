// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { distributionOf } from '../../harness/host/distribution.ts';
import { buildNeeds, installLine, lackingLine, missingNeeds, needs } from '../../harness/host/needs.ts';

const debian = 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\nVERSION_ID="13"\n';
const ubuntu = 'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nID=ubuntu\nID_LIKE=debian\n';
const fedora = "NAME='Fedora Linux'\nID=fedora\nPRETTY_NAME='Fedora Linux 43'\n";
const alma = 'ID="almalinux"\nID_LIKE="rhel centos fedora"\n';
const arch = 'ID=arch\n';
const suse = 'ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n';

function lineOn(osRelease: string, ...packages: string[]): string | undefined {
  const wanted = [...needs, ...buildNeeds].filter((need) => packages.includes(need.package));
  return installLine(wanted, true, distributionOf(osRelease));
}

describe('the line that installs packages', () => {
  it.each([
    ['Debian', debian, 'apt-get install -y --no-install-recommends xz-utils libc6-dev qemu-system-x86 libelf-dev'],
    ['Ubuntu', ubuntu, 'apt-get install -y --no-install-recommends xz-utils libc6-dev qemu-system-x86 libelf-dev'],
    ['Fedora', fedora, 'dnf install -y xz glibc-devel qemu-system-x86-core elfutils-libelf-devel'],
    ['AlmaLinux', alma, 'dnf install -y xz glibc-devel qemu-system-x86-core elfutils-libelf-devel'],
    ['Arch', arch, 'pacman -S --needed --noconfirm xz glibc qemu-system-x86 libelf'],
    ['openSUSE', suse, 'zypper --non-interactive install --no-recommends xz glibc-devel qemu-x86 libelf-devel'],
    ['no os-release', '', 'apt-get install -y --no-install-recommends xz-utils libc6-dev qemu-system-x86 libelf-dev'],
  ])('of %s', (_name, osRelease, line) => {
    expect(lineOn(osRelease, 'xz-utils', 'libc6-dev', 'qemu-system-x86', 'libelf-dev')).toBe(line);
  });
});

it('does not ask for what is fetched where a distribution has no package of it', () => {
  const jansson = [{ what: '/nonesuch/libjansson.a', package: 'libjansson-dev', why: 'is linked' }];
  expect(missingNeeds(jansson, distributionOf(debian))).toEqual(jansson);
  expect(missingNeeds(jansson, distributionOf(fedora))).toEqual([]);
});

it('has the title of the distribution for the user', () => {
  expect([debian, fedora, ''].map((text) => distributionOf(text).title)).toEqual([
    'Debian GNU/Linux 13 (trixie)',
    'Fedora Linux 43',
    'an unknown distribution',
  ]);
});

it('has a name for each package that runs and builds need, and none twice', () => {
  const all = [...new Set([...needs, ...buildNeeds].map((need) => need.package))];
  for (const osRelease of [fedora, arch, suse]) {
    const names = all.flatMap((name) => distributionOf(osRelease).packageOf(name) ?? []);
    // Debian's suffixes for what others call -devel, or do not split.
    expect(names.filter((name) => /-(?:dev|utils|base)$/.test(name) && name !== 'perl-base')).toEqual([]);
    expect(names).toHaveLength(all.length - 1);
  }
});

it('does not ask for a package that a distribution has not got, and says what to do instead', () => {
  expect(lineOn(suse, 'apt', 'cpio')).toBe('zypper --non-interactive install --no-recommends cpio');
  expect(lineOn(suse, 'apt')).toBeUndefined();
  const apt = needs.filter((need) => need.package === 'apt');
  const tumbleweed = distributionOf(`${suse}PRETTY_NAME="openSUSE Tumbleweed"\n`);
  expect(lackingLine(apt, tumbleweed)).toBe(
    'openSUSE Tumbleweed has no package of apt: use the container image (docs/container.md)',
  );
  expect(lackingLine(apt, distributionOf(fedora))).toBeUndefined();
  expect(lineOn(fedora, 'apt', 'dpkg')).toBe('dnf install -y apt dpkg');
});
