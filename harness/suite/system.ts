// SPDX-License-Identifier: GPL-2.0-only
// What the trees of all suites have of a system.

/** Packages that every script expects. */
export const usualPackages = [
  ...[
    'base-files',
    'bash',
    'coreutils',
    'dash',
    'diffutils',
    'e2fsprogs',
    'file',
    'findutils',
    'gawk',
    'grep',
    'gzip',
    'hostname',
  ],
  ...[
    'kmod',
    'libc-bin',
    'libpam-modules',
    'libpam-runtime',
    'login',
    'login.defs',
    'mount',
    'passwd',
    'perl',
    'procps',
    'psmisc',
  ],
  ...['sed', 'tar', 'util-linux'],
];

/** Files of a system with some users besides root. Everybody may become everybody: a guest has no secrets. */
export function systemTexts(users: readonly string[]): Record<string, string> {
  const lines = (each: (user: string, id: number) => string): string =>
    users.map((user, index) => `${each(user, 1001 + index)}\n`).join('');
  const permit = Object.fromEntries(
    ['account', 'auth', 'password', 'session'].map((what) => [
      `etc/pam.d/common-${what}`,
      `${what} required pam_permit.so\n`,
    ]),
  );
  return {
    ...permit,
    'etc/environment': '',
    'etc/group': `root:x:0:\nsys:x:3:\ntty:x:5:\ndisk:x:6:\nnogroup:x:65534:\n${lines((user, id) => `${user}:x:${id}:`)}`,
    'etc/hosts': '127.0.0.1 localhost hazmat\n',
    'etc/nsswitch.conf':
      'passwd: files\ngroup: files\nshadow: files\nhosts: files\nservices: files\nprotocols: files\n',
    'etc/passwd':
      `root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/:/bin/sh\n` +
      lines((user, id) => `${user}:x:${id}:${id}::/home/fsgqa:/bin/bash`),
    'etc/shadow': `root:*:20000:0:99999:7:::\nnobody:*:20000:0:99999:7:::\n${lines((user) => `${user}:*:20000:0:99999:7:::`)}`,
    'etc/shells': '/bin/sh\n/bin/bash\n',
  };
}
