/* A disk that fails, a clock that is wrong and a kill at a chosen moment: preloaded (LD_PRELOAD)
   into the process that tries, armed in each child by ctypes. Only files below `prefix` are met. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { NOTHING, KILL_BEFORE, KILL_AFTER, KILL_HALFWAY, FULL, IO_ONCE, IO_ALWAYS, SHORT, READ_ERROR };
static int kind;
static atomic_long done;
static long when, wrong;
static char prefix[4096];

void torture_arm(int which, long at, const char *below) {
    strncpy(prefix, below, sizeof prefix - 1);
    atomic_store(&done, 0);
    when = at;
    kind = which;
}
long torture_count(void) { return atomic_load(&done); }
void torture_clock(long seconds) { wrong = seconds; }

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int below(const char *path) {
    char whole[8192];
    if (!prefix[0]) return 0;
    if (path[0] == '/') return !strncmp(path, prefix, strlen(prefix));
    if (!getcwd(whole, 4096)) return 0;
    return !strncmp(whole, prefix, strlen(prefix));
}
static int below_fd(int fd) {
    char name[64], path[4096];
    if (!prefix[0]) return 0;
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(name, path, sizeof path - 1);
    if (size <= 0) return 0;
    path[size] = 0;
    return below(path);
}
/* Whether this call is the chosen one, or comes after it. */
static int turn(void) {
    long now = atomic_fetch_add(&done, 1) + 1;
    return now < when ? 0 : now == when ? 1 : 2;
}
static void die(void) { kill(getpid(), SIGKILL); for (;;) pause(); }

/* What happens to a call that changes the disk: -1 with errno, or 0 for going on. */
static int meet(int takes_room, int *after) {
    *after = 0;
    if (!kind || kind == READ_ERROR) return 0;
    int at = turn();
    if (!at) return 0;
    if (kind == KILL_BEFORE && at == 1) die();
    if ((kind == KILL_AFTER || kind == KILL_HALFWAY) && at == 1) *after = 1;
    if (kind == FULL && takes_room) { errno = ENOSPC; return -1; }
    if ((kind == IO_ONCE && at == 1) || kind == IO_ALWAYS) { errno = EIO; return -1; }
    return 0;
}

#define CHANGE(takes_room, is_ours, real) do { \
    int after = 0; \
    if (!(is_ours)) return real; \
    if (meet(takes_room, &after)) return -1; \
    __auto_type result = real; \
    if (after) die(); \
    return result; } while (0)

#define WRITE(name, parameters, fd, size, whole, half) \
ssize_t name parameters { \
    __typeof__(&name) real = REAL(name); \
    int after = 0; \
    if (!kind || !below_fd(fd)) return whole; \
    if (meet(1, &after)) return -1; \
    int is_short = kind == SHORT && atomic_load(&done) >= when && size > 1; \
    if (is_short) return half; \
    if (after && kind == KILL_HALFWAY && size > 1) { half; die(); } \
    ssize_t result = whole; \
    if (after) die(); \
    return result; }

WRITE(write, (int fd, const void *data, size_t size), fd, size, real(fd, data, size), real(fd, data, size / 2))
WRITE(pwrite, (int fd, const void *data, size_t size, off_t at), fd, size, real(fd, data, size, at), real(fd, data, size / 2, at))
WRITE(pwrite64, (int fd, const void *data, size_t size, off64_t at), fd, size, real(fd, data, size, at), real(fd, data, size / 2, at))

#define READ(name, parameters, fd, call) \
ssize_t name parameters { \
    __typeof__(&name) real = REAL(name); \
    if (kind == READ_ERROR && below_fd(fd) && turn() == 1) { errno = EIO; return -1; } \
    return call; }
READ(read, (int fd, void *data, size_t size), fd, real(fd, data, size))
READ(pread, (int fd, void *data, size_t size, off_t at), fd, real(fd, data, size, at))
READ(pread64, (int fd, void *data, size_t size, off64_t at), fd, real(fd, data, size, at))

int fsync(int fd) { CHANGE(0, below_fd(fd), REAL(fsync)(fd)); }
int fdatasync(int fd) { CHANGE(0, below_fd(fd), REAL(fdatasync)(fd)); }
int ftruncate(int fd, off_t size) { CHANGE(0, below_fd(fd), REAL(ftruncate)(fd, size)); }
int ftruncate64(int fd, off64_t size) { CHANGE(0, below_fd(fd), REAL(ftruncate64)(fd, size)); }
int rename(const char *old, const char *new) { CHANGE(0, below(new), REAL(rename)(old, new)); }
int unlink(const char *path) { CHANGE(0, below(path), REAL(unlink)(path)); }
int rmdir(const char *path) { CHANGE(0, below(path), REAL(rmdir)(path)); }
int mkdir(const char *path, mode_t mode) { CHANGE(1, below(path), REAL(mkdir)(path, mode)); }
int unlinkat(int folder, const char *path, int flags) {
    CHANGE(0, folder == AT_FDCWD ? below(path) : below_fd(folder), REAL(unlinkat)(folder, path, flags));
}
#define OPEN(name) \
int name(const char *path, int flags, ...) { \
    va_list more; va_start(more, flags); mode_t mode = va_arg(more, mode_t); va_end(more); \
    if (!(flags & O_CREAT)) return REAL(name)(path, flags, mode); \
    CHANGE(1, below(path), REAL(name)(path, flags, mode)); }
OPEN(open)
OPEN(open64)

int clock_gettime(clockid_t which, struct timespec *now) {
    static __typeof__(&clock_gettime) real;
    if (!real) real = REAL(clock_gettime);
    int result = real(which, now);
    if (!result && which == CLOCK_REALTIME) now->tv_sec += wrong;
    return result;
}
int gettimeofday(struct timeval *now, void *zone) {
    int result = REAL(gettimeofday)(now, zone);
    if (!result && now) now->tv_sec += wrong;
    return result;
}
time_t time(time_t *now) {
    struct timespec found;
    clock_gettime(CLOCK_REALTIME, &found);
    if (now) *now = found.tv_sec;
    return found.tv_sec;
}
