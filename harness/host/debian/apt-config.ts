// SPDX-License-Identifier: GPL-2.0-only
// The files of the isolated apt root as text. Pure: apt.ts writes them.

import type { Mirror } from './apt-mirror.ts';

/**
 * apt.conf of a root. Given by `-c` it is read after the system's apt.conf.d (given as APT_CONFIG it would come first,
 * apt.conf(5)): proxies stay in force, while every place that apt reads or writes is moved, and hooks that tidy the
 * system's own cache are taken out. The status file is empty: nothing counts as installed. No cache of the parsed
 * indexes is kept, because runs with different sources share the root.
 */
export function renderAptConfig(root: string, user: string): string {
  return [
    `Dir::State "${root}/state";`,
    `Dir::State::status "${root}/status";`,
    `Dir::Cache "${root}/cache";`,
    'Dir::Cache::pkgcache "";',
    'Dir::Cache::srcpkgcache "";',
    `Dir::Etc::sourcelist "${root}/sources/none.list";`,
    `Dir::Etc::sourceparts "${root}/empty";`,
    `Dir::Etc::preferences "${root}/none";`,
    `Dir::Etc::preferencesparts "${root}/empty";`,
    `Dir::Log "${root}/log";`,
    'APT::Architecture "amd64";',
    '#clear APT::Architectures;',
    'APT::Architectures { "amd64"; };',
    ...['Pre-Invoke', 'Post-Invoke', 'Post-Invoke-Success'].map((hook) => `#clear APT::Update::${hook};`),
    // Else apt, when run by root, wants to download as _apt into folders that are not _apt's, and warns.
    `APT::Sandbox::User "${user}";`,
    'APT::Get::List-Cleanup "false";',
    'APT::Get::Assume-Yes "true";',
    'APT::Install-Recommends "false";',
    'APT::Update::Error-Mode "any";',
    'Acquire::Languages "none";',
    'Acquire::ForceHash "SHA256";',
    'Acquire::Retries "2";',
    'Acquire::http::Timeout "20";',
    'Acquire::https::Timeout "20";',
    '',
  ].join('\n');
}

/** The one line of sources.list for a suite. `options` joins what stands in brackets. */
export function renderSource(suite: string, mirror: Mirror, options: string): string {
  return `deb [arch=amd64 target=Packages ${options}] ${suite.endsWith('-security') ? mirror.security : mirror.main} ${suite} main\n`;
}
