// SPDX-License-Identifier: GPL-2.0-only
// How slow a guest is. Deadlines are written for a guest under KVM and multiplied by this factor.

/**
 * How long the agent's `calibrate` may take before deadlines are scaled, microseconds. It takes some 7 ms under KVM, and
 * some 100 ms under TCG on an idle host. Deadlines allow for ten times what a guest under KVM needs.
 */
const referenceMicroseconds = 50_000;

/** The factor for every deadline, at least 1, rounded up to a tenth. */
export function slowdownOf(calibrateMicroseconds: number): number {
  return Math.max(1, Math.ceil((calibrateMicroseconds / referenceMicroseconds) * 10) / 10);
}
