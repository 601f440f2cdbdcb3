/** What a step of a program does. The kernel knows steps by their place in this list. */
export const STEPS = [
  'add',
  'sub',
  'mul',
  'div',
  'min',
  'max',
  'lt',
  'le',
  'eq',
  'ne',
  'neg',
  'abs',
  'sqrt',
  'floor',
  'ceil',
  'round',
  'sign',
  'where',
  'exp',
  'log',
  'log2',
  'log10',
  'sin',
  'cos',
  'tan',
  'pow',
  'addroot',
] as const;

export type Step = (typeof STEPS)[number];

/** Rounds to nearest, halves to even, as NumPy and WebAssembly do. */
function roundEven(value: number): number {
  const up = Math.round(value);
  return up - value === 0.5 && up % 2 !== 0 ? up - 1 : up;
}

/** What each step makes of its operands: the definition that the kernel follows. Comparisons give 1 or 0. */
export const DEFINITIONS: Readonly<Record<Step, (a: number, b: number, c: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  lt: (a, b) => (a < b ? 1 : 0),
  le: (a, b) => (a <= b ? 1 : 0),
  eq: (a, b) => (a === b ? 1 : 0),
  ne: (a, b) => (a !== b ? 1 : 0),
  neg: (a) => -a,
  abs: (a) => Math.abs(a),
  sqrt: (a) => Math.sqrt(a),
  floor: (a) => Math.floor(a),
  ceil: (a) => Math.ceil(a),
  round: roundEven,
  sign: (a) => Math.sign(a),
  where: (a, b, c) => (a !== 0 ? b : c),
  exp: (a) => Math.exp(a),
  log: (a) => Math.log(a),
  log2: (a) => Math.log2(a),
  log10: (a) => Math.log10(a),
  sin: (a) => Math.sin(a),
  cos: (a) => Math.cos(a),
  tan: (a) => Math.tan(a),
  pow: (a, b) => a ** b,
  addroot: (a, b) => a + Math.sqrt(b),
};

/** Functions that an expression may call, and how many arguments they take. */
export const FUNCTIONS: Readonly<Partial<Record<Step, 1 | 2 | 3>>> = {
  sqrt: 1,
  abs: 1,
  exp: 1,
  log: 1,
  log2: 1,
  log10: 1,
  sin: 1,
  cos: 1,
  tan: 1,
  floor: 1,
  ceil: 1,
  round: 1,
  sign: 1,
  min: 2,
  max: 2,
  pow: 2,
  where: 3,
};

/** Names that stand for numbers. */
export const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };

/** Steps that take an element several nanoseconds. */
export const SLOW: ReadonlySet<Step> = new Set(['exp', 'log', 'log2', 'log10', 'sin', 'cos', 'tan', 'pow']);
