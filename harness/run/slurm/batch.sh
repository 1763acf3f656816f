#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The batch script of a part: sbatch takes a script, and this one executes its arguments. Signals for the script reach the program.
exec "$@"
