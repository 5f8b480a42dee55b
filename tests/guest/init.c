/* The first process of a guest: sets up what programs of BPF need, runs each line of /commands (a
 * path, and words), and turns the machine off. Between the lines it says who ran, and how it ended;
 * the last line of all is what tests/contracts.sh waits for. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS = 16 };

static void mounted(const char *type, const char *where) {
  mkdir(where, 0755);
  if (mount(type, where, type, 0, NULL))
    printf("guest: no %s: %s\n", type, strerror(errno));
}

static void loopback_up(void) {
  struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo))
    printf("guest: the loopback interface stays down: %s\n", strerror(errno));
  close(fd);
}

static void run(char *line) {
  char *words[WORDS + 1] = {0};
  int status = 0;
  for (int n = 0; n < WORDS && (words[n] = strtok(n ? NULL : line, " \n")); n++)
    ;
  if (!words[0])
    return;
  printf("guest: runs %s\n", words[0]);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    execv(words[0], words);
    printf("guest: cannot run it: %s\n", strerror(errno));
    fflush(stdout);
    _exit(127);
  }
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  if (WIFEXITED(status))
    printf("guest: exit %d\n", WEXITSTATUS(status));
  else
    printf("guest: ended by signal %d\n", WTERMSIG(status));
}

int main(void) {
  char line[512];
  struct utsname name;
  struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
  setvbuf(stdout, NULL, _IOLBF, 0);
  mounted("proc", "/proc");
  mounted("sysfs", "/sys");
  mounted("devtmpfs", "/dev");
  mounted("cgroup2", "/sys/fs/cgroup");
  mounted("tracefs", "/sys/kernel/tracing");
  setrlimit(RLIMIT_MEMLOCK, &all);
  setenv("NO_COLOR", "1", 1); /* what is printed is read by scripts */
  loopback_up();
  uname(&name);
  printf("guest: Linux %s\n", name.release);
  FILE *commands = fopen("/commands", "r");
  while (commands && fgets(line, sizeof line, commands))
    run(line);
  printf("guest: done\n");
  fflush(stdout);
  sync();
  reboot(RB_POWER_OFF);
  return 1;
}
