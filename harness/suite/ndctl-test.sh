# SPDX-License-Identifier: GPL-2.0-only
# Runs a test of ndctl as meson would: a script of test/, or a program of the build. $1: its name in meson.build.
export NDCTL=/suite/build/ndctl/ndctl DAXCTL=/suite/build/daxctl/daxctl CXL=/suite/build/cxl/cxl
export TEST_PATH=/suite/build/test DATA_PATH=/suite/test
name=$1
script=$(sed -n "s/.*\[ '$name', *\([a-z_A-Z0-9]*\),.*/\1/p" test/meson.build | head -n 1)
file=$(sed -n "s/^ *$script = find_program('\(.*\)')/\1/p" test/meson.build)
program=$(sed -n "s/^ *$script = executable('\([^']*\)'.*/\1/p" test/meson.build)
cd build/test || exit 1
if [ -n "$file" ]; then
	exec bash "/suite/test/$file"
fi
exec "./$program"
