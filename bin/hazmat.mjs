#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-only
// The TypeScript is run as it stands (tsx, in this very process), so there is never a stale build.
import { register } from 'tsx/esm/api';

register();
await import('../harness/cli/main.ts');
