/* libzmq as the process that is measured at scale: `libzmq_scale ROLE`. It is
 * told what to do by lines, and answers with lines of JSON; the roles and the
 * lines are those of `bench/scale/isomq_subject.ts`.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

enum { FEW = 1000, MESSAGES = 50000, ROUNDS = 15, TOPIC = 64 };

static void *context;
static void *sock;

static void check(int condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "libzmq_scale: %s (%s)\n", what, zmq_strerror(zmq_errno()));
  exit(1);
}

static double seconds(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void set(int option, int value) {
  check(zmq_setsockopt(sock, option, &value, sizeof value) == 0, "option");
}

static void open_socket(int type) {
  sock = zmq_socket(context, type);
  check(sock != NULL, "zmq_socket");
}

static void bind_and_tell(void) {
  char address[256];
  size_t length = sizeof address;
  set(ZMQ_BACKLOG, 4096);
  check(zmq_bind(sock, "tcp://127.0.0.1:*") == 0, "zmq_bind");
  zmq_getsockopt(sock, ZMQ_LAST_ENDPOINT, address, &length);
  printf("{\"endpoint\":\"%s\"}\n", address);
}

/* The words of the next line; ends with the input. */
static int words(char line[256], char *word[4]) {
  int count = 0;
  if (fgets(line, 256, stdin) == NULL) exit(0);
  for (char *each = strtok(line, " \n"); each && count < 4;
       each = strtok(NULL, " \n"))
    word[count++] = each;
  return count;
}

static void echo(void) {
  open_socket(ZMQ_ROUTER);
  bind_and_tell();
  for (;;) {
    zmq_msg_t message;
    zmq_msg_init(&message);
    check(zmq_msg_recv(&message, sock, 0) >= 0, "zmq_msg_recv");
    const int more = zmq_msg_more(&message);
    check(zmq_msg_send(&message, sock, more ? ZMQ_SNDMORE : 0) >= 0,
          "zmq_msg_send");
  }
}

static void send_many(int count, int size) {
  char *message = malloc((size_t)size);
  memset(message, '.', (size_t)size);
  while (count-- > 0)
    check(zmq_send(sock, message, (size_t)size, 0) >= 0, "zmq_send");
  free(message);
}

static void fan(void) {
  char line[256], *word[4];
  open_socket(ZMQ_XPUB);
  set(ZMQ_XPUB_NODROP, 1);
  set(ZMQ_XPUB_VERBOSE, 1);
  bind_and_tell();
  for (;;) {
    words(line, word);
    if (strcmp(word[0], "subscribers") == 0) {
      char notice[256];
      for (int left = atoi(word[1]); left > 0; left--)
        check(zmq_recv(sock, notice, sizeof notice, 0) >= 0, "zmq_recv");
      puts("{}");
    } else {
      const double now = seconds(CLOCK_REALTIME);
      send_many(atoi(word[1]), atoi(word[2]));
      printf("{\"now\":%.0f}\n", now * 1e3);
    }
  }
}

static void push(void) {
  char line[256], *word[4];
  open_socket(ZMQ_PUSH);
  set(ZMQ_SNDHWM, 0);
  check(zmq_connect(sock, "tcp://127.0.0.1:9") == 0, "zmq_connect");
  for (;;) {
    words(line, word);
    if (strcmp(word[0], "send") == 0) send_many(atoi(word[1]), atoi(word[2]));
    puts("{}");
  }
}

static void pull(void) {
  open_socket(ZMQ_PULL);
  set(ZMQ_RCVHWM, 0);
  bind_and_tell();
  pause();
}

/* The frames of `makeFrames(among, "unwanted")`. */
static double best_time(uint32_t among) {
  static char frames[MESSAGES][TOPIC];
  static size_t lengths[MESSAGES];
  uint32_t state = 42;
  double best = 1e9;
  const int count = among <= FEW ? FEW : MESSAGES;
  for (int i = 0; i < count; i++) {
    state = state * 1664525u + 1013904223u;
    const unsigned topic = (unsigned)((uint64_t)state * among >> 32);
    lengths[i] = (size_t)snprintf(frames[i], TOPIC,
                                  "sensors/%u/floor-%u/device-%u!", topic % 10,
                                  topic % 97, topic);
  }
  for (int round = 0; round < ROUNDS; round++) {
    const double start = seconds(CLOCK_MONOTONIC);
    for (int i = 0; i < MESSAGES; i++)
      check(zmq_send(sock, frames[i % count], lengths[i % count], 0) >= 0,
            "zmq_send");
    const double took = seconds(CLOCK_MONOTONIC) - start;
    if (took < best) best = took;
  }
  return best * 1e9 / MESSAGES;
}

static void topics(void) {
  char line[256], *word[4];
  open_socket(ZMQ_PUB);
  bind_and_tell();
  for (;;) {
    words(line, word);
    if (strcmp(word[0], "publish") == 0)
      check(zmq_send(sock, word[1], strlen(word[1]), 0) >= 0, "zmq_send");
    else
      printf("{\"nanoseconds\":%.1f}\n", best_time((uint32_t)atol(word[1])));
  }
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    void (*run)(void);
  } roles[] = {
      {"echo", echo}, {"fan", fan},       {"push", push},
      {"pull", pull}, {"topics", topics},
  };
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  setvbuf(stdout, NULL, _IOLBF, 0);
  context = zmq_ctx_new();
  for (size_t i = 0; argc > 1 && i < sizeof roles / sizeof *roles; i++)
    if (strcmp(roles[i].name, argv[1]) == 0) roles[i].run();
  fputs("libzmq_scale ROLE\n", stderr);
  return 2;
}
