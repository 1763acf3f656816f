/* SPDX-License-Identifier: GPL-2.0-only */
/* Threads and children of a process of the scenario: sleeping threads, one that outlives its leader, and fork. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../base/buffer.h"
#include "../base/die.h"
#include "../base/io.h"
#include "../base/json.h"
#include "../base/names.h"
#include "../children/child.h"
#include "../request/arguments.h"
#include "handlers.h"
#include "signals.h"
#include "worker.h"

#define STACK_BYTES 65536

struct thread {
	sem_t ready;
	int tid;
};

static void *thread_main(void *argument)
{
	struct thread *thread = argument;

	signal_stack();
	thread->tid = syscall(SYS_gettid);
	thread_state = IDLE;
	sem_post(&thread->ready);
	for (;;)
		pause();
	return NULL;
}

/* Returns 0 or an errno, and the thread's id. */
static int start_thread(int *tid)
{
	struct thread thread = {0};
	pthread_attr_t attributes;
	pthread_t id;
	int error;

	if (sem_init(&thread.ready, 0, 0) < 0)
		return errno;
	error = pthread_attr_init(&attributes);
	if (!error)
		error = pthread_attr_setstacksize(&attributes, STACK_BYTES);
	if (!error)
		error = pthread_create(&id, &attributes, thread_main, &thread);
	if (error)
		return error;
	pthread_attr_destroy(&attributes);
	/* EINTR is the only failure of a semaphore that exists. */
	while (sem_wait(&thread.ready) < 0)
		;
	*tid = thread.tid;
	return 0;
}

void work_start_threads(const struct request *request)
{
	json_int_t count = arg_integer(request, "count");
	json_t *tids = json_array();

	for (json_int_t i = 0; i < count; i++) {
		int tid = 0;
		int error = start_thread(&tid);

		if (error) {
			json_decref(tids);
			worker_refuse("pthread_create", error);
			return;
		}
		json_push(tids, json_integer(tid));
	}
	worker_answer(json_pack("{s:o}", "tids", tids));
}

/* The leader is a zombie once it has given up its memory (kernel/exit.c:do_exit: exit_mm, then exit_notify, 6.12). */
static bool leader_is_zombie(void)
{
	struct buffer stat = {0};
	const char *call;
	char *bracket;
	int error = read_file("/proc/self/stat", 4096, &stat, &call);
	bool zombie;

	if (error)
		die("/proc/self/stat: %s: %s", call, errno_name(error));
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
	worker_answer(json_pack("{s:i}", "tid", (int)syscall(SYS_gettid)));
	worker_serve_forever();
}

/* The thread-group leader exits, and a thread goes on in its place: the process lives, but its leader has no memory. */
void work_leader_exit(const struct request *request)
{
	pthread_t id;
	int error = pthread_create(&id, NULL, heir_main, NULL);

	(void)request;
	if (error) {
		worker_refuse("pthread_create", error);
		return;
	}
	/* This thread alone, and nothing of what exit(3) would do for the process. */
	for (;;)
		syscall(SYS_exit, 0);
}

/*
 * CLONE_PARENT: the child becomes the agent's, so that the agent learns of its end. Not fork(2) of glibc: it has no
 * such flag, and none of its locks is held here, because the other threads only sleep.
 */
void work_fork(const struct request *request)
{
	pid_t parent = getppid();
	pid_t pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
	int error = errno;

	if (pid == 0) {
		child_setup(parent);
		close(worker.commands);
		close(worker.events);
		worker.commands = worker.passed.fds[0];
		worker.events = worker.passed.fds[1];
		worker_take_name(arg_text(request, "child"));
		again_forget();
		/* The child has nothing to answer: it goes on to wait for its first request. */
		return;
	}
	close(worker.passed.fds[0]);
	close(worker.passed.fds[1]);
	if (pid < 0)
		worker_refuse("fork", error);
	else
		worker_answer(json_pack("{s:i}", "pid", pid));
}
