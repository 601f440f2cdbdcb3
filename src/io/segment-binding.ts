/** The few calls of the C library that make and map named memory. Numbers and flags are those of Linux. */
export interface Binding {
  /** A file descriptor, or -1. */
  shmOpen(name: string, flags: number, mode: number): number;
  shmUnlink(name: string): number;
  /** 0, or the error's number: unlike the others it does not set `errno`. */
  fallocate(fd: number, offset: number, bytes: number): number;
  /** An address; `MAP_FAILED` when it cannot be done. */
  mmap(address: bigint | null, bytes: number, access: number, flags: number, fd: number, offset: number): bigint;
  munmap(address: bigint, bytes: number): number;
  errno(): number;
  /** Where an array lies. */
  address(array: Uint8Array): bigint;
  /** The bytes at an address, without a copy. */
  view(address: bigint, bytes: number): ArrayBuffer;
}

/** The C library has had these since glibc 2.34; before, they lay in a library of their own. */
const LIBRARIES = [null, 'librt.so.1'];

let found: Promise<Binding | string> | null = null;

/** The calls, or in a few words why there are none. Looked for once. */
export function findBinding(): Promise<Binding | string> {
  found ??= load();
  return found;
}

async function load(): Promise<Binding | string> {
  if (process.platform !== 'linux') return `named segments are used on Linux alone, and this is ${process.platform}`;
  let koffi: typeof import('koffi');
  try {
    koffi = await import('koffi');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    if (missing) return 'koffi is not installed (npm install koffi)';
    return `koffi does not load: ${(error as Error).message.split('\n')[0]}`;
  }
  for (const library of LIBRARIES) {
    try {
      const c = koffi.load(library);
      return {
        shmOpen: c.func('int shm_open(const char *name, int flags, uint32_t mode)'),
        shmUnlink: c.func('int shm_unlink(const char *name)'),
        fallocate: c.func('int posix_fallocate(int fd, int64_t offset, int64_t bytes)'),
        mmap: c.func('void *mmap(void *address, size_t bytes, int access, int flags, int fd, int64_t offset)'),
        munmap: c.func('int munmap(void *address, size_t bytes)'),
        errno: () => koffi.errno(),
        address: (array) => koffi.address(array),
        view: (address, bytes) => koffi.view(address, bytes),
      };
    } catch {
      // The next one may have them.
    }
  }
  return 'the C library of this system has no shm_open';
}
