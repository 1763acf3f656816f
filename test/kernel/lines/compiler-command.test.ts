// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { readCompilerCommand, withDebugInformation } from '../../../harness/kernel/lines/compiler-command.ts';

const command =
  "gcc -Wp,-MMD,fs/.dax.o.d -nostdinc -g -DA='\"b c\"' -g0 -DMODULE -DKBUILD_MODNAME='\"xfs\"' -D'x=$(pound)$$1' -c -o fs/dax.o fs/dax.c";

it('reads the command before objtool’s, and the module', () => {
  const text = `savedcmd_fs/dax.o := ${command}  ; ./tools/objtool/objtool --orc fs/dax.o

source_fs/dax.o := fs/dax.c

deps_fs/dax.o := \\
    $(wildcard include/config/FS_DAX) \\
  include/linux/dax.h \\
  include/linux/fs.h \\

fs/dax.o: $(deps_fs/dax.o)
`;
  expect(readCompilerCommand(text)).toEqual({
    compiler: ['gcc'],
    argumentsText:
      "-Wp,-MMD,fs/.dax.o.d -nostdinc -g -DA='\"b c\"' -g0 -DMODULE -DKBUILD_MODNAME='\"xfs\"' -D'x=#$1' -c -o fs/dax.o fs/dax.c",
    source: 'fs/dax.c',
    module: 'xfs',
  });
});

it('knows an object that is built in, ccache, and the form before 6.4', () => {
  const found = readCompilerCommand('cmd_mm/a.o := ccache gcc -DKBUILD_MODNAME=\'"a"\' -c -o mm/a.o mm/a.c\n');
  expect(found).toMatchObject({ compiler: ['ccache', 'gcc'], source: 'mm/a.c', module: undefined });
});

it.each(['savedcmd_x.o := ld -r -o x.o @x.mod\n', 'savedcmd_x.o := gcc -c -o x.o x.S\n', ''])(
  'is nothing for what was not compiled from C: %s',
  (text) => {
    expect(readCompilerCommand(text)).toBeUndefined();
  },
);

it('asks for debug information in another object and touches no file of the build', () => {
  expect(withDebugInformation(command.slice('gcc '.length), '/tmp/x.o').replaceAll(/ +/g, ' ')).toBe(
    "-nostdinc -DA='\"b c\"' -DMODULE -DKBUILD_MODNAME='\"xfs\"' -D'x=$(pound)$$1' -c -g -o /tmp/x.o fs/dax.c".replace(
      /^/,
      ' ',
    ),
  );
});
