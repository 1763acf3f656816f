// SPDX-License-Identifier: GPL-2.0-only
// npm run check: the checks of the sources, without tests.

import { checks } from './checks.ts';
import { runChecks } from './run-checks.ts';

const failed = await runChecks(checks, (text) => console.log(text));
process.exitCode = failed.length === 0 ? 0 : 1;
