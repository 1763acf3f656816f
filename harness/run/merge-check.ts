// SPDX-License-Identifier: GPL-2.0-only
// Whether runs belong together, so that one can be made of them. Pure.

import { UsageError } from '../host/errors.ts';
import type { RunRecord } from '../results/run-record.ts';
import { otherEnvironmentKey } from './resume.ts';

/** @throws UsageError with the first reason why they do not */
export function refuseStrangers(records: readonly RunRecord[]): void {
  const [first, ...others] = records;
  const isWhole = others.length === 0 && first?.shard?.count === 1;
  if (first === undefined || (others.length === 0 && !isWhole)) throw new UsageError('name at least two runs to merge');
  for (const other of others) {
    const between = `${first.name} and ${other.name}`;
    const key = otherEnvironmentKey(first.environment, other.environment);
    if (key !== undefined) {
      throw strangers(
        between,
        `${key} ${first.environment[key] ?? '(none)'} and ${other.environment[key] ?? '(none)'}`,
      );
    }
    for (const { kernel, id, origin } of first.kernelFacts) {
      const same = other.kernelFacts.find((facts) => facts.kernel === kernel);
      if (same !== undefined && same.id !== id) throw strangers(between, `${kernel} is ${origin} and ${same.origin}`);
    }
  }
  refuseWrongShards(records);
  refuseSharedCells(records);
}

function refuseSharedCells(records: readonly RunRecord[]): void {
  const owners = new Map<string, string>();
  for (const { name, cells, unfinished } of records) {
    for (const { id } of [...cells, ...unfinished]) {
      const owner = owners.get(id);
      if (owner !== undefined) throw strangers(`${owner} and ${name}`, `both have the cell ${id}`);
      owners.set(id, name);
    }
  }
}

function refuseWrongShards(records: readonly RunRecord[]): void {
  const [first, ...others] = records;
  const shards = records.flatMap(({ shard }) => shard ?? []);
  if (first === undefined || shards.length === 0) return;
  for (const other of others) {
    const between = `${first.name} and ${other.name}`;
    const [a, b] = [first.shard, other.shard];
    if (a === undefined || b === undefined) throw strangers(between, 'only one of them is a part of a larger plan');
    if (a.plan !== b.plan) throw strangers(between, 'they are parts of different plans');
    if (a.count !== b.count) throw strangers(between, `they are parts of ${a.count} and of ${b.count}`);
    if (a.split !== b.split) {
      throw strangers(between, 'their plan was split in different ways, because their histories differ');
    }
  }
  const { count } = shards[0] ?? { count: 0 };
  const missing = Array.from({ length: count }, (_, at) => at + 1).filter(
    (index) => !shards.some((shard) => shard.index === index),
  );
  if (missing.length > 0) {
    throw new UsageError(`of the ${count} parts ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`, {
      hint: 'A part that was interrupted counts as well: its cells without a verdict are listed as not run.',
    });
  }
}

function strangers(between: string, why: string): UsageError {
  return new UsageError(`${between} do not belong together: ${why}`);
}
