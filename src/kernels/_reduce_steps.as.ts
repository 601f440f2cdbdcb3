// Steps of an expression over a block of float64 numbers. The order of the numbers is that of STEPS in
// src/operators/reduce/expression/functions.ts.
//
// An operand is an address and how far it moves for two numbers: 16 bytes, or 0 for a constant, which is stored twice. Blocks have room
// for a multiple of eight numbers, so that nothing is left over; what stands behind the last number is not looked at.

const ADD: i32 = 0;
const SUB: i32 = 1;
const MUL: i32 = 2;
const DIV: i32 = 3;
const MIN: i32 = 4;
const MAX: i32 = 5;
const LT: i32 = 6;
const LE: i32 = 7;
const EQ: i32 = 8;
const NE: i32 = 9;
const NEG: i32 = 10;
const ABS: i32 = 11;
const SQRT: i32 = 12;
const FLOOR: i32 = 13;
const CEIL: i32 = 14;
const ROUND: i32 = 15;
const SIGN: i32 = 16;
const WHERE: i32 = 17;
const EXP: i32 = 18;
const LOG: i32 = 19;
const LOG2: i32 = 20;
const LOG10: i32 = 21;
const SIN: i32 = 22;
const COS: i32 = 23;
const TAN: i32 = 24;
const POW: i32 = 25;
const ADDROOT: i32 = 26;

@inline
function paired(step: i32, a: v128, b: v128): v128 {
  const one = f64x2.splat(1);
  if (step == ADD) return f64x2.add(a, b);
  if (step == SUB) return f64x2.sub(a, b);
  if (step == MUL) return f64x2.mul(a, b);
  if (step == DIV) return f64x2.div(a, b);
  if (step == MIN) return f64x2.min(a, b);
  if (step == MAX) return f64x2.max(a, b);
  if (step == LT) return v128.and(f64x2.lt(a, b), one);
  if (step == LE) return v128.and(f64x2.le(a, b), one);
  if (step == EQ) return v128.and(f64x2.eq(a, b), one);
  if (step == ADDROOT) return f64x2.add(a, f64x2.sqrt(b));
  return v128.and(f64x2.ne(a, b), one);
}

/** Zero, of either sign, and NaN are their own sign. */
@inline
function signs(a: v128): v128 {
  const zero = f64x2.splat(0);
  const above = f64x2.gt(a, zero);
  const below = f64x2.lt(a, zero);
  const ones = v128.or(v128.and(above, f64x2.splat(1)), v128.and(below, f64x2.splat(-1)));
  return v128.bitselect(ones, a, v128.or(above, below));
}

@inline
function single(step: i32, a: v128): v128 {
  if (step == NEG) return f64x2.neg(a);
  if (step == ABS) return f64x2.abs(a);
  if (step == SQRT) return f64x2.sqrt(a);
  if (step == FLOOR) return f64x2.floor(a);
  if (step == CEIL) return f64x2.ceil(a);
  if (step == ROUND) return f64x2.nearest(a);
  return signs(a);
}

/** At most one operand is a constant: a step of two is none at all. */
@inline
function ofPairs(step: i32, to: usize, end: usize, a: usize, aStep: usize, b: usize, bStep: usize): void {
  if (aStep == 0) {
    const constant = v128.load(a);
    for (; to < end; to += 64) {
      v128.store(to, paired(step, constant, v128.load(b)));
      v128.store(to, paired(step, constant, v128.load(b, 16)), 16);
      v128.store(to, paired(step, constant, v128.load(b, 32)), 32);
      v128.store(to, paired(step, constant, v128.load(b, 48)), 48);
      b += 64;
    }
  } else if (bStep == 0) {
    const constant = v128.load(b);
    for (; to < end; to += 64) {
      v128.store(to, paired(step, v128.load(a), constant));
      v128.store(to, paired(step, v128.load(a, 16), constant), 16);
      v128.store(to, paired(step, v128.load(a, 32), constant), 32);
      v128.store(to, paired(step, v128.load(a, 48), constant), 48);
      a += 64;
    }
  } else {
    for (; to < end; to += 64) {
      v128.store(to, paired(step, v128.load(a), v128.load(b)));
      v128.store(to, paired(step, v128.load(a, 16), v128.load(b, 16)), 16);
      v128.store(to, paired(step, v128.load(a, 32), v128.load(b, 32)), 32);
      v128.store(to, paired(step, v128.load(a, 48), v128.load(b, 48)), 48);
      a += 64;
      b += 64;
    }
  }
}

@inline
function ofSingles(step: i32, to: usize, end: usize, a: usize): void {
  for (; to < end; to += 64) {
    v128.store(to, single(step, v128.load(a)));
    v128.store(to, single(step, v128.load(a, 16)), 16);
    v128.store(to, single(step, v128.load(a, 32)), 32);
    v128.store(to, single(step, v128.load(a, 48)), 48);
    a += 64;
  }
}

function select(to: usize, end: usize, a: usize, aStep: usize, b: usize, bStep: usize, c: usize, cStep: usize): void {
  const zero = f64x2.splat(0);
  while (to < end) {
    v128.store(to, v128.bitselect(v128.load(b), v128.load(c), f64x2.ne(v128.load(a), zero)));
    a += aStep;
    b += bStep;
    c += cStep;
    to += 16;
  }
}

@inline
function slow(step: i32, a: f64): f64 {
  if (step == EXP) return NativeMath.exp(a);
  if (step == LOG) return NativeMath.log(a);
  if (step == LOG2) return NativeMath.log2(a);
  if (step == LOG10) return NativeMath.log10(a);
  if (step == SIN) return NativeMath.sin(a);
  if (step == COS) return NativeMath.cos(a);
  return NativeMath.tan(a);
}

@inline
function ofSlow(step: i32, to: usize, end: usize, a: usize, aStep: usize): void {
  while (to < end) {
    store<f64>(to, slow(step, load<f64>(a)));
    a += aStep >> 1;
    to += 8;
  }
}

function power(to: usize, end: usize, a: usize, aStep: usize, b: usize, bStep: usize): void {
  while (to < end) {
    store<f64>(to, NativeMath.pow(load<f64>(a), load<f64>(b)));
    a += aStep >> 1;
    b += bStep >> 1;
    to += 8;
  }
}

/** Fills `to` with `count` results of one step. */
export function runStep(
  step: i32, to: usize, count: i32, a: usize, aStep: usize, b: usize, bStep: usize, c: usize, cStep: usize,
): void {
  const last = to + <usize>count * 8;
  const end = to + <usize>((count + 7) & ~7) * 8;
  switch (step) {
    case ADD: ofPairs(ADD, to, end, a, aStep, b, bStep); break;
    case SUB: ofPairs(SUB, to, end, a, aStep, b, bStep); break;
    case MUL: ofPairs(MUL, to, end, a, aStep, b, bStep); break;
    case DIV: ofPairs(DIV, to, end, a, aStep, b, bStep); break;
    case MIN: ofPairs(MIN, to, end, a, aStep, b, bStep); break;
    case MAX: ofPairs(MAX, to, end, a, aStep, b, bStep); break;
    case LT: ofPairs(LT, to, end, a, aStep, b, bStep); break;
    case LE: ofPairs(LE, to, end, a, aStep, b, bStep); break;
    case EQ: ofPairs(EQ, to, end, a, aStep, b, bStep); break;
    case NE: ofPairs(NE, to, end, a, aStep, b, bStep); break;
    case NEG: ofSingles(NEG, to, end, a); break;
    case ABS: ofSingles(ABS, to, end, a); break;
    case SQRT: ofSingles(SQRT, to, end, a); break;
    case FLOOR: ofSingles(FLOOR, to, end, a); break;
    case CEIL: ofSingles(CEIL, to, end, a); break;
    case ROUND: ofSingles(ROUND, to, end, a); break;
    case SIGN: ofSingles(SIGN, to, end, a); break;
    case WHERE: select(to, end, a, aStep, b, bStep, c, cStep); break;
    case EXP: ofSlow(EXP, to, last, a, aStep); break;
    case LOG: ofSlow(LOG, to, last, a, aStep); break;
    case LOG2: ofSlow(LOG2, to, last, a, aStep); break;
    case LOG10: ofSlow(LOG10, to, last, a, aStep); break;
    case SIN: ofSlow(SIN, to, last, a, aStep); break;
    case COS: ofSlow(COS, to, last, a, aStep); break;
    case TAN: ofSlow(TAN, to, last, a, aStep); break;
    case POW: power(to, last, a, aStep, b, bStep); break;
    case ADDROOT: ofPairs(ADDROOT, to, end, a, aStep, b, bStep); break;
  }
}
