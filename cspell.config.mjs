// SPDX-License-Identifier: GPL-2.0-only
// Spelling: `npm run spelling`. American English; the terms of the field are in cspell-words.txt, one a line, sorted.
// Names that look like code are not checked, so that the list stays short.

/** In all files: what is a name, not a word. */
const names = [
  // snake_case, and all of it in capitals: functions of the kernel, config options, errno, signals, ACPI tables
  /\b\w*_\w*\b/g,
  /\b[A-Z][A-Z0-9]+(?:s|ed)?\b/g,
  /(?<=\w)['’]s\b/g,
  // option names of programs, and hashes of commits
  /(?<![\w-])--?[a-z][\w=-]*/g,
  /\b(?=\w*\d)[0-9a-f]{6,40}\b/g,
  // in strings and patterns: `\nmeasured`, `[Ss]hutdown`
  /\\[a-zA-Z]/g,
  /\[[A-Z][a-z]\]\w+/g,
  // files of the kernel's source, with the function that is cited in them
  /\b[\w/.-]+\.[chS]\b(?::\w+)?/g,
  /\b[a-z]\w*\(\)/g,
];

/** `code` in prose: Markdown, YAML and commit messages; in programs only where the line is a comment. */
const quoted = /`[^`\n]*`/g;
const fenced = /^ *```[\s\S]*?^ *```/gm;
const quotedInComment = /(?<=^\s*(?:\/\/|\/?\*).*)`[^`\n]*`/gm;

/**
 * Words that the project writes in another way: "word->what to write". The second half is British spelling that
 * the dictionaries let through.
 */
// cspell:disable
const flagWords = [
  'anew->again',
  'beside->next to',
  'fate->outcome',
  'fates->outcomes',
  'heal->unpoison',
  'healed->unpoisoned',
  'healing->unpoisoning',
  'heals->unpoisons',
  'lab->harness',
  'laid->set up',
  'lay->set up',
  'laying->setting up',
  'lays->sets up',
  'mend->fix',
  'mended->fixed',
  'mending->fixing',
  'mends->fixes',
  'nought->zero',
  'acknowledgement->acknowledgment',
  'behaviour->behavior',
  'behaviours->behaviors',
  'cancelled->canceled',
  'cancelling->canceling',
  'catalogue->catalog',
  'catalogues->catalogs',
  'centre->center',
  'colour->color',
  'coloured->colored',
  'colours->colors',
  'favour->favor',
  'grey->gray',
  'honour->honor',
  'initialise->initialize',
  'initialised->initialized',
  'judgement->judgment',
  'labelled->labeled',
  'learnt->learned',
  'licence->license',
  'misspelt->misspelled',
  'modelled->modeled',
  'neighbour->neighbor',
  'neighbouring->neighboring',
  'neighbours->neighbors',
  'normalise->normalize',
  'normalised->normalized',
  'recognise->recognize',
  'recognised->recognized',
  'signalled->signaled',
  'signalling->signaling',
  'spelt->spelled',
  'whilst->while',
];

/** Misspelled on purpose, or cut short, in what tests feed to the harness. */
const wrongInTests = [
  'bookwurm',
  'gabc',
  'grün',
  'kasn',
  'knid',
  'maper',
  'mapers',
  'mapp',
  'moutn',
  'nvdim',
  'nvdims',
  'rebnd',
  'remov',
  'stpe',
  'stpes',
  'titel',
  'unbnd',
  'dedline',
  'withn',
  'xfstest',
];
/** What the kernel prints. */
const kernelWords = ['initialised'];
// cspell:enable

export default {
  version: '0.2',
  language: 'en-US',
  files: ['**'],
  enableGlobDot: true,
  useGitignore: true,
  ignorePaths: [
    '.git',
    'LICENSE',
    'cspell-words.txt',
    'package-lock.json',
    'debian-lock.json',
    // what kernels and tools printed
    'test/**/golden/**',
    // generated from texts that are checked where they stand
    'scenarios/scenario.schema.json',
    '**/*.aml',
  ],
  dictionaryDefinitions: [{ name: 'words', path: './cspell-words.txt' }],
  dictionaries: ['words', 'cpp'],
  ignoreRegExpList: names,
  flagWords,
  overrides: [
    { filename: '**/*.{md,yaml}', ignoreRegExpList: [fenced, quoted] },
    { filename: '**/*.{ts,mjs,c,h}', ignoreRegExpList: [quotedInComment] },
    { filename: 'test/**/*.ts', ignoreWords: wrongInTests },
    { filename: '**/normalize-log*.ts', ignoreWords: kernelWords },
    // Lists of names, with comments.
    { filename: ['harness/guest/image/userspace.yaml', 'kernels/config/**'], ignoreRegExpList: [/^[^#\n]+/gm] },
    // Names of packages are strings of one word; patterns of such names have a line of their own.
    { filename: 'harness/suite/*.ts', ignoreRegExpList: [quotedInComment, /'[a-z0-9.+-]+'/g, /^ *\/[^/*\n].*$/gm] },
    { filename: 'harness/suite/*.sh', ignoreRegExpList: [/-D\w+/g] },
    { filename: 'harness/verdict/functions.ts', ignoreRegExpList: [/^ {2}\/.*$/gm] },
    // Of a patch only the message is ours.
    { filename: '**/*.patch', ignoreRegExpList: [quoted, /^---$[\s\S]*/gm] },
  ],
};
