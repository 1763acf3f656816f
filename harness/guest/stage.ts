// SPDX-License-Identifier: GPL-2.0-only
// A stage of a guest's preparation as data: what is asked of it between two checkpoints.

import type { GuestRequest } from './request.ts';

/** A fact that is asked once, when a stage is set up: the output of a program in the guest, trimmed. */
interface FactRequest {
  name: string;
  argv: string[];
}

export interface StageRequests {
  /** For progress and errors: `stack`, `processes`. */
  title: string;
  requests: GuestRequest[];
  facts: FactRequest[];
}
