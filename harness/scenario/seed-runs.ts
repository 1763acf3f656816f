// SPDX-License-Identifier: GPL-2.0-only
// Pages in a row that hold the same pattern: one request is enough for all of them.

export interface SeedRun {
  page: number;
  pages: number;
  seed: number;
}

/** Pages in a row that should hold the same pattern; pages of unknown content and exceptions are left out. */
export function seedRuns(seeds: readonly number[], except: ReadonlySet<number>): SeedRun[] {
  const found: SeedRun[] = [];
  seeds.forEach((seed, page) => {
    if (seed === 0 || except.has(page)) return;
    const last = found.at(-1);
    if (last?.seed === seed && last.page + last.pages === page) last.pages++;
    else found.push({ page, pages: 1, seed });
  });
  return found;
}
