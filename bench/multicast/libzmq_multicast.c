/* Publishes or receives messages of 1000 octets over multicast with libzmq, for
 * bench/multicast/run.ts: libzmq_multicast send|receive ENDPOINT RATE SECONDS.
 * The receiver prints messages a second, and how many of them went missing. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#define SIZE 1000

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void set(void *socket, int option, int value) {
  if (zmq_setsockopt(socket, option, &value, sizeof value) != 0) exit(2);
}

static int sending(void *context, const char *endpoint, int rate, int seconds) {
  void *pub = zmq_socket(context, ZMQ_PUB);
  char body[SIZE] = {0};
  set(pub, ZMQ_RATE, rate);
  set(pub, ZMQ_RECOVERY_IVL, 500);
  set(pub, ZMQ_XPUB_NODROP, 1);
  if (zmq_bind(pub, endpoint) != 0) return 3;
  struct timespec early = {0, 500000000};
  nanosleep(&early, NULL);
  double end = now() + seconds;
  for (uint32_t n = 0; now() < end; n++) {
    memcpy(body, &n, sizeof n);
    if (zmq_send(pub, body, SIZE, 0) != SIZE) return 4;
  }
  nanosleep(&early, NULL);
  zmq_close(pub);
  return 0;
}

static int receiving(void *context, const char *endpoint, int rate, int seconds) {
  void *sub = zmq_socket(context, ZMQ_SUB);
  char body[SIZE];
  uint32_t n, last = 0;
  long count = 0;
  double first = 0, time = 0;
  set(sub, ZMQ_RATE, rate);
  set(sub, ZMQ_RECOVERY_IVL, 500);
  set(sub, ZMQ_RCVHWM, 0);
  zmq_setsockopt(sub, ZMQ_SUBSCRIBE, "", 0);
  if (zmq_bind(sub, endpoint) != 0) return 3;
  puts("ready");
  fflush(stdout);
  set(sub, ZMQ_RCVTIMEO, (seconds + 5) * 1000);
  while (zmq_recv(sub, body, SIZE, 0) == SIZE) {
    if (count == 0) {
      first = now();
      set(sub, ZMQ_RCVTIMEO, 2000);
    }
    time = now() - first;
    count++;
    memcpy(&n, body, sizeof n);
    last = n;
  }
  printf("%.0f %ld\n", count / time, (long)last + 1 - count);
  zmq_close(sub);
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 5) return 1;
  void *context = zmq_ctx_new();
  int code = (strcmp(argv[1], "send") == 0 ? sending : receiving)(
      context, argv[2], atoi(argv[3]), atoi(argv[4]));
  zmq_ctx_term(context);
  return code;
}
