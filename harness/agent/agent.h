/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the agent share. The messages are described in docs/agent-protocol.md. */
#ifndef HAZMAT_AGENT_H
#define HAZMAT_AGENT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <jansson.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PROTOCOL_VERSION 2
#define PAGE_BYTES 4096

#define PRINTF(text, first) __attribute__((format(printf, text, first)))

/* util.c: small things that everybody needs */

/* Says why on the console (PID 1) or stderr; then powers the guest off, or ends the program. */
void die(const char *format, ...) PRINTF(1, 2) __attribute__((noreturn));
void complain(const char *format, ...) PRINTF(1, 2);
void *allocate(size_t bytes);
char *copy_text(const char *text);
uint64_t now_us(void);
uint64_t uptime_ms(void);
/* The name of an errno (`EIO`), or its number as text when it has none. Valid until the next call. */
const char *errno_name(int number);
/* "exit 0", "signal 9 SIGKILL" from a status of waitpid(2). Valid until the next call. */
const char *status_text(int status);
/* A JSON string from bytes; what is not UTF-8 becomes U+FFFD. */
json_t *json_bytes(const char *bytes, size_t length);
/* A JSON string of an address: hexadecimal with 0x. */
json_t *json_address(uint64_t address);
/* {"call": ..., "error": ...}: a system call that failed. */
json_t *json_failure(const char *call, int number);
/* Adds call and error to an object, returns it. */
json_t *with_failure(json_t *object, const char *call, int number);
/* Sets a new value in an object; out of memory ends the agent. */
void set(json_t *object, const char *key, json_t *value);
void append(json_t *array, json_t *value);

struct buffer {
	char *data;
	size_t length;
	size_t size;
};

void buffer_add(struct buffer *buffer, const void *data, size_t length);
void buffer_drop(struct buffer *buffer, size_t length);
void buffer_free(struct buffer *buffer);
/*
 * Reads what there is to read, at most `limit` bytes more; what goes beyond `keep` bytes in the buffer is dropped and
 * told in `truncated` (may be NULL). Returns false at the end of the file or after an error.
 */
bool buffer_fill(struct buffer *buffer, int fd, size_t limit, size_t keep, bool *truncated);
void set_nonblocking(int fd);
/* Writes all of it to a blocking fd; false with errno. */
bool write_all(int fd, const void *data, size_t length);
/* A whole small file, at most `limit` bytes. Returns an errno, 0 when it went well; `call` tells what failed. */
int read_file(const char *path, size_t limit, struct buffer *buffer, const char **call);

/* loop.c: the one place where the agent waits */

struct watch {
	int fd;
	bool on;
	void (*ready)(struct watch *watch, uint32_t events);
	void *owner;
};

void loop_init(void);
/* `events` as for epoll_ctl(2). Returns an errno, 0 when it went well. */
int watch_start(struct watch *watch, int fd, uint32_t events, void (*ready)(struct watch *, uint32_t), void *owner);
/* Safe at any time, twice too; the fd stays open. */
void watch_stop(struct watch *watch);
/* watch_stop, and closes the fd. */
void watch_close(struct watch *watch);
void loop_forever(void) __attribute__((noreturn));

/* channel.c: the port, or stdin and stdout */

/* `port`: a virtio port, which may be without a host for a while; otherwise the end of input ends the agent. */
void channel_open(int in, int out, bool port, void (*first_sent)(void), void (*ended)(void));
/* Sends an event; takes the reference to `fields`. */
void send_event(const char *event, json_t *fields);
/* Sends what is in the kernel log and from the processes first, then an event. */
void send_ordered(const char *event, json_t *fields);
/* Sends a line made elsewhere: everything after "seq":N, the closing brace and the newline included. */
void send_raw(const char *rest, size_t length);
/* Tries to send what is queued; never blocks. */
void channel_flush(void);
/* Bytes that wait for the host. */
size_t channel_backlog(void);
void beat_start(void);
/* Sends the heartbeat if a second has gone by: for work that keeps the loop waiting. */
void beat_if_due(void);

/* kmsg.c: the kernel log */

/* From the start of the log, or only what is new. False when it cannot be read. */
bool kmsg_open(bool from_start);
/* Sends every record that is in the log now. */
void kmsg_drain(void);
/* The host has taken what was queued: go on reading. */
void kmsg_resume(void);

/* request.c: what the harness asks */

struct request {
	json_int_t id;
	const char *op;
	json_t *json;
};

void request_line(const char *line, size_t length);
/* Takes the reference to `data`. */
void reply_ok(json_int_t id, json_t *data);
void reply_error(json_int_t id, const char *format, ...) PRINTF(2, 3);
/* The process that was to serve the request ended: `status` as from waitpid(2). */
void reply_ended(json_int_t id, int status, const char *format, ...) PRINTF(3, 4);

/* fields.c: the arguments of a request, checked */

struct fields {
	const json_t *json;
	const char *op;
	const char *known[16];
	unsigned int count;
	char error[256];
};

struct fields fields_of(const json_t *json, const char *op);
const char *need_text(struct fields *fields, const char *name, size_t *length);
/* A text of 1 to `most` bytes without NUL. */
const char *need_name(struct fields *fields, const char *name, size_t most);
/* A path that open(2) can take. */
const char *need_path(struct fields *fields, const char *name);
json_int_t need_number(struct fields *fields, const char *name, json_int_t least, json_int_t most);
json_t *need_list(struct fields *fields, const char *name, json_type type);
/* One of the two words; true for the second. */
bool need_choice(struct fields *fields, const char *name, const char *first, const char *second);
bool need_flag(struct fields *fields, const char *name);
bool want_flag(struct fields *fields, const char *name);
const char *want_text(struct fields *fields, const char *name, size_t *length);
json_t *want_map(struct fields *fields, const char *name);
/* After the last field: NULL, or what is wrong with the request. */
const char *fields_wrong(struct fields *fields);
/* fields_wrong, replied; true when the request is wrong. */
bool refused(struct fields *fields, const struct request *request);

/* child.c: processes that the agent starts and waits for */

struct child {
	pid_t pid;
	void (*ended)(struct child *child, int status);
	struct child *next;
};

void children_init(void);
/* fork(2); the child has its own process group, default signals, and dies with the agent. */
pid_t child_fork(void);
void child_watch(struct child *child, pid_t pid, void (*ended)(struct child *, int status));
/* The status of a child that ended before child_watch() was told of it. */
bool child_ended_early(pid_t pid, int *status);
void children_kill(void);
/* In a child: default signals, dies with `parent`. */
void child_setup(pid_t parent);
/* Closes every descriptor from 3 on but these. */
void close_others(const int *keep, unsigned int count);

/* job.c: a request served by a child of its own, because the kernel may keep it for ever */

/* True in the child; the agent itself gets false and goes on. The child waits until `started` is on its way. */
bool job_begin(const struct request *request);
/* In the child: the reply; takes the reference. */
void job_done(json_t *data) __attribute__((noreturn));
void job_refuse(const char *format, ...) PRINTF(1, 2) __attribute__((noreturn));
/* In the child: the reply, but the child goes on. */
void job_answer(json_t *data);

/* pattern.c: the content of a page, by seed and page of the file */

void pattern_page(void *page, unsigned int seed, uint64_t number);
/* The bytes [offset, offset + length) of a file full of the pattern. */
void pattern_bytes(void *data, unsigned int seed, uint64_t offset, size_t length);
/* The seed whose pattern the page holds, or 0: foreign, torn, or another page's. */
unsigned int pattern_seed(const void *page, uint64_t number);
json_t *json_seed(unsigned int seed);

/* process.c: processes of the scenario, seen from the agent */

struct process;
struct process *process_find(const char *name);
/* A thread of the process that has its memory: the leader, or the one that went on without it. */
pid_t process_thread(const struct process *process);
/* False when the process has no mapping. */
bool process_mapping(const struct process *process, uint64_t *address, uint64_t *pages);
/* Sends the signals that the processes have told of. */
void processes_drain(void);

/* worker.c: a process of the scenario, seen from inside */

/* What a process of the scenario writes to its event pipe; small enough to be written in one piece. */
struct signal_record {
	uint64_t address;
	int32_t signo;
	int32_t code;
	int32_t lsb;
	int32_t tid;
};

void worker_main(int commands, int events, const char *name, bool early) __attribute__((noreturn));
/* A message between agent and worker: a length of 32 bits, then JSON. `fds` are passed along. */
bool frame_send(int fd, const char *text, const int *fds, unsigned int count, int flags);

/* port.c */

/* Opens the virtio port of this name for reading and writing, without blocking; -1 with errno. */
int port_open(const char *name);

/* modprobe.c */

/* Loads modules, waits for it; an array of {module, error} for those that failed. */
json_t *load_modules(const json_t *modules);

/* init.c */

/* What PID 1 does before anything else; returns the port. */
int init_guest(void);
void init_connected(void);

/* What serves each request, in the file that bears its name */
void op_run(const struct request *request);
void op_write(const struct request *request);
void op_read(const struct request *request);
void op_modprobe(const struct request *request);
void op_fill(const struct request *request);
void op_verify(const struct request *request);
void op_pread(const struct request *request);
void op_pwrite(const struct request *request);
void op_extents(const struct request *request);
void op_spawn(const struct request *request);
void op_fork(const struct request *request);
/* map, touch, spin, start-threads, leader-exit, madvise, write-from-mapping: what the process does itself */
void op_process(const struct request *request);
void op_stop(const struct request *request);
void op_kill(const struct request *request);
void op_pagemap(const struct request *request);
void op_forward(const struct request *request);
void op_diagnose(const struct request *request);
void op_calibrate(const struct request *request);

/* Checks the arguments of map, touch, spin, start-threads, leader-exit and madvise; NULL, or what is wrong. */
const char *worker_request_wrong(const char *op, const json_t *json, struct fields *fields);

#endif
