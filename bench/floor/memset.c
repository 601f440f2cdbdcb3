// The least that making images can cost: writing every byte of them. Threads fill parts of one block of memory.
//
//   gcc -O3 -march=native memset.c -o memset -lpthread
//   memset BYTES THREADS TIMES
//
// Prints one JSON line: seconds of the first time, when memory is new, and the median of the later ones.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

typedef struct {
  char *from;
  size_t bytes;
  int times;
} Part;

static pthread_barrier_t start, end;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static void *fill(void *given) {
  Part *part = given;
  for (int i = 0; i < part->times; i++) {
    pthread_barrier_wait(&start);
    memset(part->from, i + 1, part->bytes);
    // The compiler must not find out that nobody reads it.
    __asm__ volatile("" : : "r"(part->from) : "memory");
    pthread_barrier_wait(&end);
  }
  return NULL;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int count, char **words) {
  if (count != 4) return 2;
  size_t bytes = strtoull(words[1], NULL, 10);
  int threads = atoi(words[2]), times = atoi(words[3]);
  char *block = threads > 0 && times > 0 ? malloc(bytes) : NULL;
  double *seconds = block ? calloc(times, sizeof *seconds) : NULL;
  Part *parts = seconds ? calloc(threads, sizeof *parts) : NULL;
  if (!parts) {
    fprintf(stderr, "no memory for %zu bytes\n", bytes);
    return 3;
  }
  pthread_barrier_init(&start, NULL, threads + 1);
  pthread_barrier_init(&end, NULL, threads + 1);
  for (int i = 0; i < threads; i++) {
    size_t from = bytes / threads * i, to = i == threads - 1 ? bytes : bytes / threads * (i + 1);
    pthread_t thread;
    parts[i] = (Part){block + from, to - from, times};
    if (pthread_create(&thread, NULL, fill, &parts[i]) != 0) return 3;
  }
  for (int i = 0; i < times; i++) {
    double began = now();
    pthread_barrier_wait(&start);
    pthread_barrier_wait(&end);
    seconds[i] = now() - began;
  }
  double first = seconds[0];
  double *later = times > 1 ? seconds + 1 : seconds;
  int n = times > 1 ? times - 1 : 1;
  qsort(later, n, sizeof *later, ascending);
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("{\"seconds\": %.9f, \"coldSeconds\": %.9f, \"bytes\": %zu, \"peakBytes\": %ld}\n",
         n % 2 ? later[n / 2] : (later[n / 2] + later[n / 2 - 1]) / 2, first, bytes, usage.ru_maxrss * 1024);
  return 0;
}
