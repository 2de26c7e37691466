/* A throughput test of the daemon's, in a process of its own. */
#include "collector/http_child.h"

int
main(void)
{
	return http_child_main();
}
