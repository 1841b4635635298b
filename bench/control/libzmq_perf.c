/* One process of a row of libzmq, in C: the same load, checks and command
 * line as the programs in TypeScript. Blocking calls, one message each.
 *
 *   libzmq_perf ROLE MODE SIZE MILLISECONDS WARM-UP PEERS [ENDPOINT]
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

enum { NUMBERED = 0, LAST = 1, PRESENT = 0xfe, COPY_LIMIT = 8192 };

static const char *role, *mode, *endpoint = "";
static size_t size;
static double milliseconds, warm_up;
static int peers;
static void *context;
static uint32_t mask;
static uint8_t *pool;

static void fail(const char *what) {
  fprintf(stderr, "libzmq_perf %s: %s (%s)\n", role, what,
          zmq_strerror(zmq_errno()));
  exit(1);
}

static void check(int condition, const char *what) {
  if (!condition) fail(what);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void *open_socket(int type) {
  void *socket = zmq_socket(context, type);
  check(socket != NULL, "zmq_socket");
  return socket;
}

static void bind_and_tell(void *socket) {
  char address[256];
  size_t length = sizeof address;
  check(zmq_bind(socket, "tcp://127.0.0.1:*") == 0, "zmq_bind");
  zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, address, &length);
  printf("{\"endpoint\":\"%s\"}\n", address);
  fflush(stdout);
}

static void keep(void *data, void *hint) {
  (void)data;
  (void)hint;
}

/* Large messages go by reference, as in the other programs. */
static void send_message(void *socket, uint8_t *data) {
  if (size <= COPY_LIMIT) {
    check(zmq_send(socket, data, size, 0) >= 0, "zmq_send");
    return;
  }
  zmq_msg_t message;
  zmq_msg_init_data(&message, data, size, keep, NULL);
  check(zmq_msg_send(&message, socket, 0) >= 0, "zmq_msg_send");
}

static uint8_t *numbered(uint32_t count) {
  return pool + (size_t)(count & mask) * size;
}

static uint8_t *last_message(uint32_t count) {
  uint8_t *message = malloc(size);
  memset(message, '.', size);
  message[0] = LAST;
  for (int i = 0; i < 4; i++) message[3 + i] = (uint8_t)(count >> (8 * i));
  return message;
}

static void send_all(void *socket) {
  uint32_t count = 0;
  const double end = now() + warm_up + milliseconds;
  do {
    for (int i = 0; i < 64; i++) send_message(socket, numbered(count++));
  } while (now() < end);
  send_message(socket, last_message(count));
}

struct result {
  double count, milliseconds, total;
};

static struct result receive_all(void *socket) {
  struct result result = {0, 0, 0};
  double started = 0, first = 0;
  uint32_t total = 0, skipped = 0;
  uint64_t sum = 0;
  zmq_msg_t message;
  zmq_msg_init(&message);
  for (;;) {
    check(zmq_msg_recv(&message, socket, 0) >= 0, "zmq_msg_recv");
    check(zmq_msg_size(&message) == size, "wrong size");
    const uint8_t *data = zmq_msg_data(&message);
    if (data[0] != NUMBERED) break;
    const uint32_t number = data[1] | (uint32_t)data[2] << 8;
    check(number == (total & mask), "wrong number");
    sum += number;
    if ((total++ & 63) != 0) continue;
    if (started == 0) started = now();
    else if (first == 0 && now() - started >= warm_up) {
      first = now();
      skipped = total;
    }
  }
  const uint8_t *data = zmq_msg_data(&message);
  uint32_t count = 0;
  for (int i = 0; i < 4; i++) count |= (uint32_t)data[3 + i] << (8 * i);
  const uint64_t rest = count & mask;
  check(count == total, "wrong count");
  check(sum == (count / (mask + 1)) * ((uint64_t)mask * (mask + 1) / 2) +
                   (rest ? rest * (rest - 1) / 2 : 0),
        "wrong sum");
  check(first != 0, "the warm-up was never over");
  result.milliseconds = now() - first;
  result.count = total - skipped;
  result.total = total;
  zmq_msg_close(&message);
  return result;
}

static void tell(struct result result) {
  printf("{\"result\":{\"count\":%.0f,\"milliseconds\":%.3f,\"total\":%.0f}}\n",
         result.count, result.milliseconds, result.total);
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void req(void) {
  void *socket = open_socket(ZMQ_REQ);
  check(zmq_connect(socket, endpoint) == 0, "zmq_connect");
  size_t room = 1 << 20, timed = 0;
  double *times = malloc(room * sizeof *times), first = 0;
  const double start = now() + warm_up, end = start + milliseconds;
  uint32_t total = 0;
  uint8_t *reply = malloc(size);
  double before = now();
  do {
    send_message(socket, numbered(total));
    check(zmq_recv(socket, reply, size, 0) == (int)size, "zmq_recv");
    const double after = now();
    check(reply[1] == (total & mask & 0xff), "wrong reply");
    total++;
    if (after >= start && timed < room) {
      if (timed == 0) first = before;
      times[timed++] = after - before;
    }
    before = after;
  } while (before < end);
  send_message(socket, last_message(total));
  check(zmq_recv(socket, reply, size, 0) == (int)size, "zmq_recv");
  zmq_close(socket);
  qsort(times, timed, sizeof *times, compare);
  printf("{\"result\":{\"count\":%zu,\"milliseconds\":%.3f,\"total\":%u,"
         "\"p50\":%.3f,\"p99\":%.3f}}\n",
         timed, before - first, total, times[(timed - 1) / 2] * 1e3,
         times[(size_t)((timed - 1) * 0.99)] * 1e3);
}

static void rep(void) {
  void *socket = open_socket(ZMQ_REP);
  uint8_t *message = malloc(size);
  bind_and_tell(socket);
  do {
    check(zmq_recv(socket, message, size, 0) == (int)size, "zmq_recv");
    check(zmq_send(socket, message, size, 0) >= 0, "zmq_send");
  } while (message[0] != LAST);
  zmq_close(socket);
}

/* RFC 32's example keys: they protect nothing here. */
static void secure(void *socket, int is_server) {
  static const char server[] = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7",
                    server_secret[] =
                        "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6",
                    client[] = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID",
                    client_secret[] =
                        "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs";
  if (strcmp(mode, "curve") != 0) return;
  if (is_server) {
    check(zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &is_server,
                         sizeof is_server) == 0 &&
              zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, server_secret, 41) ==
                  0,
          "ZMQ_CURVE_SERVER");
    return;
  }
  check(zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server, 41) == 0 &&
            zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, client, 41) == 0 &&
            zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, client_secret, 41) == 0,
        "ZMQ_CURVE_SERVERKEY");
}

static void pull(void) {
  void *socket = open_socket(ZMQ_PULL);
  secure(socket, 1);
  bind_and_tell(socket);
  tell(receive_all(socket));
  zmq_close(socket);
}

static void push(void) {
  void *socket = open_socket(ZMQ_PUSH);
  secure(socket, 0);
  check(zmq_connect(socket, endpoint) == 0, "zmq_connect");
  send_all(socket);
  zmq_close(socket);
}

static void *push_inproc(void *unused) {
  void *socket = open_socket(ZMQ_PUSH);
  check(zmq_connect(socket, "inproc://bench") == 0, "zmq_connect");
  send_all(socket);
  zmq_close(socket);
  return unused;
}

static void inproc(void) {
  pthread_t thread;
  void *socket = open_socket(ZMQ_PULL);
  check(zmq_bind(socket, "inproc://bench") == 0, "zmq_bind");
  pthread_create(&thread, NULL, push_inproc, NULL);
  tell(receive_all(socket));
  pthread_join(thread, NULL);
  zmq_close(socket);
}

static void pub(void) {
  void *socket = open_socket(ZMQ_XPUB);
  const int one = 1;
  zmq_setsockopt(socket, ZMQ_XPUB_NODROP, &one, sizeof one);
  bind_and_tell(socket);
  for (int there = 0; there < peers;) {
    uint8_t message[256];
    const int length = zmq_recv(socket, message, sizeof message, 0);
    check(length > 0, "zmq_recv");
    if (length > 1 && message[0] == 1 && message[1] == PRESENT) there++;
  }
  send_all(socket);
  zmq_close(socket);
}

static struct result results[256];

static void *subscribe(void *number) {
  const uint8_t present[2] = {PRESENT, (uint8_t)(uintptr_t)number};
  void *socket = open_socket(ZMQ_SUB);
  check(zmq_connect(socket, endpoint) == 0, "zmq_connect");
  zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0);
  zmq_setsockopt(socket, ZMQ_SUBSCRIBE, present, sizeof present);
  results[(uintptr_t)number] = receive_all(socket);
  zmq_close(socket);
  return NULL;
}

static void sub(void) {
  pthread_t threads[256];
  struct result all = {0, 0, 0};
  for (uintptr_t i = 0; i < (uintptr_t)peers; i++)
    pthread_create(&threads[i], NULL, subscribe, (void *)i);
  for (int i = 0; i < peers; i++) {
    pthread_join(threads[i], NULL);
    all.count += results[i].count;
    all.total += results[i].total;
    all.milliseconds += results[i].milliseconds / peers;
  }
  tell(all);
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    void (*run)(void);
  } roles[] = {{"pull", pull}, {"push", push},     {"rep", rep}, {"req", req},
               {"pub", pub},   {"inproc", inproc}, {"sub", sub}};
  if (argc < 7) {
    fputs("libzmq_perf ROLE MODE SIZE MS WARM-UP PEERS [ENDPOINT]\n", stderr);
    return 2;
  }
  role = argv[1];
  mode = argv[2];
  size = (size_t)atol(argv[3]);
  milliseconds = atof(argv[4]);
  warm_up = atof(argv[5]);
  peers = atoi(argv[6]);
  if (argc > 7) endpoint = argv[7];
  mask = size <= 1024 ? 255 : 15;
  pool = malloc((mask + 1) * size);
  memset(pool, '.', (mask + 1) * size);
  for (uint32_t i = 0; i <= mask; i++) {
    uint8_t *message = numbered(i);
    message[0] = NUMBERED;
    message[1] = (uint8_t)i;
    message[2] = (uint8_t)(i >> 8);
  }
  context = zmq_ctx_new();
  for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
    if (strcmp(roles[i].name, role) != 0) continue;
    roles[i].run();
    zmq_ctx_term(context);
    return 0;
  }
  fail("unknown role");
}
