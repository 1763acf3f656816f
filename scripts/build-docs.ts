// SPDX-License-Identifier: GPL-2.0-only
// Writes docs/scenario-language.md and scenarios/scenario.schema.json from the schemas that check scenarios, and docs/kernel-bugs.md
// from the bugs that they know: `npm run docs`.

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../harness/host/places.ts';
import {
  alternativesOf,
  elementOf,
  isBlock,
  jsonSchemaOf,
  propertiesOf,
  wordsOf,
  type JsonSchema,
} from '../harness/host/yaml/json-schema.ts';
import { discriminatorOf } from '../harness/host/yaml/union.ts';
import { wantedWords } from '../harness/host/yaml/words.ts';
import { loadMachine, machineNames, machineSchema } from '../harness/machine/machine.ts';
import type { PoisonRoute } from '../harness/poison/route.ts';
import { poisonRoutes } from '../harness/poison/routes.ts';
import { loadFeatures } from '../harness/scenario/features.ts';
import { processSchema, scenarioSchema, stepCommon } from '../harness/scenario/schema.ts';
import { runRecordSchema } from '../harness/results/schemas.ts';
import { shippedScenarios } from '../harness/scenario/load.ts';
import { suiteKeys } from '../harness/scenario/suite.ts';
import type { SuiteKind } from '../harness/suite/suite.ts';
import { suiteKinds } from '../harness/suite/suites.ts';
import { noArguments, type StepKind } from '../harness/scenario/step.ts';
import { stepKinds } from '../harness/scenario/steps.ts';
import type { LayerKind } from '../harness/storage/layer.ts';
import { layerKinds } from '../harness/storage/layers.ts';
import { loadBugs } from '../harness/verdict/bugs.ts';
import { rangeHelp } from '../harness/verdict/kernel-range.ts';
import { knownEntrySchema } from '../harness/verdict/known.ts';
import { bugPage } from './bug-page.ts';
import { scenarioList } from './scenario-list.ts';
import { markdownTable } from './markdown-table.ts';

const example = 'scenarios/remove/shared-mappers.yaml';

/** What is generated: path below the checkout, and its text. */
export function generatedFiles(): Map<string, string> {
  return new Map([
    ['docs/scenario-language.md', scenarioPage()],
    ['docs/kernel-bugs.md', bugPage(loadBugs(), shippedScenarios())],
    ['docs/scenarios.md', scenarioList(loadFeatures(), shippedScenarios())],
    ['results/run.schema.json', `${JSON.stringify(z.toJSONSchema(runRecordSchema), null, 2)}\n`],
    ['scenarios/scenario.schema.json', `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`],
  ]);
}

/** A JSON schema of scenario files for editors: what zod cannot say in it (names that must exist) is left out. */
export function scenarioJsonSchema(): object {
  const [firstLayer, ...layers] = layerKinds.map(({ key, schema }) => z.strictObject({ [key]: schema }));
  const steps = stepKinds.flatMap(({ key, schema, title }) => [
    z.strictObject({ [key]: schema, ...stepCommon }).describe(title),
    ...(schema === noArguments ? [z.literal(key).describe(title)] : []),
  ]);
  if (firstLayer === undefined) throw new Error('there are no layers');
  const whole = scenarioSchema.extend({
    stack: z.array(z.union([firstLayer, ...layers])).min(1),
    steps: z.array(z.union(steps)).min(1).optional(),
    suite: z.union(suiteKinds.map(suiteKeys)).optional(),
    needs: z.array(z.enum([...loadFeatures().keys()])).prefault([]),
    known: z.array(knownEntrySchema).prefault([]),
  });
  return z.toJSONSchema(whole, { io: 'input', unrepresentable: 'any' });
}

function scenarioPage(): string {
  const sections = [
    '<!-- Made by `npm run docs` from the schemas in harness/. Do not edit. -->',
    '# Scenarios',
    intro(),
    '## The file',
    table(rowsOf(jsonSchemaOf(scenarioSchema))),
    `Kernel ranges: ${lowerFirst(rangeHelp)}`,
    'Sizes are `512M`, `1G`, `128K` (binary units); durations `500ms`, `10s`, `2m`. A page has 4096 bytes.',
    '## stack: what lies on the NVDIMMs',
    'A list of layers from the namespace up. Each entry has one key, the kind of layer. A layer names the devices of the layers before it.',
    ...layerKinds.map(layerSection),
    '## processes: who maps what',
    'Groups by name. A group of `count: 3` is the processes `NAME/1` to `NAME/3`. Each starts, maps its file, and touches the mapping as asked. ' +
      'A group needs `file` or `parent`; a parent comes before its children. A group that a step `start` names begins with that step.',
    table(rowsOf(jsonSchemaOf(processSchema))),
    '## steps: what is done and what is expected',
    'A list; each entry has one key, the kind of step, and may have these besides it:',
    table(rowsOf(jsonSchemaOf(z.strictObject(stepCommon)))),
    'An **action** that fails ends the scenario, because the later steps build on it. After an **expectation** that fails the ' +
      'next step runs. Both are deviations. A crash or a hang ends the scenario.',
    ...stepKinds.map(stepSection),
    '## suite: tests that others wrote',
    'Instead of `steps`. The file stands for one scenario for each test of the checkout that the user gives: [suites.md](suites.md).',
    ...suiteKinds.map(suiteSection),
    '## Poison routes',
    'How poison gets in (`poison: {route: ...}`). A route that this machine or kernel cannot do makes the scenario a skip, with the reason.',
    routeTable(),
    '## known: known issues',
    'What some kernels do instead, and why. An entry covers a cell only if it accounts for everything that was seen: [verdicts.md](verdicts.md#known-issues).',
    table(rowsOf(jsonSchemaOf(knownEntrySchema))),
    '## Machines',
    '`machine:` names a file of qemu/. These ship:',
    table(
      machineNames().map((name) => [`\`${name}\``, loadMachine(name).title]),
      ['machine', ''],
    ),
    'A machine file has:',
    table(rowsOf(jsonSchemaOf(machineSchema))),
  ];
  return `${sections.join('\n\n')}\n`;
}

function intro(): string {
  return `A scenario says in YAML what the hardware is, what lies on it, who maps it, what is done, and what a right kernel then does:

${fenced(readFileSync(path.join(projectRoot, example), 'utf8'))}

\`npx hazmat scenario check FILE\` checks a file and says what is wrong, with line and column. \`npx hazmat run FILE --dry-run\` prints what
would be done. \`npx hazmat run FILE\` does it.

Editors that speak to yaml-language-server complete keys and show these texts when the first line of the file is

${fenced('# yaml-language-server: $schema=../scenario.schema.json')}

with the path to scenarios/scenario.schema.json as seen from the file.`;
}

function layerSection({ key, title, example: yaml, schema, modules }: LayerKind<unknown>): string {
  const needs = modules.length === 0 ? '' : `Needs the kernel's ${modules.map(code).join(', ')}.`;
  return paragraphs([`### ${key}`, `${title}.`, fenced(`- ${key}: ${yaml}`), keyTables(jsonSchemaOf(schema)), needs]);
}

function stepSection({ key, title, example: yaml, acts, schema, deadlineMs }: StepKind<unknown>): string {
  const limit = deadlineMs === undefined ? '' : ` Default deadline: ${deadlineMs / 1000} s.`;
  return paragraphs([
    `### ${key}`,
    `${title}. ${acts ? 'An action.' : 'An expectation.'}${limit}`,
    fenced(`- ${yaml}`),
    schema === noArguments ? 'It has no arguments.' : keyTables(jsonSchemaOf(schema)),
  ]);
}

function suiteSection(kind: SuiteKind<unknown>): string {
  return paragraphs([`### ${kind.name}`, `${kind.title}.`, table(rowsOf(jsonSchemaOf(suiteKeys(kind))))]);
}

function routeTable(): string {
  const own = ({ options }: PoisonRoute): string =>
    [...propertiesOf(jsonSchemaOf(z.strictObject(options ?? {})))]
      .map(([key, schema]) => `${code(key)}: ${[wantedWords(schema), schema.description].filter(Boolean).join('; ')}`)
      .join('<br>');
  const rows = poisonRoutes.map((route) => [
    code(route.name),
    route.title,
    route.modules.map(code).join(', '),
    own(route),
  ]);
  return table(rows, ['route', 'how', 'kernel modules', 'keys of its own']);
}

/** The keys of a block, or what else may stand there. */
function keyTables(schema: JsonSchema): string {
  if (isBlock(schema)) return table(rowsOf(schema));
  // Alternatives that a key tells apart share most of their keys: their differences are in the table of poison routes.
  const discriminator = discriminatorOf(schema);
  if (discriminator !== undefined) return table(rowsOf(sharedKeys(schema, discriminator)));
  const alternatives = alternativesOf(schema);
  const others = alternatives.length > 0 ? alternatives.filter((one) => !isBlock(one)) : [schema];
  const value = others.map(wantedWords).join(' or ');
  const about = schema.description === undefined ? '' : `: ${schema.description}`;
  const plain = value === '' ? '' : `${value.slice(0, 1).toUpperCase()}${value.slice(1)}${about}.`;
  const tables = alternatives.filter(isBlock).map((block) => table(rowsOf(block)));
  return paragraphs([plain, ...tables.map((one, index) => `${index > 0 || plain !== '' ? 'Or:\n\n' : ''}${one}`)]);
}

/** A block with the keys that all alternatives have. */
function sharedKeys(schema: JsonSchema, discriminator: string): JsonSchema {
  const shapes = alternativesOf(schema).map(propertiesOf);
  const [first = new Map<string, JsonSchema>()] = shapes;
  const names = shapes.flatMap((shape) => wordsOf(shape.get(discriminator) ?? {}));
  const description = 'How the poison gets in; some routes have [keys of their own](#poison-routes)';
  const shared = [...first].filter(([key]) => shapes.every((shape) => shape.has(key)));
  const properties = { ...Object.fromEntries(shared), [discriminator]: { enum: names, description } };
  return { ...alternativesOf(schema)[0], properties };
}

/** A row for each key, those of inner blocks after their own: key, what it may be, default, description. */
function rowsOf(schema: JsonSchema, prefix = ''): string[][] {
  return [...propertiesOf(schema)].flatMap(([key, inner]) => {
    const item = elementOf(inner);
    const [deeper, ...more] = [item ?? inner, ...alternativesOf(item ?? inner)].filter(isBlock);
    const fallback = schema.required?.includes(key) === true ? '**needed**' : defaultOf(inner);
    const own = [code(`${prefix}${key}`), wantedWords(inner), fallback, inner.description ?? ''];
    const inside = item === undefined ? `${prefix}${key}.` : `${prefix}${key}[].`;
    // What has a section of its own is not repeated.
    const elsewhere = prefix === '' && ['processes', 'known'].includes(key);
    return [own, ...(deeper === undefined || more.length > 0 || elsewhere ? [] : rowsOf(deeper, inside))];
  });
}

/** What a key is when it is not there. */
function defaultOf({ default: value }: JsonSchema): string {
  if (value === undefined) return '';
  return code(typeof value === 'string' ? value : JSON.stringify(value));
}

function table(rows: readonly string[][], head = ['key', 'what it may be', 'if not said', '']): string {
  return markdownTable(head, rows);
}

function fenced(yaml: string): string {
  return `\`\`\`yaml\n${yaml.trimEnd()}\n\`\`\``;
}

function code(text: string): string {
  return `\`${text}\``;
}

function paragraphs(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}

function lowerFirst(text: string): string {
  return `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
}

if (process.argv[1] === import.meta.filename) {
  for (const [file, text] of generatedFiles()) {
    writeFileSync(path.join(projectRoot, file), text);
    process.stdout.write(`wrote ${file}\n`);
  }
}
