/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process of the scenario, seen from inside: it maps a file, touches pages, forks, starts threads, goes on without its
 * thread-group leader, and tells of every SIGBUS and SIGSEGV. The signal handler writes one record to the event pipe; a fault inside touch or madvise then
 * jumps out of it, a signal that only tells of an error (BUS_MCEERR_AO) does not.
 */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MADV_SOFT_OFFLINE
#define MADV_SOFT_OFFLINE 101
#endif

/* What a thread does; the signal handler acts by it. */
enum state {
	WORKING,	/* our own code: a fault here is a defect of ours */
	IDLE,		/* waits: whatever comes is recorded, no more */
	TOUCHING,	/* a fault here is what the scenario is about */
	CALLING,	/* as that, in a system call that returns: nothing is jumped out of */
};

static struct {
	int commands, events;
	char name[65];
	char *map;
	uint64_t page, pages;
	/* Descriptors that came with the request. */
	int passed[2];
	unsigned int passed_count;
} worker;

static __thread volatile sig_atomic_t state = WORKING;
static sigjmp_buf out;
/* The last signal that came while TOUCHING or CALLING; written by the handler. */
static volatile struct signal_record hit;
static volatile sig_atomic_t was_hit;
static volatile sig_atomic_t told_to_stop;

static void on_stop(int signo)
{
	(void)signo;
	told_to_stop = 1;
}

static void on_signal(int signo, siginfo_t *info, void *context)
{
	int saved = errno;
	bool memory = info->si_code > 0;
	bool mce = signo == SIGBUS && (info->si_code == BUS_MCEERR_AR || info->si_code == BUS_MCEERR_AO);
	struct signal_record record = {
		.address = memory ? (uintptr_t)info->si_addr : 0,
		.signo = signo,
		.code = info->si_code,
		.lsb = mce ? info->si_addr_lsb : 0,
		.tid = syscall(SYS_gettid),
	};

	(void)context;
	while (write(worker.events, &record, sizeof(record)) < 0 && errno == EINTR)
		;
	errno = saved;
	if (state == TOUCHING || state == CALLING) {
		hit.address = record.address;
		hit.signo = record.signo;
		hit.code = record.code;
		hit.lsb = record.lsb;
		was_hit = 1;
		if (state == TOUCHING && memory && info->si_code != BUS_MCEERR_AO)
			siglongjmp(out, 1);
	} else if (state == WORKING && memory && info->si_code != BUS_MCEERR_AO) {
		/* Back to the fault, which then ends us. */
		signal(signo, SIG_DFL);
	}
}

static void signal_stack(void)
{
	stack_t stack = { .ss_sp = allocate(65536), .ss_size = 65536 };

	if (sigaltstack(&stack, NULL) < 0)
		die("sigaltstack: %s", strerror(errno));
}

static void catch_signals(void)
{
	/* No mask to restore after the jump: hence SA_NODEFER, and sigsetjmp without a mask. */
	struct sigaction action = {
		.sa_sigaction = on_signal,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTART,
	};

	struct sigaction stopping = { .sa_handler = on_stop, .sa_flags = SA_ONSTACK | SA_RESTART };

	signal_stack();
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGUSR1, &stopping, NULL);
}

static json_t *json_hit(void)
{
	return json_pack("{s:i, s:i, s:o, s:i}", "signo", hit.signo, "code", hit.code, "addr",
			 json_address(hit.address), "lsb", hit.lsb);
}

static json_t *do_map(struct fields *fields)
{
	const char *file = need_path(fields, "file");
	uint64_t page = need_number(fields, "page", 0, (json_int_t)1 << 40);
	uint64_t pages = need_number(fields, "pages", 1, (json_int_t)1 << 32);
	bool private = need_choice(fields, "mode", "shared", "private");
	bool sync = need_flag(fields, "sync");
	bool writing = need_choice(fields, "protection", "read", "write");
	int flags = private ? MAP_PRIVATE : sync ? MAP_SHARED_VALIDATE | MAP_SYNC : MAP_SHARED;
	int fd = open(file, (writing && !private ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	char *map;

	if (fd < 0)
		return with_failure(json_pack("{s:s}", "addr", ""), "open", errno);
	map = mmap(NULL, pages * PAGE_BYTES, PROT_READ | (writing ? PROT_WRITE : 0), flags, fd, page * PAGE_BYTES);
	if (map == MAP_FAILED) {
		json_t *data = with_failure(json_pack("{s:s}", "addr", ""), "mmap", errno);

		close(fd);
		return data;
	}
	close(fd);
	worker.map = map;
	worker.page = page;
	worker.pages = pages;
	return json_pack("{s:o}", "addr", json_address((uintptr_t)map));
}

/*
 * Where a page is touched first: not at its start, so that si_addr tells whether the kernel
 * reports the address itself or rounds it to the page.
 */
#define FIRST_TOUCH 0x128

/* Reads or writes one page of the mapping whole; false when a signal ended it. */
static bool touch_page(char *page, char *copy, bool store)
{
	if (sigsetjmp(out, 0)) {
		state = WORKING;
		return false;
	}
	state = TOUCHING;
	if (store) {
		*(volatile uint64_t *)(page + FIRST_TOUCH) = *(uint64_t *)(copy + FIRST_TOUCH);
		memcpy(page, copy, PAGE_BYTES);
	} else {
		(void)*(volatile uint64_t *)(page + FIRST_TOUCH);
		memcpy(copy, page, PAGE_BYTES);
	}
	__asm__ volatile("" ::: "memory");
	state = WORKING;
	return true;
}

static json_t *touch(struct fields *fields)
{
	static char copy[PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
	uint64_t page = need_number(fields, "page", 0, worker.pages);
	uint64_t pages = need_number(fields, "pages", 0, worker.pages);
	bool store = need_choice(fields, "how", "load", "store");
	unsigned int seed = need_number(fields, "seed", 0, 255);
	json_t *seeds = json_array();
	json_t *data;
	uint64_t i;

	for (i = page; i < page + pages; i++) {
		if (store)
			pattern_page(copy, seed, worker.page + i);
		if (!touch_page(worker.map + i * PAGE_BYTES, copy, store))
			break;
		if (!store)
			append(seeds, json_seed(pattern_seed(copy, worker.page + i)));
	}
	data = json_pack("{s:I, s:o}", "touched", (json_int_t)(i - page), "seeds", seeds);
	if (i < page + pages) {
		json_t *what = json_hit();

		set(what, "page", json_integer(i));
		set(what, "touching",
		    json_address((uintptr_t)worker.map + i * PAGE_BYTES + FIRST_TOUCH));
		set(data, "hit", what);
	}
	return data;
}

struct toucher {
	struct fields *fields;
	json_t *data;
};

static void *toucher_main(void *argument)
{
	struct toucher *toucher = argument;

	signal_stack();
	toucher->data = touch(toucher->fields);
	return NULL;
}

static json_t *do_touch(struct fields *fields)
{
	struct toucher toucher = { .fields = fields };
	pthread_t id;
	int error;

	if (!want_flag(fields, "thread"))
		return touch(fields);
	error = pthread_create(&id, NULL, toucher_main, &toucher);
	if (error)
		return json_failure("pthread_create", error);
	state = IDLE;
	pthread_join(id, NULL);
	state = WORKING;
	return toucher.data;
}

/*
 * Loads from one page over and over, so that the CPU is nearly always in user mode with that page mapped; false when a
 * signal ended it.
 */
static bool spin_on(const char *page)
{
	static const char started[] = "{\"started\":true}";

	told_to_stop = 0;
	if (sigsetjmp(out, 0)) {
		state = WORKING;
		return false;
	}
	/* From here on a fault is what the scenario is about: only now may the agent say that it has begun. */
	state = TOUCHING;
	if (!frame_send(worker.commands, started, NULL, 0, 0))
		_exit(1);
	while (!told_to_stop)
		(void)*(const volatile uint64_t *)(page + FIRST_TOUCH);
	state = WORKING;
	return true;
}

static json_t *do_spin(struct fields *fields)
{
	uint64_t page = need_number(fields, "page", 0, worker.pages - 1);
	char *address = worker.map + page * PAGE_BYTES;
	json_t *data = json_object();

	if (!spin_on(address)) {
		json_t *what = json_hit();

		set(what, "page", json_integer(page));
		set(what, "touching", json_address((uintptr_t)address + FIRST_TOUCH));
		set(data, "hit", what);
	}
	return data;
}

static int advise(char *page, uint64_t pages, int advice)
{
	int result;

	was_hit = 0;
	if (sigsetjmp(out, 0)) {
		state = WORKING;
		return 0;
	}
	state = TOUCHING;
	result = madvise(page, pages * PAGE_BYTES, advice);
	state = WORKING;
	return result < 0 ? errno : 0;
}

static json_t *do_madvise(struct fields *fields)
{
	uint64_t page = need_number(fields, "page", 0, worker.pages - 1);
	uint64_t pages = need_number(fields, "pages", 1, worker.pages);
	bool soft = need_choice(fields, "advice", "hwpoison", "soft-offline");
	int error = advise(worker.map + page * PAGE_BYTES, pages, soft ? MADV_SOFT_OFFLINE : MADV_HWPOISON);
	json_t *data = error ? json_failure("madvise", error) : json_object();

	if (was_hit)
		set(data, "hit", json_hit());
	return data;
}

/* One pwrite(2) whose buffer is our mapping: the kernel itself loads from the pages. */
static json_t *do_write_from_mapping(struct fields *fields)
{
	const char *file = need_path(fields, "file");
	uint64_t page = need_number(fields, "page", 0, worker.pages - 1);
	uint64_t pages = need_number(fields, "pages", 1, worker.pages);
	uint64_t offset = need_number(fields, "offset", 0, (json_int_t)1 << 52);
	int fd = open(file, O_WRONLY | O_CLOEXEC);
	ssize_t done = -1;
	json_t *data;
	int error;

	was_hit = 0;
	if (fd >= 0) {
		state = CALLING;
		done = pwrite(fd, worker.map + page * PAGE_BYTES, pages * PAGE_BYTES, offset);
	}
	error = errno;
	state = WORKING;
	data = json_pack("{s:I, s:s}", "result", (json_int_t)done, "call", fd < 0 ? "open" : "pwrite");
	if (done < 0)
		set(data, "error", json_string(errno_name(error)));
	if (was_hit)
		set(data, "hit", json_hit());
	if (fd >= 0)
		close(fd);
	return data;
}

struct thread {
	sem_t ready;
	int tid;
};

static void *thread_main(void *argument)
{
	struct thread *thread = argument;

	signal_stack();
	thread->tid = syscall(SYS_gettid);
	state = IDLE;
	sem_post(&thread->ready);
	for (;;)
		pause();
	return NULL;
}

static json_t *do_start_threads(struct fields *fields)
{
	json_int_t count = need_number(fields, "count", 1, 1000);
	json_t *tids = json_array();

	for (json_int_t i = 0; i < count; i++) {
		struct thread thread = {0};
		pthread_attr_t attributes;
		pthread_t id;
		int error;

		sem_init(&thread.ready, 0, 0);
		pthread_attr_init(&attributes);
		pthread_attr_setstacksize(&attributes, 65536);
		error = pthread_create(&id, &attributes, thread_main, &thread);
		if (error) {
			json_decref(tids);
			return json_failure("pthread_create", error);
		}
		while (sem_wait(&thread.ready) < 0)
			;
		append(tids, json_integer(thread.tid));
	}
	return json_pack("{s:o}", "tids", tids);
}

static void serve_for_ever(void) __attribute__((noreturn));
static void answer(json_t *data);

/* The leader is a zombie once it has given up its memory (kernel/exit.c:do_exit: exit_mm, then exit_notify, 6.12). */
static bool leader_is_zombie(void)
{
	struct buffer stat = {0};
	const char *call;
	char *bracket;
	bool zombie;

	if (read_file("/proc/self/stat", 4096, &stat, &call))
		_exit(1);
	buffer_add(&stat, "", 1);
	/* The state is the field after the command's name, which may itself have brackets. */
	bracket = strrchr(stat.data, ')');
	zombie = bracket && strncmp(bracket, ") Z", 3) == 0;
	buffer_free(&stat);
	return zombie;
}

static void *heir_main(void *argument)
{
	(void)argument;
	signal_stack();
	while (!leader_is_zombie())
		usleep(1000);
	answer(json_pack("{s:i}", "tid", (int)syscall(SYS_gettid)));
	serve_for_ever();
}

/* The thread-group leader exits, and a thread goes on in its place: the process lives, but its leader has no memory. */
static json_t *do_leader_exit(void)
{
	pthread_t id;
	int error = pthread_create(&id, NULL, heir_main, NULL);

	if (error)
		return json_failure("pthread_create", error);
	/* This thread alone, and nothing of what exit(3) would do for the process. */
	for (;;)
		syscall(SYS_exit, 0);
}

static void take_name(const char *name)
{
	snprintf(worker.name, sizeof(worker.name), "%s", name);
	prctl(PR_SET_NAME, worker.name);
}

/*
 * CLONE_PARENT: the child is the agent's, so that the agent learns of its end. No fork(2) of glibc's: it has no such
 * flag, and no lock of its own is held here, for the other threads only sleep.
 */
static json_t *do_fork(const char *name)
{
	pid_t parent = getppid();
	pid_t pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);

	if (pid == 0) {
		child_setup(parent);
		close(worker.commands);
		close(worker.events);
		worker.commands = worker.passed[0];
		worker.events = worker.passed[1];
		take_name(name);
		return NULL;
	}
	close(worker.passed[0]);
	close(worker.passed[1]);
	return pid < 0 ? json_failure("fork", errno) : json_pack("{s:i}", "pid", pid);
}

static json_t *serve(const json_t *request)
{
	const char *op = json_string_value(json_object_get(request, "op"));
	struct fields fields = fields_of(request, op);

	if (strcmp(op, "map") == 0)
		return do_map(&fields);
	if (strcmp(op, "touch") == 0)
		return do_touch(&fields);
	if (strcmp(op, "spin") == 0)
		return do_spin(&fields);
	if (strcmp(op, "madvise") == 0)
		return do_madvise(&fields);
	if (strcmp(op, "write-from-mapping") == 0)
		return do_write_from_mapping(&fields);
	if (strcmp(op, "start-threads") == 0)
		return do_start_threads(&fields);
	if (strcmp(op, "leader-exit") == 0)
		return do_leader_exit();
	return do_fork(json_string_value(json_object_get(request, "child")));
}

const char *worker_request_wrong(const char *op, const json_t *json, struct fields *fields)
{
	*fields = fields_of(json, op);
	need_name(fields, "process", 64);
	if (strcmp(op, "map") == 0) {
		bool private;

		need_path(fields, "file");
		need_number(fields, "page", 0, (json_int_t)1 << 40);
		need_number(fields, "pages", 1, (json_int_t)1 << 32);
		private = need_choice(fields, "mode", "shared", "private");
		if (need_flag(fields, "sync") && private)
			return "map: \"sync\" goes with mode \"shared\" only";
		need_choice(fields, "protection", "read", "write");
	} else if (strcmp(op, "touch") == 0) {
		bool store;
		json_int_t seed;

		need_number(fields, "page", 0, (json_int_t)1 << 32);
		need_number(fields, "pages", 0, (json_int_t)1 << 32);
		store = need_choice(fields, "how", "load", "store");
		seed = need_number(fields, "seed", 0, 255);
		if (!fields->error[0] && store && seed == 0)
			return "touch: \"seed\" must be from 1 to 255";
		want_flag(fields, "thread");
	} else if (strcmp(op, "spin") == 0) {
		need_number(fields, "page", 0, (json_int_t)1 << 32);
	} else if (strcmp(op, "madvise") == 0) {
		need_number(fields, "page", 0, (json_int_t)1 << 32);
		need_number(fields, "pages", 1, (json_int_t)1 << 32);
		need_choice(fields, "advice", "hwpoison", "soft-offline");
	} else if (strcmp(op, "write-from-mapping") == 0) {
		need_path(fields, "file");
		need_number(fields, "page", 0, (json_int_t)1 << 32);
		need_number(fields, "pages", 1, (json_int_t)1 << 32);
		need_number(fields, "offset", 0, (json_int_t)1 << 52);
	} else if (strcmp(op, "start-threads") == 0) {
		need_number(fields, "count", 1, 1000);
	}
	return fields_wrong(fields);
}

bool frame_send(int fd, const char *text, const int *fds, unsigned int count, int flags)
{
	uint32_t length = strlen(text);
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(2 * sizeof(int))];
	} control = {0};
	struct iovec parts[2] = {
		{ .iov_base = &length, .iov_len = sizeof(length) },
		{ .iov_base = (char *)text, .iov_len = length },
	};
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	size_t left = sizeof(length) + length;

	if (count) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
	}
	while (left > 0) {
		ssize_t done = sendmsg(fd, &message, flags | MSG_NOSIGNAL);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		left -= done;
		message.msg_control = NULL;
		message.msg_controllen = 0;
		for (int i = 0; i < 2; i++) {
			size_t step = (size_t)done < parts[i].iov_len ? (size_t)done : parts[i].iov_len;

			parts[i].iov_base = (char *)parts[i].iov_base + step;
			parts[i].iov_len -= step;
			done -= step;
		}
	}
	return true;
}

/* Reads exactly this much, and the descriptors that come with it. The agent's end ends us. */
static void receive(void *data, size_t length)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(2 * sizeof(int))];
	} control;

	while (length > 0) {
		struct iovec part = { .iov_base = data, .iov_len = length };
		struct msghdr message = {
			.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control),
		};
		ssize_t done = recvmsg(worker.commands, &message, MSG_CMSG_CLOEXEC);
		struct cmsghdr *passed = done > 0 ? CMSG_FIRSTHDR(&message) : NULL;

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			_exit(0);
		if (passed && passed->cmsg_type == SCM_RIGHTS) {
			worker.passed_count = (passed->cmsg_len - CMSG_LEN(0)) / sizeof(int);
			memcpy(worker.passed, CMSG_DATA(passed), worker.passed_count * sizeof(int));
		}
		data = (char *)data + done;
		length -= done;
	}
}

static void answer(json_t *data)
{
	char *text = json_dumps(data, JSON_COMPACT);

	if (!text || !frame_send(worker.commands, text, NULL, 0, 0))
		_exit(1);
	free(text);
	json_decref(data);
}

void worker_main(int commands, int events, const char *name, bool early)
{
	int keep[] = { commands, events };

	close_others(keep, 2);
	worker.commands = commands;
	worker.events = events;
	take_name(name);
	catch_signals();
	if (early && prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0) < 0)
		answer(json_failure("prctl", errno));
	else
		answer(json_pack("{s:i}", "pid", getpid()));
	serve_for_ever();
}

static void serve_for_ever(void)
{
	for (;;) {
		uint32_t length;
		json_t *request, *data;
		char *text;

		state = IDLE;
		receive(&length, sizeof(length));
		state = WORKING;
		text = allocate(length);
		receive(text, length);
		request = json_loadb(text, length, 0, NULL);
		if (!request)
			_exit(1);
		data = serve(request);
		/* The child that fork made has nothing to answer. */
		if (data)
			answer(data);
		json_decref(request);
		free(text);
	}
}
