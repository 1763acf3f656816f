/* SPDX-License-Identifier: GPL-2.0-only */
/* Shows that it was executed. */
#include <stdio.h>

int main(void)
{
	puts("executed");
	return 0;
}
