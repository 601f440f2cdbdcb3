/** It tells what a program given as text is; a worker, which is a file, does not start with it. */
const INPUT_TYPE = /--input-type(?:=|\s+)\S+/g;

/** The environment of worker threads and processes: that of this process, without what is for a program given as text. */
export function workerEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS, ...others } = process.env;
  if (NODE_OPTIONS === undefined) return others;
  return { ...others, NODE_OPTIONS: NODE_OPTIONS.replace(INPUT_TYPE, '').trim() };
}

/**
 * What a worker thread is started with, so that it also starts from `node --input-type=module -e`. Flags of Node are inherited as far
 * as they can be: those of the whole process may not be handed on by name, so that it is all or none.
 */
export function threadStart(): { readonly env: NodeJS.ProcessEnv; readonly execArgv?: string[] } {
  const isText = process.execArgv.some((flag) => flag.startsWith('--input-type'));
  return { env: workerEnvironment(), ...(isText ? { execArgv: [] } : {}) };
}
