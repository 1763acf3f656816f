// SPDX-License-Identifier: GPL-2.0-only
// How slow is this guest? Deadlines are written for a guest under KVM and multiplied by what is measured.

/**
 * Up to this long the agent's `calibrate` may take before deadlines are scaled, in microseconds. A guest under KVM needs
 * some 7 ms, one under TCG on an idle host some 100 ms; deadlines are written so that ten times what KVM needs is in them.
 */
const referenceMicroseconds = 50_000;

/** The factor for every deadline, at least 1, rounded up to a tenth. */
export function slowdownOf(calibrateMicroseconds: number): number {
  return Math.max(1, Math.ceil((calibrateMicroseconds / referenceMicroseconds) * 10) / 10);
}
