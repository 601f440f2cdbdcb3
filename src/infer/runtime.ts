import type { InferenceSession } from 'onnxruntime-node';
import { LayoutError, SourceError } from '../core/errors.js';
import type { NetworkOrder } from './messages.js';
import type { Declaration, Interface } from './wanted.js';

/** The library that runs networks. */
export type Runtime = typeof import('onnxruntime-node');

/** The command that installs it, without the files for graphics cards that its script would download. */
export const INSTALL = 'npm install onnxruntime-node@1.30 --ignore-scripts';

/**
 * Loads the runtime. What it does blocks its thread.
 *
 * @param bring how the package is loaded; tests give one that fails
 * @throws LayoutError with the command that installs it when it is not there
 */
export async function loadRuntime(bring: () => Promise<Runtime> = () => import('onnxruntime-node')): Promise<Runtime> {
  try {
    return await bring();
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code;
    const why = code === 'ERR_MODULE_NOT_FOUND' ? 'is not installed' : `does not load: ${(error as Error).message}`;
    throw new LayoutError(
      'no-onnxruntime',
      `Networks are run by onnxruntime-node, which ${why}. Install it beside fanfold: ${INSTALL}`,
      {},
      { cause: error },
    );
  }
}

/** What a network may run on. */
export const DEVICES = ['auto', 'cpu', 'gpu'] as const;

export type Device = (typeof DEVICES)[number];

/** Execution providers that compute on a graphics card, the best first. */
const GPU = ['cuda', 'dml', 'coreml', 'webgpu'];
/** Young, and slower than a processor where it finds no card: not tried unless a card is asked for. */
const ON_REQUEST = 'webgpu';

/** The execution providers for a graphics card that this build of the runtime has. */
export function gpuProviders({ listSupportedBackends }: Runtime): readonly string[] {
  const bundled = listSupportedBackends().filter((backend) => backend.bundled);
  return GPU.filter((name) => bundled.some((backend) => backend.name === name));
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

/** Characters of what the runtime says that are passed on. */
const LONGEST = 300;

/** What is wrong with a file that the runtime does not take, in one sentence. */
function refusal(location: string, error: unknown): SourceError {
  const text = firstLine(error);
  const fields = { path: location };
  if (/protobuf parsing failed|ModelProto does not have/i.test(text)) {
    const what = `${location} is no ONNX network, or is cut off: it cannot be parsed.`;
    return new SourceError('not-onnx', what, fields);
  }
  const [, name, set] = /No Op registered for (\S+) with domain_version of (\d+)/.exec(text) ?? [];
  if (name !== undefined) {
    const what = `${location} uses the operator ${name} (operator set ${set}), which this onnxruntime does not know. Export it with others, or install a later one.`;
    return new SourceError('unknown-operator', what, { ...fields, operator: name });
  }
  const said = text
    .replace(/^.*?Load model from .*? failed:\s*/, '')
    .replaceAll(/\S*\/onnxruntime\/\S+\s*/g, '')
    .replace(/^Error:\s*/, '')
    .replace(/\.$/, '')
    .slice(0, LONGEST);
  return new SourceError('bad-network', `${location} is refused by onnxruntime: ${said}.`, fields);
}

const declared = (metadata: readonly InferenceSession.ValueMetadata[]): Declaration[] =>
  metadata.map((value) => ({
    name: value.name,
    type: value.isTensor ? value.type : null,
    shape: value.isTensor ? value.shape : [],
  }));

/** A network ready to run. */
export interface Opened {
  readonly session: InferenceSession;
  readonly declared: Interface;
  /** The execution provider, `cpu` or that of a graphics card. */
  readonly provider: string;
  /** Why it is not a graphics card, where one was asked for; null when it is or was not. */
  readonly reason: string | null;
}

/** Tries the providers for a graphics card one after the other. @returns why none starts */
async function onCard(
  providers: readonly string[],
  create: (provider: string) => Promise<InferenceSession>,
): Promise<{ readonly session: InferenceSession; readonly provider: string } | string> {
  const failures: string[] = [];
  for (const provider of providers) {
    try {
      return { session: await create(provider), provider };
    } catch (error) {
      failures.push(`${provider}: ${firstLine(error)}`);
    }
  }
  return failures.join('; ') || 'this build of onnxruntime-node has no provider for graphics cards';
}

/**
 * Opens a network on a processor, or on a graphics card where the runtime has a provider that starts.
 *
 * @throws SourceError for files that are no network, damaged, or of operators the runtime lacks; LayoutError when `gpu` was asked for in vain
 */
export async function openNetwork(
  runtime: Runtime,
  { path, location, threads, device }: NetworkOrder,
): Promise<Opened> {
  const create = async (provider: string): Promise<InferenceSession> =>
    runtime.InferenceSession.create(path, {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 4,
    });
  const finish = (session: InferenceSession, provider: string, reason: string | null): Opened => ({
    session,
    declared: { inputs: declared(session.inputMetadata), outputs: declared(session.outputMetadata) },
    provider,
    reason,
  });
  let reason: string | null = null;
  if (device !== 'cpu') {
    const all = gpuProviders(runtime);
    const found = await onCard(device === 'gpu' ? all : all.filter((name) => name !== ON_REQUEST), create);
    if (typeof found === 'object') return finish(found.session, found.provider, null);
    if (device === 'gpu') {
      const what = `${location} cannot run on a graphics card: ${found}. Use the device cpu.`;
      throw new LayoutError('no-gpu', what);
    }
    reason = found;
  }
  try {
    return finish(await create('cpu'), 'cpu', reason);
  } catch (error) {
    throw refusal(location, error);
  }
}
