// SPDX-License-Identifier: GPL-2.0-only
// The files of the isolated apt root as text. Pure: apt.ts writes them.

import type { Mirror } from './apt-mirror.ts';

/**
 * The apt.conf of a root. apt gets it by `-c`, so that it is read after the system's apt.conf.d (APT_CONFIG would be read
 * before, apt.conf(5)): the system's proxies stay in force, but every path that apt reads or writes is moved, and hooks
 * that clean the system's cache are removed. The status file is empty: nothing counts as installed. Parsed indexes are
 * not cached, because runs with different sources share the root.
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
    // Otherwise apt, when root runs it, tries to download as the user _apt, who may not write here, and warns.
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

/** The line of sources.list for a suite. `options` is added in its brackets. */
export function renderSource(suite: string, mirror: Mirror, options: string): string {
  return `deb [arch=amd64 target=Packages ${options}] ${suite.endsWith('-security') ? mirror.security : mirror.main} ${suite} main\n`;
}
