/* A clock that the tests set: what HANDS names holds by how many seconds the wall clock was set, and how
   many the machine has slept. Built and preloaded by clocks.rs. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *time) {
  int failed = syscall(SYS_clock_gettime, clock, time);
  if (failed || (clock != CLOCK_REALTIME && clock != CLOCK_BOOTTIME))
    return failed;
  long set = 0, slept = 0;
  FILE *hands = fopen(getenv("HANDS"), "r");
  if (hands) {
    if (fscanf(hands, "%ld %ld", &set, &slept) != 2)
      set = slept = 0;
    fclose(hands);
  }
  time->tv_sec += slept;
  if (clock == CLOCK_REALTIME)
    time->tv_sec += set;
  return 0;
}
