/* SPDX-License-Identifier: GPL-2.0-only */
/* The agent of hazmat: does in the guest what the harness asks. As PID 1 over a virtio port, or over stdin and stdout. */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static void host_left(void)
{
	children_kill();
	_exit(0);
}

/* Children must not hold stdin and stdout, which are the harness's: they go elsewhere, and 0 and 1 become /dev/null. */
static int move_away(int fd, int flags)
{
	int moved = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	int null = open("/dev/null", flags | O_CLOEXEC);

	if (moved < 0 || null < 0 || dup2(null, fd) < 0)
		die("cannot move descriptor %d: %s", fd, strerror(errno));
	close(null);
	set_nonblocking(moved);
	return moved;
}

static void say_hello(bool kmsg)
{
	struct utsname name;

	uname(&name);
	send_event("hello", json_pack("{s:i, s:s, s:i, s:b}", "protocol", PROTOCOL_VERSION, "kernel", name.release,
				      "pid", getpid(), "kmsg", kmsg));
}

int main(int argc, char **argv)
{
	bool stdio = argc == 2 && strcmp(argv[1], "--stdio") == 0;
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
	channel_open(in, out, !stdio, stdio ? NULL : init_connected, host_left);
	/* On a machine that was there before us, only what is logged from now on is ours. */
	say_hello(kmsg_open(!stdio));
	beat_start();
	loop_forever();
}
