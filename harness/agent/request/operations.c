/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The operations: what the harness can ask, each with the fields of its request. To add one, add a row here, the
 * function that serves it and its prototype in operations/handlers.h; its types go into harness/guest/protocol.ts, and
 * docs/agent-protocol.md says what it does. arguments.c checks each request against its row before the function is
 * called: a field that is missing, ill-typed or unknown never reaches it.
 */
#include "operation.h"

#include <limits.h>
#include <string.h>

#include "../base/page.h"
#include "../operations/handlers.h"
#include "../operations/pattern.h"
#include "../process/handlers.h"
#include "../worker/handlers.h"
#include "arguments.h"

/* The last page that a file can have, and the most pages of a mapping. */
#define LAST_PAGE ((json_int_t)1 << 40)
#define MOST_PAGES ((json_int_t)1 << 32)
#define LAST_BYTE ((json_int_t)1 << 52)
#define LONGEST_IO (256 << 20)

#define OPTIONAL .optional = true
#define BYTES(field, ...) { .name = field, .type = FIELD_BYTES, __VA_ARGS__ }
#define TEXT(field, shortest, longest, ...) \
	{ .name = field, .type = FIELD_TEXT, .least = shortest, .most = longest, __VA_ARGS__ }
#define PATH(field) TEXT(field, 1, PATH_MAX - 1)
#define NAME(field) TEXT(field, 1, 64)
#define INTEGER(field, from, to, ...) \
	{ .name = field, .type = FIELD_INTEGER, .least = from, .most = to, __VA_ARGS__ }
#define SEED(field, from) INTEGER(field, from, ZEROS)
#define FLAG(field, ...) { .name = field, .type = FIELD_FLAG, __VA_ARGS__ }
#define CHOICE(field, ...) { .name = field, .type = FIELD_CHOICE, .words = { __VA_ARGS__ } }
#define STRINGS(field, fewest) { .name = field, .type = FIELD_STRINGS, .least = fewest }
#define INTEGERS(field, fewest) { .name = field, .type = FIELD_INTEGERS, .least = fewest }
#define STRING_MAP(field, ...) { .name = field, .type = FIELD_STRING_MAP, __VA_ARGS__ }
#define FIELDS(...) .fields = { __VA_ARGS__ }

static const char *map_conflict(const struct request *request)
{
	return arg_flag(request, "sync") && arg_is(request, "mode", "private") ?
		"\"sync\" goes with mode \"shared\" only" : NULL;
}

static const char *touch_conflict(const struct request *request)
{
	if (arg_is(request, "how", "store") && arg_integer(request, "seed") == 0)
		return "\"seed\" must be from 1 to 256 to store";
	return arg_integer(request, "offset") + arg_integer(request, "length") > PAGE_BYTES ?
		"\"offset\" and \"length\" must lie in a page" : NULL;
}

static const char *again_conflict(const struct request *request)
{
	return arg_is(request, "how", "store") && arg_integer(request, "seed") == 0 ?
		"\"seed\" must be from 1 to 256 to store" : NULL;
}

static const struct operation operations[] = {
	{ .name = "ping", .serve = op_ping },
	{ .name = "run", .serve = op_run,
	  FIELDS(STRINGS("argv", 1), BYTES("stdin", OPTIONAL), TEXT("cwd", 0, PATH_MAX - 1, OPTIONAL),
		 STRING_MAP("env", OPTIONAL)) },
	{ .name = "write", .serve = op_write, FIELDS(PATH("path"), BYTES("data"), FLAG("create", OPTIONAL)) },
	{ .name = "read", .serve = op_read, FIELDS(PATH("path")) },
	{ .name = "modprobe", .serve = op_modprobe, FIELDS(STRINGS("modules", 0)) },
	{ .name = "fill", .serve = op_fill,
	  FIELDS(PATH("file"), INTEGER("page", 0, LAST_PAGE), INTEGER("pages", 1, LAST_PAGE),
		 SEED("seed", 1)) },
	{ .name = "verify", .serve = op_verify,
	  FIELDS(PATH("file"), INTEGER("page", 0, LAST_PAGE), INTEGER("pages", 1, LAST_PAGE),
		 SEED("seed", 1), FLAG("direct", OPTIONAL)) },
	{ .name = "pread", .serve = op_pread,
	  FIELDS(PATH("file"), INTEGER("offset", 0, LAST_BYTE), INTEGER("length", 0, LONGEST_IO),
		 FLAG("direct", OPTIONAL)) },
	{ .name = "pwrite", .serve = op_pwrite,
	  FIELDS(PATH("file"), INTEGER("offset", 0, LAST_BYTE), INTEGER("length", 0, LONGEST_IO),
		 SEED("seed", 1), FLAG("direct", OPTIONAL), FLAG("badBuffer", OPTIONAL),
		 INTEGER("goodBytes", 0, LONGEST_IO, OPTIONAL)) },
	{ .name = "verify-bytes", .serve = op_verify_bytes,
	  FIELDS(PATH("file"), INTEGER("offset", 0, LAST_BYTE), INTEGER("length", 1, PAGE_BYTES), SEED("seed", 1)) },
	{ .name = "fsync", .serve = op_fsync, FIELDS(PATH("file"), FLAG("dataOnly", OPTIONAL)) },
	{ .name = "fallocate", .serve = op_fallocate,
	  FIELDS(PATH("file"), INTEGER("mode", 0, 255), INTEGER("offset", 0, LAST_BYTE),
		 INTEGER("length", 1, LAST_BYTE)) },
	{ .name = "truncate", .serve = op_truncate, FIELDS(PATH("file"), INTEGER("length", 0, LAST_BYTE)) },
	{ .name = "copy-range", .serve = op_copy_range,
	  FIELDS(PATH("file"), INTEGER("offset", 0, LAST_BYTE), INTEGER("length", 1, LONGEST_IO), PATH("target"),
		 INTEGER("targetOffset", 0, LAST_BYTE)) },
	{ .name = "extents", .serve = op_extents, FIELDS(PATH("file")) },
	{ .name = "ars-inject", .serve = op_ars_inject,
	  FIELDS(PATH("bus"), INTEGER("address", 0, LAST_BYTE), INTEGER("length", 1, LAST_BYTE), FLAG("notify")) },
	{ .name = "clear-error", .serve = op_clear_error,
	  FIELDS(PATH("bus"), INTEGER("address", 0, LAST_BYTE), INTEGER("length", 1, LAST_BYTE)) },
	{ .name = "spawn", .serve = op_spawn, FIELDS(NAME("process"), FLAG("early", OPTIONAL), FLAG("core", OPTIONAL)) },
	{ .name = "map", .serve = op_map, .work = work_map, .conflict = map_conflict,
	  FIELDS(NAME("process"), PATH("file"), INTEGER("page", 0, LAST_PAGE), INTEGER("pages", 1, MOST_PAGES),
		 CHOICE("mode", "shared", "private"), FLAG("sync"), CHOICE("protection", "read", "write")) },
	{ .name = "touch", .serve = op_process, .work = work_touch, .in_mapping = true, .conflict = touch_conflict,
	  FIELDS(NAME("process"), INTEGER("page", 0, MOST_PAGES), INTEGER("pages", 0, MOST_PAGES),
		 CHOICE("how", "load", "store"), SEED("seed", 0), FLAG("thread", OPTIONAL),
		 INTEGER("offset", 0, PAGE_BYTES - 1, OPTIONAL), INTEGER("length", 0, PAGE_BYTES, OPTIONAL)) },
	{ .name = "touch-again", .serve = op_process, .work = work_touch_again, .conflict = again_conflict,
	  FIELDS(NAME("process"), CHOICE("how", "load", "store"), SEED("seed", 0)) },
	{ .name = "round", .serve = op_process, .work = work_round, FIELDS(NAME("process")) },
	{ .name = "spin", .serve = op_process, .work = work_spin, .in_mapping = true,
	  FIELDS(NAME("process"), INTEGER("page", 0, MOST_PAGES)) },
	{ .name = "stop", .serve = op_stop, FIELDS(NAME("process")) },
	{ .name = "fork", .serve = op_fork, .work = work_fork, FIELDS(NAME("process"), NAME("child")) },
	{ .name = "start-threads", .serve = op_process, .work = work_start_threads,
	  FIELDS(NAME("process"), INTEGER("count", 1, 1000)) },
	{ .name = "leader-exit", .serve = op_leader_exit, .work = work_leader_exit, FIELDS(NAME("process")) },
	{ .name = "madvise", .serve = op_process, .work = work_madvise, .in_mapping = true,
	  FIELDS(NAME("process"), INTEGER("page", 0, MOST_PAGES), INTEGER("pages", 1, MOST_PAGES),
		 CHOICE("advice", "hwpoison", "soft-offline")) },
	{ .name = "write-from-mapping", .serve = op_process, .work = work_write_from_mapping, .in_mapping = true,
	  FIELDS(NAME("process"), PATH("file"), INTEGER("page", 0, MOST_PAGES), INTEGER("pages", 1, MOST_PAGES),
		 INTEGER("offset", 0, LAST_BYTE), FLAG("direct", OPTIONAL)) },
	{ .name = "read-to-mapping", .serve = op_process, .work = work_read_to_mapping, .in_mapping = true,
	  FIELDS(NAME("process"), PATH("file"), INTEGER("page", 0, MOST_PAGES), INTEGER("pages", 1, MOST_PAGES),
		 INTEGER("offset", 0, LAST_BYTE), FLAG("direct", OPTIONAL)) },
	{ .name = "msync", .serve = op_process, .work = work_msync, .in_mapping = true,
	  FIELDS(NAME("process"), INTEGER("page", 0, MOST_PAGES), INTEGER("pages", 1, MOST_PAGES)) },
	{ .name = "read-memory", .serve = op_read_memory,
	  FIELDS(NAME("process"), INTEGER("page", 0, MOST_PAGES), INTEGER("pages", 1, LONGEST_IO / PAGE_BYTES),
		 INTEGER("filePage", 0, LAST_PAGE)) },
	{ .name = "pagemap", .serve = op_pagemap, FIELDS(NAME("process")) },
	{ .name = "frame", .serve = op_frame, FIELDS(NAME("process"), INTEGER("page", 0, MOST_PAGES)) },
	{ .name = "kill", .serve = op_kill, FIELDS(NAME("process"), INTEGER("signal", 0, 31, OPTIONAL)) },
	{ .name = "forward", .serve = op_forward, FIELDS(NAME("name"), INTEGER("port", 1, 65535)) },
	{ .name = "diagnose", .serve = op_diagnose, FIELDS(INTEGERS("pids", 0)) },
	{ .name = "busy", .serve = op_busy },
	{ .name = "calibrate", .serve = op_calibrate },
	{ .name = "zero-free", .serve = op_zero_free, FIELDS(INTEGER("most", 0, LAST_BYTE)) },
};

const struct operation *operation_find(const char *name)
{
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (strcmp(operations[i].name, name) == 0)
			return &operations[i];
	return NULL;
}
