/* SPDX-License-Identifier: GPL-2.0-only */
/* The agent of hazmat: does in the guest what the harness asks. As PID 1 over a virtio port, or over stdin and stdout. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/die.h"
#include "base/io.h"
#include "base/json.h"
#include "base/names.h"
#include "channel/beat.h"
#include "channel/channel.h"
#include "channel/kmsg.h"
#include "channel/loop.h"
#include "children/child.h"
#include "guest/init.h"
#include "request/request.h"

/* As in harness/guest/protocol.ts. */
#define PROTOCOL_VERSION 3

static void __attribute__((noreturn)) harness_left(void)
{
	children_kill();
	_exit(0);
}

/* Children must not hold stdin and stdout, which are the harness's: they move, and 0 and 1 become /dev/null. */
static int move_away(int fd, int flags)
{
	int moved = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	int null;

	if (moved < 0)
		die("cannot duplicate descriptor %d: %s", fd, errno_name(errno));
	null = open("/dev/null", flags | O_CLOEXEC);
	if (null < 0 || dup2(null, fd) < 0)
		die("cannot replace descriptor %d by /dev/null: %s", fd, errno_name(errno));
	close(null);
	set_nonblocking(moved);
	return moved;
}

/* `kmsg_error`: 0, or why the kernel log cannot be read. */
static void send_hello(int kmsg_error)
{
	struct utsname name;
	json_t *hello;

	if (uname(&name) < 0)
		die("uname: %s", errno_name(errno));
	hello = json_pack("{s:i, s:s, s:i, s:b}", "protocol", PROTOCOL_VERSION, "kernel", name.release, "pid", getpid(),
			  "kmsg", !kmsg_error);
	if (kmsg_error)
		json_put(hello, "kmsgError", json_string(errno_name(kmsg_error)));
	send_event("hello", hello);
}

int main(int argc, char **argv)
{
	bool stdio = argc == 2 && strcmp(argv[1], "--stdio") == 0;
	struct channel_handlers handlers = {
		.line = request_line,
		.too_long = request_too_long,
		.first_sent = stdio ? NULL : init_connected,
		.flushed = kmsg_resume,
		.ended = harness_left,
	};
	int in, out;

	if (!stdio && getpid() != 1) {
		complain("usage: %s --stdio (or as /init of a guest)", argv[0]);
		return 2;
	}
	if (stdio) {
		in = move_away(STDIN_FILENO, O_RDONLY);
		out = move_away(STDOUT_FILENO, O_WRONLY);
	} else {
		in = out = init_guest();
	}
	loop_init();
	children_init();
	channel_open(in, out, !stdio, &handlers);
	/* On a machine that ran before the agent, only what is logged from now on concerns the harness. */
	send_hello(kmsg_open(!stdio));
	beat_start();
	loop_forever();
}
