// SPDX-License-Identifier: GPL-2.0-only
// The checks of the sources, the longest first. Each is a script of package.json, to be run by itself: `npm run types`.

import type { Check } from './run-checks.ts';

export const checks: readonly Check[] = ['lint', 'types', 'formatting', 'spelling', 'dead', 'bounds'].map((name) => ({
  name,
  argv: ['npm', 'run', '--silent', name],
}));
