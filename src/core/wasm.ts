/** What a module exports: functions on numbers (addresses, lengths, factors). */
export type WasmExports = Readonly<Record<string, (...args: number[]) => number>>;

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  if (typeof Buffer !== 'undefined') return new Uint8Array(Buffer.from(text, 'base64'));
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

const compiled = new Map<string, WebAssembly.Module>();

/** The module behind a kernel or codec, compiled once a thread. */
export function compileModule(base64: string): WebAssembly.Module {
  const known = compiled.get(base64);
  if (known) return known;
  const module = new WebAssembly.Module(decodeBase64(base64));
  compiled.set(base64, module);
  return module;
}

/**
 * Instantiates a kernel or codec module on the memory its worker computes in. Modules hold constant tables only, so any
 * number of instances may share one memory.
 */
export function instantiate(base64: string, memory: WebAssembly.Memory): WasmExports {
  const instance = new WebAssembly.Instance(compileModule(base64), { env: { memory } });
  return instance.exports as unknown as WasmExports;
}
