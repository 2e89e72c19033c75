/* Shows a process a wall clock that is away from the machine's by as many seconds as the eight bytes of the file
   MAATJE_CLOCK_FILE say. Loaded by LD_PRELOAD (tests/chaos/wall_clock.py); the steady clock stays as it is. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *volatile away = NULL;
static int (*real_clock_gettime)(clockid_t, struct timespec *) = NULL;

/* Looked for until it is there: a forked service is told by which file it lives when it has begun already. */
static void open_file(void) {
  const char *name = getenv("MAATJE_CLOCK_FILE");
  if (name == NULL) return;
  int file = open(name, O_RDONLY | O_CLOEXEC);
  void *seen = file >= 0 ? mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0) : MAP_FAILED;
  if (file >= 0) close(file);
  if (seen != MAP_FAILED) away = seen;
}

int clock_gettime(clockid_t clock, struct timespec *at) {
  if (real_clock_gettime == NULL) real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
  int failed = real_clock_gettime(clock, at);
  if (away == NULL) open_file();
  if (!failed && away != NULL && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) at->tv_sec += *away;
  return failed;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
  struct timespec now;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
  at->tv_sec = now.tv_sec;
  at->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *at) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at != NULL) *at = now.tv_sec;
  return now.tv_sec;
}
