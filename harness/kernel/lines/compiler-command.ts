// SPDX-License-Identifier: GPL-2.0-only
// The command that compiled an object, as kbuild keeps it in .FILE.o.cmd (scripts/Kbuild.include:cmd_and_savecmd), and the same command
// for an object with debug information. Pure.

/** What kbuild has kept about an object. */
export interface CompilerCommand {
  /** The compiler, with what stands before it: `['ccache', 'gcc']`. */
  compiler: string[];
  /** Its arguments as one text, quoted as a response file of gcc (`@FILE`) is. */
  argumentsText: string;
  /** The source as it was given to the compiler. */
  source: string;
  /** The module that the object is part of, as the kernel names it; undefined: it is built in. */
  module: string | undefined;
}

/** Reads a .cmd file; undefined when it is not of an object that was compiled from C. */
export function readCompilerCommand(text: string): CompilerCommand | undefined {
  const [first = ''] = text.split('\n', 1);
  // After `;` there are objtool and others; a quoted argument of the compiler has no such character.
  const command = /^(?:saved)?cmd_\S+ := (.*?)(?: ;.*)?$/.exec(first)?.[1]?.trim();
  const words = /^((?:[^-\s]\S*\s+)+)(-.*\s(\S+\.c))$/.exec(command ?? '');
  if (words?.[1] === undefined || words[2] === undefined || words[3] === undefined) return undefined;
  // As make reads it: `$$` is a dollar, `$(pound)` a number sign.
  const argumentsText = words[2].replaceAll('$(pound)', '#').replaceAll('$$', '$');
  const isModule = /(?:^|\s)-DMODULE(?=\s)/.test(argumentsText);
  const module = /-DKBUILD_MODNAME='"([^"]+)"'/.exec(argumentsText)?.[1];
  return {
    compiler: words[1].trim().split(/\s+/),
    argumentsText,
    source: words[3],
    module: isModule ? module : undefined,
  };
}

/** The arguments for an object of the same code with debug information; no file of the build is written. */
export function withDebugInformation(argumentsText: string, object: string): string {
  const own = argumentsText.replace(/(^|\s)-Wp,-MMD,\S+/g, '$1').replace(/(^|\s)(?:-g\d?|-gdwarf\S*)(?=\s)/g, '$1');
  return own.replace(/(^|\s)-o\s+\S+/, () => ` -g -o ${object} `);
}
