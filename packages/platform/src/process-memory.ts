/**
 * How a service's process holds memory, as variables of its environment; the demo, the image (Dockerfile) and the
 * tests' harness run services with them. What each saves and costs: docs/decisions/0098-bench-and-memory.md.
 */
export const MEMORY_ENVIRONMENT: Readonly<Record<string, string>> = {
  // For every isolate, threads included. Half of V8's default young generation: records live either for less or for
  // much longer than one collection. With a heap limit just below 2 GiB V8 lets garbage grow to twice, not four
  // times, what lives; no isolate comes near the limit. A lower one makes collections take a tenth more CPU.
  NODE_OPTIONS: '--max-semi-space-size=8 --max-old-space-size=2000',
  // glibc's default of eight a core keeps freed memory of threads that come and go.
  MALLOC_ARENA_MAX: '2',
  // Buffers of fetches, batches and files beyond 512 KiB go back to the kernel when they are freed. Left to itself
  // glibc raises this to the largest ever freed (up to 32 MiB), and holes between them stay for good.
  MALLOC_MMAP_THRESHOLD_: '524288',
  MALLOC_TRIM_THRESHOLD_: '1048576',
};
